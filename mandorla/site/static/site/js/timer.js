/**
 * Shows what the page's clocks say: <div data-clock="pause" data-seconds="1200" data-remaining="901000" hidden> fills the ring
 * and the words of every [data-timer="pause"]; the words stand translated in the timer's own data attributes. A timer offers
 * and never ends anything.
 */

const figures = new Intl.NumberFormat(document.documentElement.lang);
const page = performance.getEntriesByType("navigation")[0];
const began = page instanceof PerformanceNavigationTiming ? page.responseStart : performance.now();
/** @type {Map<string, { ends: number, lasts: number }>} */
const clocks = new Map();

/** @param {Iterable<Node>} told the clocks the server has set @param {number} at when */
function read(told, at) {
  for (const clock of told) {
    if (!(clock instanceof HTMLElement)) continue;
    const { clock: name = "", seconds, remaining } = clock.dataset;
    if (remaining === undefined) clocks.delete(name);
    else clocks.set(name, { ends: at + Number(remaining), lasts: Number(seconds) * 1000 });
  }
}

/** @param {DOMStringMap} words @param {number} left milliseconds */
function say(words, left) {
  if (left <= 0) return words.over ?? "";
  return left < 60_000
    ? (words.soon ?? "")
    : (words.minutes ?? "").replace("{n}", figures.format(Math.ceil(left / 60_000)));
}

function show() {
  for (const timer of document.querySelectorAll("[data-timer]")) {
    const clock = timer instanceof HTMLElement && clocks.get(timer.dataset.timer ?? "");
    const words = timer.querySelector(".timer__words");
    timer.toggleAttribute("data-runs", Boolean(clock));
    if (!clock || !words || !(timer instanceof HTMLElement)) continue;
    const left = clock.ends - performance.now();
    const said = say(timer.dataset, left);
    if (words.textContent !== said) words.textContent = said;
    timer.style.setProperty("--timer-left", String(Math.min(1, Math.max(0, left / clock.lasts))));
  }
}

read(document.querySelectorAll("[data-clock]"), began);
show();
setInterval(show, 1000);
const changes = new MutationObserver((told) => {
  read(
    told.map((change) => change.target),
    performance.now(),
  );
  show();
});
for (const clock of document.querySelectorAll("[data-clock]"))
  changes.observe(clock, { attributeFilter: ["data-remaining"] });
