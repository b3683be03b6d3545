/** One device between two people: turns the whole room round, for whoever sits on the other side. */

const hall = /** @type {HTMLElement} */ (document.querySelector(".hall"));

document.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("[data-turn-round]")) hall.classList.toggle("turned");
});
