"""The doors of the account: the good way, the stranger, the refusal, and what an answer gives away."""

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from mandorla.accounts import services
from mandorla.accounts.models import Person, State
from mandorla.vault.core import Busy, Sealed
from mandorla.vault.models import Session, UnlockRow
from tests.cast import Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

OWN = "walrus tide lamp pepper orbit"
ALMOST = "Almost: only capitals, spaces or dashes differ, and these count. Please type both once more."
NEW = "seven quiet herons under glass"
TOKEN = re.compile(r'name="(?:csrfmiddlewaretoken|offer)" value="[^"]*"|class="secret__text"[^>]*>[^<]*<')


def text(page: "Page") -> str:
    return unescape(page.content.decode())


def hidden(page: "Page", name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found, f"no hidden field {name}"
    return unescape(found[1])


def code_in(page: "Page") -> str:
    found = re.search(r"\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}\b", page.content.decode())
    assert found, "no recovery code on this page"
    return found[0]


def sign_up(browser: Client, **changed: str) -> "Page":
    typed = {"name": "dora", "called": "Dora", "passphrase": OWN, "again": OWN, "offer": ""}
    return browser.post("/me/sign-up/", typed | changed, follow=True)


def sign_in(name: str, passphrase: str, **more: str) -> "tuple[Client, Page]":
    browser = Client()
    return browser, browser.post("/me/sign-in/", {"name": name, "passphrase": passphrase} | more)


def write_down(browser: Client, shown: "Page") -> "Page":
    """Do with a shown code what people are asked to."""
    asked = browser.post("/me/code/", {"act": "ask", "token": hidden(shown, "token")})
    groups = code_in(shown).split("-")
    places = re.findall(r'name="(group(\d))"', asked.content.decode())
    typed = {name: groups[int(place) - 1] for name, place in places}
    return browser.post("/me/code/", {"act": "keep", "token": hidden(asked, "token")} | typed)


def is_unlocked(browser: Client) -> bool:
    return browser.get("/me/").status_code == 200


# Signing up


def test_the_first_page_offers_five_words(db: None) -> None:
    page = Client().get("/me/sign-up/")

    assert len(hidden(page, "offer").split(" ")) == 5
    assert f">{hidden(page, 'offer')}<" in text(page)


@pytest.mark.parametrize("slip", [str.capitalize, lambda words: words.replace(" ", "")], ids=["capital", "no spaces"])
def test_the_five_words_with_a_slip_are_told_apart_from_an_own_passphrase(db: None, slip: Callable[[str], str]) -> None:
    browser = Client()
    offer = hidden(browser.get("/me/sign-up/"), "offer")

    answer = sign_up(browser, passphrase=slip(offer), again="", offer=offer)

    assert answer.status_code == 422
    assert "Almost: type the words just as they stand there, in small letters and with spaces between them." in text(
        answer
    )
    assert "typed twice, so that" not in text(answer)


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/me/sign-up/", {"name", "passphrase", "again"}),
        ("/me/sign-in/", {"name", "passphrase"}),
        ("/me/recover/", {"name", "code", "passphrase", "again"}),
        ("/me/passphrase/", {"today", "passphrase", "again"}),
        ("/me/step-up/", {"passphrase"}),
        ("/spaces/join/", {"code"}),
    ],
)
def test_a_phone_leaves_passphrases_and_codes_as_they_are_typed(cast: Cast, page: str, fields: set[str]) -> None:
    visitor = cast.ana.browser() if page in ("/me/passphrase/", "/me/step-up/", "/spaces/join/") else Client()
    inputs = re.findall(r"<input\b[^>]*>", visitor.get(page).content.decode())

    as_typed = ('autocapitalize="none"', 'autocorrect="off"', 'spellcheck="false"')
    left_alone = {re.findall(r'name="(\w+)"', one)[0] for one in inputs if all(said in one for said in as_typed)}

    assert left_alone == fields


