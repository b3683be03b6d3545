/**
 * Two screens breathe as one. The stylesheet breathes in a circle of ten seconds; this sets where in the circle it stands,
 * from the page's clock: <div data-clock="breath" data-seconds="60" data-remaining="43000" hidden>. The server says the
 * milliseconds left with every page and push; clocks of devices are never compared.
 */

const BREATH_MS = 10_000;
const clock = /** @type {HTMLElement | null} */ (document.querySelector('[data-clock="breath"]'));
const page = performance.getEntriesByType("navigation")[0];
let told = page instanceof PerformanceNavigationTiming ? page.responseStart : performance.now();

/** @param {Element} within */
function join(within) {
  if (!clock?.dataset.remaining) return;
  const gone = Number(clock.dataset.seconds) * 1000 - Number(clock.dataset.remaining) + performance.now() - told;
  for (const breath of [within, ...within.querySelectorAll("[data-breathe]")])
    if (breath instanceof HTMLElement && breath.matches("[data-breathe]"))
      breath.style.setProperty("--breath-at", `${-Math.round(gone % BREATH_MS)}ms`);
}

join(document.body);

new MutationObserver((changes) => {
  for (const change of changes) for (const added of change.addedNodes) if (added instanceof Element) join(added);
}).observe(document.body, { subtree: true, childList: true });

if (clock)
  new MutationObserver(() => {
    told = performance.now();
    join(document.body);
  }).observe(clock, { attributeFilter: ["data-remaining"] });
