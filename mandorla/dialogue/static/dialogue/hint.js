/** Whispers about length while someone writes: at 35 words softly, at 60 a little more. It never cuts and never blocks. */

const [SOFT, LONG] = [35, 60];

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLTextAreaElement) || !target.dataset.hint) return;
  const hint = document.getElementById(target.dataset.hint);
  if (!hint) return;
  const words = target.value.split(/\s+/u).filter(Boolean).length;
  const said = (words >= LONG ? hint.dataset.long : words >= SOFT ? hint.dataset.soft : "") ?? "";
  if (hint.textContent !== said) hint.textContent = said;
});