def test_someone_new_signs_up_writes_the_code_down_and_comes_home(db: None) -> None:
    browser = Client()
    offer = hidden(browser.get("/me/sign-up/"), "offer")

    shown = sign_up(browser, passphrase=offer, again="", offer=offer)
    home = write_down(browser, shown)

    assert (home.status_code, home["Location"]) == (302, "/dialogues/")
    assert is_unlocked(browser)
    assert "Dora" in text(browser.get("/me/"))
    assert services.open_ring("dora", offer).person == Person.objects.get().id


def test_the_shown_code_opens_the_keys(db: None) -> None:
    browser = Client()
    shown = sign_up(browser)

    Client().post("/me/recover/", {"name": "dora", "code": code_in(shown), "passphrase": NEW, "again": NEW})

    assert services.open_ring("dora", NEW).person == Person.objects.get().id


def test_until_the_code_is_written_down_every_other_page_leads_to_it(db: None) -> None:
    browser = Client()
    sign_up(browser)

    led = browser.get("/dialogues/")

    assert (led.status_code, led["Location"]) == (302, "/me/code/")
    assert browser.get("/me/code/").status_code == 200


def test_whoever_lost_the_page_with_the_code_makes_a_new_one(db: None) -> None:
    browser = Client()
    lost = sign_up(browser)

    del browser.cookies[settings.CODE_COOKIE_NAME]
    shown = browser.post("/me/code/", {"act": "make", "passphrase": OWN}, follow=True)
    home = write_down(browser, shown)

    assert home["Location"] == "/dialogues/"
    assert code_in(shown) != code_in(lost)


def test_the_code_is_shown_again_while_it_is_asked_for(db: None) -> None:
    browser = Client()
    shown = sign_up(browser)
    asked = browser.post("/me/code/", {"act": "ask", "token": hidden(shown, "token")})

    again = browser.get("/me/code/")

    assert code_in(shown) not in text(asked)
    assert code_in(again) == code_in(shown)


def test_a_page_that_is_loaded_again_shows_the_same_code_until_it_is_written_down(db: None) -> None:
    browser = Client()
    shown = sign_up(browser)

    again = browser.get("/me/code/")
    write_down(browser, again)
    later = browser.get("/me/code/")

    assert code_in(again) == code_in(shown)
    assert code_in(again) not in str(browser.cookies)
    assert "It cannot be shown a second time" in text(later)


def test_a_code_that_was_made_anew_elsewhere_is_not_shown_any_more(db: None) -> None:
    browser = Client()
    sign_up(browser)
    other, _ = sign_in("dora", OWN)
    other.post("/me/code/", {"act": "make", "passphrase": OWN})

    page = browser.get("/me/code/")

    assert "One thing is left before you go on." in text(page)


def test_wrong_groups_stay_typed_and_settle_nothing(db: None) -> None:
    browser = Client()
    asked = browser.post("/me/code/", {"act": "ask", "token": hidden(sign_up(browser), "token")})
    names = re.findall(r'name="(group\d)"', asked.content.decode())

    answer = browser.post("/me/code/", {"act": "keep", "token": hidden(asked, "token")} | dict.fromkeys(names, "0O0O"))

    assert answer.status_code == 422
    assert text(answer).count('value="0O0O"') == 3
    assert Person.objects.get().state == State.NEW


@pytest.mark.parametrize("act", ["ask", "keep"])
def test_an_old_page_of_a_code_leads_back_to_the_beginning(cast: Cast, act: str) -> None:
    answer = cast.ana.browser().post("/me/code/", {"act": act, "token": "something else"})

    assert (answer.status_code, answer["Location"]) == (302, "/me/code/")


