/**
 * The outbox: what someone does is sent until the server has said that it is safe. Each act has a key, a repeat carries
 * the same key, so trying again is always harmless. Over the line if it is open, else by POST.
 */
import { show } from "./stage.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Frame} Frame */

const PATIENCE_MS = 6_000;
const AGAIN_MS = [400, 1_000, 2_000, 4_000, 8_000];
const REPEATABLE = ["feelings", "own"];

const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {FormData} form @returns {Record<string, string | string[]>} */
function fieldsOf(form) {
  const fields = Object.fromEntries([...form].filter(([name]) => name !== "csrfmiddlewaretoken"));
  for (const name of REPEATABLE)
    if (form.has(name)) fields[name] = /** @type {any} */ (form.getAll(name).filter(Boolean));
  return /** @type {Record<string, string | string[]>} */ (fields);
}

/** @param {Line} line @param {Record<string, string | string[]>} fields @returns {Promise<Frame | null>} */
function byLine(line, fields) {
  return new Promise((done) => {
    const late = setTimeout(() => finish(null), PATIENCE_MS);
    const hear = (/** @type {any} */ { detail }) => {
      if (detail.ack?.includes(fields.key) || detail.nak === fields.key) finish(detail);
    };
    const finish = (/** @type {Frame | null} */ frame) => {
      clearTimeout(late);
      line.removeEventListener("frame", hear);
      done(frame);
    };
    line.addEventListener("frame", hear);
    line.send(fields);
  });
}

/** @param {string} address @param {FormData} body @returns {Promise<Frame | null>} */
async function byPost(address, body) {
  try {
    const headers = { Accept: "application/json" };
    const reply = await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (reply.status === 503 || reply.status === 502) return null;
    if (!reply.headers.get("Content-Type")?.includes("json")) return { why: "locked" };
    return await reply.json();
  } catch {
    return null;
  }
}

/** @param {Line} line @param {HTMLFormElement} form @param {HTMLElement | null} button @param {() => void} waiting called when it takes longer
 *  @returns {Promise<Frame>} the answer: an `ack`, or a `why` */
export async function send(line, form, button, waiting) {
  const body = new FormData(form, button);
  for (let tries = 0; ; tries++) {
    const answer =
      (line.isOpen && tries === 0 && (await byLine(line, fieldsOf(body)))) || (await byPost(form.action, body));
    if (answer && answer.why !== "busy") {
      show(answer);
      return answer;
    }
    waiting();
    await pause((AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)] ?? 0) * (0.5 + Math.random()));
  }
}
