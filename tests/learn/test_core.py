"""The rules of the practice room: in which order, what is said after a try, and of which words."""

import pytest

from mandorla.coach.core import Asked, Mirrored, Sent, Whisper
from mandorla.learn import core

SAID = "I saw the red line under our names, and my knees went soft on the stairs."
SAW, SOFT = "I saw the red line", "my knees went soft"
ENOUGH = (0.85, 0.6)


def heard(*whispers: Whisper, label: str = "faithful") -> Mirrored:
    """What the coach found in a mirror."""
    return Mirrored(label, 1.0, (), (), whispers, {})


def sent(*whispers: Whisper, blame: bool = False, danger: bool = False, flags: tuple[str, ...] = ()) -> Sent:
    """What the coach found in what somebody sends."""
    return Sent(blame, flags, ("scared",), danger, "threat" if danger else None, whispers)


def someone(key: str, difficulty: int, issue: str = "money") -> core.Person:
    """Somebody short."""
    own = {"scene": "s", "blaming": "b", "wish": "w", "vague": "v", "good": "g"}
    turns = [{"says": SAID, "points": ["p"], "mirror": "m"}, {"says": "More.", "points": ["p"], "mirror": "n"}]
    table = {"name": key, "difficulty": difficulty, "issue": issue, "who": "w", "scene": "s", "turns": turns}
    feelings = {"feelings": ["scared"], "good": "g"}
    return core.person(key, table | {"validate": own, "empathise": feelings, "send": own, "request": own})


def test_a_mirror_says_what_came_across_and_what_waits() -> None:
    answer = core.of_mirror({SAW: True, SOFT: False}, "You saw the red line.", heard(Whisper("missed", SOFT)))

    assert (answer.lead, answer.carried, answer.missed, answer.notes) == ("part", (SAW,), (SOFT,), ())


def test_a_mirror_marks_the_words_that_were_added() -> None:
    note = Whisper("added_question", "when do you sleep")

    answer = core.of_mirror({SAW: True}, "You saw it. When do you sleep?", heard(note))

    assert answer.lead == "added"
    assert answer.notes == (note,)
    assert [piece.text for piece in answer.mine if piece.marked] == ["When do you sleep"]
    assert "".join(piece.text for piece in answer.mine) == "You saw it. When do you sleep?"


@pytest.mark.parametrize(
    ("notes", "carried", "lead"),
    [((), (True, True), "all"), ((Whisper("bent"),), (True, False), "part_added"), ((), (False, False), "little")],
)
def test_a_mirror_opens_with_what_matters_most(
    notes: tuple[Whisper, ...], carried: tuple[bool, bool], lead: str
) -> None:
    assert core.of_mirror(dict(zip((SAW, SOFT), carried, strict=True)), "words", heard(*notes)).lead == lead


@pytest.mark.parametrize("label", ["rebuttal", "advice"])
def test_an_answer_or_a_way_out_is_named_though_nothing_was_added(label: str) -> None:
    found = heard(label=label)

    assert core.of_mirror({SAW: True}, "words", found).lead == label
    assert core.of_summary({SAW: True}, "words", [found, found]).lead == label
    assert core.of_validation("words", found).lead == label
    assert core.of_empathy("words", found, ("scared",), {"scared": {"scared": 1.0}}, ENOUGH).lead == label


@pytest.mark.parametrize(("label", "lead"), [("validation", "made_sense"), ("empathy", "felt_with")])
def test_what_is_no_mirror_is_named_where_something_still_waits(label: str, lead: str) -> None:
    assert core.of_mirror({SAW: True, SOFT: False}, "words", heard(label=label)).lead == lead
    assert core.of_mirror({SAW: True, SOFT: True}, "words", heard(label=label)).lead == "all"


def test_what_one_makes_of_it_is_told_apart_from_what_turned_on_the_way() -> None:
    points = {SAW: True, SOFT: False}
    made, bent = Whisper("added_interpretation", "because"), Whisper("bent_time", "tomorrow")

    assert core.of_mirror(points, "words", heard(made, label="interpretation")).lead == "interpretation"
    assert core.of_mirror(points, "words", heard(bent, label="interpretation")).lead == "part_added"


@pytest.mark.parametrize(("label", "lead"), [("partial", "gave_back"), ("empathy", "felt_with"), ("mixed", "nearly")])
def test_what_is_no_validation_is_named_where_a_reason_is_lacking(label: str, lead: str) -> None:
    assert core.of_validation("words", heard(Whisper("validation_without_because"), label=label)).lead == lead
    assert core.of_validation("words", heard(label=label)).lead == "lands"


@pytest.mark.parametrize(
    ("label", "lead"), [("faithful", "gave_back"), ("validation", "made_sense"), ("empathy", "unguessed")]
)
def test_where_no_feeling_is_named_that_is_what_is_said(label: str, lead: str) -> None:
    assert core.of_empathy("words", heard(label=label), ("scared",), {}, ENOUGH).lead == lead


