/**
 * Whispers about length: at 35 words softly, at 60 a little more; where it is said aloud, at 20 and at 40 seconds. It never cuts
 * and never blocks; beyond 2,000 characters it says what the server will. Whoever hides the clocks is not timed.
 */

const [SOFT, LONG] = [35, 60];
const CHARACTERS_MAX = 2_000;
const [SOFT_MS, LONG_MS] = [20_000, 40_000];

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLTextAreaElement) || !target.dataset.hint) return;
  const hint = document.getElementById(target.dataset.hint);
  if (!hint) return;
  const words = target.value.split(/\s+/u).filter(Boolean).length;
  const over = target.value.trim().length > CHARACTERS_MAX && hint.dataset.over;
  const said = (over || (words >= LONG ? hint.dataset.long : words >= SOFT ? hint.dataset.soft : "")) ?? "";
  if (hint.textContent !== said) hint.textContent = said;
});

/** @type {ReturnType<typeof setTimeout>[]} */
let soon = [];
/** @type {string | undefined} */
let turn;

function listen() {
  const stage = document.querySelector("[data-stage]");
  const hint = stage?.querySelector("[data-spoken-hint]");
  const now = stage instanceof HTMLElement ? stage.dataset.turn : undefined;
  if (turn === now) return;
  turn = now;
  soon.forEach(clearTimeout);
  if (!(hint instanceof HTMLElement) || !document.querySelector(".hall__line [data-timer]")) return;
  const say = (/** @type {string | undefined} */ words) => {
    const there = document.querySelector("[data-spoken-hint]");
    if (there) there.textContent = words ?? "";
  };
  const { soft, long } = hint.dataset;
  soon = [setTimeout(say, SOFT_MS, soft), setTimeout(say, LONG_MS, long)];
}

document.addEventListener("stage", listen);
listen();
