/**
 * The stage: shows what the server rendered, never something older than what stands there, and keeps what is being typed
 * while the turn is still the same.
 */

/** @type {{ createHTML: (html: string) => any }} */
const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("mandorla", {
  createHTML: (/** @type {string} */ html) => html,
}) ?? { createHTML: (/** @type {string} */ html) => html };

export const stage = () => /** @type {HTMLElement} */ (document.querySelector("[data-stage]"));
const version = () => Number(stage().dataset.v);

/** @param {{ v?: number, html?: string }} frame @returns {boolean} whether something new is shown */
export function show(frame) {
  if (frame.html === undefined || frame.v === undefined || frame.v <= version()) return false;
  const typed = remember();
  const before = stage();
  const focused = before.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const turn = before.dataset.turn;
  const holder = document.createElement("template");
  holder.innerHTML = trusted.createHTML(frame.html);
  before.replaceWith(holder.content);
  if (stage().dataset.turn === turn) restore(typed);
  if (focused !== undefined) settle(stage().dataset.turn === turn ? focused : undefined);
  stage().dispatchEvent(new CustomEvent("stage", { bubbles: true }));
  return true;
}

/** Words, chosen lead-ins and ticked feelings, by name and value. */
function remember() {
  return [...stage().querySelectorAll("textarea, input:not([type=hidden])")].map((field) => {
    const { name, value } = /** @type {HTMLInputElement} */ (field);
    return { name, value, checked: /** @type {HTMLInputElement} */ (field).checked ?? false };
  });
}

/** @param {{ name: string, value: string, checked: boolean }[]} typed */
function restore(typed) {
  for (const { name, value, checked } of typed) {
    for (const field of stage().querySelectorAll(`[name="${name}"]`)) {
      if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === "text")) field.value = value;
      else if (field instanceof HTMLInputElement && field.value === value) field.checked = checked;
    }
  }
}

/** @param {string | undefined} id where the focus was; a new step is read from its heading */
function settle(id) {
  const target = (id && document.getElementById(id)) || stage().querySelector("h1");
  if (target instanceof HTMLElement) target.focus({ preventScroll: false });
}
