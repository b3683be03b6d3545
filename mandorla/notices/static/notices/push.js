/**
 * Lets this browser show notices, or stops it. It asks for leave on a click alone, and shows a button only where it would do
 * something.
 */

const on = /** @type {HTMLFormElement} */ (document.querySelector("[data-push]"));
const off = /** @type {HTMLFormElement} */ (document.querySelector("[data-push-off]"));
const refused = /** @type {HTMLElement} */ (document.querySelector("[data-push-refused]"));
const worker = on.dataset.worker ?? "";
const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("mandorla", {
  createScriptURL: (/** @type {string} */ address) => address,
});

if ("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis) {
  const there = await navigator.serviceWorker.getRegistration(worker);
  const subscription = await there?.pushManager.getSubscription();
  const isOn = Boolean(subscription) && off.dataset.pushOff !== "0";
  on.hidden = isOn;
  off.hidden = !isOn;
  on.addEventListener("submit", (event) => {
    event.preventDefault();
    refused.hidden = true;
    begin().catch(() => {
      refused.hidden = false;
    });
  });
  off.addEventListener("submit", (event) => {
    event.preventDefault();
    fill(off, { endpoint: subscription?.endpoint });
    void subscription?.unsubscribe().finally(() => off.submit());
  });
}

async function begin() {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not granted");
  await navigator.serviceWorker.register(trusted?.createScriptURL(worker) ?? worker);
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: on.dataset.push ?? "",
  });
  const { endpoint, keys } = subscription.toJSON();
  fill(on, { endpoint, ...keys });
  on.submit();
}

/** @param {HTMLFormElement} form @param {Record<string, string | undefined>} fields */
function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value ?? "";
  }
}
