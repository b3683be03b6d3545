"""The doors of spaces, as people come through them."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import formats, timezone
from pytest_django import DjangoAssertNumQueries

from mandorla.spaces.core import GUIDE
from mandorla.spaces.models import Item, PendingGrant, Space
from mandorla.spaces.services import (
    guest_spaces_of,
    invitation_of,
    invitations_of,
    invite,
    join,
    leave,
    make,
    put,
    space_for,
    spaces_of,
    withdraw_invitation,
)
from mandorla.vault.core import new_id
from tests.cast import Cast
from tests.spaces.codes import wrong_code
from tests.spaces.families import comes, family

HOME, INVITE, WITHDRAW = reverse("dialogue:home"), reverse("spaces:invite"), reverse("spaces:withdraw")
INVITED, JOIN, STILL_OPEN = reverse("spaces:invited"), reverse("spaces:join"), reverse("spaces:still-open")


def text(browser: Client, address: str) -> str:
    """The words of a page."""
    page = browser.get(address)
    assert page.status_code == 200
    return unescape(re.sub(r"<[^>]+>|\s+", " ", page.content.decode()))


def test_an_invitation_is_made_once_and_shown_again_on_reload(cast: Cast) -> None:
    browser = cast.cleo.browser()
    assert "Hand it over in person" in text(browser, INVITE)

    made = browser.post(INVITE)

    assert (made.status_code, made["Location"]) == (302, INVITE)
    open_now = invitation_of(cast.cleo.ring())
    assert open_now
    assert open_now.code in text(browser, INVITE)
    assert invitation_of(cast.cleo.ring()) == open_now


def test_the_secret_stands_in_the_links_fragment_and_nowhere_a_server_sees_it(cast: Cast) -> None:
    browser = cast.cleo.browser()
    browser.post(INVITE)
    invitation = invitation_of(cast.cleo.ring())
    assert invitation

    page = browser.get(INVITE).content.decode()

    links = re.findall(r"https?://[^\s<\"]+", unescape(page))
    assert f"http://testserver{INVITED}#{invitation.code}" in links
    elsewhere = page.replace(f"#{invitation.code}", "")
    assert re.findall(rf"(?:href|src|action)=\"[^\"]*{invitation.code}", elsewhere) == []


def test_the_picture_of_the_code_keeps_to_our_policy(cast: Cast) -> None:
    browser = cast.cleo.browser()
    browser.post(INVITE)

    svg = re.search(r"<svg viewBox=\"0 0 (\d+) \1\">.*?</svg>", browser.get(INVITE).content.decode(), re.DOTALL)

    assert svg
    assert "style" not in svg[0]
    assert "<script" not in svg[0]


def test_a_new_code_can_be_made_and_the_invitation_taken_back(cast: Cast) -> None:
    browser = cast.cleo.browser()
    browser.post(INVITE)
    first = invitation_of(cast.cleo.ring())
    browser.post(INVITE)
    second = invitation_of(cast.cleo.ring())
    assert first
    assert second
    assert first.code != second.code

    away = browser.post(WITHDRAW)

    assert (away.status_code, away["Location"]) == (302, HOME)
    assert invitation_of(cast.cleo.ring()) is None
    assert PendingGrant.objects.count() == 0


def test_the_eleventh_invitation_of_a_day_is_refused_kindly(cast: Cast) -> None:
    for _ in range(10):
        last = invite(cast.cleo.ring())

    page = cast.cleo.browser().post(INVITE)

    assert page.status_code == 422
    assert "last new code for today" in page.content.decode()
    assert last.code in page.content.decode()


def test_entering_a_code_leads_into_the_space(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())

    answer = cast.eve.browser().post(JOIN, {"code": invitation.code})

    assert (answer.status_code, answer["Location"]) == (302, reverse("spaces:space", args=[invitation.space]))
    assert "Eve and Cleo" in text(cast.eve.browser(), answer["Location"])
    assert "Cleo and Eve" in text(cast.cleo.browser(), answer["Location"])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "This field is required."),
        ("ABCD-EFGH", "Something is mistyped. Please compare it with the code, group by group."),
        ("x" * 80, "Ensure this value has at most 60 characters (it has 80)."),
    ],
)
def test_what_is_wrong_with_a_code_is_said_beside_it_and_it_stays_in_the_field(
    cast: Cast, typed: str, told: str
) -> None:
    page = cast.eve.browser().post(JOIN, {"code": typed})

    assert page.status_code == 422
    shown = unescape(page.content.decode())
    assert f'<a href="#id_code">Code</a>: {told}' in shown
    assert f'value="{typed}"' in shown or not typed


def test_a_used_an_expired_and_a_made_up_code_get_the_same_answer(cast: Cast) -> None:
    used, withdrawn = invite(cast.cleo.ring()), invite(cast.ben.ring())
    join(cast.ana.ring(), used.code)
    PendingGrant.objects.filter(space=withdrawn.space).delete()
    browser = cast.eve.browser()

    codes = (used.code, withdrawn.code, wrong_code(cast.eve))
    pages = [browser.post(JOIN, {"code": code}) for code in codes]

    assert [page.status_code for page in pages] == [422] * 3
    shown = {_blank(page.content.decode(), code) for page, code in zip(pages, codes, strict=True)}
    assert len(shown) == 1
    assert "This code does not open anything, or not any more. Ask for a new one if you need it." in shown.pop()


def _blank(page: str, code: str) -> str:
    """A page without what differs between any two: the code that was typed, and the form's token."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(code, "")


