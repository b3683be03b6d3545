/**
 * Where no line can be had, as behind some companies' doors: looks for the newest stage every few seconds, and takes drafts
 * there by POST. What it hears it says as the line would.
 */

/** @typedef {import("./line.js").Line} Line */

const EVERY_MS = 4_000;
const POST_MS = 6_000;

/** Whether the keys are closed: then a page leads to the passphrase, and a form with words comes back. @param {Response} reply */
export const isLocked = (reply) => reply.redirected || reply.status === 423;

/** Whether the page is from before the last sign-in: nothing that is sent from it will ever be taken. @param {Response} reply */
export const isOlder = (reply) => reply.status === 403;

/** @param {Line} line */
export function lookOut(line) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let looking;
  line.addEventListener("open", () => {
    clearInterval(looking);
    looking = undefined;
    line.hasStandIn = false;
  });
  line.addEventListener("lost", () => {
    looking ??= setInterval(() => document.hidden || void ask(line, "stage/"), EVERY_MS);
  });
}

/** @param {Line} line @param {Record<string, string | string[] | null | undefined>} fields @returns {Promise<boolean>} whether it arrived */
export function handIn(line, fields) {
  const body = new FormData(/** @type {HTMLFormElement} */ (document.getElementById("move")));
  for (const name of [...body.keys()]) if (name !== "csrfmiddlewaretoken") body.delete(name);
  for (const [name, value] of Object.entries(fields)) for (const one of [value ?? []].flat()) body.append(name, one);
  return ask(line, "draft/", { method: "POST", body });
}

/** @param {Line} line @param {string} where @param {RequestInit} [how] */
async function ask(line, where, how) {
  const headers = { Accept: "application/json" };
  try {
    const reply = await fetch(where, { ...how, headers, signal: AbortSignal.timeout(POST_MS) });
    line.hasStandIn = reply.ok && !isLocked(reply);
    const why = isLocked(reply) ? "locked" : isOlder(reply) && "older";
    if (why) line.dispatchEvent(new CustomEvent("lost", { detail: why }));
    else if (reply.ok) line.dispatchEvent(new CustomEvent("frame", { detail: await reply.json() }));
  } catch {
    line.hasStandIn = false;
  }
  return line.hasStandIn;
}
