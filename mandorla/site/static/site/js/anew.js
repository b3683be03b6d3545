/**
 * A page that grows old while nobody sees it is loaded anew when somebody comes back to it after more than a moment, or finds it
 * in the browser's memory; the browser keeps its place. Not while words stand in a field, nor while the server is out of reach.
 */

const MOMENT_MS = 10_000;
const FIELDS = "textarea, input:not([type=hidden])";
let since = Date.now();
let goes = false;
let exits = false;

function stays() {
  const fields = /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll(FIELDS));
  return goes || exits || [...fields].some((field) => field.value !== field.defaultValue);
}

async function renew() {
  if (stays()) return;
  const there = await fetch(import.meta.url, { method: "HEAD", cache: "no-store" }).catch(() => null);
  if (there?.ok && !stays()) location.reload();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) since = Date.now();
  else if (Date.now() - since > MOMENT_MS) void renew();
});

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  goes = false;
  void renew();
});

addEventListener("beforeunload", () => {
  goes = true; // where the person wants to go comes first
});

addEventListener("exit", () => {
  exits = true;
});
