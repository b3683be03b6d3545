/**
 * Keeps what is being typed: sealed on the server a moment after the last key, and at once when the stage changes. If another
 * page of the same person wrote something else meanwhile, both texts are shown and nothing is replaced. Words whose turn has
 * gone by stay on the page until their writer puts them away.
 */
import { handIn } from "./lookout.js";
import { stage } from "./stage.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Frame} Frame */

const SETTLED_MS = 1_500;
const DRAFT_MAX = 10_000;
const field = () => /** @type {HTMLTextAreaElement | null} */ (stage().querySelector("textarea[data-draft]"));

/** @type {{ words: string, turn?: string, saved: boolean } | null} words whose field is not on the screen just now */
let aside = null;
/** @type {Set<string>} what this page has handed over, so that it knows its own words again */
const handed = new Set();

export const isUnsaved = () =>
  Boolean((aside && !aside.saved) || (field()?.value.trim() && field()?.value !== field()?.dataset.saved));
/** Words whose turn has gone by, or whose dialogue is over, and which were never sent. */
export const leftBehind = () =>
  aside && (aside.turn !== stage().dataset.turn || "over" in stage().dataset) ? aside.words : "";
/** @param {string} [words] those that were sent; all, if none are named */
export const putAway = (words) => {
  if (words === undefined || aside?.words === words) aside = null;
};

/** @param {Line} line @param {(state: string) => void} say @returns {() => void} what saves at once */
export function keep(line, say) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  /** @type {string | undefined} what is on its way */
  let sent;
  let older = false;
  const save = () => {
    const box = field();
    if (!box || sent !== undefined || older || box.value === (box.dataset.saved ?? "")) return;
    sent = box.value;
    handed.add(sent);
    const fields = { draft: sent, v: stage().dataset.v, version: box.dataset.version };
    if (sent.length > DRAFT_MAX) heard({ draft: "long" });
    else if (!line.send(fields)) void handIn(line, fields).then((arrived) => arrived || miss());
  };
  const settle = () => {
    clearTimeout(soon);
    soon = setTimeout(save, SETTLED_MS);
  };
  const leave = () => {
    const box = field();
    if (!box?.value.trim()) return;
    const saved = box.value === box.dataset.saved;
    if (!saved) save();
    aside = { words: box.value, turn: stage().dataset.turn, saved };
  };
  const arrive = () => {
    const box = field();
    if (!box) return;
    box.dataset.saved ??= box.defaultValue;
    if (aside && aside.turn === stage().dataset.turn) {
      box.value = aside.words;
      aside = null;
    }
    if (isUnsaved()) settle();
  };
  document.addEventListener("input", ({ target }) => target === field() && settle());
  document.addEventListener("leaving", leave);
  document.addEventListener("stage", arrive);
  line.addEventListener("open", () => {
    older = false;
  });
  line.addEventListener("lost", (event) => {
    older ||= /** @type {CustomEvent<string>} */ (event).detail === "older";
  });
  const miss = () => {
    sent = undefined;
    if (isUnsaved()) say("kept-here");
  };
  line.addEventListener("lost", () => line.hasStandIn || miss());
  line.addEventListener("frame", (event) => {
    const frame = /** @type {CustomEvent<Frame>} */ (event).detail;
    if (frame.draft) heard(frame);
    else if (frame.html !== undefined && isUnsaved()) settle();
  });
  /** @param {Frame} frame */
  function heard({ draft, version, words = "" }) {
    const box = field();
    const saved = sent;
    sent = undefined;
    if (draft === "kept" && aside && aside.words === saved) aside.saved = true;
    if (draft === "kept" || draft === "long") say(draft);
    if (!box || saved === undefined || (draft !== "kept" && draft !== "other")) return;
    box.dataset.version = String(version);
    box.dataset.saved = draft === "kept" ? saved : words;
    if (draft === "other" && words && !handed.has(words)) box.value = `${box.value}\n\n${words}`;
    if (isUnsaved()) settle();
  }
  arrive();
  return save;
}