def test_too_many_wrong_codes_have_to_wait(cast: Cast) -> None:
    dead = invite(cast.cleo.ring()).code
    PendingGrant.objects.all().delete()
    browser = cast.eve.browser()
    for _ in range(6):
        page = browser.post(JOIN, {"code": dead})

    page = browser.post(JOIN, {"code": invite(cast.cleo.ring()).code})

    assert page.status_code == 422
    assert "Too many wrong tries. Please wait" in page.content.decode()


@pytest.mark.parametrize("codes", [1, 3])
def test_a_page_that_looks_by_itself_learns_that_its_codes_are_open_from_one_query(
    cast: Cast, codes: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    space = make(cast.ana.ring(), "group", "The ones by the river")
    ids = [str(invite(cast.ana.ring(), space=space).id) for _ in range(codes)]

    with django_assert_num_queries(1):
        answer = Client().get(STILL_OPEN, {"of": ids})

    assert answer.json() == {"open": True}


def test_a_used_a_withdrawn_an_expired_and_a_made_up_invitation_look_the_same(cast: Cast) -> None:
    used, expired, withdrawn = invite(cast.ana.ring()), invite(cast.ben.ring()), invite(cast.cleo.ring())
    join(cast.eve.ring(), used.code)
    PendingGrant.objects.filter(pk=expired.id).update(expires=timezone.now())
    withdraw_invitation(cast.cleo.ring())

    gone = (used.id, expired.id, withdrawn.id, new_id(), "no id at all")
    answers = [Client().get(STILL_OPEN, {"of": str(one)}) for one in gone]

    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b'{"open": false}')] * 5


def test_an_invitation_that_was_used_leads_to_the_one_who_came(cast: Cast) -> None:
    browser, invitation = cast.cleo.browser(), invite(cast.cleo.ring())
    beside = f"{INVITE}?space={invitation.space}"
    assert invitation.code in text(browser, beside)
    join(cast.eve.ring(), invitation.code)

    led = browser.get(beside)

    assert "Eve is here now" in text(browser, led["Location"])
    assert "is here now" not in text(browser, reverse("spaces:space", args=[invitation.space]))


@pytest.mark.parametrize("beside", ["", "nothing", "made up", "theirs"])
def test_without_an_invitation_the_page_explains_whatever_stands_beside_it(cast: Cast, beside: str) -> None:
    named = {"theirs": cast.space, "made up": new_id()}.get(beside, beside)

    assert "Hand it over in person" in text(cast.cleo.browser(), f"{INVITE}?space={named}")


def test_the_link_of_an_invitation_opens_for_everybody(cast: Cast) -> None:
    assert "Make an account in a new tab" in text(Client(), INVITED)
    assert "Unlock in a new tab" in text(cast.eve.locked_browser(), INVITED)
    assert "Come in" in text(cast.eve.browser(), INVITED)


