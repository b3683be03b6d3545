"""Who gets what, at every address, by every method. An address or a view that says nothing about it fails."""

import re
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import cast as as_type
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from mandorla.accounts.services import sign_up
from mandorla.dialogue import services as dialogue
from mandorla.dialogue.core import Command
from mandorla.dialogue.services.writer import Work, writer
from mandorla.notices import services as notices
from mandorla.spaces import services as spaces
from mandorla.spaces.core import GUIDE
from mandorla.vault.core import new_id
from mandorla.vault.models import UnlockRow
from tests.cast import Cast, Someone
from tests.dialogue.seated import seat
from tests.spaces.families import family, guided

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]  # rules, the same on every database, in thousands of rows
TABLE = tomllib.loads((Path(__file__).parent / "access.toml").read_text())
ROLES = (
    *("anon", "new", "ana", "ben", "ex", "eve", "locked", "stale"),
    *("member", "facilitator", "gone", "guide", "uninvited"),
)
COUPLE = {"ana", "ben", "stale", "locked"}  # the last two are Ana, later
PARTNERS = COUPLE | {"member", "facilitator"}
COMPANY = PARTNERS | {"guide"}
WHO = {
    "all": set(ROLES),
    "partners": PARTNERS,
    "company": COMPANY,
    "visitors": COMPANY | {"uninvited"},
    "takers": COUPLE | {"facilitator"},  # in a family nobody takes anybody out
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")


def addresses() -> dict[str, URLPattern]:
    """Every address by its name; two of one name would hide each other."""
    return dict(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, entry.namespace or namespace)
        else:
            yield f"{namespace}:{entry.name}", entry


NAMES = sorted(addresses())
OF_PARTNERS = sorted(
    f"{namespace}:{name}"
    for namespace, names in TABLE.items()
    for name, listed in names.items()
    if not WHO.keys() & set(listed.values()) <= {"all"}
)
ASKED = {"accounts:sign-in": "sign in", "accounts:unlock": "unlock", "accounts:step-up": "step up"}
CODE = "write down the code"
ON_THE_WAY = {(page, page) for page in ASKED} | {("accounts:lock", "accounts:unlock")}  # not being asked, but doing


@dataclass(frozen=True, slots=True)
class Site:
    """For each role a browser, and what stands in the addresses it visits."""

    browsers: dict[str, Client]
    places: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def site(rehearsed: Cast, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """Made once, as every visit leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        rehearsed.enter()
        places = _places(rehearsed)
        yield Site(_browsers(rehearsed), places)
        transaction.set_rollback(True)


def _places(cast: Cast) -> dict[str, dict[str, Any]]:
    """For most people what is Ana's and Ben's, for others where they have or had a part.

    Cleo was together with Ana; now she guides Ana and Ben in one dialogue, and not in another.
    """
    theirs = spaces.invite(cast.ana.ring())
    with_cleo = spaces.join(cast.cleo.ring(), theirs.code).id
    spaces.spaces_of(cast.ana.ring())
    past = _place(cast.ana, with_cleo, cast.ana)
    spaces.leave(cast.cleo.ring(), with_cleo, withdraw=False)
    guided(cast, cast.ana, cast.space)
    ours, apart = _place(cast.ana, cast.space, cast.cleo), _place(cast.ana, cast.space, cast.cleo)
    _let_in(cast, ours["thread"])
    home = _left_family(cast)
    group = home | {"space": family(cast, kind="group")}
    other = {"ex": past, "uninvited": apart, "member": home, "gone": home, "facilitator": group}
    anyones = {"secret": notices.make_feed(cast.ana.ring()), "who": "amara", "step": "mirror-1"}
    return {role: anyones | other.get(role, ours) for role in ROLES}


def _browsers(cast: Cast) -> dict[str, Client]:
    stale = cast.ana.browser()
    UnlockRow.objects.update(passphrase_at=1)
    return {
        "anon": Client(),
        "new": _unsettled(cast),
        "ana": cast.ana.browser(),
        "ben": cast.ben.browser(),
        "ex": cast.cleo.browser(),
        "eve": cast.eve.browser(),
        "locked": cast.ana.locked_browser(),
        "member": cast.ben.browser(),
        "facilitator": cast.ana.browser(),
        "gone": cast.eve.browser(),
        "guide": cast.cleo.browser(),
        "uninvited": cast.cleo.browser(),
        "stale": stale,
    }


def test_every_address_is_listed() -> None:
    assert len(NAMES) == len(list(_walk(get_resolver(), "")))
    assert set(NAMES) == {f"{namespace}:{name}" for namespace, names in TABLE.items() for name in names}


@pytest.mark.parametrize("name", NAMES)
def test_every_view_has_the_door_that_is_listed(name: str) -> None:
    assert getattr(addresses()[name].callback, "door", "none") == _listed(name)["door"]


@pytest.mark.parametrize("name", NAMES)
def test_everybody_gets_what_is_theirs(name: str, site: Site) -> None:
    wanted = {(role, method): _wanted(name, role, method) for role in ROLES for method in METHODS}

    found = {
        (role, method): _outcome(name, _visit(site.browsers[role], method, _address(name, site.places[role])))
        for role, method in wanted
    }

    assert found == wanted


@pytest.mark.parametrize("name", OF_PARTNERS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_not_yours_looks_like_not_there(name: str, method: str, site: Site) -> None:
    nowhere = site.places["eve"] | {"space": new_id(), "thread": new_id()}

    not_hers = _visit(site.browsers["eve"], method, _address(name, site.places["eve"]))
    not_there = _visit(site.browsers["eve"], method, _address(name, nowhere))

    assert _seen(not_hers) == _seen(not_there)


def _listed(name: str) -> dict[str, str]:
    namespace, _, page = name.partition(":")
    listed: dict[str, str] = TABLE.get(namespace, {}).get(page, {"door": "unlisted", "get": "-", "post": "-"})
    return listed


def _wanted(name: str, role: str, method: str) -> str:
    listed = _listed(name)
    door = listed["door"]
    if door != "public" and role == "anon":
        return "sign in"
    if door in ("unlocked", "step_up") and role == "locked":
        return "unlock"
    if door == "step_up" and role == "stale":
        return "step up"
    if door in ("unlocked", "step_up") and role == "new" and not name.startswith("accounts:"):
        return CODE
    who = listed.get("get" if method == "HEAD" else method.lower(), "-")
    if who == "-":
        return "not offered"
    return "in" if role in WHO[who] else "nothing there"


def _outcome(name: str, response: HttpResponse) -> str:
    to = response.headers.get("Location", "")
    for page, outcome in ASKED.items():
        if to.partition("?")[0] == reverse(page) and (name, page) not in ON_THE_WAY:
            return outcome
    if to == reverse("accounts:code"):
        return CODE
    match response.status_code:
        case 200 | 204 | 301 | 302 | 303 | 400 | 403 | 409 | 422:
            return "in"
        case 404:
            return "nothing there"
        case 405:
            return "not offered"
        case other:
            return str(other)


def _visit(browser: Client, method: str, address: str) -> HttpResponse:
    """One request of a browser that stays as it was, to a database that stays as it was."""
    again = Client()
    again.cookies.load({name: morsel.value for name, morsel in browser.cookies.items()})
    with transaction.atomic():
        response = as_type(HttpResponse, again.generic(method, address))
        transaction.set_rollback(True)
    return response


def _seen(response: HttpResponse) -> tuple[int, dict[str, str], str]:
    """All that reaches a person, but for the form token, which is new each time."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return response.status_code, dict(response.headers), text


def _address(name: str, place: dict[str, Any]) -> str:
    wanted = addresses()[name].pattern.converters
    return reverse(name, kwargs={key: place[key] for key in wanted})


def _place(someone: Someone, space: UUID, other: Someone) -> dict[str, Any]:
    thread = _dialogue(someone, space)
    return {"space": space, "thread": thread, "what": "how", "kind": "family", "person": other.id}


def _left_family(cast: Cast) -> dict[str, Any]:
    """Ana's and Ben's; Eve was there, and left."""
    space = family(cast)
    spaces.leave(cast.eve.ring(), space, withdraw=False)
    spaces.spaces_of(cast.ana.ring())
    return _place(cast.ana, space, cast.ben)


def _let_in(cast: Cast, thread: UUID) -> None:
    """Written in the test's own transaction, which the pen's thread would wait for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "submit", _at_once)
        for someone, do in ((cast.ana, "bring"), (cast.ben, "welcome")):
            place = seat(someone, thread)
            v = dialogue.room_for(place).v
            dialogue.act_on_company(someone.ring(), place, Command(new_id(), v, do, person=cast.cleo.id, role=GUIDE))


def _at_once(room: UUID, work: Work, settled: Callable[[Any], None] | None = None) -> Future[Any]:
    done: Future[Any] = Future()
    with connection.cursor() as cursor:
        done.set_result(work(cursor))
    if settled:
        settled(done.result())
    return done


def _dialogue(someone: Someone, space: UUID) -> UUID:
    ring = someone.ring()
    script = next(form.script for form in dialogue.forms_for(ring, space) if not form.closed)
    asked = dialogue.Asked(key=new_id(), script=script.name, topic="Sundays", medium="written", minutes=30, wish=None)
    return dialogue.ask(ring, space, asked)


def _unsettled(cast: Cast) -> Client:
    made = sign_up("dora", "Dora", "Dora counts all of the swallows twice", settled=False)
    bundle = bytes(made.ring.bundle().written())
    dora = Someone("dora", "Dora", "", "", made.person.id, made.person.personal, bundle)
    return dora.browser()
