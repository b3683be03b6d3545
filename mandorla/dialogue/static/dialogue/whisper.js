/**
 * The coach's whispers: asked for as a draft settles, shown under it to its writer alone. They hold nothing up and keep nothing.
 * What was not followed is not said again; after two of those the coach is quiet for this draft, but for danger. That stands
 * behind a line anybody may see or hear read out, until it is opened; it is put away for the words it stood under alone.
 */
import { line } from "./room.js";
import { stage } from "./stage.js";

/** @typedef {import("./line.js").Whisper} Whisper */
/** @typedef {import("./line.js").Frame} Frame */

const SETTLED_MS = 1_000;
const ARRIVED_MS = 700;
const PATIENCE = 2;
const DANGER = "danger";

const parts = /** @type {HTMLTemplateElement} */ (document.querySelector("[data-whispers-parts]"));
const part = (/** @type {string} */ name) =>
  /** @type {HTMLElement} */ (parts.content.querySelector(`[data-part="${name}"]`)?.cloneNode(true));
const field = () => /** @type {HTMLTextAreaElement | null} */ (stage().querySelector("textarea[data-draft]"));
const isDanger = (/** @type {Whisper} */ { code }) => code === DANGER;
const place = () => /** @type {HTMLElement | null} */ (stage().querySelector("[data-whispers]"));

/** @type {Set<string>} of no help, on this page and from now on */
const silenced = new Set();
let number = 0;
let told = false; // that the coach reads another language
const none = () => ({
  turn: /** @type {string | undefined} */ (undefined),
  draft: 0, // the newest question about what is written, and about what arrived
  arrived: 0,
  isReader: false, // told about what arrived
  asked: "",
  answered: "", // the words that are whispered about
  unread: false,
  whispers: /** @type {Whisper[]} */ ([]),
  ignored: /** @type {Set<string>} */ (new Set()),
  danger: /** @type {Whisper[]} */ ([]), // in what arrived
  away: /** @type {Set<string>} */ (new Set()), // words of danger
  door: { key: "", box: part(DANGER) },
  caught: /** @type {string[]} */ ([]),
});
let now = none();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let settling;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let wondering;

function ask() {
  const box = field();
  if (!box) return;
  if (!line.isOpen) return settle();
  const lead = /** @type {HTMLInputElement | null} */ (stage().querySelector("[name=lead]:checked"))?.value ?? "";
  const words = box.value.trim() && box.value;
  if (now.answered === lead + words) return;
  now.asked = lead + words;
  if (!words) hear({ whisper: now.draft });
  now.draft = ++number;
  line.send({ whisper: number, v: stage().dataset.v, words, lead, without: [...silenced, ...now.ignored] });
}

/** A new turn begins with nothing; then the reader asks about what arrived, once it stands on the screen. */
function arrive() {
  if (now.turn === stage().dataset.turn) return show();
  clearTimeout(settling);
  now = { ...none(), turn: stage().dataset.turn };
  wonder();
}

function wonder() {
  clearTimeout(wondering);
  if (now.isReader) return;
  wondering = setTimeout(() => {
    if (!line.isOpen) return wonder();
    now.arrived = ++number;
    line.send({ whisper: number, v: stage().dataset.v });
  }, ARRIVED_MS);
}

/** What was asked on a line that was lost is asked again on the new one. */
function askAgain() {
  arrive();
  wonder();
  if (now.draft) settle();
}

/** @param {Frame} frame */
function hear({ whisper, said = [], reads = true, caught = [] }) {
  if (!whisper || ![now.arrived, now.draft].includes(whisper)) return;
  if (whisper === now.arrived) Object.assign(now, { danger: said, caught, isReader: true });
  else {
    now.answered = now.asked;
    for (const { code } of now.whispers)
      if (code !== DANGER && said.some((one) => one.code === code)) now.ignored.add(code);
    const quiet = now.ignored.size >= PATIENCE;
    now.whispers = said.filter(
      ({ code }) => code === DANGER || !(quiet || now.ignored.has(code) || silenced.has(code)),
    );
  }
  now.unread ||= !reads && !told;
  told ||= !reads;
  show();
}