def test_the_page_of_a_space_shows_who_is_in_it_and_whose_is_what(cast: Cast) -> None:
    words = text(cast.ana.browser(), reverse("spaces:space", args=[cast.space]))

    assert "Ana and Ben" in words
    assert [mark in words for mark in ("mine alone", "shown to me", "ours")] == [True] * 3
    assert "Leave this space" in words


def test_a_doubtful_space_says_so_calmly(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())
    join(cast.eve.ring(), invitation.code)
    Item.objects.filter(space=invitation.space, type="answer").delete()

    assert "We cannot be sure who came in" in text(
        cast.cleo.browser(), reverse("spaces:space", args=[invitation.space])
    )


def test_a_space_that_was_put_back_says_so_and_offers_no_dialogue(cast: Cast) -> None:
    leave(cast.ben.ring(), cast.space, withdraw=False)
    space_for(cast.ana.ring(), cast.space)
    Space.objects.filter(pk=cast.space).update(closed=False)
    browser = cast.ana.browser()

    assert "This space is not as you last saw it" in text(browser, reverse("spaces:space", args=[cast.space]))
    assert reverse("dialogue:ask", args=[cast.space]) not in text(browser, HOME)


def test_leaving_is_explained_and_takes_one_step(cast: Cast) -> None:
    browser, address = cast.ben.browser(), reverse("spaces:leave", args=[cast.space])
    assert "cannot be undone" in text(browser, address)

    gone = browser.post(address, {"words": "stay"})

    assert (gone.status_code, gone["Location"]) == (302, HOME)
    assert spaces_of(cast.ben.ring()) == []
    assert space_for(cast.ana.ring(), cast.space).closed


def test_leaving_asks_what_becomes_of_the_words(cast: Cast) -> None:
    page = cast.ben.browser().post(reverse("spaces:leave", args=[cast.space]), {"words": "burn"})

    assert page.status_code == 422
    assert space_for(cast.ben.ring(), cast.space).open


def test_the_one_who_stays_reads_that_the_space_is_closed(cast: Cast) -> None:
    leave(cast.ben.ring(), cast.space, withdraw=True)

    words = text(cast.ana.browser(), reverse("spaces:space", args=[cast.space]))

    assert "This space is closed" in words
    assert "Ben" not in words


def test_a_stranger_and_an_ex_partner_find_what_is_found_where_nothing_is(cast: Cast) -> None:
    spaces_of(cast.ana.ring())
    leave(cast.ben.ring(), cast.space, withdraw=False)

    for page in ("spaces:space", "spaces:leave"):
        missing = cast.eve.browser().get(reverse(page, args=[new_id()]))
        for someone in (cast.eve, cast.ben):
            found = someone.browser().get(reverse(page, args=[cast.space]))
            assert (found.status_code, len(found.content)) == (404, len(missing.content))
    assert cast.eve.browser().post(reverse("spaces:leave", args=[cast.space]), {"words": "stay"}).status_code == 404


@pytest.mark.parametrize("address", [INVITE, JOIN])
def test_the_locked_are_asked_for_their_passphrase_first(cast: Cast, address: str) -> None:
    page = cast.ana.locked_browser().get(address)

    assert (page.status_code, page["Location"]) == (
        302,
        f"{reverse('accounts:unlock')}?{urlencode({'next': address})}".replace("/", "/"),
    )


# Families, groups and guides


def test_a_family_is_named_and_then_people_are_invited_each_by_their_own_code(cast: Cast) -> None:
    browser = cast.ana.browser()

    made = browser.post(reverse("spaces:make", args=["family"]), {"title": "The ones by the river"})
    space = next(view for view in spaces_of(cast.ana.ring()) if view.kind == "family")
    address = reverse("spaces:invite-into", args=[space.id])
    for _ in range(2):
        browser.post(address, {"role": "member"})

    assert (made.status_code, made["Location"]) == (302, address)
    codes = [one.code for one in invitations_of(cast.ana.ring(), space.id)]
    shown = browser.get(address).content.decode()
    assert [code in shown for code in codes] == [True, True]
    assert "The ones by the river" in text(browser, HOME)


