/**
 * The outbox: what someone does is sent until the server has said that it is safe. Each act has a key, a repeat carries
 * the same key, so trying again is always harmless. Over the line if it is open, else by POST.
 */
import { goesOnFrom } from "./draft.js";
import { isLocked, isOlder } from "./lookout.js";
import { show } from "./stage.js";

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Frame} Frame */

const LINE_MS = 4_000;
const POST_MS = 6_000;
const AGAIN_MS = [400, 1_000, 2_000, 4_000, 8_000];
const REPEATABLE = ["feelings", "own", "marks"];

/** @param {number} ms @returns {Promise<null>} a little more or less, so that many pages do not knock together */
const pause = (ms) => new Promise((done) => setTimeout(() => done(null), ms * (0.75 + Math.random() / 2)));

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

/** @param {any} key @param {Line} line @param {AbortSignal} signal @returns {Promise<Frame>} what the line says to this act */
const answerTo = (key, line, signal) =>
  new Promise((done) => {
    const hear = (/** @type {any} */ { detail }) => (detail.ack?.includes(key) || detail.nak === key) && done(detail);
    line.addEventListener("frame", hear, { signal });
  });

/**
 * @param {Line} line @param {object} fields @param {Promise<Frame>} heard @param {AbortSignal} signal
 * @returns {Promise<Frame | null>} nothing if the line breaks, or is silent so long that it is given up
 */
async function byLine(line, fields, heard, signal) {
  if (!line.send(fields)) return null;
  const lost = new Promise((done) => line.addEventListener("lost", () => done("lost"), { signal }));
  const answer = await Promise.race([heard, lost, pause(LINE_MS)]);
  if (!answer) line.open();
  return answer === "lost" ? null : (answer ?? null);
}

/** @param {string} address @param {FormData} form @returns {Promise<Frame | null>} */
async function byPost(address, form) {
  try {
    const body = new URLSearchParams(/** @type {any} */ (form)); // of this kind the server tells by its length what is too long
    const headers = { Accept: "application/json" };
    const reply = await fetch(address, { method: "POST", body, headers, signal: AbortSignal.timeout(POST_MS) });
    if (reply.headers.get("Content-Type")?.includes("json")) return await reply.json();
    if (isLocked(reply)) return { why: "locked" };
    if (isOlder(reply)) return { why: "older" };
    if (reply.status === 413) return { why: "long" };
    return reply.status === 404 ? { why: "gone" } : null;
  } catch {
    return null;
  }
}

/**
 * Sends until there is an answer: once over the open line, then by POST, and over each line that opens meanwhile.
 *
 * @param {Line} line @param {HTMLFormElement} form @param {HTMLElement | null} button
 * @param {() => void} waiting called when it takes longer
 * @returns {Promise<Frame>} the answer: an `ack`, or a `why`
 */
export async function send(line, form, button, waiting) {
  const body = new FormData(form, button);
  if (body.has("kept")) body.set("kept", await goesOnFrom());
  const fields = fieldsOf(body);
  const done = new AbortController();
  const heard = () => answerTo(fields.key, line, done.signal);
  line.addEventListener("open", () => line.send(fields), { signal: done.signal });
  try {
    let answer = line.isOpen ? await byLine(line, fields, heard(), done.signal) : null;
    for (let tries = 0; !answer || answer.why === "busy"; tries++) {
      if (tries) waiting();
      const again = tries
        ? await Promise.race([heard(), pause(AGAIN_MS[Math.min(tries, AGAIN_MS.length) - 1] ?? 0)])
        : null;
      answer = again ?? (await Promise.race([heard(), byPost(form.action, body)]));
    }
    show(answer);
    return answer;
  } finally {
    done.abort();
  }
}
