"""What is said: words and feelings, how many, and what is kept of them."""

import pytest

from mandorla.dialogue.core import Entry, fold
from tests.dialogue.playing import ANA, ARRIVED, BEN, HEARD, NOW, refusal, script, table


def test_words_are_kept_without_their_margins_and_with_their_lead() -> None:
    said = table(ARRIVED["couples"]).does(ANA, "say", words="  I miss our walks.\n", lead="What I notice is …")

    assert said.body == {"words": "I miss our walks.", "lead": "What I notice is …"}


def test_words_need_no_lead() -> None:
    assert table(ARRIVED["couples"]).does(ANA, "say").body == {"words": "I miss our walks."}


@pytest.mark.parametrize("words", ["", " \n\t"])
def test_nothing_cannot_be_said(words: str) -> None:
    assert refusal(table(ARRIVED["couples"]), ANA, "say", words=words).reason == "empty"


def test_too_many_words_are_refused_with_both_numbers() -> None:
    refused = refusal(table(ARRIVED["couples"]), ANA, "say", words="a" * 2001)

    assert (refused.reason, refused.facts) == ("too_long", {"most": 2000, "length": 2001})


def test_two_thousand_characters_are_not_too_many() -> None:
    assert table(ARRIVED["couples"]).does(ANA, "say", words="a" * 2000).body == {"words": "a" * 2000}


def test_a_lead_cannot_be_used_to_say_more() -> None:
    assert refusal(table(ARRIVED["couples"]), ANA, "say", lead="a" * 201).reason == "line_too_long"


def test_nothing_spoken_is_written_down() -> None:
    spoken = table(ARRIVED["couples"], medium="spoken")

    assert spoken.does(ANA, "say", words="overheard", lead="overheard").body == {}


def test_a_choice_carries_no_words() -> None:
    at_check = table(ARRIVED["couples"] + "ana:say ben:say")

    assert at_check.does(ANA, "yes", words="smuggled").body == {}


@pytest.mark.parametrize(
    ("feelings", "own"), [((), ()), (("low", "sad", "raw", "lost"), ()), (("low", "sad"), ("odd", "flat"))]
)
def test_one_to_three_feelings_are_guessed(feelings: tuple[str, ...], own: tuple[str, ...]) -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands")

    refused = refusal(at_empathy, BEN, "guess", feelings=feelings, own=own)

    assert (refused.reason, refused.facts) == ("feelings", {"most": 3})


@pytest.mark.parametrize(("own", "reason"), [(" ", "empty"), ("a" * 61, "line_too_long")])
def test_a_feeling_is_a_word_or_two(own: str, reason: str) -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands")

    assert refusal(at_empathy, BEN, "guess", feelings=(), own=(own,)).reason == reason


def test_feelings_of_the_wheel_and_ones_own_are_kept_apart() -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands")

    guess = at_empathy.does(BEN, "guess", feelings=("low", "lonely"), own=(" left over ",))

    assert guess.body == {"feelings": ["low", "lonely"], "own": ["left over"]}


def test_feelings_are_picked_in_the_spoken_medium_too() -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands", medium="spoken")

    assert at_empathy.does(BEN, "guess").body == {"feelings": ["lonely"], "own": []}


def test_every_feeling_picked_is_found_again_afterwards() -> None:
    felt = table(HEARD["couples"] + "ben:say ana:lands ben:guess ana:other")

    assert felt.state.felt == (felt.state.seq - 1, felt.state.seq)


def test_of_many_feelings_the_last_dozen_is_found_again() -> None:
    felt = table(HEARD["couples"] + "ben:say ana:lands ben:guess").state

    many = felt.with_(felt=tuple(range(100, 112)), seq=felt.seq)
    after = fold(script("couples/1"), many, Entry(200, ANA, NOW, "other", "empathy_check", {}), "ff")

    assert after.felt == (*range(101, 112), 200)
