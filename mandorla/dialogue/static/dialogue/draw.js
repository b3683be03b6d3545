/** Drawing in place of words: strokes on a square of a thousand by a thousand, kept while the turn is still the same. */

const SIDE = 1000;
const STROKES_MAX = 80;
const NUMBERS_MAX = 4000;
const APART = 8; // nearer points add nothing one could see
/** @type {{ turn: string, strokes: number[][] }} */
let drawn = { turn: "", strokes: [] };

const sheet = () => /** @type {SVGSVGElement | null} */ (document.querySelector("[data-draw] svg"));
const turn = () => /** @type {HTMLElement} */ (document.querySelector("[data-stage]")).dataset.turn ?? "";

function paint() {
  const svg = sheet();
  if (!svg) return;
  svg.replaceChildren(
    ...drawn.strokes.map((points) => {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
      line.setAttribute("points", points.join(" "));
      return line;
    }),
  );
  /** @type {HTMLInputElement} */ (document.querySelector("[data-draw] input")).value = drawn.strokes
    .map((points) => points.join(" "))
    .join("; ");
}

/** @param {PointerEvent} event */
function point(event) {
  const box = /** @type {SVGSVGElement} */ (sheet()).getBoundingClientRect();
  const along = (/** @type {number} */ at, /** @type {number} */ size) =>
    Math.min(SIDE, Math.max(0, Math.round((at / size) * SIDE)));
  return [along(event.clientX - box.left, box.width), along(event.clientY - box.top, box.height)];
}

const isFull = () => drawn.strokes.length >= STROKES_MAX || drawn.strokes.flat().length >= NUMBERS_MAX - 4;

document.addEventListener("pointerdown", (event) => {
  if (!(event.target instanceof Element) || event.target.closest("svg") !== sheet() || !sheet() || isFull()) return;
  event.preventDefault();
  const start = point(event);
  const stroke = [...start, ...start]; // a dot is a line as well
  drawn.strokes.push(stroke);
  const move = (/** @type {PointerEvent} */ to) => {
    const [x = 0, y = 0] = point(to);
    const [nearX = 0, nearY = 0] = stroke.slice(-2);
    if (Math.abs(x - nearX) + Math.abs(y - nearY) >= APART && !isFull()) stroke.push(x, y);
    paint();
  };
  const end = () => document.removeEventListener("pointermove", move);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end, { once: true });
  document.addEventListener("pointercancel", end, { once: true });
  paint();
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-draw-back]")) return;
  drawn.strokes.pop();
  paint();
});

function begin() {
  const place = document.querySelector("[data-draw]");
  if (!place) return;
  if (drawn.turn !== turn()) drawn = { turn: turn(), strokes: [] };
  place.removeAttribute("hidden");
  paint();
}

document.addEventListener("stage", begin);
begin();
