/**
 * The others in a call: a picture for each, and a way to each one's device. Of two, the one whose id comes later greets, again
 * and again until there is a way; the other one begins. Says `standing` when it has changed how things are.
 *
 * @typedef {import("./line.js").Told} Told
 * @typedef {{ told: Told, here: boolean, met: boolean, rounds: number, absent: number, since: number, tile: HTMLElement, peer: Peer | null,
 *   greeting: ReturnType<typeof setInterval> | undefined }} Other
 * @typedef {import("./line.js").Signal} Signal
 */
import { newKey } from "./outbox.js";
import { Peer } from "./peer.js";

const GREET_MS = 10_000;
const ROUNDS = 2; // so often in vain means that there is no way
const ABSENT = 6; // rounds out of the line's reach: whoever has no place in the room any more sees and hears nobody for long

export class Others extends EventTarget {
  /**
   * @param {string} me
   * @param {{ place: HTMLElement, tile: HTMLTemplateElement, tracks: import("./peer.js").Tracks, relay: boolean,
   *   send: (to: string, signal: Signal) => void }} given
   */
  constructor(me, { place, tile, tracks, relay, send }) {
    super();
    this.me = me;
    this.place = place;
    this.template = tile;
    this.tracks = { ...tracks };
    this.send = send;
    this.speaker = "";
    /** @type {RTCConfiguration} */ this.how = { iceServers: [], iceTransportPolicy: relay ? "relay" : "all" };
    /** @type {Map<string, Other>} */ this.all = new Map();
  }

  /** Who is in the call now; `left` went on purpose. Who is only out of the line’s reach stays for a while. */
  told(/** @type {Told[]} */ list, left = "") {
    if (left) this.#remove(left);
    for (const other of this.all.values()) other.here &&= list.some(({ id }) => id === other.told.id);
    for (const told of list) this.#know(told);
    for (const other of this.all.values()) this.#judge(other);
    for (const other of this.all.values()) void other.peer?.share(this.all.size);
  }

  /** @param {string} of @param {Signal} signal */
  hear(of, signal) {
    const other = this.all.get(of);
    if (!other) return;
    if (!signal.tie && this.me < of) this.#tie(other, newKey()).begin();
    else if (signal.tie !== other.peer?.tie && this.me > of && signal.description?.type === "offer")
      this.#tie(other, signal.tie ?? "");
    if (signal.tie && signal.tie === other.peer?.tie) void other.peer.hear(signal);
  }

  /** Once the line is back: whoever could not be reached meanwhile is greeted at once. */
  again() {
    for (const other of this.all.values()) if (!other.peer?.isConnected) this.#greet(other);
  }

  /** @param {import("./peer.js").Kind} kind @param {MediaStreamTrack | null} track */
  use(kind, track) {
    if (this.tracks[kind] === track) return;
    this.tracks[kind] = track;
    for (const { peer } of this.all.values()) void peer?.use(kind, track);
  }

  /** Through which loudspeaker they are heard. @param {string} device */
  async listen(device) {
    this.speaker = device;
    for (const { tile } of this.all.values()) await this.#through(videoIn(tile));
  }

  /** Plays what the browser would not play by itself. */
  async play() {
    for (const { tile } of this.all.values()) await videoIn(tile).play();
  }

  close() {
    for (const id of [...this.all.keys()]) this.#remove(id);
  }

  /** @returns {["alone" | "trying" | "unreachable" | "lost" | "connected", string[]]} how it is, and with whom */
  get standing() {
    const all = [...this.all.values()];
    const without = all.filter(({ peer }) => !peer?.isConnected);
    const names = (without.length ? without : all).map(({ told }) => told.name);
    if (!all.length) return ["alone", []];
    if (!without.length) return ["connected", names];
    if (without.some(({ met }) => met)) return ["lost", names];
    return [without.some(({ rounds }) => rounds > ROUNDS) ? "unreachable" : "trying", names];
  }

  /** @param {Told} told */
  #know(told) {
    const other = this.all.get(told.id) ?? this.#add(told);
    const wasAway = !other.here;
    Object.assign(other, { told, here: true });
    Object.assign(other.tile.dataset, { microphone: onOff(told.microphone), camera: onOff(told.camera) });
    /** @type {HTMLElement} */ (other.tile.querySelector("[data-name]")).textContent = told.name;
    if (!other.peer || (wasAway && other.peer.isTrying)) this.#greet(other);
  }

  /** @param {Told} told @returns {Other} */
  #add(told) {
    const tile = /** @type {HTMLElement} */ (this.template.content.firstElementChild?.cloneNode(true));
    const greeting = setInterval(() => this.#again(told.id), GREET_MS);
    const other = { told, here: true, met: false, rounds: 0, absent: 0, since: 0, tile, peer: null, greeting };
    this.all.set(told.id, other);
    this.place.append(tile);
    return other;
  }

  /** @param {string} id */
  #again(id) {
    const other = this.all.get(id);
    if (!other) return;
    other.absent = other.here ? 0 : other.absent + 1;
    if (other.absent > ABSENT) this.#remove(id);
    else if (!other.peer?.isConnected) this.#tryAgain(other);
    this.dispatchEvent(new Event("standing"));
  }

  /** @param {Other} other */
  #tryAgain(other) {
    other.rounds++;
    const mayStill = other.peer?.isTrying && performance.now() - other.since < GREET_MS;
    if (!mayStill) this.#greet(other);
  }

  /** @param {Other} other */
  #greet({ told }) {
    if (this.me > told.id) this.send(told.id, {});
  }

  /** @param {Other} other @param {string} tie */
  #tie(other, tie) {
    other.peer?.close();
    const send = (/** @type {Signal} */ signal) => this.send(other.told.id, signal);
    const peer = new Peer(tie, { polite: this.me > other.told.id, how: this.how, tracks: { ...this.tracks }, send });
    Object.assign(other, { peer, since: performance.now() });
    const video = videoIn(other.tile);
    video.srcObject = peer.stream;
    void this.#through(video);
    peer.addEventListener("state", () => this.#judge(other));
    return peer;
  }

  /** A loudspeaker that cannot be had leaves them on the one the system uses. @param {HTMLVideoElement} video */
  async #through(video) {
    if (this.speaker) await video.setSinkId?.(this.speaker).catch(() => null);
  }

  /** @param {Other} other */
  #judge(other) {
    const { peer, told, tile } = other;
    if (!other.here && !peer?.isConnected && !peer?.isTrying) this.#remove(told.id);
    if (peer?.isConnected) {
      Object.assign(other, { met: true, rounds: 0 });
      void peer.share(this.all.size);
      videoIn(tile)
        .play()
        .catch(({ name }) => name === "NotAllowedError" && this.dispatchEvent(new Event("silent")));
    } else if (other.here && peer && !peer.isTrying) this.#greet(other);
    tile.dataset.way = peer?.isConnected ? "connected" : other.met ? "lost" : "trying";
    this.dispatchEvent(new Event("standing"));
  }

  /** @param {string} id */
  #remove(id) {
    const other = this.all.get(id);
    if (!other) return;
    clearInterval(other.greeting);
    other.peer?.close();
    other.tile.remove();
    this.all.delete(id);
  }
}

const onOff = (/** @type {boolean} */ on) => (on ? "on" : "off");

/** @param {HTMLElement} tile */
const videoIn = (tile) => /** @type {HTMLVideoElement} */ (tile.querySelector("video"));
