"""The pages of dialogues, at the door: what one may do, what a stranger gets, what stays when something is wrong."""

import re
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from mandorla.dialogue import services
from mandorla.dialogue.models import Event, Thread
from mandorla.spaces import services as spaces
from mandorla.vault.core import new_id
from mandorla.vault.models import UnlockRow
from mandorla.vault.services import KeyRing
from mandorla.vault.services.ring import ThreadKeys
from tests.cast import Cast
from tests.dialogue.seated import ARRIVED, CLOSED, Pair
from tests.safety.test_views import soon, writing_elsewhere
from tests.spaces import families

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = {"form": "couples", "topic": "Sunday evenings", "medium": "written", "minutes": 45}


def seen_everything(cast: Cast) -> None:
    """Ana and Ben have read the pages that come once, and know dialogues already."""
    services.end_gentle_path(cast.ana.ring(), cast.space)
    for someone in (cast.ana, cast.ben):
        for what in ("how", "safety"):
            services.shown(someone.ring(), what)


def act(browser: Client, thread: UUID, do: str, *, json: bool = False, **facts: Any) -> Any:
    """One act by POST, from a screen that has seen everything so far."""
    fields = {"key": new_id().hex, "v": "999", "do": do, **facts}
    accept = "application/json" if json else "text/html"
    return browser.post(reverse("dialogue:room", args=[thread]), fields, headers={"accept": accept})


def test_a_new_person_finds_a_page_that_says_what_will_be_here(cast: Cast) -> None:
    page = cast.eve.browser().get(reverse("dialogue:home")).content.decode()

    assert "A place for two will be here" in page
    assert reverse("spaces:invite") in page


def test_asking_leads_into_the_room_and_the_partner_finds_it_on_their_list(cast: Cast) -> None:
    seen_everything(cast)

    asked = cast.ana.browser().post(reverse("dialogue:ask", args=[cast.space]), REQUEST | {"key": new_id()})

    thread = Thread.objects.get().id
    assert (asked.status_code, asked["Location"]) == (HTTPStatus.FOUND, reverse("dialogue:room", args=[thread]))
    listed = cast.ben.browser().get(reverse("dialogue:home")).content.decode()
    assert "Sunday evenings" in listed
    assert "Would you answer?" in listed


def test_a_form_that_needs_a_guide_says_so_kindly_where_there_is_none(cast: Cast) -> None:
    seen_everything(cast)
    services.end_gentle_path(cast.ana.ring(), cast.space)
    address, wish = reverse("dialogue:ask", args=[cast.space]), REQUEST | {"key": new_id(), "form": "parent-role"}

    page = cast.ana.browser().post(address, wish | {"minutes": "60"})

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This form needs a guide" in page.content.decode()
    assert not Thread.objects.exists()


def test_where_a_guide_is_a_form_says_beforehand_when_it_is_not_for_you(cast: Cast) -> None:
    seen_everything(cast)
    pair = Pair.guided(cast, "parent-role")

    asking = cast.ana.browser().get(reverse("dialogue:ask", args=[cast.space])).content.decode()
    answering = cast.ben.browser().get(reverse("dialogue:room", args=[pair.thread])).content.decode()

    assert ["This goes far back" in page for page in (asking, answering)] == [True, True]


def test_a_page_that_says_no_without_scripts_leads_on(cast: Cast) -> None:
    pair = Pair(cast)

    page = act(cast.ana.browser(), pair.thread, "say", words="too early")

    link = re.search(r'href="(words/)"', page.content.decode())
    assert link
    there = cast.ana.browser().get(urljoin(page.request["PATH_INFO"], link[1]))
    assert (page.status_code, there.status_code) == (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.OK)


def test_a_request_that_does_not_hold_says_why_and_keeps_what_was_typed(cast: Cast) -> None:
    seen_everything(cast)
    past = {"wish": "2020-01-01T20:00", "key": new_id()}

    page = cast.ana.browser().post(reverse("dialogue:ask", args=[cast.space]), REQUEST | past)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "That moment has passed." in page.content.decode()
    assert 'value="Sunday evenings"' in page.content.decode()
    assert not Thread.objects.exists()


