/** The room: joins line, stage, outbox and drafts, and says in one quiet line how things stand. */
import { box, isUnsaved, keep } from "./draft.js";
import { Line } from "./line.js";
import { newKey, send } from "./outbox.js";
import { show } from "./stage.js";

const room = /** @type {HTMLElement} */ (document.querySelector("[data-room]"));
const status = /** @type {HTMLElement} */ (document.querySelector("[data-status]"));
const refusal = /** @type {HTMLElement} */ (document.querySelector("[data-refusal]"));
const socket = new URL(room.dataset.room ?? "", location.href);
socket.protocol = socket.protocol.replace("http", "ws");
const line = new Line(socket.href);
/** @type {Set<HTMLFormElement>} */
const sending = new Set();

/** @param {string} state a key of the status line's data attributes */
const say = (state) => {
  const words = status.dataset[state.replace(/-(.)/g, (_, letter) => letter.toUpperCase())] ?? "";
  if (status.textContent !== words) status.textContent = words;
  status.dataset.state = state;
};

/** @param {string} words */
function refuse(words) {
  refusal.textContent = words;
  refusal.hidden = !words;
}

function locked() {
  if (!isUnsaved()) return location.assign(room.dataset.locked ?? "/");
  room.dataset.closed = "";
  /** @type {HTMLElement} */ (document.querySelector("[data-locked-notice]")).hidden = false;
}

/** @param {SubmitEvent} event */
async function submit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-outbox]")) return;
  event.preventDefault();
  if (sending.has(form)) return;
  sending.add(form);
  room.setAttribute("aria-busy", "true");
  refuse("");
  say("saving");
  const answer = await send(line, form, event.submitter, () => say("waiting"));
  sending.delete(form);
  room.removeAttribute("aria-busy");
  if (answer.why === "locked") return locked();
  /** @type {HTMLInputElement} */ (form.elements.namedItem("key")).value = newKey();
  refuse(answer.ack ? "" : (answer.say ?? ""));
  say(answer.ack ? "saved" : "here");
}

document.addEventListener("submit", submit);
line.addEventListener("lost", (event) => {
  const why = /** @type {CustomEvent<string>} */ (event).detail;
  if (why === "locked") locked();
  else if (why === "gone") location.reload();
  else say(isUnsaved() ? "kept-here" : "away");
});
line.addEventListener("frame", (event) => {
  const frame = /** @type {CustomEvent<import("./line.js").Frame>} */ (event).detail;
  delete room.dataset.closed;
  /** @type {HTMLElement} */ (document.querySelector("[data-locked-notice]")).hidden = true;
  for (const [name, [seconds, left]] of Object.entries(frame.clocks ?? {})) {
    const clock = document.querySelector(`[data-clock="${name}"]`);
    if (clock instanceof HTMLElement) Object.assign(clock.dataset, { seconds, remaining: left });
  }
  if (show(frame)) say("here");
  else if (frame.html !== undefined && ["away", "kept-here"].includes(status.dataset.state ?? "")) say("here");
  if (frame.here !== undefined) room.dataset.here = frame.here ? "both" : "one";
});
keep(line, say);
addEventListener("beforeunload", (event) => {
  if (isUnsaved() || sending.size) event.preventDefault();
});
document.addEventListener("input", () => refuse(""));
box()?.focus({ preventScroll: true });
