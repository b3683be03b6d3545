/**
 * Keeps what is being typed: sealed on the server a moment after the last key. If another page of the same person wrote
 * something else meanwhile, both texts are shown and nothing is replaced.
 */
import { stage } from "./stage.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Frame} Frame */

const SETTLED_MS = 1_500;

export const box = () => /** @type {HTMLTextAreaElement | null} */ (stage().querySelector("textarea[data-draft]"));
export const isUnsaved = () => Boolean(box() && box()?.value !== box()?.dataset.saved && box()?.value.trim());

/** @param {Line} line @param {(state: string) => void} say */
export function keep(line, say) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  /** @type {string | undefined} what is on its way */
  let sent;
  const save = () => {
    const field = box();
    if (!field || sent !== undefined || field.value === (field.dataset.saved ?? "")) return;
    if (!line.isOpen) return say("kept-here");
    sent = field.value;
    line.send({ draft: sent, v: stage().dataset.v, version: field.dataset.version });
  };
  const settle = () => {
    clearTimeout(soon);
    soon = setTimeout(save, SETTLED_MS);
  };
  const ready = () => {
    sent = undefined;
    const field = box();
    if (field) field.dataset.saved ??= field.defaultValue;
    if (isUnsaved()) settle();
  };
  document.addEventListener("input", ({ target }) => target === box() && settle());
  document.addEventListener("stage", ready);
  line.addEventListener("lost", () => {
    sent = undefined;
    if (isUnsaved()) say("kept-here");
  });
  line.addEventListener("frame", (event) => {
    const frame = /** @type {CustomEvent<Frame>} */ (event).detail;
    if (frame.draft) heard(frame);
    else if (frame.html !== undefined && isUnsaved()) settle();
  });
  /** @param {Frame} frame */
  function heard(frame) {
    const field = box();
    const saved = sent;
    sent = undefined;
    if (!field || frame.draft === "late") return;
    if (frame.draft === "kept") {
      field.dataset.saved = saved;
      field.dataset.version = String(frame.version);
      say("kept");
    } else if (frame.draft === "other") {
      field.dataset.version = String(frame.version);
      field.dataset.saved = frame.words;
      if (frame.words && frame.words !== field.value) field.value = `${field.value}\n\n${frame.words}`;
    }
    if (isUnsaved()) settle();
  }
  ready();
}