def test_lengths_that_do_not_fit_a_form_are_told_and_letters_need_none(cast: Cast) -> None:
    seen_everything(cast)
    vision = REQUEST | {"form": "vision", "minutes": 10, "key": new_id()}
    address = reverse("dialogue:ask", args=[cast.space])

    page = cast.ana.browser().post(address, vision)
    letters = cast.ana.browser().post(address, vision | {"medium": "letters"})

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Relationship vision: 45, 60, 90 minutes. Choose one of these." in page.content.decode()
    assert letters.status_code == HTTPStatus.FOUND


def test_a_family_is_offered_first_what_is_most_for_families(cast: Cast) -> None:
    space = families.family(cast)
    families.guided(cast, cast.ana, space)

    offered = [one.script.name for one in services.forms_for(cast.ana.ring(), space)]

    assert offered == ["family", "parent-child", "communologue"]


def test_each_form_proposes_its_own_length(cast: Cast) -> None:
    seen_everything(cast)
    couple, family = cast.space, families.family(cast)

    pages = [cast.ana.browser().get(reverse("dialogue:ask", args=[one])).content.decode() for one in (couple, family)]

    assert [re.findall(r'name="minutes"\s+value="(\d+)"\s+checked', page) for page in pages] == [["10"], ["10"]]
    assert re.search(r'value="couples"[^>]*data-usual="45"', pages[0])


def test_whom_to_ask_is_told_as_the_form_wants_it(cast: Cast) -> None:
    seen_everything(cast)
    space, address = families.family(cast), "dialogue:ask"

    pages = [cast.ana.browser().get(reverse(address, args=[one])).content.decode() for one in (space, cast.space)]

    assert ["This one is for two: choose one person." in page for page in pages] == [True, False]
    assert re.search(r'value="parent-child"[^>]*data-most="2"\s+checked', pages[0])


def test_how_it_goes_comes_once_before_the_first_dialogue(cast: Cast) -> None:
    browser, ask = cast.ana.browser(), reverse("dialogue:ask", args=[cast.space])

    first = browser.get(ask)
    browser.post(first["Location"], {"answer": "go"})

    assert first["Location"].startswith(reverse("dialogue:before", args=["how", cast.space]))
    assert browser.get(ask).status_code == HTTPStatus.OK


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_the_private_page_comes_once_to_each_before_a_couples_dialogue(cast: Cast, who: str) -> None:
    pair = Pair(cast)
    someone = getattr(cast, who)
    services.shown(someone.ring(), "how")
    browser = someone.browser()
    address = reverse("dialogue:ask", args=[cast.space])
    if who == "ben":
        address = reverse("dialogue:room", args=[pair.thread])

    first = browser.get(address)
    browser.post(first["Location"], {"answer": "go"})

    assert first["Location"].startswith(reverse("dialogue:before", args=["safety", cast.space]))
    assert browser.get(address).status_code == HTTPStatus.OK


def test_later_on_the_private_page_leaves_no_mark_and_wait_is_an_ordinary_rest(cast: Cast) -> None:
    browser = cast.ana.browser()
    before = reverse("dialogue:before", args=["safety", cast.space])

    later, wait = (browser.post(before, {"answer": answer}) for answer in ("later", "wait"))

    assert (later["Location"], wait["Location"]) == (
        reverse("dialogue:home"),
        reverse("dialogue:rest", args=[cast.space]),
    )
    assert spaces.items(cast.ana.ring(), cast.ana.personal, "shown") == []


def test_whoever_may_be_a_child_reads_a_page_in_a_childs_words_and_the_one_who_asks_another(cast: Cast) -> None:
    space = families.family(cast)
    wish = services.Asked(new_id(), "parent-child", "School", "written", 10, people=(cast.ben.id,))
    thread = services.ask(cast.ana.ring(), space, wish)
    room, browser = reverse("dialogue:room", args=[thread]), cast.ben.browser()

    first = browser.get(room)
    page = browser.get(first["Location"]).content.decode()
    browser.post(first["Location"], {"answer": "go"})

    assert first["Location"].startswith(reverse("dialogue:before", args=["young", space]))
    assert "You may say no." in page
    assert reverse("safety:help") in page
    assert browser.get(room).status_code == HTTPStatus.OK
    assert browser.get(reverse("dialogue:ask", args=[space]))["Location"].startswith("/dialogues/before/how/")


