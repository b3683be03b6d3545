/**
 * Drawing in place of words: strokes on a square of a thousand by a thousand, kept while the turn is still the same. With a
 * pointer; or with a pen that the arrow keys move and the space bar puts down.
 */

const SIDE = 1000;
const STROKES_MAX = 80;
const NUMBERS_MAX = 4000;
const APART = 8; // nearer points add nothing one could see
const STEP = 25;
const TIP = 14;
/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const pen = { x: SIDE / 2, y: SIDE / 2, down: false };
/** @type {{ turn: string, strokes: number[][] }} */
let drawn = { turn: "", strokes: [] };

const sheet = () => /** @type {SVGSVGElement | null} */ (document.querySelector("[data-draw] svg"));
const turn = () => /** @type {HTMLElement} */ (document.querySelector("[data-stage]")).dataset.turn ?? "";

function tip() {
  const shown = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  const facts = { cx: pen.x, cy: pen.y, r: TIP, class: pen.down ? "draw__pen draw__pen--down" : "draw__pen" };
  for (const [name, value] of Object.entries(facts)) shown.setAttribute(name, String(value));
  return shown;
}

/** @param {boolean} down */
function put(down) {
  pen.down = down && !isFull();
  if (pen.down) drawn.strokes.push([pen.x, pen.y, pen.x, pen.y]);
  const said = /** @type {HTMLElement} */ (document.querySelector("[data-draw-pen]"));
  said.textContent = (pen.down ? said.dataset.down : said.dataset.up) ?? "";
}

document.addEventListener("keydown", (event) => {
  if (!sheet() || event.target !== sheet() || event.ctrlKey || event.altKey || event.metaKey) return;
  const way = WAYS[event.key];
  if (way) {
    const [x, y] = /** @type {[number, number]} */ (
      [pen.x + way[0] * STEP, pen.y + way[1] * STEP].map((at) => Math.min(SIDE, Math.max(0, at)))
    );
    Object.assign(pen, { x, y });
    if (pen.down) drawn.strokes.at(-1)?.push(x, y);
    if (pen.down && isFull()) put(false);
  } else if (event.key === " ") put(!pen.down);
  else return;
  event.preventDefault();
  paint();
});

function paint() {
  const svg = sheet();
  if (!svg) return;
  svg.replaceChildren(
    ...drawn.strokes.map((points) => {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
      line.setAttribute("points", points.join(" "));
      return line;
    }),
    tip(),
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
  if (pen.down) put(false);
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
  if (pen.down) put(false);
  drawn.strokes.pop();
  paint();
});

function begin() {
  const place = document.querySelector("[data-draw]");
  if (!place) return;
  if (drawn.turn !== turn()) {
    drawn = { turn: turn(), strokes: [] };
    pen.down = false;
  }
  place.removeAttribute("hidden");
  paint();
}

document.addEventListener("stage", begin);
begin();
