/**
 * One device between two people: turns the whole room round, for whoever sits on the other side, and lets each step begin at
 * its beginning, which then lies at the lower end of the page.
 */
import { stage } from "./stage.js";

const hall = /** @type {HTMLElement} */ (document.querySelector(".hall"));
let turn = stage().dataset.turn;

function toTheBeginning() {
  const turned = hall.classList.contains("turned");
  (turned ? stage() : document.body).scrollIntoView({ block: turned ? "end" : "start" });
}

function listen() {
  if (stage().dataset.turn === turn || !stage().matches(".room--between")) return;
  turn = stage().dataset.turn;
  toTheBeginning();
}

hall.dataset.turns = "";
document.addEventListener("stage", listen);
document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element) || !target.closest("[data-turn-round]")) return;
  hall.classList.toggle("turned");
  toTheBeginning();
});