def test_a_rest_after_the_private_page_is_the_same_as_any_other(cast: Cast) -> None:
    rest = reverse("dialogue:rest", args=[cast.space])
    cast.ana.browser().post(rest, {"days": "7"})
    plain = cast.ben.browser().get(rest).content
    record = spaces.only(cast.space, "rest", cast.space)
    spaces.drop(cast.ana.ring(), cast.space, "rest", records=[record])

    browser = cast.ana.browser()
    browser.post(reverse("dialogue:before", args=["safety", cast.space]), {"answer": "wait"})
    browser.post(rest, {"days": "7"})

    assert _without_tokens(cast.ben.browser().get(rest).content) == _without_tokens(plain)


def test_a_whole_turn_works_by_form_and_reload(cast: Cast) -> None:
    pair = Pair(cast)
    seen_everything(cast)
    pair.play(ARRIVED)

    moved = act(cast.ana.browser(), pair.thread, "say", words="I go quiet", lead="What happens in me is …")

    assert (moved.status_code, moved["Location"]) == (HTTPStatus.FOUND, reverse("dialogue:room", args=[pair.thread]))
    room = cast.ben.browser().get(reverse("dialogue:room", args=[pair.thread])).content.decode()
    assert "I go quiet" in room
    assert "What happens in me is" in room


def test_a_rest_is_seen_on_the_home_page_by_both(cast: Cast) -> None:
    cast.ana.browser().post(reverse("dialogue:rest", args=[cast.space]), {"days": "7"})

    for person in (cast.ana, cast.ben):
        assert "Dialogues rest here until" in person.browser().get(reverse("dialogue:home")).content.decode()


def test_words_too_long_come_back_with_a_kind_reason(cast: Cast) -> None:
    pair = Pair(cast)
    seen_everything(cast)
    pair.play(ARRIVED)
    words = "w" * 2001

    page = act(cast.ana.browser(), pair.thread, "say", words=words)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "2001 characters long; 2000 is the most" in page.content.decode()
    assert words in page.content.decode()


def test_a_topic_to_park_that_is_too_long_comes_back_whole(cast: Cast) -> None:
    pair = Pair(cast)
    seen_everything(cast)
    pair.play(ARRIVED)
    words = "the holidays " * 20

    page = act(cast.ana.browser(), pair.thread, "park", words=words)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "there is room for 120 here" in page.content.decode()
    assert words in page.content.decode()


@pytest.mark.parametrize("name", ["prepare", "after"])
def test_a_page_of_ones_own_is_never_cut(cast: Cast, name: str) -> None:
    pair = Pair(cast)
    words, field = "w" * 10_001, "felt" if name == "prepare" else "words"
    browser, address = cast.ana.browser(), reverse(f"dialogue:{name}", args=[pair.thread])

    page = browser.post(address, {field: words})

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "These are 10001 characters, and there is room for 10000." in page.content.decode()
    assert words in page.content.decode()


def test_no_field_for_words_has_the_browser_cut_them(cast: Cast) -> None:
    pair = Pair(cast)
    seen_everything(cast)
    pair.play(ARRIVED)
    browser = cast.ana.browser()

    pages = [browser.get(reverse(f"dialogue:{name}", args=[pair.thread])) for name in ("room", "prepare", "after")]
    pages.append(browser.get(reverse("dialogue:ask", args=[cast.space])))

    assert [page.status_code for page in pages] == [200] * 4
    assert not any("maxlength" in page.content.decode() for page in pages)


