/**
 * The call beside the steps: first one looks at oneself, then one joins, and nothing goes out before. It rests and ends with the
 * dialogue, and the dialogue never waits for it. A page that is loaded again joins again as it was; any other page asks.
 *
 * @typedef {{ audio: boolean, video: boolean, relay: boolean }} Choice
 */
import { Devices } from "./devices.js";
import { Others } from "./others.js";
import { newKey } from "./outbox.js";
import { line } from "./room.js";
import { stage } from "./stage.js";

const panel = /** @type {HTMLElement} */ (document.querySelector("[data-call-panel]"));
const part = (/** @type {string} */ name) => /** @type {any} */ (panel.querySelector(`[data-call-${name}]`));
const names = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" });
const SMALL = matchMedia("(max-width: 63.99rem)");
const devices = new Devices();
/** @type {Others | null} */
let others = null;
let me = "";

/** @param {string} state a key of the status line's data attributes @param {string[]} [who] */
function say(state, who = []) {
  const words = (part("status").dataset[state] ?? "").replace("{names}", names.format(who));
  if (part("status").textContent !== words) part("status").textContent = words;
  panel.dataset.standing = state;
}

/** @param {"off" | "preview" | "in"} state */
function become(state) {
  const inside = panel.contains(document.activeElement);
  panel.dataset.state = state;
  const first = panel.querySelector(`[data-call-first="${state}"]`);
  if (inside && first instanceof HTMLElement) first.focus();
}

/** What was chosen stays with this entry of the browser's history, so that the page can be loaded again; no words, no names. */
function remember(/** @type {Choice | null} */ choice) {
  history.replaceState({ ...history.state, call: choice }, "");
}

async function look() {
  become("preview");
  say("preview");
  await devices.open();
}

function join() {
  me = newKey();
  const send = (/** @type {string} */ to, /** @type {object} */ signal) => line.send({ signal, to });
  const relay = Boolean(part("relay")?.checked);
  others = new Others(me, { place: part("others"), tile: part("tile"), tracks: devices.tracks, relay, send });
  others.addEventListener("standing", () => others && say(...others.standing));
  others.addEventListener("silent", () => panel.toggleAttribute("data-silent", true));
  if (part("speaker").value) void others.listen(part("speaker").value);
  become("in");
  say("joining");
  meet();
  tell();
}

/** How one takes part, said anew whenever that changes and whenever the line was away. */
function tell() {
  if (!others) return;
  line.send({ call: { id: me, microphone: devices.isOn("audio"), camera: devices.isOn("video") } });
  remember({ audio: devices.wanted.audio, video: devices.wanted.video, relay: Boolean(part("relay")?.checked) });
}

/** @param {string} why a key of the status line's data attributes */
function stop(why) {
  if (panel.dataset.state === "off") return;
  line.send({ call: null });
  others?.close();
  others = null;
  devices.close();
  choose(false);
  part("mine").srcObject = null;
  panel.removeAttribute("data-silent");
  remember(null);
  become("off");
  say(why);
}

/** @param {import("./peer.js").Kind} kind */
const turn = (kind) => devices.turn(kind, !devices.isOn(kind));

/** @type {Record<string, () => unknown>} */
const ACTS = {
  look,
  join,
  back: () => stop("ready"),
  leave: () => stop("left"),
  microphone: () => turn("audio"),
  camera: () => turn("video"),
  devices: () => choose(Boolean(part("choices").hidden)),
  hear: () => others?.play().then(() => panel.removeAttribute("data-silent")),
};

/** Opens and closes the choice of devices. @param {boolean} open */
function choose(open) {
  part("choices").hidden = !open;
  panel.querySelector("[data-call-do=devices]")?.setAttribute("aria-expanded", String(open));
}

/** The lists of what there is to choose from; names are known once the browser was asked. */
async function list() {
  const all = await navigator.mediaDevices.enumerateDevices();
  for (const [name, kind] of /** @type {const} */ ([
    ["audio", "audioinput"],
    ["video", "videoinput"],
    ["speaker", "audiooutput"],
  ])) {
    const select = /** @type {HTMLSelectElement} */ (part(name));
    const track = name === "speaker" ? null : devices.tracks[name];
    const chosen = track?.getSettings().deviceId ?? select.value;
    const known = all.filter((one) => one.kind === kind && one.deviceId && one.label);
    const can = name !== "speaker" || "setSinkId" in HTMLMediaElement.prototype;
    /** @type {HTMLElement} */ (select.closest(".field")).hidden = !can || !known.length;
    select.replaceChildren(...known.map((one) => new Option(one.label, one.deviceId, false, one.deviceId === chosen)));
  }
}

