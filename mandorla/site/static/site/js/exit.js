/**
 * The quick exit: the button of every page, or the Shift key three times. Hides the page before anything else, tells the
 * server to lock, and goes to a harmless site in this page's place. Without scripts the button is a link that does the same.
 */

const PAUSE_MS = 700;
const root = document.documentElement;
const way = /** @type {HTMLAnchorElement | null} */ (document.querySelector("[data-exit]"));
let left = false;
let shifts = 0;
let lastShift = 0;

function leave() {
  left = true;
  root.hidden = true;
  dispatchEvent(new Event("exit")); // whatever listens or watches stops before the page is gone
  document.title = "";
  if (!way) return;
  navigator.sendBeacon(way.href);
  location.replace(way.dataset.exit ?? "about:blank");
}

/** A page that came back from the browser's memory is shown only once the server says that it may still be read. */
async function returned() {
  const answer = await fetch(location.href, { cache: "no-store", redirect: "manual" }).catch(() => null);
  if (!answer) addEventListener("online", () => void returned(), { once: true });
  else if (answer.ok) root.hidden = false;
  else location.reload();
}

document.addEventListener("click", (event) => {
  if (!way || !(event.target instanceof Node) || !way.contains(event.target)) return;
  event.preventDefault();
  leave();
});

document.addEventListener(
  "keydown",
  (event) => {
    if (event.repeat) return;
    shifts =
      event.key === "Shift" && event.timeStamp - lastShift < PAUSE_MS ? shifts + 1 : Number(event.key === "Shift");
    lastShift = event.timeStamp;
    if (shifts === 3) leave();
  },
  { capture: true },
);

addEventListener(
  "beforeunload",
  (event) => {
    if (left) event.stopImmediatePropagation(); // no question about unsaved words holds the way out
  },
  { capture: true },
);

addEventListener("pagehide", () => {
  if ("private" in root.dataset) root.hidden = true;
});

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (left) leave();
  else if ("private" in root.dataset) void returned();
});
