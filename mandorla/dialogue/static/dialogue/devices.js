/**
 * One's own camera and microphone. Nothing runs before it is asked for; a camera that is off does not shine. Says `change`
 * whenever something went on or off, by itself too, and then knows what was wrong.
 *
 * @typedef {import("./peer.js").Kind} Kind
 * @typedef {"refused" | "missing" | "busy" | "gone" | ""} Problem
 */

/** @type {Kind[]} */
const KINDS = ["audio", "video"];
/** @type {Record<Kind, MediaTrackConstraints>} */
const WISHES = {
  audio: { echoCancellation: true, noiseSuppression: true },
  video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 }, facingMode: "user" },
};
/** @type {Record<string, Problem>} */
const PROBLEMS = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing" };

export class Devices extends EventTarget {
  constructor() {
    super();
    /** @type {import("./peer.js").Tracks} */ this.tracks = { audio: null, video: null };
    /** @type {Record<Kind, boolean>} */ this.wanted = { audio: true, video: true };
    /** @type {Record<Kind, string>} */ this.chosen = { audio: "", video: "" };
    /** @type {Record<Kind, Problem>} */ this.problems = { audio: "", video: "" };
    this.round = 0;
  }

  /** @param {Kind} kind */
  isOn(kind) {
    return Boolean(this.tracks[kind]?.enabled);
  }

  /** Starts what is wanted with one question of the browser; if that fails, one after the other. */
  async open() {
    const missing = KINDS.filter((kind) => this.wanted[kind] && !this.tracks[kind]);
    if (!(await this.#take(missing)) && missing.length > 1) for (const kind of missing) await this.#take([kind]);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Kind} kind @param {boolean} on */
  async turn(kind, on) {
    this.wanted[kind] = on;
    this.problems[kind] = "";
    const track = this.tracks[kind];
    if (kind === "video" && !on) this.#drop(kind);
    else if (track) track.enabled = on;
    await this.open();
  }

  /** @param {Kind} kind @param {string} device */
  async choose(kind, device) {
    this.chosen[kind] = device;
    this.#drop(kind);
    await this.turn(kind, true);
  }

  close() {
    this.round++;
    for (const kind of KINDS) this.#drop(kind);
    this.problems = { audio: "", video: "" };
  }

  /** @param {Kind[]} kinds @returns {Promise<boolean>} */
  async #take(kinds) {
    if (!kinds.length) return true;
    const round = this.round;
    const wish = kinds.map((kind) => [kind, { ...WISHES[kind], ...this.#which(kind) }]);
    try {
      const stream = await navigator.mediaDevices.getUserMedia(Object.fromEntries(wish));
      for (const track of stream.getTracks()) {
        if (round === this.round) this.#keep(track);
        else track.stop(); // the answer came after the question had been taken back
      }
      return true;
    } catch (problem) {
      const { name } = /** @type {Error} */ (problem);
      for (const kind of kinds) this.problems[kind] = PROBLEMS[name] ?? "busy";
      return false;
    }
  }

  /** @param {Kind} kind @returns {MediaTrackConstraints} */
  #which(kind) {
    return this.chosen[kind] ? { deviceId: this.chosen[kind] } : {};
  }

  /** @param {MediaStreamTrack} track */
  #keep(track) {
    const kind = /** @type {Kind} */ (track.kind);
    this.tracks[kind]?.stop();
    this.tracks[kind] = track;
    this.problems[kind] = "";
    track.onended = () => this.#lost(kind);
  }

  /** It was unplugged, or taken away in the browser. @param {Kind} kind */
  #lost(kind) {
    this.#drop(kind);
    this.wanted[kind] = false;
    this.chosen[kind] = "";
    this.problems[kind] = "gone";
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Kind} kind */
  #drop(kind) {
    const track = this.tracks[kind];
    if (track) track.onended = null;
    track?.stop();
    this.tracks[kind] = null;
  }
}
