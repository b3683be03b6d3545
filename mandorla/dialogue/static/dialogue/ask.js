/**
 * Asking for a dialogue: of ways and lengths, offers only those that the chosen form can be held in, and proposes its usual
 * length until one is chosen by hand; letters need no length. What is chosen is told beside the line that opens the choice.
 */

const form = /** @type {HTMLFormElement} */ (document.querySelector("form.form"));
const all = (/** @type {string} */ name) =>
  /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll(`[name=${name}]`)]);

/** Hides what does not fit; if that was chosen, chooses what is nearest. @param {string} name @param {string[]} fitting */
function offer(name, fitting) {
  const fits = (/** @type {HTMLInputElement} */ one) => fitting.includes(one.value);
  for (const one of all(name)) /** @type {HTMLElement} */ (one.closest(".choice")).hidden = !fits(one);
  const chosen = all(name).find((one) => one.checked);
  if (chosen && fits(chosen)) return;
  const far = (/** @type {HTMLInputElement} */ one) => Math.abs(Number(one.value) - Number(chosen?.value)) || 0;
  const [nearest] = all(name)
    .filter(fits)
    .sort((one, other) => far(one) - far(other));
  if (nearest) nearest.checked = true;
}

let chosenByHand = false;

/** @param {string} [changed] the name of what was chosen by hand just now */
function fit(changed) {
  const { media = "", minutes = "", usual } = all("form").find((one) => one.checked)?.dataset ?? {};
  if (!media) return;
  if (changed === "minutes") chosenByHand = true;
  if (changed === "form" && !chosenByHand) for (const one of all("minutes")) one.checked = one.value === usual;
  offer("medium", media.split(" "));
  offer("minutes", minutes.split(" "));
  const letters = all("medium").some((one) => one.checked && one.value === "letters");
  /** @type {HTMLElement} */ (form.querySelector("[data-lengths]")).hidden = letters;
  const chosen = [...all("medium"), ...(letters ? [] : all("minutes"))].filter((one) => one.checked);
  const told = chosen.map((one) => one.closest(".choice")?.textContent?.trim());
  /** @type {HTMLElement} */ (form.querySelector("[data-now=how]")).textContent = told.join(" · ");
}

form.addEventListener("change", ({ target }) => fit(/** @type {HTMLInputElement} */ (target).name));
fit();
