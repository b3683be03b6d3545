"""The practice room as a person uses it: choose, try, be answered, keep or forget."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mandorla.spaces.models import Item
from tests.cast import Cast

pytestmark = pytest.mark.django_db

ROOM = reverse("learn:practice")
AMARA = reverse("learn:person", args=["amara"])


def step(key: str, who: str = "amara") -> str:
    """Where a step is."""
    return reverse("learn:step", args=[who, key])


def shown(browser: Client, address: str) -> str:
    """A page that must be there."""
    page = browser.get(address)
    assert page.status_code == 200
    return page.content.decode()


def tried(browser: Client, key: str, words: str, **more: object) -> str:
    """The page after a try."""
    page = browser.post(step(key), {"words": words, **more})
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.parametrize("key", ["mirror-1", "mirror-2", "summary", "validate", "empathise", "send", "request"])
def test_every_step_answers_a_try_with_one_better_example(cast: Cast, key: str) -> None:
    browser = cast.ana.browser()

    before, after = shown(browser, step(key)), tried(browser, key, "I saw the letter and felt scared.")

    assert "One way to say it" not in before
    assert "One way to say it" in after
    assert "What you wrote" in after
    assert "I saw the letter and felt scared." in after


def test_whoever_comes_first_is_offered_somebody_gentle(cast: Cast) -> None:
    page = shown(cast.ana.browser(), ROOM)

    assert "A gentle beginning" in page
    assert page.count("Short and kind") > 3


def test_everybody_can_be_chosen_from_the_beginning(cast: Cast) -> None:
    page = shown(cast.ana.browser(), ROOM)

    assert AMARA in page
    assert reverse("learn:person", args=["salma"]) in page


def test_validation_without_a_reason_is_asked_for_one(cast: Cast) -> None:
    page = tried(cast.ana.browser(), "validate", "That makes sense to me, Amara.")

    assert "What makes it make sense, seen from where they stand?" in page


def test_a_guess_is_told_how_near_it_is_without_a_number(cast: Cast) -> None:
    page = tried(cast.ana.browser(), "empathise", "", feelings=["terrified"], own="ashamed")

    assert "“ashamed”: that is there." in page
    assert "“terrified”: you caught “scared”." in page
    assert "%" not in page.split("</head>")[1]


def test_a_feeling_nobody_guessed_is_told(cast: Cast) -> None:
    page = tried(cast.ana.browser(), "empathise", "I imagine you feel scared.")

    assert "There was also “ashamed”." in page


def test_nothing_typed_is_asked_for_kindly(cast: Cast) -> None:
    page = cast.ana.browser().post(step("mirror-1"), {"words": "  "})

    assert page.status_code == 422
    assert "Write a few words first. One sentence is enough." in page.content.decode()


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (200, "These are 200 words. The coach reads up to 150 at a time"),
        (10_000, "These are 89999 characters. The coach reads up to 3000 at a time"),
    ],
)
def test_too_many_words_come_back_whole_with_the_number_that_fits(cast: Cast, count: int, told: str) -> None:
    page = cast.ana.browser().post(step("mirror-1"), {"words": "cinnamon " * count})

    assert page.status_code == 422
    assert told in page.content.decode()
    assert page.content.decode().count("cinnamon") == count
    assert 'maxlength="3000"' not in page.content.decode()  # a browser would cut off what is pasted


def test_a_million_spaces_are_asked_to_be_fewer_and_never_reach_the_coach(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def even(text: str) -> str:
        read.append(text)
        return text

    monkeypatch.setattr("mandorla.coach.core.text.even", even)

    page = cast.ana.browser().post(step("mirror-1"), {"words": f"You saw{' ' * 1_000_000}it."})

    assert page.status_code == 422
    assert read == []


@pytest.mark.parametrize(
    "words", ["نامه‌ی بانک را دیدی و نشستی.", "Du hast den Brief gesehen und dich auf die Treppe gesetzt."]
)
def test_other_languages_are_told_that_the_coach_reads_english(cast: Cast, words: str) -> None:
    page = tried(cast.ana.browser(), "mirror-1", words)

    assert "To the coach this does not look like English" in page
    assert page.count(words) == 2


@pytest.mark.parametrize("key", ["mirror-1", "summary", "validate", "empathise", "send", "request"])
@pytest.mark.parametrize("junk", ["ñ" * 500, "<script>alert(1)</script>", "a\r\n\t- a", "x'y’z -- ; … 💙 ok"])
def test_junk_is_read_and_answered(cast: Cast, junk: str, key: str) -> None:
    page = cast.ana.browser().post(step(key), {"words": junk, "feelings": [], "own": junk[:40]})

    assert page.status_code == 200
    assert "What you wrote" in page.content.decode()
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    "junk",
    [
        {"words": "?!"},
        {"words": "\x00\x01"},
        {"words": "💙" * 40},
        {"words": "", "own": "x" * 99},
        {"words": "scared", "feelings": ["nonsense"]},
        {},
    ],
)
def test_junk_that_cannot_be_read_is_asked_about(cast: Cast, junk: dict[str, object]) -> None:
    page = cast.ana.browser().post(step("empathise"), junk)

    assert page.status_code == 422
    assert "What you wrote" not in page.content.decode()


def test_feelings_sent_where_words_are_asked_for_are_no_try(cast: Cast) -> None:
    assert cast.ana.browser().post(step("mirror-1"), {"words": "", "own": "scared"}).status_code == 422


@pytest.mark.parametrize("key", ["mirror-1", "summary", "validate", "empathise", "send", "request"])
@pytest.mark.parametrize("words", ["Suicidal thoughts again. Took pills yesterday.", "Wieder suicidal. Ich will weg."])
def test_danger_is_met_with_help_before_the_language_is_looked_at(cast: Cast, key: str, words: str) -> None:
    page = tried(cast.ana.browser(), key, words)

    assert "that comes before practising" in page
    assert "If anybody could get hurt, you need not stay in this." in page
    assert "does not look like English" not in page


def test_danger_in_a_feeling_of_ones_own_is_met_with_help(cast: Cast) -> None:
    assert "that comes before practising" in tried(cast.ana.browser(), "empathise", "", own="suicidal")


@pytest.mark.parametrize("words", ["I will kill you.", "I feel like I will kill you tonight."])
def test_a_threat_is_never_told_that_it_closes_no_door(cast: Cast, words: str) -> None:
    page = tried(cast.ana.browser(), "send", words)

    assert "that comes before practising" in page
    assert "You speak" not in page


def test_a_rebuttal_is_not_told_that_it_all_came_across(cast: Cast) -> None:
    page = tried(cast.ana.browser(), "mirror-1", "That is not true, I told you about the deposit months ago.")

    assert "This sounds like an answer." in page
    assert "One way to say it" in page


def test_no_point_both_came_across_and_waits(cast: Cast) -> None:
    page = tried(cast.ana.browser(), "mirror-1", "We are four hundred over and you do not want to go through it.")

    came, waits = page.split("What came across")[1].split("Still waiting to be heard")
    assert "<q>we’re four hundred over</q>" in came
    assert "<q>I saw the red line and had to sit down on the stairs</q>" in waits
    assert "<q>we’re four hundred over</q>" not in waits


def test_who_switched_the_coach_off_is_told_and_can_read_the_example(cast: Cast) -> None:
    browser = cast.ana.browser()
    browser.post(reverse("coach:page"), {"act": "off"})

    before, after = shown(browser, step("send")), tried(browser, "send", "I will kill you.")

    for page in (shown(browser, ROOM), before, after):
        assert "You switched the coach off" in page
    assert "Read one way to say it" in before
    assert "Ask the coach" not in before
    assert "I will kill you." in after
    assert "What you wrote" not in after
    assert "that comes before practising" not in after


def test_it_is_switched_on_and_asked_in_one_go(cast: Cast) -> None:
    browser = cast.ana.browser()
    browser.post(reverse("coach:page"), {"act": "off"})

    page = tried(browser, "send", "I felt sad when the letter came.", act="on")

    assert "What you wrote" in page
    assert "You switched the coach off" not in shown(browser, ROOM)


@pytest.mark.parametrize("page", [ROOM, step("mirror-1")])
def test_it_is_switched_on_with_no_words_yet(cast: Cast, page: str) -> None:
    browser = cast.ana.browser()
    browser.post(reverse("coach:page"), {"act": "off"})

    assert browser.post(page, {"act": "on", "words": ""})["Location"] == page
    assert "You switched the coach off" not in shown(browser, page)


def test_what_was_of_no_help_is_not_said_here_either(cast: Cast) -> None:
    browser = cast.ana.browser()
    browser.post(reverse("coach:page"), {"act": "silence", "code": "validation_without_because"})

    page = tried(browser, "validate", "That makes sense to me, Amara.")

    assert "What makes it make sense" not in page
    assert "That can land" not in page


def test_danger_cannot_be_silenced(cast: Cast) -> None:
    browser = cast.ana.browser()
    browser.post(reverse("coach:page"), {"act": "silence", "code": "danger"})

    assert "If anybody could get hurt" in tried(browser, "send", "I will kill you.")


@pytest.mark.parametrize("address", [step("mirror-9"), step("nothing"), step("mirror-1", "nobody"), f"{ROOM}nobody/"])
def test_what_is_not_there_is_not_there(cast: Cast, address: str) -> None:
    assert cast.ana.browser().get(address).status_code == 404


def test_a_try_leaves_nothing_in_the_database(cast: Cast) -> None:
    browser = cast.ana.browser()
    shown(browser, step("mirror-1"))
    with CaptureQueriesContext(connection) as queries:
        for key in ("mirror-1", "summary", "validate", "empathise", "send", "request"):
            tried(browser, key, "You saw the red line.")

    written = [one["sql"] for one in queries if not one["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert written == []
    assert not Item.objects.filter(type="practice").exists()


def test_what_is_kept_is_shown_to_oneself_alone_and_can_be_deleted(cast: Cast) -> None:
    ana, ben = cast.ana.browser(), cast.ben.browser()
    end = reverse("learn:end", args=["amara"])
    assert ana.post(end, {"skills": ["mirror", "validate", "winning"]})["Location"] == f"{ROOM}?done=kept"
    ana.post(reverse("learn:end", args=["salma"]), {"skills": ["send"]})

    mine, bens = shown(ana, ROOM), shown(ben, ROOM)
    ana.post(ROOM, {"act": "forget", "who": "amara"})
    left = shown(ana, ROOM)
    ana.post(ROOM, {"act": "forget", "who": ""})

    assert "mirroring · saying why it makes sense" in " ".join(mine.split())
    assert "What you kept" not in bens
    assert "Delete Salma" in left
    assert "Delete Amara" not in left
    assert "What you kept" not in shown(ana, ROOM)
    assert not Item.objects.filter(type="practice").exists()


def test_whom_one_practised_with_is_not_proposed_again(cast: Cast) -> None:
    browser = cast.ana.browser()
    first = shown(browser, ROOM).split("A gentle beginning")[1].split('href="')[1].split('"')[0]

    browser.post(f"{first}end/", {"skills": ["mirror"]})
    page = shown(browser, ROOM)

    assert first not in page.split("To go on with")[1].split("Or choose for yourself")[0]


def test_keeping_nothing_keeps_nothing(cast: Cast) -> None:
    cast.ana.browser().post(reverse("learn:end", args=["amara"]), {})

    assert not Item.objects.filter(type="practice").exists()


def test_the_end_offers_what_was_walked_so_far(cast: Cast) -> None:
    page = " ".join(shown(cast.ana.browser(), reverse("learn:end", args=["amara"]) + "?after=mirror-2").split())

    assert page.count(" checked ") == 1
    assert 'value="mirror" checked' in page


def test_in_another_language_it_says_that_people_and_coach_speak_english(cast: Cast) -> None:
    browser = cast.ana.browser()

    english = browser.get(ROOM).content.decode()
    german = browser.get(ROOM, headers={"Accept-Language": "de"}).content.decode()

    assert "speak only English" not in english
    assert "speak only English" in german  # pages of tests are not told in German
    assert reverse("safety:help") in german


def test_home_leads_there(cast: Cast) -> None:
    assert f'href="{ROOM}"' in cast.ana.browser().get(reverse("dialogue:home")).content.decode()
    assert f'href="{ROOM}"' in cast.eve.browser().get(reverse("dialogue:home")).content.decode()
