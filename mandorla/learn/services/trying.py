"""A try: the coach reads it once, answers, and forgets it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from mandorla.coach import services as coach
from mandorla.coach.core import EMPATHISE, VALIDATE
from mandorla.learn import core
from mandorla.learn.services.reading import read

GUESSES_MAX: Final = 6
TOO_SHORT_TO_TELL: Final = 3  # words, of which none need be a common one: “scared, and alone”


def try_out(person: core.Person, step: core.Step, words: str, guesses: Sequence[str] = ()) -> core.Answer:
    """What the coach says to these words, and to the feelings chosen beside them; `Busy` if too many ask at once."""
    if len(core.words(words)) > TOO_SHORT_TO_TELL and not coach.reads(words):
        return core.foreign(words)
    return read(lambda: JUDGES[step.skill](person, step, words, guesses))


def _mirror(person: core.Person, step: core.Step, words: str, _: Sequence[str]) -> core.Answer:
    said = person.turns[step.place - 1].says
    return core.of_mirror(said, words, coach.mirror(said, words))


def _summary(person: core.Person, _: core.Step, words: str, __: Sequence[str]) -> core.Answer:
    said = [turn.says for turn in person.turns]
    return core.of_summary(said, words, [coach.mirror(one, words) for one in said])


def _validate(person: core.Person, _: core.Step, words: str, __: Sequence[str]) -> core.Answer:
    return core.of_validation(words, coach.mirror(person.said, words, VALIDATE))


def _empathise(person: core.Person, _: core.Step, words: str, guesses: Sequence[str]) -> core.Answer:
    heard = coach.mirror(person.said, words, EMPATHISE) if words else None
    named = coach.send(words).feelings if words else ()
    every = list(dict.fromkeys((*guesses, *named)))[:GUESSES_MAX]
    near = {guess: {felt: coach.feelings(guess, felt) for felt in person.feelings} for guess in every}
    return core.of_empathy(words, heard, person.feelings, near)


def _send(_: core.Person, __: core.Step, words: str, ___: Sequence[str]) -> core.Answer:
    return core.of_send(words, coach.send(words))


def _request(_: core.Person, __: core.Step, words: str, ___: Sequence[str]) -> core.Answer:
    return core.of_request(words, coach.request(words))


Judge = Callable[[core.Person, core.Step, str, Sequence[str]], core.Answer]
JUDGES: Final[Mapping[str, Judge]] = {
    core.MIRROR: _mirror,
    core.SUMMARY: _summary,
    core.VALIDATE: _validate,
    core.EMPATHISE: _empathise,
    core.SEND: _send,
    core.REQUEST: _request,
}
