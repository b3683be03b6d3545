/**
 * A page that shows codes looks whether they are still open, and goes on by itself when one is not: somebody has come. It looks
 * as nobody, without cookies, so that a look is no use of the keys; and only while it is seen, until nobody has come back to
 * it for so long that the keys are locked: <div data-looks="address" data-onward="address" data-minutes="15" hidden>.
 */

const LOOK_MS = 4000;
const {
  looks = "",
  onward = "",
  minutes = "",
} = /** @type {HTMLElement} */ (document.querySelector("[data-looks]")).dataset;
let ends = 0;

async function look() {
  if (document.hidden || Date.now() > ends) return;
  const told = await fetch(looks, { credentials: "omit" })
    .then((answer) => answer.json())
    .catch(() => null);
  if (told?.open === false && Date.now() < ends) location.replace(onward);
}

function begin() {
  if (document.hidden) return;
  ends = Date.now() + Number(minutes) * 60_000;
  void look();
}

function stop() {
  ends = 0; // whatever the person does meanwhile comes first
}

begin();
setInterval(look, LOOK_MS);
document.addEventListener("visibilitychange", begin);
addEventListener("exit", stop);
addEventListener("beforeunload", stop);
