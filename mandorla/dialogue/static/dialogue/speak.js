/** Reads the stage's title and guidance aloud, where the browser has a voice; once more falls silent. Never anybody's words. */

const hall = /** @type {HTMLElement} */ (document.querySelector(".hall"));
const voice = globalThis.speechSynthesis;

function speak() {
  if (voice.speaking) return voice.cancel();
  const stage = /** @type {HTMLElement} */ (document.querySelector("[data-stage]"));
  const told = [
    ...stage.querySelectorAll(".stage__title, .stage__prompt, .waiting__prompt, .more__prompt, .aloud__stem"),
  ];
  const words = new SpeechSynthesisUtterance(told.map((one) => one.textContent?.trim()).join(". "));
  words.lang = document.documentElement.lang;
  voice.speak(words);
}

if (voice) {
  hall.dataset.speaks = "";
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("[data-speak]")) speak();
  });
  document.addEventListener("leaving", () => voice.cancel());
}