def test_a_refusal_by_json_says_why_and_brings_the_stage(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    key = new_id().hex

    answer = act(cast.ben.browser(), pair.thread, "say", words="my turn?", json=True, key=key)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    told = answer.json()
    assert (told["nak"], told["why"], told["v"]) == (key, "not_your_turn", pair.sees("ben").v)
    assert "data-stage" in told["html"]


def test_an_old_screen_gets_a_conflict_and_the_new_stage(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED + "ana:say ben:say ana:yes ana:more")

    answer = act(cast.ana.browser(), pair.thread, "say", words="late", json=True, v="3")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["why"] == "moved"


@pytest.mark.parametrize(
    "wrong", [{"key": "nonsense"}, {"v": "x"}, {"at": "soon"}, {"minutes": "many"}, {"words": "a\x00b"}]
)
def test_fields_no_page_of_ours_sends_change_nothing(cast: Cast, wrong: dict[str, str]) -> None:
    pair = Pair(cast)
    seen_everything(cast)
    pair.play(ARRIVED)
    before = Event.objects.count()

    facts: dict[str, Any] = {"words": "hello", **wrong}
    answer = act(cast.ana.browser(), pair.thread, "say", **facts)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", ["room", "stage", "prepare", "after", "calendar", "words"])
def test_a_stranger_gets_what_a_missing_dialogue_gets(cast: Cast, name: str) -> None:
    pair = Pair(cast)
    browser = cast.eve.browser()

    theirs, missing = (browser.get(reverse(f"dialogue:{name}", args=[id])) for id in (pair.thread, UUID(int=1)))

    assert (theirs.status_code, missing.status_code) == (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND)
    assert _without_tokens(theirs.content) == _without_tokens(missing.content)


@pytest.mark.parametrize("name", ["prepare", "after"])
def test_a_page_for_oneself_is_kept_and_the_partner_has_an_empty_one(cast: Cast, name: str) -> None:
    pair = Pair(cast)
    address = reverse(f"dialogue:{name}", args=[pair.thread])
    field = "felt" if name == "prepare" else "words"

    cast.ana.browser().post(address, {field: "a stone in my chest"})

    assert "a stone in my chest" in cast.ana.browser().get(address).content.decode()
    assert "a stone in my chest" not in cast.ben.browser().get(address).content.decode()


SEEN = re.compile(r'name="seen" value="(\d+)"')


@pytest.mark.parametrize("name", ["prepare", "after"])
def test_a_second_page_for_oneself_shows_both_texts_and_keeps_what_is_sent_again(cast: Cast, name: str) -> None:
    address = reverse(f"dialogue:{name}", args=[Pair(cast).thread])
    field = "felt" if name == "prepare" else "words"
    phone, laptop = cast.ana.browser(), cast.ana.browser()
    seen = SEEN.findall(laptop.get(address).content.decode())
    phone.post(address, {field: "a stone in my chest", "seen": seen})

    both = laptop.post(f"{address}?kept=1", {field: "mostly <b>tired</b>", "seen": seen})

    page = both.content.decode()
    assert both.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Something else was kept meanwhile" in page
    assert re.findall(r"<textarea[^>]*readonly[^>]*>\n(.*?)</textarea>", page) == ["a stone in my chest"]
    assert re.findall(rf'<textarea[^>]*name="{field}"[^>]*>\n(.*?)</textarea>', page) == [
        "mostly &lt;b&gt;tired&lt;/b&gt;"
    ]
    assert '<p role="status">' not in page
    assert "a stone in my chest" in phone.get(address).content.decode()

    again = laptop.post(address, {field: "mostly tired", "seen": SEEN.findall(page)})

    assert again.status_code == HTTPStatus.FOUND
    assert "mostly tired" in phone.get(address).content.decode()


def test_a_sheet_that_loses_nothing_is_kept_without_a_question(cast: Cast) -> None:
    address, browser = reverse("dialogue:prepare", args=[Pair(cast).thread]), cast.ana.browser()
    browser.post(address, {"felt": "a stone in my chest", "seen": "0"})

    twice = browser.post(address, {"felt": "a stone in my chest", "did": "I went out", "seen": "0"})

    assert twice.status_code == HTTPStatus.FOUND
    assert "I went out" in browser.get(address).content.decode()


def test_what_is_too_long_still_asks_about_what_another_page_kept(cast: Cast) -> None:
    address, browser = reverse("dialogue:prepare", args=[Pair(cast).thread]), cast.ana.browser()
    browser.post(address, {"felt": "a stone in my chest", "seen": "0"})

    long = browser.post(address, {"felt": "x" * 10_001, "seen": "0"}).content.decode()

    assert SEEN.findall(long) == ["0"]


def test_a_choice_of_another_page_is_shown_in_its_words(cast: Cast) -> None:
    address, browser = reverse("dialogue:after", args=[Pair(cast).thread]), cast.ana.browser()
    browser.post(address, {"how_true": "mostly", "seen": "0"})

    page = browser.post(address, {"how_true": "hardly", "seen": "0"}).content.decode()

    assert re.findall(r"<textarea[^>]*readonly[^>]*>\n(.*?)</textarea>", page) == ["Mostly; a little was for the form"]


def test_looking_back_shows_the_feelings_that_were_caught(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(CLOSED)

    page = cast.ben.browser().get(reverse("dialogue:after", args=[pair.thread])).content.decode()

    assert page.count('class="felt"') == 3


def test_a_long_dialogue_is_read_by_page(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(CLOSED)
    browser, address = cast.ana.browser(), reverse("dialogue:words", args=[pair.thread])

    first, last = (browser.get(address, {"page": page}).content.decode() for page in (1, 2))

    assert first.count("say by") > 10
    assert "It ended here" not in last
    assert 'href="?page=2"' in first
    assert 'href="?page=1"' in last


def test_clocks_disappear_from_the_room_for_who_hides_them(cast: Cast) -> None:
    pair = Pair(cast)
    seen_everything(cast)
    pair.play(ARRIVED)
    browser, room = cast.ana.browser(), reverse("dialogue:room", args=[pair.thread])
    with_clocks = browser.get(room).content.decode()

    hidden = browser.post(reverse("dialogue:timers"), {"timers": "off", "next": room})

    assert hidden["Location"] == room
    assert "data-timer=" in with_clocks
    assert "data-timer=" not in browser.get(room).content.decode()


@pytest.mark.parametrize("then", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_nobody_is_led_elsewhere(cast: Cast, then: str) -> None:
    answer = cast.ana.browser().post(reverse("dialogue:timers"), {"timers": "on", "next": then})

    assert answer["Location"] == reverse("dialogue:home")


def _without_tokens(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrf" not in line]


def test_a_form_sent_while_locked_waits_on_the_page_and_can_be_sent_again(cast: Cast) -> None:
    pair = Pair(cast)
    seen_everything(cast)
    pair.play(ARRIVED)
    words = "On Sundays, when the laptop comes out, I go quiet and wait."

    held = act(cast.ana.locked_browser(), pair.thread, "say", words=words, key="a" * 32)

    assert held.status_code == HTTPStatus.LOCKED
    assert words in held.content.decode()
    assert f'value="{"a" * 32}"' in held.content.decode()
    assert "Send it again" in held.content.decode()


def test_a_passphrase_sent_while_locked_is_never_echoed(cast: Cast) -> None:
    answer = cast.ana.locked_browser().post(reverse("accounts:passphrase"), {"today": cast.ana.passphrase})

    assert answer.status_code == HTTPStatus.FOUND
    assert cast.ana.passphrase not in answer.content.decode()


@pytest.mark.sqlite  # PostgreSQL has more than one writer
def test_a_form_sent_after_too_long_a_rest_waits_on_the_page_also_while_somebody_else_writes(cast: Cast) -> None:
    pair, browser = Pair(cast), cast.ana.browser()
    seen_everything(cast)
    UnlockRow.objects.update(last_use=1)
    open_here = UnlockRow.objects.count()

    with ThreadPoolExecutor(1) as elsewhere, writing_elsewhere(elsewhere):
        held = browser.post(reverse("dialogue:prepare", args=[pair.thread]), {"felt": "Small, and far away."})

    assert held.status_code == HTTPStatus.LOCKED
    assert "Small, and far away." in held.content.decode()
    assert soon(lambda: UnlockRow.objects.count() == open_here - 1)


@pytest.mark.parametrize("page", ["room", "words", "prepare", "after", "stage"])
def test_no_key_of_a_dialogue_outlives_the_answer(cast: Cast, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    pair, taken = Pair(cast), list[ThreadKeys]()
    seen_everything(cast)
    pair.play(ARRIVED)
    give = KeyRing.thread_keys

    def noted(ring: KeyRing, *about: Any) -> ThreadKeys:
        taken.append(give(ring, *about))
        held.extend(taken[-1].keys.values())
        return taken[-1]

    held: list[bytearray] = []
    browser = cast.ana.browser()
    monkeypatch.setattr(KeyRing, "thread_keys", noted)

    browser.get(reverse(f"dialogue:{page}", args=[pair.thread]))

    assert held
    assert [key for key in held if any(key)] == []
