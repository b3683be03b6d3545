/**
 * The stage: shows what the server rendered, never something older than what stands there, and keeps what is being typed
 * while the turn is still the same. The old stage says `leaving` before it goes, the new one says `stage` once it stands.
 */

/** @type {{ createHTML: (html: string) => any }} */
const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("mandorla", {
  createHTML: (/** @type {string} */ html) => html,
}) ?? { createHTML: (/** @type {string} */ html) => html };

export const stage = () => /** @type {HTMLElement} */ (document.querySelector("[data-stage]"));
/** What is typed beside a step outlives it, and a pause: a topic to park, a beginning to lend. By the field's id. */
const BESIDE = "input[form]:not([type])";
/** @type {Map<string, string>} */
const beside = new Map();
/** What of that stands in no field just now. */
export const held = () => [...beside].flatMap(([id, text]) => (text && !document.getElementById(id) ? [text] : []));
/** @param {string} [text] what was sent; all, if none is named */
export function forget(text) {
  for (const [id, value] of beside) if (text === undefined || value === text) beside.set(id, "");
}
const version = () => Number(stage().dataset.v);

/** @param {{ v?: number, html?: string }} frame @returns {boolean} whether something new is shown */
export function show(frame) {
  if (frame.html === undefined || frame.v === undefined || frame.v <= version()) return false;
  const before = stage();
  before.dispatchEvent(new CustomEvent("leaving", { bubbles: true }));
  const active = document.activeElement;
  const nowhere = !active || active === document.body;
  const inside = before.contains(active);
  const holder = document.createElement("template");
  holder.innerHTML = trusted.createHTML(frame.html);
  before.replaceWith(holder.content);
  const same = stage().dataset.turn === before.dataset.turn;
  if (same) carryOver(before);
  keepBeside(before);
  const stayed = same && titleOf(stage()) === titleOf(before);
  if (inside || (nowhere && !stayed)) focus((stayed && active && twin(active)) || stage().querySelector("h1"));
  stage().dispatchEvent(new CustomEvent("stage", { bubbles: true }));
  return true;
}

const titleOf = (/** @type {HTMLElement} */ one) => one.querySelector("h1")?.textContent;

/** Words, chosen lead-ins, ticked feelings and what was opened. @param {HTMLElement} before */
function carryOver(before) {
  for (const old of before.querySelectorAll("textarea, input:not([type=hidden]), details")) {
    const now = twin(old);
    if (now instanceof HTMLDetailsElement) now.open = /** @type {HTMLDetailsElement} */ (old).open;
    else if (now instanceof HTMLTextAreaElement) now.value = /** @type {HTMLTextAreaElement} */ (old).value;
    else if (now instanceof HTMLInputElement) {
      const { value, checked } = /** @type {HTMLInputElement} */ (old);
      Object.assign(now, { value, checked });
    }
  }
}

/** @param {HTMLElement} before */
function keepBeside(before) {
  const fieldsOf = (/** @type {HTMLElement} */ one) =>
    /** @type {NodeListOf<HTMLInputElement>} */ (one.querySelectorAll(BESIDE));
  for (const { id, value } of fieldsOf(before)) beside.set(id, value);
  for (const field of fieldsOf(stage())) {
    field.value = beside.get(field.id) ?? "";
    if (field.value) field.closest("details")?.setAttribute("open", "");
  }
}

/** The element of the new stage that is what this one was: by id, by name and value, or by its words. @param {Element} old */
function twin(old) {
  if (old.id) return stage().querySelector(`#${CSS.escape(old.id)}`);
  const { name, value } = /** @type {HTMLInputElement} */ (old);
  const same = (/** @type {any} */ one) =>
    name ? one.name === name && one.value === value : one.textContent === old.textContent;
  return [...stage().querySelectorAll(old.tagName)].find(same) ?? null;
}

/** @param {Element | null} target */
function focus(target) {
  if (target instanceof HTMLElement) target.focus();
}
