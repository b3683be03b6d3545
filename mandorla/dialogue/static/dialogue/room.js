/** The room: joins line, stage, outbox and drafts, and says in one quiet line how things stand. */
import { dropKept, isLeft, isUnsaved, keep, leftBehind, putAway } from "./draft.js";
import { Line } from "./line.js";
import { lookOut } from "./lookout.js";
import { newKey, send } from "./outbox.js";
import { forget, held, show, stage } from "./stage.js";

const room = /** @type {HTMLElement} */ (document.querySelector("[data-room]"));
const status = /** @type {HTMLElement} */ (document.querySelector("[data-status]"));
const refusal = /** @type {HTMLElement} */ (document.querySelector("[data-refusal]"));
const older = /** @type {HTMLElement} */ (document.querySelector("[data-older]"));
const unsent = /** @type {HTMLElement} */ (document.querySelector("[data-unsent]"));
const socket = new URL(room.dataset.room ?? "", location.href);
socket.protocol = socket.protocol.replace("http", "ws");
export const line = new Line(socket.href);
let locking = false; // by hand: never held up by a question
/** @type {Set<HTMLFormElement>} */
const sending = new Set();
const SAVE_MS = 3_000;
const HANDED_OVER_MS = 700;

/** @param {string} state a key of the status line's data attributes */
const say = (state) => {
  const words = !older.hidden
    ? ""
    : (status.dataset[state.replace(/-(.)/g, (_, letter) => letter.toUpperCase())] ?? "");
  if (status.textContent !== words) status.textContent = words;
  status.dataset.state = state;
};

/** @param {string} words */
function refuse(words) {
  refusal.textContent = words;
  refusal.hidden = !words;
  if (words) refusal.scrollIntoView({ block: "nearest" });
}

/** The page stays while anything typed in it would be lost: whatever would ask before leaving says so. */
const mayLeave = () => dispatchEvent(new Event("beforeunload", { cancelable: true }));

function locked() {
  if (mayLeave()) return location.assign(room.dataset.locked + location.pathname);
  room.dataset.closed = "";
  /** @type {HTMLElement} */ (document.querySelector("[data-locked-notice]")).hidden = false;
}

/** Words that cannot be sent any more stay in sight. While something is on its way, nobody knows yet which they are. */
function tellUnsent() {
  const lost = "over" in stage().dataset ? held() : [];
  const words = sending.size ? "" : [leftBehind(), ...lost].filter(Boolean).join("\n\n");
  const shown = stage().querySelector("textarea[readonly]");
  const place = /** @type {HTMLTextAreaElement} */ (shown ?? unsent.querySelector("textarea"));
  if (words) place.value = words;
  unsent.hidden = !words || place === shown;
}

/** What was sent is no longer something to send. @param {HTMLFormElement} form @param {string} name @param {string} text */
function sent(form, name, text) {
  putAway(name, text);
  forget(text);
  for (const field of form.elements)
    if (field instanceof HTMLInputElement && field.type === "text" && field.value === text) field.value = "";
}

/** @param {SubmitEvent} event */
async function submit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-outbox]")) return;
  event.preventDefault();
  if (sending.has(form) || (form.id === "move" && "handing" in room.dataset)) return;
  sending.add(form);
  room.setAttribute("aria-busy", "true");
  const taken = event.submitter?.dataset.takes ?? "";
  const text = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(taken))?.value ?? "";
  refuse("");
  say("saving");
  const answer = await send(line, form, event.submitter, () => say("waiting"));
  sending.delete(form);
  room.removeAttribute("aria-busy");
  if (answer.why === "locked") return locked();
  if (answer.why === "gone") return location.reload();
  if (answer.why === "older") line.dispatchEvent(new CustomEvent("lost", { detail: "older" }));
  if (answer.ack && taken) sent(form, taken, text);
  tellUnsent();
  /** @type {HTMLInputElement} */ (form.elements.namedItem("key")).value = newKey();
  refuse(answer.ack ? "" : (answer.say ?? (answer.why === "long" ? (status.dataset.long ?? "") : "")));
  say(answer.ack ? "saved" : "here");
}

/** What was typed a moment ago is kept before the keys are closed by hand. @param {SubmitEvent} event */
async function saveFirst(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches(".top__lock") || locking) return;
  locking = true;
  if (!isUnsaved()) return;
  event.preventDefault();
  save();
  await new Promise((done) => {
    line.addEventListener("frame", () => isUnsaved() || done(true));
    setTimeout(done, SAVE_MS);
  });
  form.requestSubmit();
}

document.addEventListener("submit", submit);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let handing;
// At one device the next screen is another person's: a second tap, meant for the one before, does not speak for them.
document.addEventListener("stage", () => {
  clearTimeout(handing);
  room.toggleAttribute("data-handing", stage().matches(".room--between"));
  handing = setTimeout(() => room.removeAttribute("data-handing"), HANDED_OVER_MS);
});
unsent.querySelector("[data-scripted]")?.removeAttribute("hidden");
unsent.querySelector("button")?.addEventListener("click", () => {
  putAway();
  forget();
  dropKept(line);
  tellUnsent();
});
line.addEventListener("lost", (event) => {
  const why = /** @type {CustomEvent<string>} */ (event).detail;
  room.dataset.line = why;
  if (why === "locked") locked();
  else if (why === "gone") location.reload();
  else if (why === "older") older.hidden = false;
  else if (!line.hasStandIn) say(isUnsaved() ? "kept-here" : "away");
});
line.addEventListener("frame", (event) => {
  const frame = /** @type {CustomEvent<import("./line.js").Frame>} */ (event).detail;
  delete room.dataset.closed;
  /** @type {HTMLElement} */ (document.querySelector("[data-locked-notice]")).hidden = true;
  for (const clock of frame.clocks ? document.querySelectorAll("[data-clock]") : []) {
    if (!(clock instanceof HTMLElement)) continue;
    const [seconds, left] = frame.clocks?.[clock.dataset.clock ?? ""] ?? [];
    if (seconds === undefined) delete clock.dataset.remaining;
    else Object.assign(clock.dataset, { seconds, remaining: left });
  }
  if (show(frame)) say("here");
  else if (frame.html !== undefined && ["away", "kept-here"].includes(status.dataset.state ?? "")) say("here");
  if (frame.here !== undefined) room.dataset.here = frame.here ? "both" : "one";
});
line.addEventListener("open", () => {
  room.dataset.line = "open";
  older.hidden = true;
});
const save = keep(line, say);
document.addEventListener("stage", tellUnsent); // once it is known what was left
const coach = document.querySelector("[data-whispers-parts]")?.getAttribute("data-whispers-parts");
/** The coach comes once there is something to read, words of somebody else or the first typed; if it cannot, at the next chance. */
const comes = () => {
  const reads = coach && room.dataset.line === "open" && (stage().querySelector(".said-words--yours") || isUnsaved());
  if (reads) import(coach).catch(() => {});
};
line.addEventListener("open", comes);
document.addEventListener("stage", comes);
document.addEventListener("input", comes);
lookOut(line);
document.addEventListener("submit", saveFirst);
addEventListener("beforeunload", (event) => {
  if (!locking && (isUnsaved() || isLeft() || held().length || sending.size)) event.preventDefault();
});
document.addEventListener("input", () => refuse(""));