/** What is wrong with camera and microphone; where it is the same with both, it is said once. */
function complain() {
  const { audio, video } = devices.problems;
  /** @type {Record<string, string>} */
  const problems = audio === video && audio !== "gone" ? { both: audio } : { audio, video };
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll("[data-problem]")))
    one.textContent = one.dataset[problems[one.dataset.problem ?? ""] ?? ""] ?? "";
}

function show() {
  complain();
  for (const kind of /** @type {const} */ (["audio", "video"])) others?.use(kind, devices.tracks[kind]);
  part("me").dataset.microphone = devices.isOn("audio") ? "on" : "off";
  part("me").dataset.camera = devices.isOn("video") ? "on" : "off";
  const { video } = devices.tracks;
  if (part("mine").srcObject?.getTracks()[0] !== video)
    part("mine").srcObject = video ? new MediaStream([video]) : null;
  tell();
  void list();
}

/** On a small screen a step begins right under the pictures: all of it is in view. */
function meet() {
  if (!others || !SMALL.matches) return;
  const covered = Number.parseFloat(getComputedStyle(panel).insetBlockStart) + panel.offsetHeight;
  const top = stage().querySelector(".stage")?.getBoundingClientRect().top;
  if (top !== undefined) scrollBy({ top: top - covered });
}

let step = stage().dataset.turn;
function move() {
  if (stage().dataset.turn !== step) meet();
  step = stage().dataset.turn;
}

/** The stage says how the dialogue stands, and so how the call does. */
function follow() {
  const { call = "" } = stage().dataset;
  const before = panel.dataset.dialogue;
  panel.hidden = !["on", "rests"].includes(call);
  panel.dataset.dialogue = call;
  if (call !== "on") stop(call);
  if (call === "rests") say("rests");
  else if (before === "rests") say("again");
}

/** @param {HTMLVideoElement} video */
const upright = (video) => video.toggleAttribute("data-upright", video.videoHeight > video.videoWidth);

/** @param {CustomEvent<import("./line.js").Frame>} event */
function hear({ detail: { call, signal, of } }) {
  if (call?.why && call.why in part("status").dataset) stop(call.why);
  if (!others) return;
  if (call?.ice) others.how.iceServers = call.ice;
  if (call?.others) {
    others.told(call.others, call.left);
    say(...others.standing);
  }
  if (signal && of) others.hear(of, signal);
}

panel.addEventListener("click", ({ target }) => {
  const button = target instanceof Element && target.closest("[data-call-do]");
  if (button instanceof HTMLElement) void ACTS[button.dataset.callDo ?? ""]?.();
});
panel.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLSelectElement)) return;
  if (target === part("speaker")) void others?.listen(target.value);
  else void devices.choose(target === part("audio") ? "audio" : "video", target.value);
});
devices.addEventListener("change", show);
document.addEventListener("stage", follow);
document.addEventListener("stage", move);
// `resize` says that a picture has come, or was turned; it does not rise.
panel.addEventListener("resize", ({ target }) => upright(/** @type {HTMLVideoElement} */ (target)), { capture: true });
line.addEventListener("frame", (event) => hear(/** @type {CustomEvent} */ (event)));
line.addEventListener("open", () => {
  tell();
  others?.again();
});
line.addEventListener("lost", (event) => {
  if (/** @type {CustomEvent<string>} */ (event).detail !== "line") stop("left");
});
addEventListener("exit", () => stop("left"));
// Before the line hears of it, so that the others are told; what was chosen stays, should the page only be loaded again.
addEventListener(
  "pagehide",
  () => {
    const { call } = history.state ?? {};
    stop("left");
    remember(call ?? null);
  },
  { capture: true },
);

const able = "RTCPeerConnection" in globalThis && Boolean(navigator.mediaDevices);
if (able) navigator.mediaDevices.addEventListener("devicechange", () => void list());
follow();
if (panel.dataset.dialogue === "on") say(able ? "ready" : "unable");
panel.toggleAttribute("data-able", able);
const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
/** @type {Choice | undefined} */
const choice = history.state?.call;
remember(null);
if (able && choice && visit?.type === "reload" && panel.dataset.dialogue === "on") {
  if (part("relay")) part("relay").checked = choice.relay;
  Object.assign(devices.wanted, { audio: choice.audio, video: choice.video });
  void look().then(() => panel.dataset.state === "preview" && join());
}