def test_what_was_typed_stays_but_never_a_passphrase(cast: Cast) -> None:
    offer = services.offer_passphrase()

    answer = sign_up(Client(), name="ANA", called="Ana the second", passphrase=OWN, again=OWN, offer=offer)

    assert answer.status_code == 422
    assert 'value="ana"' in text(answer).lower()
    assert 'value="Ana the second"' in text(answer)
    assert hidden(answer, "offer") == offer
    assert OWN not in text(answer)
    assert "This sign-in name cannot be had. Please take another." in text(answer)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"passphrase": "too short"}, "This has fewer than 12 characters. Take a few more words."),
        ({"passphrase": "x" * 257}, "This has more than 256 characters. Please shorten it."),
        (
            {"called": "Anastasia Petrova", "passphrase": "anastasia petrova lives here"},
            "Without your name in it, this would be guessed too soon. Take words that have nothing to do with you.",
        ),
        (
            {"passphrase": "correct horse battery staple"},
            "Too many people know this saying. Take words that do not belong together.",
        ),
        ({"again": ""}, "A passphrase of your own is typed twice, so that a slip cannot lock you out."),
        ({"again": NEW}, "The two are not the same. Please type both once more."),
        ({"again": OWN.capitalize()}, ALMOST),
        ({"again": OWN.replace(" ", "")}, ALMOST),
        ({"name": "do"}, "Please take between 3 and 64 characters."),
        ({"called": "D" * 61}, "Please keep this under 61 characters."),
    ],
)
def test_a_refusal_says_why_in_its_place(db: None, typed: dict[str, str], reason: str) -> None:
    answer = sign_up(Client(), **typed)

    assert answer.status_code == 422
    assert f"<span>{reason}</span>" in text(answer)
    assert not Person.objects.exists()


def test_other_words_are_offered_and_the_names_stay(db: None) -> None:
    first = services.offer_passphrase()

    page = sign_up(Client(), offer=first, act="another")

    assert page.status_code == 200
    assert 'value="Dora"' in text(page)
    assert hidden(page, "offer") != first
    assert not Person.objects.exists()


def test_a_page_repeats_no_offer_that_is_not_ours(db: None) -> None:
    answer = sign_up(Client(), offer=OWN + " <b>", called="")

    assert "<b>" not in answer.content.decode().replace("<body>", "")
    assert hidden(answer, "offer") != OWN + " <b>"


def test_nobody_finds_out_by_trial_which_names_there_are(cast: Cast) -> None:
    answers = [sign_up(Client(), name="ana") for _ in range(10)]

    assert [answer.status_code for answer in answers] == [422] * 9 + [429]


# Signing in


def test_ana_signs_in_and_goes_where_she_wanted(cast: Cast) -> None:
    browser, answer = sign_in("ANA", f" {cast.ana.passphrase} ", next="/me/sessions/?a=b")

    assert (answer.status_code, answer["Location"]) == (302, "/me/sessions/?a=b")
    assert is_unlocked(browser)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "me", "/me/lock/", "/\\evil"]
)
def test_nobody_is_led_elsewhere(cast: Cast, wanted: str) -> None:
    _, answer = sign_in("ana", cast.ana.passphrase, next=wanted)

    assert answer["Location"] == "/dialogues/"


def test_a_wrong_passphrase_and_an_unknown_name_get_the_same_answer(cast: Cast) -> None:
    wrong = sign_in("ana", "this is not it, I fear")[1]
    unknown = sign_in("eno", "this is not it, I fear")[1]

    assert wrong.status_code == unknown.status_code == 422
    assert TOKEN.sub("", text(wrong)).replace('value="ana"', "") == TOKEN.sub("", text(unknown)).replace(
        'value="eno"', ""
    )
    assert "this is not it, I fear" not in text(wrong)


def test_the_tenth_wrong_try_has_to_wait(cast: Cast) -> None:
    answers = [sign_in("ana", "this is not it, I fear")[1] for _ in range(10)]

    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 900
    assert "Please wait" in text(answers[-1])


def test_the_wait_is_the_same_for_a_name_nobody_has(cast: Cast) -> None:
    for _ in range(6):
        known = sign_in("ana", "this is not it, I fear")[1]
    for _ in range(6):
        unknown = Client(REMOTE_ADDR="192.0.2.9").post("/me/sign-in/", {"name": "eno", "passphrase": "x"})

    assert known.status_code == unknown.status_code == 429


def test_no_session_id_from_before_is_signed_in(cast: Cast) -> None:
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = "put-there-by-somebody-else-000000"

    browser.post("/me/sign-in/", {"name": "ana", "passphrase": cast.ana.passphrase})

    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != "put-there-by-somebody-else-000000"
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = "put-there-by-somebody-else-000000"
    assert other.get("/me/").status_code == 302


