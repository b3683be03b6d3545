/**
 * Shows a notice while no page is open: the one sentence that came, and nothing else. It keeps nothing, asks nobody for
 * anything and touches no page; a tap opens the front page.
 */

const worker = /** @type {any} */ (globalThis);

worker.addEventListener("install", () => worker.skipWaiting());

worker.addEventListener("push", (/** @type {any} */ event) => {
  const words = event.data?.text().trim() || "…";
  event.waitUntil(worker.registration.showNotification(words, { tag: "notice" }));
});

worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(worker.clients.openWindow("/"));
});
