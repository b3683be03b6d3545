"""What a dialogue leaves: a wish, a gift, lines of a vision, as both may read them afterwards with their own keys."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mandorla.dialogue import services
from mandorla.dialogue.models import Event
from mandorla.dialogue.services import Left
from mandorla.spaces import services as spaces
from tests.cast import Cast
from tests.dialogue.seated import Pair, seat

pytestmark = pytest.mark.django_db(transaction=True)

BEGUN = "ben:now ana:ready ben:ready ana:skip ben:skip "
TOLD = "ana:say ben:say ana:yes ana:more ana:say ben:say ana:yes ana:no_more "
FELT = "ben:say ana:lands ben:guess ana:yes"
CLOSED = "ana:skip ana:skip ben:skip ana:skip ben:skip"


def offered(cast: Cast) -> Pair:
    """Ana has told Ben her wish in two pieces, and offers two acts after a first try."""
    pair = Pair(cast, "request")
    pair.play(BEGUN + TOLD + FELT)
    pair.does("ana", "offer", words="a walk")
    pair.play("ben:say ana:anew")
    pair.does("ana", "offer", words="a walk\na song")
    pair.play("ben:say ana:yes")
    return pair


def given(cast: Cast) -> Pair:
    """Ben gives one of them for two weeks; they have closed."""
    pair = offered(cast)
    pair.does("ben", "give", marks=(pair.sees("ben").lines[1].key,))
    pair.play("ben:two_weeks " + CLOSED)
    return pair


def told(left: Left) -> dict[str, list[str]]:
    """Its fields as plain words: lines with who wrote them."""
    return {
        name: [one.said.words or " | ".join(f"{line.author}: {line.text}" for line in one.lines) for one in pieces]
        for name, pieces in left.fields.items()
    }


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_a_request_leaves_the_wish_the_last_acts_the_gift_and_its_weeks(cast: Cast, who: str) -> None:
    pair = given(cast)

    left = services.left_by(pair.seat(who))

    assert (left.script, left.over) == ("request", "closed")
    assert told(left) == {
        "wish": ["say by ana", "say by ana"],
        "options": ["Ana: a walk | Ana: a song"],
        "gift": ["Ana: a song"],
        "weeks": ["Two weeks"],
    }
    assert [one.said.author for one in left.fields["gift"]] == ["Ben"]


def test_not_now_leaves_no_gift(cast: Cast) -> None:
    pair = offered(cast)
    pair.play("ben:not_now " + CLOSED)

    left = services.left_by(pair.ana)

    assert (left.fields["gift"], left.fields["weeks"]) == ((), ())


def test_a_vision_leaves_what_both_marked_with_who_wrote_it(cast: Cast) -> None:
    pair = Pair(cast, "vision")
    pair.play(BEGUN)
    pair.does("ana", "write", words="We laugh\nWe rest")
    pair.does("ben", "write", words="We walk")
    pair.play("ben:say ana:yes ana:say ben:yes")
    pair.does("ana", "mark", marks=(pair.sees("ana").lines[0].key,))
    pair.does("ben", "mark", marks=(pair.sees("ben").lines[0].key,))
    pair.play("ana:on")
    for who in ("ana", "ben"):
        pair.does(who, "mark", marks=(pair.sees(who).lines[0].key,))
    pair.does("ana", "mark", marks=())
    pair.does("ben", "mark", marks=(pair.sees("ben").lines[1].key,))
    pair.play("ana:ready ben:ready ana:skip ben:skip ana:skip ben:skip")

    assert told(services.left_by(pair.ben)) == {
        "lines": ["Ben: We walk", "Ana: We laugh"],
        "matters": ["Ben: We walk", "Ben: We walk"],
        "asks": ["Ana: We laugh"],
    }


def test_pauses_and_a_cold_room_take_nothing_away(cast: Cast) -> None:
    pair = offered(cast)
    pair.does("ben", "give", marks=(pair.sees("ben").lines[0].key,))
    pair.does("ana", "pause", minutes=20)
    pair.play("ana:go_on ben:go_on ben:one_week ana:skip")
    pair.does("ben", "pause", minutes=20)
    pair.play("ben:go_on ana:go_on ana:skip ben:skip ana:skip ben:skip")
    services.forget(pair.thread)

    left = told(services.left_by(pair.ben))

    assert (left["gift"], left["weeks"], len(left["wish"])) == (["Ana: a walk"], ["One week"], 2)


def test_before_it_is_over_there_is_nothing_yet(cast: Cast) -> None:
    assert set(services.left_by(offered(cast).ana).fields.values()) == {()}


def test_an_early_end_shows_nobodys_half_of_what_both_do(cast: Cast) -> None:
    pair = Pair(cast, "caring")
    pair.play(BEGUN)
    for do in ("write", "write", "write", "say"):
        for who in ("ana", "ben"):
            pair.does(who, do, words="flowers")
    for who in ("ana", "ben"):
        pair.does(who, "mark", marks=(pair.sees(who).lines[0].key,))
    pair.does("ana", "mark", marks=(pair.sees("ana").lines[0].key,))
    pair.play("ben:end")

    left = services.left_by(pair.ben)

    assert {name: len(pieces) for name, pieces in left.fields.items()} == {"now": 2, "then": 0, "wished": 0}


def test_only_what_is_needed_is_read(cast: Cast) -> None:
    pair = given(cast)
    services.left_by(pair.ana)

    with CaptureQueriesContext(connection) as asked:
        services.left_by(pair.ana)

    assert len([one for one in asked.captured_queries if Event._meta.db_table in one["sql"]]) == 1


def test_words_taken_back_elsewhere_are_gone_at_once(cast: Cast) -> None:
    pair = given(cast)
    services.left_by(pair.ben)
    Event.objects.filter(thread=pair.thread, author=cast.ana.id).update(envelope=None)  # as by another process

    left = services.left_by(pair.ben)

    assert {one.said.state for name in ("wish", "options") for one in left.fields[name]} == {"withdrawn"}


def test_words_taken_back_are_said_to_be_and_an_entry_that_is_gone_breaks_nothing(cast: Cast) -> None:
    pair = given(cast)
    weeks = services.left_by(pair.ben).fields["weeks"][0].said.seq
    spaces.leave(cast.ana.ring(), cast.space, withdraw=True)
    Event.objects.filter(thread=pair.thread, seq=weeks).delete()
    services.forget(pair.thread)

    left = services.left_by(seat(cast.ben, pair.thread))

    states = {name: [one.said.state for one in pieces] for name, pieces in left.fields.items()}
    assert states == {
        "wish": ["withdrawn", "withdrawn"],
        "options": ["withdrawn"],
        "gift": [],  # the line that was chosen is among what was taken back
        "weeks": ["unreadable"],
    }


def test_a_form_that_leaves_nothing_has_no_fields_and_no_heading(cast: Cast) -> None:
    pair = Pair(cast)

    page = cast.ana.browser().get(reverse("dialogue:after", args=[pair.thread])).content.decode()

    assert services.left_by(pair.ana).fields == {}
    assert "What you take along" not in page


def test_looking_back_shows_what_one_takes_along_and_whose_lines_they_were(cast: Cast) -> None:
    pair = given(cast)

    page = " ".join(cast.ben.browser().get(reverse("dialogue:after", args=[pair.thread])).content.decode().split())

    assert "What you take along" in page
    assert "How long Ben will give it" in page
    assert "Two weeks" in page
    assert '<span dir="auto">a song</span> <span class="said-words__whose">written by Ana</span>' in page
    assert "a song" not in cast.ben.browser().get(reverse("dialogue:home")).content.decode()


def test_a_frustration_leaves_the_wishes_of_both_under_their_own_name(cast: Cast) -> None:
    pair = Pair(cast, "frustration")
    stem = "{0}:say {1}:say {0}:yes {0}:no_more "
    felt = "{1}:say {0}:all {1}:say {0}:lands {1}:guess {0}:yes ana:skip ben:skip "
    pair.play("ben:now ana:ready ben:ready ana:skip ben:skip ana:skip ben:skip " + stem.format("ana", "ben") * 4)
    pair.play("ana:leave_out ana:leave_out ")
    pair.does("ana", "say", words="to be met at the door")
    pair.play("ben:say ana:yes ana:no_more " + felt.format("ana", "ben") + "ben:now ana:now ")
    pair.play(stem.format("ben", "ana") * 4 + "ben:leave_out ben:leave_out ")
    pair.does("ben", "say", words="a quiet half hour")
    pair.play("ana:say ben:yes ben:no_more " + felt.format("ben", "ana") + "ana:skip ben:skip ana:skip ben:skip")

    left = services.left_by(pair.ana)

    assert left.over == "closed"
    assert [(one.said.label, one.said.words) for one in left.fields["wish"]] == [
        ("What Ana longs for", "to be met at the door"),
        ("What Ben longs for", "a quiet half hour"),
    ]
