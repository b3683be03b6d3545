"""What the coach makes of ordinary sentences: danger is heard, its look-alikes and everyday words are not."""

import pytest

from mandorla.coach import core, services


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I want to die.", "self_harm"),
        ("i swallowed the whole box of painkillers", "self_harm"),
        ("I've taken too many pills and I'm getting sleepy.", "self_harm"),
        ("He held me by the throat on Sunday and the children saw.", "violence"),
        ("If you leave, I'll make sure you never see the baby again.", "threat"),
        ("She takes my wages and I have to show her every receipt.", "coercive_control"),
        ("My ex sits in his car outside my work every evening.", "stalking"),
        ("You shook the baby because she would not stop crying.", "child"),
    ],
)
def test_plain_danger_is_heard(said: str, kind: str) -> None:
    found = services.send(said)
    assert (found.danger, found.danger_kind) == (True, kind)
    assert found.whispers[0].code == "danger"


@pytest.mark.parametrize(
    "said",
    [
        "I could kill for a coffee.",
        "I have taken all my tablets for the day, doctor's orders.",
        "I took the whole box of pills back to the pharmacy.",
        "The film was violent and we left before the end.",
        "I hit the kerb with your car, sorry.",
        "I share my location with you so you can see when to put the pasta on.",
        "I was so angry that I slammed the door and went for a walk.",
        "You never wash up, and I'm tired of it.",
    ],
)
def test_what_only_looks_like_danger_is_left_alone(said: str) -> None:
    assert not services.send(said).danger


@pytest.mark.parametrize(
    ("said", "feelings"),
    [
        ("I picked up the old bike and went down to the shops.", ()),
        ("I feel so small when the whole table goes quiet.", ("small",)),
        ("I was lonely and a bit jealous.", ("lonely", "jealous")),
    ],
)
def test_everyday_words_are_feelings_only_where_somebody_feels(said: str, feelings: tuple[str, ...]) -> None:
    assert services.send(said).feelings[: len(feelings)] == feelings
    assert bool(services.send(said).feelings) == bool(feelings)


def test_not_calm_is_far_from_calm() -> None:
    for turned in ("not calm at all", "anything but calm"):
        assert services.feelings("calm", turned) < services.feelings("calm", "quite calm")
    assert services.traits("generous", "a soft touch with money") > services.traits("generous", "tight as a drum")


@pytest.mark.parametrize(
    ("response", "label"),
    [
        ("You waited for me with dinner on Friday, I came late without calling, and you felt unimportant.", "faithful"),
        ("So on Friday I was late. Did I get that?", "partial"),
        ("You want me to feel guilty, because deep down you have never trusted me.", "interpretation"),
        ("That is not how it was. I rang at six, and your phone was off, as it always is.", "rebuttal"),
        ("You could simply start eating when I'm not there by seven.", "advice"),
        ("That makes sense to me: you had cooked, and no word came from me.", "validation"),
        ("I imagine you felt small and forgotten, sitting there on your own.", "empathy"),
    ],
)
def test_the_moves_of_a_dialogue_are_told_apart(response: str, label: str) -> None:
    sender = "On Friday I waited with dinner and you came late without calling. I felt unimportant."
    assert services.mirror(sender, response).label == label


def test_more_blanks_than_one_change_nothing_of_what_was_said() -> None:
    once = "I waited for you, and then I ate alone. When you came I was cross"
    wide = "I  waited for you,   and then I\tate alone.   When you  came I was   cross"
    assert core.clauses(wide) == core.clauses(once)
