/**
 * Keeps what is filled in, words and what is chosen beside them: sealed on the server a moment after the last key, and at once
 * when the stage changes or the page is hidden. If another page of the same person kept something else meanwhile, both are
 * shown and nothing is replaced. Words whose turn has gone by stay on the page until their writer sends them or puts them away.
 */
import { handIn } from "./lookout.js";
import { merged } from "./merged.js";
import { stage } from "./stage.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Frame} Frame */
/**
 * @typedef {{ words: string | null, own: string, lead: string | null, feelings: string[] }} Filled null where there is no field
 * @typedef {Filled & { turn?: string, writer?: string, saved: boolean }} Aside
 */

const SETTLED_MS = 1_500;
const DRAFT_MAX = 10_000;
const [LOOK_MS, UNDER_WAY_MS] = [20, 500];
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
/** The version of the draft that an act goes on from. */
const version = () => /** @type {HTMLInputElement} */ (form().elements.namedItem("kept"));

/** @type {Aside | null} what is filled in, while its fields are off the screen for a moment */
let away = null;
/** @type {Aside[]} what was not sent, and whose turn has gone by */
let left = [];
/** @type {Set<string>} what this page has handed over, so that it knows its own words again */
const handed = new Set();
/** What the server keeps of this turn, as far as this page knows. */
let saved = "";
let kept = "0";
/** @type {string | undefined} */
let turn;
/** @type {Filled | undefined} what is on its way */
let sent;

/** @returns {Filled} */
function filled() {
  const all = new FormData(form());
  const [words = null, lead = null] = ["words", "lead"].map((name) => /** @type {string | null} */ (all.get(name)));
  return { words, own: String(all.get("own") ?? ""), lead, feelings: all.getAll("feelings").map(String) };
}
const told = (/** @type {Filled} */ { words, own, lead, feelings }) => JSON.stringify({ words, own, lead, feelings });
const isTyped = (/** @type {Filled} */ { words, own }) => Boolean(words?.trim() || own.trim());

/** Whether the server lacks something that stands in the fields of this turn. */
export const isUnsaved = () => Boolean((away && !away.saved) || (fields().length && told(filled()) !== saved));
/** Whether something that was not sent is on this page alone. */
export const isLeft = () => left.some((one) => !one.saved || one.own);
/** What was never sent and whose turn has gone by, or whose dialogue is over. At one device nobody sees the other's. */
export const leftBehind = () =>
  left
    .filter((one) => one.writer === stage().dataset.writer)
    .flatMap(({ words, own }) => [words, own])
    .filter(Boolean)
    .join("\n\n");
/**
 * What an act goes on from: the newest version of the draft, once what is on its way has arrived, or has had time to.
 *
 * @returns {Promise<string>}
 */
export async function goesOnFrom() {
  for (let ms = 0; sent && ms < UNDER_WAY_MS; ms += LOOK_MS) await new Promise((done) => setTimeout(done, LOOK_MS));
  return kept;
}
/** What was sent is no longer to be kept; all of it, if nothing is named. @param {string} [name] @param {string} [text] */
export function putAway(name, text) {
  for (const one of left) if ((name === "words" || name === "own") && one[name] === text) one[name] = "";
  left = name === undefined ? [] : left.filter(isTyped);
}

/** What was put away goes from the server as well, where it is not what stands in a field. @param {Line} line */
export function dropKept(line) {
  if (!fields().length && !away && version().value !== "0")
    line.send({ draft: "", v: stage().dataset.v, version: version().value });
}