def test_another_feeling_is_a_gift_only_where_one_was_guessed() -> None:
    assert core.of_empathy("", None, ("scared",), {"bored": {"scared": 0.1}}, ENOUGH).lead == "elsewhere"


def test_what_was_of_no_help_is_neither_said_nor_marked_and_nothing_is_praised_for_that() -> None:
    notes = Whisper("added_question", "why"), Whisper("bent", "red")

    answer = core.of_mirror({SAW: True}, "You saw red. And why?", heard(*notes)).without({"added_question"})

    assert (answer.lead, answer.notes) == ("added", notes[1:])
    assert [piece.text for piece in answer.mine if piece.marked] == ["red"]
    assert "".join(piece.text for piece in answer.mine) == "You saw red. And why?"


def test_in_a_summary_only_what_nothing_holds_is_added() -> None:
    here, everywhere = Whisper("added_question", "why"), Whisper("added_advice", "sleep")

    answer = core.of_summary({SAW: True}, "words", [heard(here, everywhere), heard(everywhere)])

    assert answer.notes == (everywhere,)


def test_a_reason_lands_and_its_lack_is_named() -> None:
    lacking = Whisper("validation_without_because")

    assert core.of_validation("words", heard()).lead == "lands"
    assert core.of_validation("words", heard(lacking)).notes == (lacking,)


def test_guessing_a_reason_is_no_fault_where_one_is_asked_for() -> None:
    assert core.of_validation("words", heard(Whisper("added_interpretation", "x"))).notes == ()


def test_feelings_are_caught_near_or_elsewhere() -> None:
    near = {
        "terrified": {"scared": 0.9, "ashamed": 0.1},
        "worried": {"scared": 0.75, "ashamed": 0.1},
        "bored": {"scared": 0.1, "ashamed": 0.2},
    }

    answer = core.of_empathy("", None, ("scared", "ashamed"), near, ENOUGH)

    assert [(one.guess, one.how) for one in answer.felt] == [
        ("terrified", "caught"),
        ("worried", "near"),
        ("bored", "elsewhere"),
    ]
    assert (answer.lead, answer.unfelt) == ("felt", ("ashamed",))


def test_no_guess_is_a_try_too() -> None:
    assert core.of_empathy("words", heard(), ("scared",), {}, ENOUGH).unfelt == ("scared",)


def test_danger_is_met_with_an_offer_of_help_and_no_judgement_of_the_words() -> None:
    found = sent(Whisper("danger", "hit me"), Whisper("absolute", "always"), danger=True, flags=("i_statement",))

    answer = core.of_send("I am scared you hit me", found)

    assert (answer.danger, answer.lead) == (True, "danger")
    assert (answer.notes, answer.good) == ((), ())


@pytest.mark.parametrize(
    ("found", "lead", "good"),
    [
        (sent(flags=("i_statement",)), "own", ("i_statement", "feeling")),
        (sent(), "side", ("feeling",)),
        (sent(blame=True, flags=("i_statement",)), "blame", ()),
        (sent(Whisper("criticism", "lazy"), blame=True, flags=("i_statement",)), "door", ()),
        (sent(Whisper("absolute", "always"), flags=("i_statement",)), "door", ("i_statement", "feeling")),
    ],
)
def test_nothing_is_praised_in_which_there_is_blame(found: Sent, lead: str, good: tuple[str, ...]) -> None:
    answer = core.of_send("words", found)

    assert (answer.lead, answer.good) == (lead, good)


def test_a_wish_is_told_what_is_easy_to_give_in_it() -> None:
    asked = Asked(True, True, False, False, (), False, (Whisper("not_measurable"), Whisper("not_time_limited")))

    answer = core.of_request("words", asked, sent())

    assert (answer.lead, answer.good) == ("nearly_givable", ("positive", "specific"))
    assert [note.code for note in answer.notes] == ["not_measurable", "not_time_limited"]


def test_a_wish_with_blame_in_it_is_not_praised() -> None:
    answer = core.of_request("words", Asked(True, True, True, True, (), True, ()), sent(blame=True))

    assert (answer.lead, answer.good) == ("nearly_givable", ())


def test_a_wish_that_leaves_nobody_safe_is_met_with_an_offer_of_help() -> None:
    coercing = Whisper("request_coercive_or_unsafe", "or else")
    unsafe = Asked(True, True, True, True, ("coercive_or_unsafe",), False, (coercing, Whisper("not_positive")))
    plain = Asked(True, True, True, True, (), True, ())

    coerced, endangered = core.of_request("words", unsafe, sent()), core.of_request("words", plain, sent(danger=True))

    assert (coerced.lead, coerced.danger, coerced.good, coerced.notes) == ("danger", True, (), (coercing,))
    assert (endangered.lead, endangered.danger, endangered.good, endangered.notes) == ("danger", True, (), ())


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
