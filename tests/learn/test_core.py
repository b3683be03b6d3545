"""The rules of the practice room: in which order, what is said after a try, and of which words."""

import pytest

from mandorla.coach.core import Asked, Mirrored, Sent, Whisper
from mandorla.learn import core

SAID = "I saw the red line under our names, and my knees went soft on the stairs."
SAW, SOFT = "I saw the red line under our names", "and my knees went soft on the stairs."
SOFTLY = "and my knees went soft on the stairs"


def heard(*whispers: Whisper, missed: tuple[str, ...] = ()) -> Mirrored:
    """What the coach found in a mirror."""
    return Mirrored("faithful", 1.0, missed, (), whispers, {})


def someone(key: str, difficulty: int, issue: str = "money") -> core.Person:
    """Somebody short."""
    own = {"scene": "s", "blaming": "b", "wish": "w", "vague": "v", "good": "g"}
    turns = [{"says": SAID, "points": ["p"], "mirror": "m"}, {"says": "More.", "points": ["p"], "mirror": "n"}]
    table = {"name": key, "difficulty": difficulty, "issue": issue, "who": "w", "scene": "s", "turns": turns}
    feelings = {"feelings": ["scared"], "good": "g"}
    return core.person(key, table | {"validate": own, "empathise": feelings, "send": own, "request": own})


def test_a_mirror_says_what_came_across_and_what_waits() -> None:
    answer = core.of_mirror(SAID, "You saw the red line.", heard(Whisper("missed", SOFT), missed=(SOFT,)))

    assert (answer.lead, answer.carried, answer.missed, answer.notes) == ("part", (SAW,), (SOFTLY,), ())


def test_a_mirror_marks_the_words_that_were_added() -> None:
    note = Whisper("added_advice", "you should sleep more")

    answer = core.of_mirror(SAID, "You saw it. You should sleep more!", heard(note))

    assert answer.lead == "added"
    assert answer.notes == (note,)
    assert [piece.text for piece in answer.mine if piece.marked] == ["You should sleep more"]
    assert "".join(piece.text for piece in answer.mine) == "You saw it. You should sleep more!"


def test_what_follows_each_other_in_a_sentence_is_quoted_as_one() -> None:
    said = "I held my breath, because he came. So I hid, and nobody knew."
    first, second = ("I held my breath", "because he came."), ("So I hid, and nobody knew.",)

    answer = core.of_mirror(said, "words", heard(missed=(*first, *second)))

    assert answer.missed == ("I held my breath, because he came", "So I hid, and nobody knew")


@pytest.mark.parametrize(
    ("notes", "missed", "lead"),
    [((), (), "all"), ((Whisper("bent"),), (SOFT,), "part_added"), ((), (SAW, SOFT), "little")],
)
def test_a_mirror_opens_with_what_matters_most(notes: tuple[Whisper, ...], missed: tuple[str, ...], lead: str) -> None:
    assert core.of_mirror(SAID, "words", heard(*notes, missed=missed)).lead == lead


def test_in_a_summary_only_what_nothing_holds_is_added() -> None:
    here, everywhere = Whisper("added_question", "why"), Whisper("added_advice", "sleep")

    answer = core.of_summary([SAID, "More."], "words", [heard(here, everywhere), heard(everywhere)])

    assert answer.notes == (everywhere,)


def test_a_reason_lands_and_its_lack_is_named() -> None:
    lacking = Whisper("validation_without_because")

    assert core.of_validation("words", heard()).lead == "lands"
    assert core.of_validation("words", heard(lacking)).notes == (lacking,)


def test_guessing_a_reason_is_no_fault_where_one_is_asked_for() -> None:
    assert core.of_validation("words", heard(Whisper("added_interpretation", "x"))).notes == ()


def test_feelings_are_caught_near_or_elsewhere() -> None:
    near = {
        "scared": {"scared": 1.0, "ashamed": 0.1},
        "worried": {"scared": 0.75, "ashamed": 0.1},
        "bored": {"scared": 0.1, "ashamed": 0.2},
    }

    answer = core.of_empathy("", None, ("scared", "ashamed"), near)

    assert [(one.guess, one.how) for one in answer.felt] == [
        ("scared", "caught"),
        ("worried", "near"),
        ("bored", "elsewhere"),
    ]
    assert (answer.lead, answer.unfelt) == ("felt", ("ashamed",))


def test_no_guess_is_a_try_too() -> None:
    assert core.of_empathy("words", heard(), ("scared",), {}).unfelt == ("scared",)


def test_danger_in_ones_own_words_is_told_apart_from_how_they_are_worded() -> None:
    found = Sent(False, ("i_statement",), ("scared",), True, "violence", (Whisper("danger", "hit me"),))

    answer = core.of_send("I am scared you hit me", found)

    assert (answer.danger, answer.notes, answer.good, answer.lead) == (True, (), ("i_statement", "feeling"), "own")


def test_a_wish_is_told_what_is_easy_to_give_in_it() -> None:
    asked = Asked(True, True, False, False, (), False, (Whisper("not_measurable"), Whisper("not_time_limited")))

    answer = core.of_request("words", asked)

    assert (answer.lead, answer.good) == ("nearly_givable", ("positive", "specific"))
    assert [note.code for note in answer.notes] == ["not_measurable", "not_time_limited"]


def test_whoever_begins_is_sent_to_the_gentlest_and_then_a_little_further() -> None:
    people = [someone("hard", 4), someone("easy", 1), someone("other", 1, "trust"), someone("more", 2)]

    assert [one.key for one in core.onward(people, []) if one] == ["easy"]
    assert [one.key for one in core.onward(people, [], "easy") if one] == ["other", "more"]
    assert [one.key for one in core.onward(people, ["other", "more"], "easy") if one] == ["hard"]
    assert core.onward(people, ["easy", "other", "more"], "hard") == (None, None)


def test_the_way_leads_through_every_turn_and_every_skill() -> None:
    keys = [step.key for step in someone("ana", 1).steps]

    assert keys == ["mirror-1", "mirror-2", "summary", "validate", "empathise", "send", "request"]


@pytest.mark.parametrize("wrong", [{"issue": "weather"}, {"difficulty": 6}])
def test_a_person_without_a_place_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no such issue or difficulty"):
        core.person("ana", {"issue": "money", "difficulty": 1} | wrong)


def test_marks_overlap_without_losing_a_letter() -> None:
    pieces = core.marked("You’re always late, always.", ["you're always", "always late", "not there", ""])

    assert "".join(piece.text for piece in pieces) == "You’re always late, always."
    assert [piece.text for piece in pieces if piece.marked] == ["You’re always", " late"]
