"""The coach in the room: it whispers to the one who writes or reads, in nobody's way, and keeps nothing.

Over the live door, with the real model. What is asserted of its judgement is what its rules decide.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mandorla.coach import services as coach
from mandorla.coach.core import Mirrored, Whisper
from mandorla.coach.services import choices
from mandorla.coach.services.thread import thread as reading
from mandorla.dialogue import live, services
from mandorla.dialogue.models import Draft, Event
from mandorla.dialogue.services import scripts
from mandorla.dialogue.services.listening import listens
from mandorla.dialogue.services.rooms import hot
from mandorla.dialogue.services.whispers import HEARS, of_mirror
from tests.cast import Cast
from tests.dialogue.hall import Frame, Hall, Phone
from tests.dialogue.seated import Pair, cookies_of

pytestmark = pytest.mark.django_db(transaction=True)

TO_VALIDATION = "ben:say ana:yes ana:no_more ben:say ana:all"
DANGER = "When I said that he choked me and put his hands around my throat"
TO_OPTIONS = "ben:now ana:ready ben:ready ana:skip ben:skip ana:say ben:say ana:yes ana:no_more ben:say ana:lands"
TRACKED = "Let me track your location at all times."
FREE = "For two weeks, hug me for a minute when you come home."
SENT = "When the laptop comes out on Sunday I feel left on a platform, and I miss you"
SOON = 1.0


@pytest.fixture
def two(hall: Hall, pair: Pair) -> tuple[Phone, Phone]:
    """Ana and Ben in the room, each with a first screen."""
    return comes(hall, pair, "ana"), comes(hall, pair, "ben")


def comes(hall: Hall, pair: Pair, name: str) -> Phone:
    """Somebody opens the room."""
    return hall.sits(cookies_of(getattr(pair.cast, name)), pair.thread)


def asks(phone: Phone, number: int, words: str | None, **facts: Any) -> Frame:
    """One question to the coach, and its answer."""
    phone.sends({"whisper": number, "v": phone.screen["v"], "words": words} | facts)
    return phone.told("whisper", number)


def codes(answer: Frame) -> list[str]:
    """Which whispers there were."""
    return [one["code"] for one in answer["said"]]


def is_quiet(phone: Phone) -> bool:
    """Whether nothing of the coach comes for a while."""
    try:
        phone.told("whisper", seconds=SOON)
    except TimeoutError:
        return True
    return False


def soon(is_so: Callable[[], bool]) -> None:
    """It comes true, though in another thread."""
    until = monotonic() + SOON * 5
    while not is_so():
        assert monotonic() < until
        sleep(0.01)


# The one who writes


def test_a_draft_is_whispered_about_to_its_writer_alone(two: tuple[Phone, Phone]) -> None:
    ana, ben = two

    answer = asks(ana, 1, DANGER)

    assert answer["reads"]
    assert codes(answer)[0] == "danger"
    assert answer["said"][0]["say"] == coach.says("danger")
    assert answer["said"][0]["span"] in DANGER.lower() + DANGER
    assert is_quiet(ben)


def test_a_validation_is_held_beside_what_was_told_and_its_beginning_counts(hall: Hall, pair: Pair) -> None:
    pair.does("ana", "say", words=SENT)
    pair.play(TO_VALIDATION)
    ben = comes(hall, pair, "ben")

    without = asks(ben, 1, "You would like the evening to be ours")
    begun = asks(ben, 2, "you would like the evening to be ours", lead="It makes sense to me, because …")

    assert "validation_without_because" in codes(without)
    assert "validation_without_because" not in codes(begun)


def test_at_most_two_are_whispered_and_none_that_was_of_no_help_but_danger(two: tuple[Phone, Phone]) -> None:
    ana, _ben = two
    words = "You always leave me alone, you idiot, and I feel that you never loved me; stop it now or else. He hit me."

    all_of_them = codes(asks(ana, 1, words))
    others = codes(asks(ana, 2, words, without=all_of_them))

    assert len(all_of_them) == len(set(all_of_them)) <= 2
    assert set(all_of_them) & set(others) == {"danger"}


@pytest.mark.parametrize(
    "words",
    ["I'll kill you", "Suicidal thoughts again. Took pills yesterday.", "Ich habe Angst, weil er sagt: I'll kill you"],
)
def test_a_rule_of_danger_asks_neither_how_many_words_there_are_nor_in_which_language(
    words: str, two: tuple[Phone, Phone]
) -> None:
    assert codes(asks(two[0], 1, words)) == ["danger"]


def test_of_few_words_nothing_but_danger_is_told(two: tuple[Phone, Phone]) -> None:
    assert codes(asks(two[0], 1, "You always forget")) == []


def test_danger_is_never_silenced(cast: Cast, hall: Hall, pair: Pair) -> None:
    choices.silence(cast.ana.ring(), "danger")
    ana = comes(hall, pair, "ana")

    assert "danger" in codes(asks(ana, 1, DANGER, without=["danger"]))


def test_each_danger_is_told_so_that_one_may_be_put_away(two: tuple[Phone, Phone]) -> None:
    answer = asks(two[0], 1, "He hit me, and now he says: I'll burn your house")

    assert [one["span"] for one in answer["said"] if one["code"] == "danger"] == ["I'll burn", "He hit me"]


@pytest.mark.parametrize(
    ("sent", "mirror", "danger"),
    [
        (SENT, "You miss me on Sundays, and if you leave I'll kill you", True),
        ("When I came home on Sunday you hit me", "What I hear is: when you came home, you said, you hit me", False),
        ("When I came home on Sunday you hit me", "You say you hit me, and I'll kill you for it", True),
    ],
)
def test_danger_in_a_mirror_is_told_to_both_unless_it_only_says_back_what_was_sent(
    sent: str, mirror: str, danger: bool, hall: Hall, pair: Pair
) -> None:
    pair.does("ana", "say", words=sent)
    ana, ben = comes(hall, pair, "ana"), comes(hall, pair, "ben")

    of_writer = codes(asks(ben, 1, mirror))
    ben.does("say", words=mirror)
    ana.shown(ben.screen["v"])
    of_reader = codes(asks(ana, 1, None))

    assert ["danger" in found for found in (of_writer, of_reader)] == [danger, danger]


def test_of_thanks_nothing_but_danger_is_told(cast: Cast, hall: Hall) -> None:
    pair = Pair(cast, "request")
    pair.play(f"{TO_OPTIONS} ben:guess ana:yes")
    pair.does("ana", "offer", words=FREE)
    pair.play("ben:say ana:yes")
    pair.does("ben", "give", marks=(pair.sees("ben").lines[0].key,))
    pair.play("ben:two_weeks")
    ana = comes(hall, pair, "ana")

    assert codes(asks(ana, 1, "Thank you, you idiot, you always forget everything")) == []
    assert codes(asks(ana, 2, "Thank you. If you break it I'll kill you")) == ["danger"]


@pytest.mark.parametrize(("label", "whispered"), [("advice", True), ("rebuttal", True), ("faithful", False)])
def test_what_is_no_mirror_is_told_where_no_addition_says_so(label: str, *, whispered: bool) -> None:
    missed = Whisper("missed", "I miss you")
    none, with_one = (Mirrored(label, 0.5, (), additions, (missed,), {}) for additions in ((), ("judgement",)))

    assert (Whisper(f"added_{label}") in of_mirror(none)) is whispered
    assert of_mirror(with_one) == (missed,)


def test_what_was_silenced_stays_so_in_the_next_room(cast: Cast, hall: Hall, pair: Pair) -> None:
    pair.does("ana", "say", words=SENT)
    pair.play(TO_VALIDATION)
    choices.silence(cast.ben.ring(), "validation_without_because")

    silenced = codes(asks(comes(hall, pair, "ben"), 1, "You would like the evening to be ours"))
    choices.hear_again(cast.ben.ring(), "validation_without_because")
    again = codes(asks(comes(hall, pair, "ben"), 1, "You would like the evening to be ours"))

    assert "validation_without_because" not in silenced
    assert "validation_without_because" in again


@pytest.mark.parametrize(
    "words", ["Wenn der Laptop aufgeht, fühle ich mich allein gelassen", "وقتی لپ‌تاپ باز می‌شود احساس تنهایی می‌کنم"]
)
def test_what_it_cannot_read_is_said_and_not_judged(words: str, two: tuple[Phone, Phone]) -> None:
    answer = asks(two[0], 1, words)

    assert (answer["reads"], answer["said"]) == (False, [])


def test_it_is_silent_for_whoever_switched_it_off(cast: Cast, hall: Hall, pair: Pair) -> None:
    choices.switch(cast.ana.ring(), on=False)
    ana = comes(hall, pair, "ana")

    ana.sends({"whisper": 1, "v": ana.screen["v"], "words": DANGER})

    assert is_quiet(ana)


def test_who_switches_it_off_is_whispered_to_in_no_room_that_is_open(cast: Cast, two: tuple[Phone, Phone]) -> None:
    ana, _ben = two
    asks(ana, 1, DANGER)

    choices.switch(cast.ana.ring(), on=False)
    ana.sends({"whisper": 2, "v": ana.screen["v"], "words": DANGER})
    assert is_quiet(ana)

    choices.switch(cast.ana.ring(), on=True)
    assert codes(asks(ana, 3, DANGER))


@pytest.mark.parametrize(
    "frame",
    [
        {"whisper": "one", "v": 8, "words": DANGER},
        {"whisper": 1, "words": DANGER},
        {"whisper": 1, "v": 8, "words": ["a"]},
        {"whisper": 1, "v": 8, "words": DANGER, "without": [1]},
        {"whisper": None, "v": 8},
    ],
)
def test_a_question_no_page_asks_is_refused(frame: Frame, two: tuple[Phone, Phone]) -> None:
    two[0].sends(frame)

    assert two[0].told("nak")["why"] == "broken"


def test_whose_turn_it_is_not_and_what_has_gone_by_are_not_listened_to(two: tuple[Phone, Phone], pair: Pair) -> None:
    ana, ben = two

    ben.sends({"whisper": 1, "v": ben.screen["v"], "words": DANGER})
    old = ana.screen["v"]
    ana.does("say", words=SENT)
    ana.sends({"whisper": 1, "v": old, "words": DANGER})

    assert is_quiet(ana)
    assert is_quiet(ben)


def test_where_one_screen_is_for_two_nobody_is_whispered_to(cast: Cast, hall: Hall) -> None:
    pair = Pair(cast, form="request", medium="shared")
    pair.does("ben", "now")
    ana = comes(hall, pair, "ana")

    page = cast.ana.browser().get(f"/dialogues/{pair.thread}/").content.decode()
    ana.sends({"whisper": 1, "v": ana.screen["v"], "words": DANGER})

    assert "data-whispers-parts" not in page
    assert is_quiet(ana)


# The one who reads


def test_danger_in_what_arrived_is_told_to_its_reader_alone(two: tuple[Phone, Phone]) -> None:
    ana, ben = two
    ana.does("say", words="If you leave I will kill you and burn your house")
    ben.shown(ana.screen["v"])

    answer = asks(ben, 1, None)

    assert codes(answer) == ["danger"]
    assert is_quiet(ana)


def test_of_what_arrived_nothing_but_danger_is_told(two: tuple[Phone, Phone]) -> None:
    ana, ben = two
    ana.does("say", words="You always leave me alone, you idiot, and you never loved me")
    ben.shown(ana.screen["v"])

    assert set(codes(asks(ben, 1, None))) <= {"danger"}


def test_who_is_asked_for_what_leaves_nobody_free_is_offered_help(cast: Cast, hall: Hall) -> None:
    pair = Pair(cast, "request")
    pair.play(f"{TO_OPTIONS} ben:guess ana:yes")
    ana, ben = comes(hall, pair, "ana"), comes(hall, pair, "ben")

    of_asker = codes(asks(ana, 1, f"{FREE}\n{TRACKED}"))
    ana.does("offer", words=f"{FREE}\n{TRACKED}")
    ben.shown(ana.screen["v"])
    answer = asks(ben, 1, None)

    assert "request_coercive_or_unsafe" in of_asker
    assert [(one["code"], one["span"]) for one in answer["said"]] == [("danger", TRACKED)]


@pytest.mark.parametrize(
    ("does", "named", "sentences"),
    [
        ("yes", (), ["You caught: lonely."]),
        ("other", ("lonely",), ["You caught: lonely."]),
        ("other", ("lonely", "joyful"), ["You caught: lonely.", "You could not know yet: joyful."]),
    ],
)
def test_who_guessed_learns_in_words_which_feelings_were_caught(
    does: str, named: tuple[str, ...], sentences: list[str], hall: Hall, pair: Pair
) -> None:
    pair.does("ana", "say", words=SENT)
    pair.play(f"{TO_VALIDATION} ben:say ana:lands ben:guess")
    ana, ben = comes(hall, pair, "ana"), comes(hall, pair, "ben")
    pair.does("ana", does, **({"feelings": named} if named else {}))
    for phone in (ana, ben):
        phone.shown(pair.sees("ana").v)

    answer = asks(ben, 1, None)
    ana.sends({"whisper": 1, "v": ana.screen["v"], "words": None})

    assert answer["caught"] == sentences
    assert is_quiet(ana)


# Nothing of it is in anybody's way, and nothing is kept


def test_no_word_of_it_is_stored_or_logged(two: tuple[Phone, Phone], caplog: pytest.LogCaptureFixture) -> None:
    ana, ben = two
    before = (Event.objects.count(), Draft.objects.count())

    with caplog.at_level(logging.DEBUG):
        asks(ana, 1, f"{DANGER} heliotrope")
        ana.sends({"whisper": 2, "v": ana.screen["v"], "words": f"{DANGER} heliotrope", "without": [["heliotrope"]]})
        ana.told("nak")

    assert (Event.objects.count(), Draft.objects.count()) == before
    assert "heliotrope" not in caplog.text
    assert "heliotrope" not in str(ben.frames) + str(ana.frames).replace("'say'", "")


def test_listening_touches_no_database(pair: Pair) -> None:
    pair.sees("ana")
    asking = services.Asking(1, pair.sees("ana").v, DANGER)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        heard = services.overheard(pair.ana, asking)
        assert heard
        found = services.whispers(heard, frozenset())

    assert found.whispers[0].code == "danger"
    assert len(queries) == 0
    assert hot(pair.thread)


@pytest.fixture
def busy() -> Iterator[threading.Event]:
    """The coach's one thread does something else until this is set."""
    free = threading.Event()
    reading.submit(free.wait, SOON * 10)
    yield free
    free.set()