/** Built only when something changed, so that it is read out once. */
function show() {
  const where = place();
  if (!where) return;
  const spans = [...now.danger, ...now.whispers].filter(isDanger).map(({ span }) => span);
  const danger = [...new Set(spans)].filter((span) => !now.away.has(span));
  const whispers = now.whispers.filter((one) => !isDanger(one));
  const others = [...whispers.map(made), ...(now.unread ? [part("language")] : [])];
  if (now.caught.length) {
    const box = part("caught");
    for (const sentence of now.caught)
      box.append(Object.assign(document.createElement("p"), { textContent: sentence }));
    others.push(box);
  }
  const [head, door, rest] = /** @type {Iterable<HTMLElement>} */ (/** @type {unknown} */ (where.children));
  where.toggleAttribute("data-whispering", danger.length + others.length > 0);
  fill(head, danger.length + others.length ? [danger] : [], () => [part("head")]);
  fill(door, danger, () => [doorTo(danger)]);
  fill(rest, others.length ? [whispers, now.caught, now.unread] : [], () => others);
}

/** @param {HTMLElement | undefined} place @param {unknown[]} what @param {() => Node[]} nodes */
function fill(place, what, nodes) {
  const key = JSON.stringify(what);
  if (!place || place.dataset.shown === key) return;
  place.dataset.shown = key;
  place.replaceChildren(...(what.length ? nodes() : []));
}

/** The same for the same words, so that it stays open on a new stage. @param {string[]} words */
function doorTo(words) {
  const key = JSON.stringify(words);
  if (now.door.key === key) return now.door.box;
  const box = part(DANGER);
  const of = box.querySelector(".whisper__of");
  of?.replaceChildren(
    ...words.flatMap((span) => [
      Object.assign(document.createElement("mark"), { className: "whisper__words", dir: "auto", textContent: span }),
      " ",
    ]),
  );
  if (!document.querySelector('#quiet-menu [value="pause"]')) box.querySelector('[value="pause"]')?.remove();
  box.querySelector("[data-put-away]")?.addEventListener("click", () => {
    for (const span of words) now.away.add(span);
    putAway(() => true);
  });
  now.door = { key, box };
  return box;
}

/** @param {Whisper} whisper */
function made(whisper) {
  const box = part("whisper");
  const [says, words] = ["says", "words"].map((name) => box.querySelector(`.whisper__${name}`));
  if (says) says.textContent = whisper.say;
  if (words) words.textContent = whisper.span;
  if (!whisper.span) box.querySelector(".whisper__of")?.remove();
  const button = box.querySelector("[data-not-helpful]");
  button?.setAttribute("aria-label", `${button.textContent?.trim()}: ${whisper.say}`);
  button?.addEventListener("click", () => silence(whisper.code));
  return box;
}

/** @param {string} code */
function silence(code) {
  silenced.add(code);
  const body = new FormData(/** @type {HTMLFormElement} */ (document.getElementById("aside")));
  body.set("act", "silence");
  body.set("code", code);
  void fetch(parts.dataset.coach ?? "", { method: "POST", body, redirect: "manual" }).catch(() => {});
  putAway((one) => one.code !== code);
}

/** @param {(whisper: Whisper) => boolean} stays */
function putAway(stays) {
  now.whispers = now.whispers.filter(stays);
  show();
  (field() ?? stage().querySelector("h1"))?.focus();
}

function settle() {
  now.draft = ++number; // what was asked before is not answered any more
  clearTimeout(settling);
  settling = setTimeout(ask, SETTLED_MS);
}

document.addEventListener("input", ({ target }) => {
  if (target instanceof HTMLElement && (target === field() || target.getAttribute("name") === "lead")) settle();
});
document.addEventListener("stage", arrive);
line.addEventListener("open", askAgain);
line.addEventListener("frame", (event) => hear(/** @type {CustomEvent<Frame>} */ (event).detail));
if (line.isOpen) arrive();
if (field()?.value !== field()?.defaultValue) settle();
