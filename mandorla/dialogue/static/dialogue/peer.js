/**
 * One other device: finds a way to it, keeps it, and finds another when it is lost. Either side may offer at any time; where
 * both do at once, the polite one gives way. Says `state` when the way changes.
 *
 * @typedef {import("./line.js").Signal} Signal
 * @typedef {"audio" | "video"} Kind
 * @typedef {Record<Kind, MediaStreamTrack | null>} Tracks
 */

const DOUBT_MS = 2_000;
const BITS_A_SECOND = 1_200_000;
/** @type {Kind[]} */
const KINDS = ["audio", "video"];

export class Peer extends EventTarget {
  /**
   * @param {string} tie names this attempt: a signal of an earlier one is not for us
   * @param {{ polite: boolean, how: RTCConfiguration, tracks: Tracks, send: (signal: Signal) => void }} given
   */
  constructor(tie, { polite, how, tracks, send }) {
    super();
    this.tie = tie;
    this.polite = polite;
    this.tracks = tracks;
    this.stream = new MediaStream();
    this.offering = false;
    this.ignores = false;
    this.send = (/** @type {Signal} */ signal) => send({ tie, ...signal });
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.doubt = undefined;
    this.way = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...how });
    this.way.onnegotiationneeded = () => void this.#unlessClosed(() => this.#offer());
    this.way.onicecandidate = ({ candidate }) => candidate?.candidate && this.send({ candidate: candidate.toJSON() });
    this.way.onconnectionstatechange = () => this.#changed();
    this.way.ontrack = ({ track }) => this.stream.addTrack(track);
  }

  get isConnected() {
    return this.way.connectionState === "connected" && !this.isOver;
  }

  /** Whether it may still come, or come back, by itself. */
  get isTrying() {
    return ["new", "connecting", "disconnected"].includes(this.way.connectionState) && !this.isOver;
  }

  /** Whether the other device has closed it: its page is gone. */
  get isOver() {
    return this.way.getSenders().some(({ transport }) => transport?.state === "closed");
  }

  /** Opens both ways for picture and voice, whether or not there is something to send yet: later nothing is agreed anew. */
  begin() {
    for (const kind of KINDS) this.way.addTransceiver(this.tracks[kind] ?? kind, { direction: "sendrecv" });
  }

  /** @param {Kind} kind @param {MediaStreamTrack | null} track */
  use(kind, track) {
    this.tracks[kind] = track;
    return this.#unlessClosed(async () => {
      for (const one of this.#open()) if (one.receiver.track.kind === kind) await one.sender.replaceTrack(track);
    });
  }

  /** A device that sends to many sends less to each. @param {number} many */
  async share(many) {
    for (const { sender } of this.#open()) {
      if (sender.track?.kind !== "video") continue;
      const told = sender.getParameters();
      for (const one of told.encodings ?? []) one.maxBitrate = BITS_A_SECOND / Math.max(1, many);
      await sender.setParameters(told).catch(() => null); // a wish: where it cannot be had, the browser finds its measure
    }
  }

  /** @param {Signal} signal */
  async hear({ description, candidate }) {
    if (description) await this.#unlessClosed(() => this.#agree(description));
    else if (candidate) await this.way.addIceCandidate(candidate).catch(() => null); // of an offer that was given up
  }

  close() {
    clearTimeout(this.doubt);
    this.way.onconnectionstatechange = this.way.onicecandidate = this.way.onnegotiationneeded = null;
    this.way.close();
  }

  /** What was being agreed on is dropped when the way is closed meanwhile. @param {() => Promise<void>} work */
  async #unlessClosed(work) {
    try {
      await work();
    } catch (problem) {
      if (this.way.signalingState !== "closed") throw problem;
    }
  }

  async #offer() {
    this.offering = true;
    try {
      await this.way.setLocalDescription();
      this.#describe();
    } finally {
      this.offering = false;
    }
  }

  /** @param {RTCSessionDescriptionInit} description */
  async #agree(description) {
    const clash = description.type === "offer" && (this.offering || this.way.signalingState !== "stable");
    this.ignores = clash && !this.polite;
    if (this.ignores) return;
    await this.way.setRemoteDescription(description);
    if (description.type !== "offer") return;
    for (const one of this.#open()) {
      one.direction = "sendrecv";
      await one.sender.replaceTrack(this.tracks[/** @type {Kind} */ (one.receiver.track.kind)]);
    }
    await this.way.setLocalDescription();
    this.#describe();
  }

  #describe() {
    const { type, sdp } = this.way.localDescription ?? {};
    if (type) this.send({ description: { type, sdp } });
  }

  #open() {
    return this.way.getTransceivers().filter((one) => one.currentDirection !== "stopped");
  }

  #changed() {
    clearTimeout(this.doubt);
    const { connectionState } = this.way;
    for (const { transport } of this.way.getSenders())
      if (transport) transport.onstatechange = () => this.isOver && this.dispatchEvent(new Event("state"));
    if (connectionState === "failed") this.way.restartIce();
    if (connectionState === "disconnected") this.doubt = setTimeout(() => this.way.restartIce(), DOUBT_MS);
    this.dispatchEvent(new Event("state"));
  }
}