@pytest.mark.parametrize("act", ["unlock", "step-up"])
def test_a_session_gets_a_new_id_when_the_passphrase_is_said(cast: Cast, act: str) -> None:
    browser = cast.ana.locked_browser() if act == "unlock" else cast.ana.browser()
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value

    browser.post(f"/me/{act}/", {"passphrase": cast.ana.passphrase})

    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert is_unlocked(browser)
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not old.get("/me/").wsgi_request.user.is_authenticated


def test_who_locks_comes_back_to_the_same_page(cast: Cast) -> None:
    browser = cast.ana.browser()
    here = hidden(browser.get("/me/sessions/"), "next")

    locked = browser.post("/me/lock/", {"next": here})
    opened = browser.post("/me/unlock/", {"next": here, "passphrase": cast.ana.passphrase})

    assert locked["Location"] == "/me/unlock/?next=%2Fme%2Fsessions%2F"
    assert opened["Location"] == "/me/sessions/"


def test_signing_out_leaves_cookies_that_open_nothing(cast: Cast) -> None:
    browser = cast.ana.browser()
    kept = {name: browser.cookies[name].value for name in (settings.SESSION_COOKIE_NAME, settings.UNLOCK_COOKIE_NAME)}

    answer = browser.post("/me/sign-out/")

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client()
    thief.cookies.load(kept)
    assert thief.get("/me/")["Location"] == "/me/sign-in/?next=/me/"
    assert not Session.objects.filter(person=cast.ana.id).exists()
    assert not UnlockRow.objects.exists()


