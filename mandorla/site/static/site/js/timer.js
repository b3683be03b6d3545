/**
 * Counts down what the page's clock says: <div data-clock="dialogue" data-seconds="1800" data-remaining="901000" hidden>.
 * Fills the ring and the words of every [data-timer="dialogue"]; the words stand translated in its data attributes.
 * A timer offers and never ends anything.
 */

/** @type {Map<string, { ends: number, lasts: number }>} */
const clocks = new Map();
const page = performance.getEntriesByType("navigation")[0];
const began = page instanceof PerformanceNavigationTiming ? page.responseStart : performance.now();

/** @param {number} told when the server said it */
function read(told) {
  for (const clock of document.querySelectorAll("[data-clock]"))
    if (clock instanceof HTMLElement && clock.dataset.clock && clock.dataset.remaining)
      clocks.set(clock.dataset.clock, { ends: told + Number(clock.dataset.remaining), lasts: Number(clock.dataset.seconds) * 1000 });
}

/** @param {DOMStringMap} words @param {number} left milliseconds */
function say(words, left) {
  if (left <= 0) return words.over ?? "";
  return left < 60_000 ? (words.soon ?? "") : (words.minutes ?? "").replace("{n}", String(Math.ceil(left / 60_000)));
}

function show() {
  for (const timer of document.querySelectorAll("[data-timer]")) {
    if (!(timer instanceof HTMLElement)) continue;
    const clock = clocks.get(timer.dataset.timer ?? "");
    const words = timer.querySelector(".timer__words");
    timer.hidden = !clock;
    if (!clock || !words) continue;
    const left = clock.ends - performance.now();
    const said = say(timer.dataset, left);
    if (words.textContent !== said) words.textContent = said;
    timer.style.setProperty("--timer-left", String(Math.min(1, Math.max(0, left / clock.lasts))));
  }
}

read(began);
show();
setInterval(show, 1000);
new MutationObserver(() => {
  read(performance.now());
  show();
}).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-remaining"] });
