/**
 * Words that would be lost: a page asks before it is left while text inside [data-asks] is not what the server knows, unless
 * that is just being sent. Of [data-asks="all"] the server has kept nothing yet. Quick exit and lock are never held up.
 */

const TYPED = "textarea, input:not([type]), input[type=text]";
let goes = false;

/** @param {HTMLElement} place */
const isChanged = (place) =>
  place.dataset.asks === "all" ||
  [.../** @type {NodeListOf<HTMLTextAreaElement>} */ (place.querySelectorAll(TYPED))].some(
    (field) => !field.readOnly && !("draft" in field.dataset) && field.value !== field.defaultValue,
  );

addEventListener("submit", (event) => {
  goes = !event.defaultPrevented && event.target instanceof Element && event.target.matches("[data-asks], .top__lock");
});

addEventListener("pageshow", () => {
  goes = false;
});

addEventListener("beforeunload", (event) => {
  const places = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-asks]"));
  if (!goes && [...places].some(isChanged)) event.preventDefault();
});