def test_a_server_that_is_busy_says_so_in_place_and_keeps_the_name(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mandorla.accounts.services.sessions.recognise", _busy)

    _, answer = sign_in("ana", cast.ana.passphrase)

    assert (answer.status_code, answer["Retry-After"]) == (429, "5")
    assert 'value="ana"' in text(answer)


def _busy(*_: object) -> None:
    raise Busy


def test_django_recognises_a_person_and_leaves_them_locked(cast: Cast) -> None:
    browser = Client()

    assert not browser.login(name="ana", passphrase="not this one")
    assert browser.login(name="ana", passphrase=cast.ana.passphrase)
    assert browser.get("/me/")["Location"].startswith("/me/unlock/")


def test_closing_an_account_ends_its_sessions_at_once(cast: Cast) -> None:
    browser = cast.ana.browser()

    Person.objects.filter(id=cast.ana.id).update(state=State.CLOSED)

    assert not browser.get("/me/").wsgi_request.user.is_authenticated


# Locking and unlocking


def test_locked_is_not_signed_out(cast: Cast) -> None:
    browser = cast.ana.browser()

    browser.post("/me/lock/")

    page = browser.get("/me/")
    assert (page.status_code, page["Location"]) == (302, "/me/unlock/?next=%2Fme%2F")
    assert page.wsgi_request.user.is_authenticated
    assert not UnlockRow.objects.exists()


def test_unlocking_asks_for_the_passphrase_alone_and_goes_on(cast: Cast) -> None:
    browser = cast.ana.locked_browser()
    page = browser.get("/me/unlock/", {"again": "1", "next": "/me/sessions/"})

    answer = browser.post("/me/unlock/", {"passphrase": cast.ana.passphrase, "next": hidden(page, "next")})

    assert 'name="name"' not in text(page)
    assert (answer.status_code, answer["Location"]) == (302, "/me/sessions/")
    assert is_unlocked(browser)


def test_a_visit_from_elsewhere_is_first_sent_round_once(cast: Cast) -> None:
    browser = cast.ana.locked_browser()  # as after a link from another site: the unlock cookie is not sent

    first = browser.get("/me/unlock/", {"next": "/me/sessions/"})
    second = browser.get(first["Refresh"].removeprefix("0; url="))

    assert 'name="passphrase"' not in text(first)
    assert "Refresh" not in second
    assert hidden(second, "next") == "/me/sessions/"
    assert 'name="passphrase"' in text(second)


def test_a_visit_from_elsewhere_needs_no_passphrase_if_nothing_is_locked(cast: Cast) -> None:
    answer = cast.ana.browser().get("/me/unlock/", {"next": "/me/sessions/", "again": "1"})

    assert (answer.status_code, answer["Location"]) == (302, "/me/sessions/")


def test_unlocking_with_the_wrong_passphrase_keeps_locked_and_waits_in_the_end(cast: Cast) -> None:
    browser = cast.ana.locked_browser()

    answers = [browser.post("/me/unlock/", {"passphrase": "not this one"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert not is_unlocked(browser)


def test_wrong_tries_to_sign_in_do_not_delay_whoever_is_signed_in(cast: Cast) -> None:
    for _ in range(6):
        sign_in("ana", "what Ben believes it is")
    browser = cast.ana.locked_browser()

    browser.post("/me/unlock/", {"passphrase": cast.ana.passphrase})

    assert is_unlocked(browser)


def test_wrong_tries_on_one_device_delay_no_other(cast: Cast) -> None:
    phone, laptop = cast.ana.locked_browser(), cast.ana.locked_browser()
    for _ in range(9):
        phone.post("/me/unlock/", {"passphrase": "what Ben believes it is"})

    laptop.post("/me/unlock/", {"passphrase": cast.ana.passphrase})

    assert phone.post("/me/unlock/", {"passphrase": "what Ben believes it is"}).status_code == 429
    assert is_unlocked(laptop)


def test_somebody_signed_in_cannot_unlock_somebody_else(cast: Cast) -> None:
    browser = cast.ana.locked_browser()

    browser.post("/me/unlock/", {"passphrase": cast.ben.passphrase})

    assert not is_unlocked(browser)


# Passphrase and code


def test_a_new_passphrase_ends_the_other_sessions_and_keeps_this_one(cast: Cast) -> None:
    here, there = cast.ana.browser(), cast.ana.browser()

    answer = here.post("/me/passphrase/", {"today": cast.ana.passphrase, "passphrase": NEW, "again": NEW})

    assert answer["Location"] == "/me/?done=passphrase"
    assert is_unlocked(here)
    assert not there.get("/me/").wsgi_request.user.is_authenticated
    assert services.open_ring("ana", NEW).person == cast.ana.id
    with pytest.raises(Sealed):
        services.open_ring("ana", cast.ana.passphrase)


def test_the_recovery_code_outlives_a_new_passphrase(cast: Cast) -> None:
    cast.ana.browser().post("/me/passphrase/", {"today": cast.ana.passphrase, "passphrase": NEW, "again": NEW})

    recovered = {"name": "ana", "code": cast.ana.recovery_code, "passphrase": OWN, "again": OWN}
    Client().post("/me/recover/", recovered)

    assert services.open_ring("ana", OWN).person == cast.ana.id


def test_a_new_passphrase_needs_the_one_of_today(cast: Cast) -> None:
    answer = cast.ana.browser().post("/me/passphrase/", {"today": "not this one", "passphrase": NEW, "again": NEW})

    assert answer.status_code == 422
    assert "<span>This is not your passphrase of today. Capitals and spaces matter.</span>" in text(answer)
    assert services.open_ring("ana", cast.ana.passphrase).person == cast.ana.id


def test_the_code_lets_ana_back_in_and_ends_every_session(cast: Cast) -> None:
    there, here = cast.ana.browser(), Client()
    code = cast.ana.recovery_code.lower().replace("-", " ")

    shown = here.post("/me/recover/", {"name": " Ana", "code": code, "passphrase": NEW, "again": NEW}, follow=True)
    home = write_down(here, shown)

    assert home["Location"] == "/dialogues/"
    assert is_unlocked(here)
    assert not there.get("/me/").wsgi_request.user.is_authenticated
    assert services.my_name(services.open_ring("ana", NEW)) == "Ana"


def test_a_used_code_opens_nothing_any_more(cast: Cast) -> None:
    recovered = {"name": "ana", "code": cast.ana.recovery_code, "passphrase": NEW, "again": NEW}
    Client().post("/me/recover/", recovered)

    answer = Client().post("/me/recover/", recovered | {"passphrase": OWN, "again": OWN})

    assert answer.status_code == 422
    assert services.open_ring("ana", NEW).person == cast.ana.id


def test_a_wrong_code_and_an_unknown_name_get_the_same_answer(cast: Cast) -> None:
    typed = {"code": cast.ben.recovery_code, "passphrase": NEW, "again": NEW}

    wrong = Client().post("/me/recover/", typed | {"name": "ana"})
    unknown = Client().post("/me/recover/", typed | {"name": "eno"})

    assert wrong.status_code == unknown.status_code == 422
    assert TOKEN.sub("", text(wrong)).replace('value="ana"', "") == TOKEN.sub("", text(unknown)).replace(
        'value="eno"', ""
    )


def test_the_sixth_wrong_code_has_to_wait_a_quarter_of_an_hour(cast: Cast) -> None:
    typed = {"name": "ana", "code": cast.ben.recovery_code, "passphrase": NEW, "again": NEW}

    answers = [Client().post("/me/recover/", typed) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert 890 < int(answers[-1]["Retry-After"]) <= 900


def test_a_slip_of_the_pen_is_no_wrong_try(cast: Cast) -> None:
    slip = cast.ana.recovery_code[:-1] + ("0" if cast.ana.recovery_code[-1] != "0" else "1")
    typed = {"name": "ana", "code": slip, "passphrase": NEW, "again": NEW}

    answers = [Client().post("/me/recover/", typed) for _ in range(8)]

    assert {answer.status_code for answer in answers} == {422}
    assert "There is a slip in this code. Compare it with your paper, group by group." in text(answers[-1])
    assert f'value="{slip}"' in text(answers[-1])


def test_a_new_code_replaces_the_old_one(cast: Cast) -> None:
    browser = cast.ana.browser()

    shown = browser.post("/me/code/", {"act": "make", "passphrase": cast.ana.passphrase}, follow=True)
    write_down(browser, shown)

    typed = {"name": "ana", "passphrase": NEW, "again": NEW}
    assert Client().post("/me/recover/", typed | {"code": cast.ana.recovery_code}).status_code == 422
    assert Client().post("/me/recover/", typed | {"code": code_in(shown)}).status_code == 302


def test_a_new_code_needs_the_passphrase(cast: Cast) -> None:
    answer = cast.ana.browser().post("/me/code/", {"act": "make", "passphrase": "not this one"})

    assert answer.status_code == 422
    assert (
        Client()
        .post("/me/recover/", {"name": "ana", "code": cast.ana.recovery_code, "passphrase": NEW, "again": NEW})
        .status_code
        == 302
    )


# My account


def test_ana_is_called_otherwise_from_now_on(cast: Cast) -> None:
    browser = cast.ana.browser()

    browser.post("/me/", {"called": "Anabel"})

    assert '<h1 dir="auto">Anabel</h1>' in text(browser.get("/me/"))


def test_an_empty_name_is_refused_and_the_old_one_stays(cast: Cast) -> None:
    browser = cast.ana.browser()

    answer = browser.post("/me/", {"called": "  "})

    assert answer.status_code == 422
    assert services.my_name(cast.ana.ring()) == "Ana"


def test_ana_sees_her_sessions_and_ends_one(cast: Cast) -> None:
    here, there = cast.ana.browser(), cast.ana.browser()
    cast.ben.browser()
    page = here.get("/me/sessions/")
    ids = re.findall(r'name="session" value="([0-9a-f]{32})"', text(page))

    here.post("/me/sessions/", {"act": "end", "session": ids[0]})

    assert len(ids) == 1
    assert is_unlocked(here)
    assert not there.get("/me/").wsgi_request.user.is_authenticated


def test_ana_ends_all_her_other_sessions(cast: Cast) -> None:
    here, others = cast.ana.browser(), [cast.ana.browser(), cast.ana.browser()]

    here.post("/me/sessions/", {"act": "end-others"})

    assert is_unlocked(here)
    assert [other.get("/me/").wsgi_request.user.is_authenticated for other in others] == [False, False]


def test_nobody_ends_the_session_of_somebody_else(cast: Cast) -> None:
    ana = cast.ana.browser()
    session = Session.objects.get(person=cast.ana.id).id

    answer = cast.ben.browser().post("/me/sessions/", {"act": "end", "session": session.hex})

    assert answer.status_code == 302
    assert is_unlocked(ana)


def test_a_session_that_is_no_id_is_not_there(cast: Cast) -> None:
    assert cast.ana.browser().post("/me/sessions/", {"act": "end", "session": "'; --"}).status_code == 404


def test_ana_has_herself_locked_sooner(cast: Cast) -> None:
    browser = cast.ana.browser()

    browser.post("/me/sessions/", {"act": "idle", "minutes": "5"})

    assert UnlockRow.objects.get().idle_minutes == 5
    assert re.search(r'value="5"\s+checked', text(browser.get("/me/sessions/")))


def test_nobody_is_unlocked_for_longer_than_the_server_allows(cast: Cast) -> None:
    answer = cast.ana.browser().post("/me/sessions/", {"act": "idle", "minutes": "600"})

    assert answer.status_code == 422
    assert UnlockRow.objects.get().idle_minutes == settings.IDLE_MINUTES


def test_a_device_is_called_by_its_browser_for_its_owner_alone(cast: Cast) -> None:
    browser = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")

    browser.post("/me/sign-in/", {"name": "ana", "passphrase": cast.ana.passphrase})

    assert "Firefox · Linux" in text(browser.get("/me/sessions/"))
    assert repr(Session.objects.get(person=cast.ana.id).label) == "sealed"


# What nobody learns


def test_the_session_holds_who_is_signed_in_and_nothing_else(cast: Cast) -> None:
    browser, _ = sign_in("ana", cast.ana.passphrase)

    assert set(browser.session.keys()) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}
    assert UUID(browser.session["_auth_user_id"]) == cast.ana.id


def test_a_whole_tour_leaves_no_secret_in_the_log(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    browser = Client()
    shown = sign_up(browser, name="dora-of-the-meadow", called="Dorothea")
    write_down(browser, shown)
    browser.post("/me/passphrase/", {"today": OWN, "passphrase": NEW, "again": NEW})
    sign_in("dora-of-the-meadow", "something wrong altogether")
    typed = {"name": "dora-of-the-meadow", "code": code_in(shown), "passphrase": OWN, "again": OWN}
    Client().post("/me/recover/", typed)

    said = caplog.text.lower()

    for secret in ("dora-of-the-meadow", "dorothea", OWN, NEW, "something wrong altogether", code_in(shown).lower()):
        assert secret not in said


@pytest.mark.parametrize("address", ["/me/", "/me/code/", "/me/passphrase/", "/me/sessions/", "/me/step-up/"])
def test_strangers_and_the_locked_are_asked_first(cast: Cast, address: str) -> None:
    assert Client().get(address)["Location"] == f"/me/sign-in/?next={address}"
    assert cast.ana.locked_browser().get(address)["Location"].startswith("/me/unlock/?next=")


@pytest.mark.parametrize("address", ["/me/lock/", "/me/sign-out/"])
def test_a_link_alone_locks_and_signs_out_nobody(cast: Cast, address: str) -> None:
    browser = cast.ana.browser()

    assert browser.get(address).status_code == 405
    assert is_unlocked(browser)


@pytest.mark.parametrize("address", ["/me/sign-in/", "/me/sign-up/"])
def test_whoever_is_signed_in_already_is_led_home(cast: Cast, address: str) -> None:
    assert cast.ana.browser().get(address)["Location"] == "/dialogues/"


@pytest.mark.parametrize("address", ["/me/sign-up/", "/me/sign-in/", "/me/recover/"])
def test_no_field_is_checked_for_spelling_by_somebody_else(db: None, address: str) -> None:
    fields = [
        field for field in re.findall(r"<input[^>]*>", text(Client().get(address))) if 'type="hidden"' not in field
    ]

    assert len(fields) >= 2
    assert [field for field in fields if 'spellcheck="false"' not in field or "autocomplete=" not in field] == []