def test_only_the_newest_of_many_questions_is_answered(busy: threading.Event, two: tuple[Phone, Phone]) -> None:
    ana, _ben = two
    for number in range(1, 16):
        ana.sends({"whisper": number, "v": ana.screen["v"], "words": f"{DANGER}, {number} times"})
    ana.sends({"ping": 1})
    ana.told("pong")

    busy.set()

    assert ana.told("whisper")["whisper"] == 15


def test_who_goes_takes_along_what_the_coach_had_not_thought_about(
    busy: threading.Event, two: tuple[Phone, Phone], pair: Pair
) -> None:
    ana, _ben = two
    socket = next(one for one in live.hall.sockets[pair.thread] if one.seat.person == pair.ana.person)
    ana.sends({"whisper": 1, "v": ana.screen["v"], "words": DANGER})
    soon(lambda: socket.heard is not None)

    ana.leave()

    soon(lambda: socket.heard is None)
    soon(lambda: socket.whispering is not None and socket.whispering.cancelled())
    assert not busy.is_set()


@pytest.mark.parametrize("failing", ["overheard", "whispers"])
def test_a_question_that_fails_takes_no_other_with_it(
    failing: str,
    busy: threading.Event,
    two: tuple[Phone, Phone],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ana, ben = two
    ana.does("say", words="If you leave I will kill you and burn your house")
    ben.shown(ana.screen["v"])
    sound = getattr(services, failing)
    failed: list[Any] = []

    def fails_once(*given: Any) -> Any:
        if not failed:
            failed.append(given)
            raise ValueError("heliotrope")
        return sound(*given)

    monkeypatch.setattr(services, failing, fails_once)
    with caplog.at_level(logging.DEBUG):
        ben.sends({"whisper": 1, "v": ben.screen["v"], "words": f"You say: {DANGER}, and I'll kill you"})
        ben.sends({"whisper": 2, "v": ben.screen["v"]})
        busy.set()

        assert "danger" in codes(ben.told("whisper"))
    assert "coach: ValueError" in caplog.text
    assert "heliotrope" not in caplog.text


# What is listened to is data


def test_every_kind_that_is_listened_to_is_in_a_script_and_every_chunk_is_thought_of() -> None:
    moves = [move for script in scripts.every() for step in script.steps.values() for move in step.moves.values()]
    told = listens()

    assert set(told["kinds"]) - {move.kind for move in moves} == set()
    assert {move.kind for move in moves if move.chunk} - set(told["kinds"]) - set(told["silent"]["kinds"]) == set()
    assert {row["hears"] for row in told["kinds"].values()} <= set(HEARS)
    assert set(told["order"]["first"]) - set(coach.codes()) == set()
