/**
 * The coach's whispers: asked for as a draft settles, shown under it to its writer alone. They hold nothing up and keep nothing.
 * What was not followed is not said again; after two of those the coach is quiet for this draft, but for danger.
 */
import { line } from "./room.js";
import { stage } from "./stage.js";

/** @typedef {import("./line.js").Whisper} Whisper */
/** @typedef {import("./line.js").Frame} Frame */

const SETTLED_MS = 1_000;
const ARRIVED_MS = 700;
const WORDS_MIN = 4;
const PATIENCE = 2;
const DANGER = "danger";

const parts = /** @type {HTMLTemplateElement} */ (document.querySelector("[data-whispers-parts]"));
const part = (/** @type {string} */ name) =>
  /** @type {HTMLElement} */ (parts.content.querySelector(`[data-part="${name}"]`)?.cloneNode(true));
const field = () => /** @type {HTMLTextAreaElement | null} */ (stage().querySelector("textarea[data-draft]"));
const place = () => /** @type {HTMLElement | null} */ (stage().querySelector("[data-whispers]"));

/** @type {Set<string>} of no help, on this page and from now on */
const silenced = new Set();
let number = 0;
let told = false; // that the coach reads another language
const none = () => ({
  turn: /** @type {string | undefined} */ (undefined),
  draft: 0, // the newest question about what is written, and about what arrived
  arrived: 0,
  asked: "",
  unread: false,
  whispers: /** @type {Whisper[]} */ ([]),
  ignored: /** @type {Set<string>} */ (new Set()),
  danger: /** @type {Whisper[]} */ ([]), // in what arrived
  caught: /** @type {string[]} */ ([]),
});
let now = none();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let settling;

function ask() {
  const box = field();
  if (!box || !line.isOpen) return;
  const lead = /** @type {HTMLInputElement | null} */ (stage().querySelector("[name=lead]:checked"))?.value ?? "";
  const enough = box.value.split(/\s+/u).filter(Boolean).length >= WORDS_MIN;
  const words = enough ? box.value : "";
  if (!words) hear({ whisper: now.draft, said: [] });
  if (now.asked === lead + words) return;
  now.asked = lead + words;
  now.draft = ++number;
  line.send({ whisper: number, v: stage().dataset.v, words, lead, without: [...silenced, ...now.ignored] });
}

/** A new turn begins with nothing; then the reader asks about what arrived, once it stands on the screen. */
function arrive() {
  if (now.turn === stage().dataset.turn) return show();
  clearTimeout(settling);
  now = { ...none(), turn: stage().dataset.turn };
  const turn = now;
  setTimeout(() => {
    if (now !== turn || !line.isOpen) return;
    now.arrived = ++number;
    line.send({ whisper: number, v: stage().dataset.v });
  }, ARRIVED_MS);
}

/** @param {Frame} frame */
function hear({ whisper, said = [], reads = true, caught = [] }) {
  if (whisper === now.arrived && whisper !== now.draft) Object.assign(now, { danger: said, caught });
  else if (whisper === now.draft) {
    for (const { code } of now.whispers)
      if (code !== DANGER && said.some((one) => one.code === code)) now.ignored.add(code);
    const quiet = now.ignored.size >= PATIENCE;
    now.whispers = said.filter(
      ({ code }) => code === DANGER || !(quiet || now.ignored.has(code) || silenced.has(code)),
    );
    now.unread ||= !reads && !told;
    told ||= !reads;
  } else return;
  show();
}

/** Built only when something changed, so that it is read out once. */
function show() {
  const where = place();
  const every = [...now.danger, ...now.whispers];
  const key = JSON.stringify([every, now.caught, now.unread]);
  if (!where || where.dataset.shown === key) return;
  where.dataset.shown = key;
  where.replaceChildren();
  if (!every.length && !now.caught.length && !now.unread) return;
  where.append(/** @type {Node} */ (parts.content.firstElementChild?.cloneNode(true)), ...every.map(made));
  if (now.unread) where.append(part("language"));
  if (now.caught.length) {
    const box = part("caught");
    for (const sentence of now.caught)
      box.append(Object.assign(document.createElement("p"), { textContent: sentence }));
    where.append(box);
  }
}

/** @param {Whisper} whisper */
function made(whisper) {
  const box = part(whisper.code === DANGER ? DANGER : "whisper");
  const [says, words] = ["says", "words"].map((name) => box.querySelector(`.whisper__${name}`));
  if (says && whisper.code !== DANGER) says.textContent = whisper.say;
  if (words) words.textContent = whisper.span;
  if (!whisper.span) box.querySelector(".whisper__of")?.remove();
  if (!document.querySelector('#quiet-menu [value="pause"]')) box.querySelector('[value="pause"]')?.remove();
  const button = box.querySelector("[data-not-helpful]");
  button?.setAttribute("aria-label", `${button.textContent?.trim()}: ${whisper.say}`);
  button?.addEventListener("click", () => silence(whisper.code));
  box.querySelector("[data-put-away]")?.addEventListener("click", () => {
    now.danger = [];
    putAway(({ code }) => code !== DANGER);
  });
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
line.addEventListener("open", arrive);
line.addEventListener("frame", (event) => hear(/** @type {CustomEvent<Frame>} */ (event).detail));
if (line.isOpen) arrive();
if (field()?.value !== field()?.defaultValue) settle();