/** @param {Line} line @param {(state: string) => void} say @returns {() => void} what saves at once */
export function keep(line, say) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  let older = false;
  let stood = false;
  const save = () => {
    const now = filled();
    if (!fields().length || sent || older || told(now) === saved) return;
    sent = now;
    for (const [name] of TEXTS) handed.add(now[name] ?? "");
    const { words, ...beside } = now;
    const frame = { draft: words, ...beside, v: stage().dataset.v, version: version().value };
    if ((words ?? "").length + now.own.length > DRAFT_MAX) heard({ draft: "long" });
    else if (!line.send(frame)) void handIn(line, frame).then((arrived) => arrived || miss());
  };
  const settle = () => {
    clearTimeout(soon);
    soon = setTimeout(save, SETTLED_MS);
  };
  const settleIfNeeded = () => isUnsaved() && settle();
  const leave = () => {
    stood = fields().length > 0;
    if (!stood) return;
    save();
    const now = filled();
    const same = told(now) === saved;
    if (!same || version().value !== "0")
      away = { ...now, turn: stage().dataset.turn, writer: stage().dataset.writer, saved: same };
  };
  const arrive = () => {
    const { dataset } = stage();
    const present = fields().length > 0;
    if (away && (away.turn !== dataset.turn || (!present && !("rests" in dataset)))) {
      const wasSent = away.saved && version().value === "0"; // by another page: this one puts away what it sends
      if (isTyped(away) && !wasSent) left.push(away);
      away = null;
    }
    if (!present) return;
    if (turn !== dataset.turn || (!stood && !away)) saved = told(filled());
    else version().value = kept;
    [turn, kept] = [dataset.turn, version().value];
    if (away) fill(away);
    away = null;
    putAway("words", filled().words ?? "");
    settleIfNeeded();
  };
  document.addEventListener("input", ({ target }) => fields().some((one) => one === target) && settle());
  document.addEventListener("visibilitychange", () => document.hidden && save());
  document.addEventListener("leaving", leave);
  document.addEventListener("stage", arrive);
  const miss = () => {
    sent = undefined;
    if (isUnsaved()) say("kept-here");
  };
  line.addEventListener("open", () => {
    older = false;
    sent = undefined; // what was on its way over a line before this one may not have arrived
    settleIfNeeded();
  });
  line.addEventListener("lost", (event) => {
    older ||= /** @type {CustomEvent<string>} */ (event).detail === "older";
    if (!line.hasStandIn) return miss();
    sent = undefined;
    settleIfNeeded();
  });
  line.addEventListener("frame", (event) => {
    const frame = /** @type {CustomEvent<Frame>} */ (event).detail;
    if (frame.draft) heard(frame);
    else if (frame.html !== undefined) settleIfNeeded();
  });
  /** @param {Frame} frame */
  function heard(frame) {
    const was = sent;
    sent = undefined;
    if (frame.draft === "long") say("long");
    if (!was) return;
    if (frame.draft === "kept") {
      [saved, kept] = [told(was), String(frame.version)];
      for (const one of away ? [away, ...left] : left) one.saved ||= told(one) === saved;
      if (fields().length) {
        version().value = kept;
        say("kept");
      }
    }
    if (frame.draft === "other" && fields().length) join(frame);
    if (frame.draft !== "late" && frame.draft !== "long") settleIfNeeded();
  }
  /** What another page kept meanwhile, together with what stands here. @param {Frame} frame */
  function join({ version: newer, words = "", own = "", lead = "", feelings = [] }) {
    const [base, now, other] = [saved ? JSON.parse(saved) : {}, filled(), { words, own, lead, feelings }];
    const both = { ...now, lead: now.lead || lead, feelings: [...now.feelings, ...feelings] };
    for (const [name, between] of TEXTS) {
      const mine = now[name];
      if (mine === null || handed.has(other[name])) continue;
      both[name] = merged(mine, base[name] ?? "", other[name], between);
      if (both[name] !== mine && both[name] !== other[name]) say("joined");
    }
    fill(both);
    saved = told({ ...other, words: now.words === null ? null : words, lead: now.lead === null ? null : lead });
    kept = version().value = String(newer);
    if (!isUnsaved()) say("kept");
  }
  arrive();
  return save;
}

/** @param {Filled} given */
function fill(given) {
  for (const field of fields()) {
    if (field.type === "radio") field.checked = field.value === given.lead;
    else if (field.type === "checkbox") field.checked = given.feelings.includes(field.value);
    else field.value = given[/** @type {"words" | "own"} */ (field.name)] ?? "";
  }
}
