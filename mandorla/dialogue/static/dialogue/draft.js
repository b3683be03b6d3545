/**
 * Keeps what is filled in, words and what is chosen beside them: sealed on the server a moment after the last key, and at once
 * when the stage changes. If another page of the same person wrote something else meanwhile, both texts are shown and nothing
 * is replaced. Words whose turn has gone by stay on the page until their writer puts them away.
 */
import { handIn } from "./lookout.js";
import { stage } from "./stage.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Frame} Frame */
/** @typedef {{ words: string, own: string, lead: string, feelings: string[] }} Filled */

const SETTLED_MS = 1_500;
const DRAFT_MAX = 10_000;
const FIELDS = "[name=words], [name=own], [name=lead], [name=feelings]";
/** @type {["words" | "own", string][]} what is typed, and what stands between two texts */
const TEXTS = [
  ["words", "\n\n"],
  ["own", ", "],
];
const form = () => /** @type {HTMLFormElement} */ (document.getElementById("move"));
const fields = () =>
  [.../** @type {NodeListOf<HTMLInputElement>} */ (form().querySelectorAll(FIELDS))].filter(
    (one) => one.form === form(),
  );

/** @type {Filled & { turn?: string, saved: boolean } | null} what is filled in, while its fields are not on the screen */
let aside = null;
/** @type {Set<string>} what this page has handed over, so that it knows its own words again */
const handed = new Set();
/** What the server keeps of this turn, as far as this page knows, and under which version. */
let [saved, version, turn] = /** @type {(string | undefined)[]} */ (["", "0", undefined]);

/** @returns {Filled} */
function filled() {
  const all = new FormData(form());
  const [words = "", own = "", lead = ""] = ["words", "own", "lead"].map((name) => String(all.get(name) ?? ""));
  return { words, own, lead, feelings: all.getAll("feelings").map(String) };
}
const isTyped = (/** @type {Filled} */ { words, own }) => Boolean(words.trim() || own.trim());

export function isUnsaved() {
  const now = filled();
  return Boolean((aside && !aside.saved) || (isTyped(now) && JSON.stringify(now) !== saved));
}
/** Words whose turn has gone by, or whose dialogue is over, and which were never sent. */
export const leftBehind = () =>
  aside && (aside.turn !== stage().dataset.turn || "over" in stage().dataset)
    ? [aside.words, aside.own].filter(Boolean).join("\n\n")
    : "";
/** What was sent is no longer to be kept; all of it, if nothing is named. @param {string} [name] @param {string} [text] */
export function putAway(name, text) {
  if (aside && (name === "words" || name === "own") && aside[name] === text) aside[name] = "";
  if (name === undefined || (aside && !isTyped(aside))) aside = null;
}

/** @param {Line} line @param {(state: string) => void} say @returns {() => void} what saves at once */
export function keep(line, say) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  /** @type {Filled | undefined} what is on its way */
  let sent;
  let older = false;
  const save = () => {
    const now = filled();
    if (!fields().length || sent || older || JSON.stringify(now) === saved) return;
    sent = now;
    for (const [name] of TEXTS) handed.add(now[name]);
    const { words, ...beside } = now;
    const told = { draft: words, ...beside, v: stage().dataset.v, version };
    if (words.length > DRAFT_MAX) heard({ draft: "long" });
    else if (!line.send(told)) void handIn(line, told).then((arrived) => arrived || miss());
  };
  const settle = () => {
    clearTimeout(soon);
    soon = setTimeout(save, SETTLED_MS);
  };
  const leave = () => {
    const now = filled();
    if (!fields().length) return;
    save();
    if (isTyped(now)) aside = { ...now, turn: stage().dataset.turn, saved: JSON.stringify(now) === saved };
  };
  const arrive = () => {
    if (!fields().length) return;
    if (aside && aside.turn === stage().dataset.turn) {
      fill(aside);
      aside = null;
    } else if (turn !== stage().dataset.turn) [saved, version] = [JSON.stringify(filled()), stage().dataset.kept];
    turn = stage().dataset.turn;
    if (isUnsaved()) settle();
  };
  document.addEventListener("input", ({ target }) => fields().some((one) => one === target) && settle());
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
  function heard(frame) {
    const was = sent;
    sent = undefined;
    if (frame.draft === "long") say("long");
    if (!was) return;
    const same = JSON.stringify(was);
    if (frame.draft === "kept") {
      [saved, version] = [same, String(frame.version)];
      if (aside && TEXTS.every(([name]) => aside?.[name] === was[name])) aside.saved = true;
      if (fields().length) say("kept");
    }
    if (frame.draft === "other" && fields().length) {
      [saved, version] = ["", String(frame.version)];
      join(frame);
    }
    if (frame.draft !== "late" && frame.draft !== "long" && isUnsaved()) settle();
  }
  /** Both texts, one after the other, unless one holds the other. @param {Frame} frame */
  function join(frame) {
    for (const [name, between] of TEXTS) {
      const field = fields().find((one) => one.name === name);
      const other = frame[name] ?? "";
      if (!field || handed.has(other) || field.value.includes(other)) continue;
      field.value = other.includes(field.value) ? other : `${field.value}${between}${other}`;
      say("joined");
    }
  }
  arrive();
  return save;
}

/** @param {Filled} given */
function fill(given) {
  for (const field of fields()) {
    if (field.type === "radio") field.checked = field.value === given.lead;
    else if (field.type === "checkbox") field.checked = given.feelings.includes(field.value);
    else field.value = given[/** @type {"words" | "own"} */ (field.name)];
  }
}
