/**
 * The line to the room: one socket that notices when it is dead, comes back by itself and begins each time with the whole
 * stage. It carries frames and knows nothing of them. Its events: `frame`, `open` after the first frame, `lost`.
 *
 * @typedef {{ v?: number, html?: string, ack?: string[], nak?: string, why?: string, say?: string, here?: boolean,
 *   pong?: number, draft?: string, version?: number, words?: string, own?: string, lead?: string, feelings?: string[], clocks?: Record<string, [number, number]>,
 *   whisper?: number, said?: Whisper[], reads?: boolean, caught?: string[], call?: CallFrame, signal?: Signal, of?: string }} Frame
 * @typedef {{ code: string, say: string, span: string }} Whisper a sentence of the coach, and the words it is about
 * @typedef {{ id: string, name: string, microphone: boolean, camera: boolean }} Told somebody in the call
 * @typedef {{ ice?: RTCIceServer[], others?: Told[], left?: string, why?: string }} CallFrame
 * @typedef {{ tie?: string, description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit }} Signal
 */

const PING_MS = 15_000;
const PATIENCE_MS = 5_000;
const AGAIN_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
const FRAME_MAX = 20_000; // in UTF-8 up to three times as many bytes, of the 65,536 a frame may have
const [LOCKED, GONE] = [4401, 4404];

export class Line extends EventTarget {
  /** @param {string} address */
  constructor(address) {
    super();
    this.address = address;
    this.tries = 0;
    this.isNew = true;
    this.hasStandIn = false; // while another way to the room works, a line that fails is no news
    /** @type {WebSocket | null} */ this.socket = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.waiting = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.doubt = undefined;
    setInterval(() => this.probe(), PING_MS);
    addEventListener("online", () => this.open());
    addEventListener("pageshow", () => this.probe());
    addEventListener("pagehide", () => this.drop());
    document.addEventListener("visibilitychange", () => document.hidden || this.probe());
    this.open();
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN && !this.doubt;
  }

  /** @param {object} frame @returns {boolean} whether it went; what is too long for the server would end the line */
  send(frame) {
    const text = JSON.stringify(frame);
    const goes = this.isOpen && text.length <= FRAME_MAX;
    if (goes) this.socket?.send(text);
    return goes;
  }

  /** Asks for a sign of life; a line that gives none is abandoned, not waited for. */
  probe() {
    if (this.socket?.readyState === WebSocket.CONNECTING) return;
    if (this.socket?.readyState !== WebSocket.OPEN) return this.open();
    this.socket.send(JSON.stringify({ ping: Math.round(performance.now()), visible: !document.hidden }));
    this.doubt ??= setTimeout(() => this.open(), PATIENCE_MS);
  }

  drop() {
    clearTimeout(this.waiting);
    clearTimeout(this.doubt);
    this.doubt = undefined;
    if (!this.socket) return;
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  open() {
    this.drop();
    const socket = new WebSocket(this.address);
    this.socket = socket;
    this.isNew = true;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => this.#lost(code);
    this.waiting = setTimeout(() => this.#lost(0), PATIENCE_MS * 2);
  }

  /** @param {Frame} frame */
  #hear(frame) {
    clearTimeout(this.waiting);
    clearTimeout(this.doubt);
    this.doubt = undefined;
    this.tries = 0;
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
    if (this.isNew) this.dispatchEvent(new Event("open"));
    this.isNew = false;
  }

  /** @param {number} code */
  #lost(code) {
    this.drop();
    this.dispatchEvent(
      new CustomEvent("lost", { detail: code === LOCKED ? "locked" : code === GONE ? "gone" : "line" }),
    );
    if (code === LOCKED || code === GONE) return;
    const wait = AGAIN_MS[Math.min(this.tries++, AGAIN_MS.length - 1)] ?? 0;
    this.waiting = setTimeout(() => this.open(), wait * (0.5 + Math.random()));
  }
}