def test_a_code_can_be_taken_back_and_nonsense_takes_nothing(cast: Cast) -> None:
    space = make(cast.ana.ring(), "family", "Us")
    invitation = invite(cast.ana.ring(), space=space)
    address, browser = reverse("spaces:invite-into", args=[space]), cast.ana.browser()

    browser.post(address, {"withdraw": "nonsense"})
    assert len(invitations_of(cast.ana.ring(), space)) == 1
    browser.post(address, {"withdraw": str(invitation.id)})

    assert invitations_of(cast.ana.ring(), space) == []


def test_who_makes_a_group_says_that_they_are_trained(cast: Cast) -> None:
    address, browser = reverse("spaces:make", args=["group"]), cast.ana.browser()

    refused = browser.post(address, {"title": "Tuesday evenings"})
    assert refused.status_code == 422
    assert 'value="Tuesday evenings"' in refused.content.decode()
    assert browser.post(address, {"title": "Tuesday evenings", "trained": "on"}).status_code == 302

    assert [view.me.role for view in spaces_of(cast.ana.ring()) if view.kind == "group"] == ["facilitator"]
    assert browser.get(reverse("spaces:make", args=["crowd"])).status_code == 404


def test_a_guide_reads_what_it_means_says_so_and_is_let_in(cast: Cast) -> None:
    code = invite(cast.ana.ring(), space=cast.space, role=GUIDE).code
    browser = cast.cleo.browser()

    asked = browser.post(JOIN, {"code": code})
    assert (asked.status_code, "You were asked to be a guide" in asked.content.decode()) == (200, True)
    assert guest_spaces_of(cast.cleo.ring()) == []
    came = browser.post(JOIN, {"code": code, "trained": "on"})

    assert (came.status_code, came["Location"]) == (302, reverse("spaces:space", args=[cast.space]))
    assert "has not looked in since" in text(browser, came["Location"])
    assert "Cleo" in text(cast.ana.browser(), came["Location"])
    assert "has not looked in since" not in text(browser, came["Location"])


def test_who_keeps_a_group_is_asked_once_more_before_somebody_is_taken_out(cast: Cast) -> None:
    group = family(cast, kind="group")
    address, browser = reverse("spaces:take-out", args=[group, cast.ben.id]), cast.ana.browser()
    assert "Go on without Ben" in text(browser, address)

    assert browser.post(address).status_code == 302

    assert [one.name for one in space_for(cast.ana.ring(), group).others] == ["Eve"]
    assert cast.ben.browser().get(reverse("spaces:space", args=[group])).status_code == 404


def test_what_one_sees_of_a_family_says_nothing_of_what_another_does_alone(cast: Cast) -> None:
    """A sheet, a code made, a rest wished for in another space: Eve's pages are the same before and after."""
    space = family(cast)
    eve, seen = cast.eve.browser(), [HOME, reverse("spaces:space", args=[space])]
    before = [_blank(eve.get(page).content.decode(), "-") for page in seen]

    put(cast.ben.ring(), cast.ben.personal, "sheet", {"felt": "alone"})
    invite(cast.ben.ring(), space=space)
    put(cast.ana.ring(), cast.space, "note", {"words": "for Ben"})

    assert [_blank(eve.get(page).content.decode(), "-") for page in seen] == before


def test_nobody_is_gone_on_without_who_has_only_not_been_confirmed_yet(cast: Cast) -> None:
    space = make(cast.ana.ring(), "family", "The ones by the river")
    comes(cast.ana, space, cast.ben)
    comes(cast.ben, space, cast.eve, looks=False)
    browser, page = cast.ana.browser(), reverse("spaces:space", args=[space])
    ending = reverse("spaces:take-out", args=[space, cast.eve.id])

    assert "Go on without Eve" not in text(browser, page)
    assert "Not whom you meant? End the place of Eve" in text(browser, page)
    assert "If it is the person you meant, there is nothing to do." in text(browser, ending)


def test_codes_that_are_open_at_once_say_whom_they_let_in_and_when_they_were_made(cast: Cast) -> None:
    space = family(cast)
    for _ in range(2):
        invite(cast.ana.ring(), space=space)

    page = text(cast.ana.browser(), reverse("spaces:invite-into", args=[space]))

    made = invitations_of(cast.ana.ring(), space)[0].made_at
    assert page.count("For one person of the family") == 2
    assert page.count(f"Made on {formats.date_format(timezone.localtime(made), 'j F, H:i')}.") == 2
    assert "it does not matter who gets which code" in page
