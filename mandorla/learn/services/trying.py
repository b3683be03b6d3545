"""A try: the coach reads it once, answers, and forgets it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from mandorla.coach import services as coach
from mandorla.coach.core import EMPATHISE, VALIDATE, Choices
from mandorla.coach.services.thread import read
from mandorla.learn import core

GUESSES_MAX: Final = 6
TOO_SHORT_TO_TELL: Final = 3  # words, of which none need be a common one: “scared, and alone”


def try_out(
    chosen: Choices, person: core.Person, step: core.Step, words: str, guesses: Sequence[str] = ()
) -> core.Answer | None:
    """What the coach says to these words, and to the feelings chosen beside them; `Busy` if too many ask at once.

    Nothing if it is switched off; and nothing that was of no help to this person. Danger is looked for before anything
    else, by rules that ask for no whole sentences.
    """
    if not chosen.on:
        return None
    words = words[: core.CHARACTERS_MAX]
    if coach.danger("\n".join((words, *guesses))):
        return core.in_danger(words)
    if len(core.words(words)) > TOO_SHORT_TO_TELL and not coach.reads(words):
        return core.foreign(words)
    return read(lambda: JUDGES[step.skill](person, step, words, guesses)).without(chosen.quiet)


def _mirror(person: core.Person, step: core.Step, words: str, _: Sequence[str]) -> core.Answer:
    turn = person.turns[step.place - 1]
    return core.of_mirror(_carried(turn.points, words), words, coach.mirror(turn.says, words))


def _summary(person: core.Person, _: core.Step, words: str, __: Sequence[str]) -> core.Answer:
    points = [point for turn in person.turns for point in turn.points]
    return core.of_summary(_carried(points, words), words, [coach.mirror(turn.says, words) for turn in person.turns])


def _carried(points: Sequence[str], words: str) -> dict[str, bool]:
    return dict(zip(points, coach.carried(points, words), strict=True))


def _validate(person: core.Person, _: core.Step, words: str, __: Sequence[str]) -> core.Answer:
    return core.of_validation(words, coach.mirror(person.said, words, VALIDATE))


def _empathise(person: core.Person, _: core.Step, words: str, guesses: Sequence[str]) -> core.Answer:
    heard = coach.mirror(person.said, words, EMPATHISE) if words else None
    named = coach.send(words).feelings if words else ()
    every = list(dict.fromkeys((*guesses, *named)))[:GUESSES_MAX]
    near = {guess: {felt: coach.feelings(guess, felt) for felt in person.feelings} for guess in every}
    return core.of_empathy(words, heard, person.feelings, near, (coach.CAUGHT_MIN, coach.NEAR_MIN))


def _send(_: core.Person, __: core.Step, words: str, ___: Sequence[str]) -> core.Answer:
    return core.of_send(words, coach.send(words))


def _request(_: core.Person, __: core.Step, words: str, ___: Sequence[str]) -> core.Answer:
    return core.of_request(words, coach.request(words), coach.send(words))


Judge = Callable[[core.Person, core.Step, str, Sequence[str]], core.Answer]
JUDGES: Final[Mapping[str, Judge]] = {
    core.MIRROR: _mirror,
    core.SUMMARY: _summary,
    core.VALIDATE: _validate,
    core.EMPATHISE: _empathise,
    core.SEND: _send,
    core.REQUEST: _request,
}
