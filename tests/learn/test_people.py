"""Every written person is whole: fit to be heard, answered and read aloud."""

from collections import Counter

import pytest

from mandorla.coach import services as coach
from mandorla.learn import core, services

EVERYBODY = services.everybody()
LONGEST = 90


def texts(one: core.Person) -> list[str]:
    """All that is written of somebody."""
    turns = [text for turn in one.turns for text in (turn.says, turn.mirror, *turn.points)]
    own = [text for side in (one.send, one.request) for text in (side.about, side.first, side.good)]
    return [one.name, one.who, one.scene, *turns, one.validation, one.empathy, *one.feelings, *own]


def test_there_are_people_for_every_issue_and_from_easy_to_hard() -> None:
    assert len(EVERYBODY) >= 26
    assert {one.issue for one in EVERYBODY} == set(core.ISSUES)
    assert set(Counter(one.difficulty for one in EVERYBODY)) == set(core.LEVELS)
    assert len({one.name for one in EVERYBODY}) == len(EVERYBODY)


@pytest.mark.parametrize("one", EVERYBODY, ids=[one.key for one in EVERYBODY])
def test_a_person_is_whole(one: core.Person) -> None:
    assert 2 <= len(one.turns) <= 4
    assert all(1 <= len(turn.points) <= 4 for turn in one.turns)
    assert 1 <= len(one.feelings) <= 4
    assert [text for text in texts(one) if not text.strip() or len(text.split()) > LONGEST] == []
    assert [text for text in texts(one) if "'" in text or '"' in text] == []


@pytest.mark.parametrize("one", EVERYBODY, ids=[one.key for one in EVERYBODY])
def test_nobody_is_in_danger(one: core.Person) -> None:
    assert [text for text in texts(one) if coach.danger(text)] == []


@pytest.mark.parametrize("one", EVERYBODY, ids=[one.key for one in EVERYBODY])
def test_what_they_feel_are_feelings_the_coach_knows(one: core.Person) -> None:
    assert [feeling for feeling in one.feelings if coach.feelings(feeling, feeling) != 1.0] == []
