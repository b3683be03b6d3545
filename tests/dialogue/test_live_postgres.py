"""Two servers on one PostgreSQL: Ana is at one, Ben at the other, and it is one room all the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from time import monotonic
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from mandorla.dialogue import services
from mandorla.dialogue.models import Event
from mandorla.spaces import services as spaces
from mandorla.vault.core import new_id
from tests.cast import Cast
from tests.dialogue.hall import Frame, Hall, Phone
from tests.dialogue.logbook import faults
from tests.dialogue.seated import Pair, cookies_of
from tests.served import beside_this_test, serve

pytestmark = pytest.mark.django_db(transaction=True)

SEEN_WITHIN_SECONDS = 1.0
RACES = 10


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data folders of both servers are."""
    return tmp_path_factory.mktemp("two")


@pytest.fixture
def halls(cast: Cast, data: Path) -> Iterator[tuple[Hall, Hall]]:
    """Both servers."""
    with ExitStack() as ending:
        halls = []
        for name in ("one", "two"):
            folder = data / name
            folder.mkdir(exist_ok=True)
            server = serve(folder, **beside_this_test(folder))
            ending.callback(server.stop)
            halls.append(Hall(server.address, ending))
        yield halls[0], halls[1]


def both(halls: tuple[Hall, Hall], pair: Pair) -> tuple[Phone, Phone]:
    """Ana at one server, Ben at the other."""
    ana, ben = (cookies_of(someone) for someone in (pair.cast.ana, pair.cast.ben))
    return halls[0].sits(ana, pair.thread), halls[1].sits(ben, pair.thread)


def browser_cookies(browser: Client) -> dict[str, str]:
    """As a socket sends them."""
    return {name: morsel.value for name, morsel in browser.cookies.items() if morsel.value}


def sent(phone: Phone, act: Frame) -> Frame:
    """Sends an act; what is said to it."""
    phone.sends(act)
    while True:
        frame = phone.told_anything()
        if act["key"] in frame.get("ack", ()) or frame.get("nak") == act["key"]:
            return frame


def test_each_sees_the_others_moves_within_a_second(halls: tuple[Hall, Hall], pair: Pair) -> None:
    ana, ben = both(halls, pair)
    waited = []

    for mover, other, do in [(ana, ben, "say"), (ben, ana, "say"), (ana, ben, "yes"), (ana, ben, "more")] * 3:
        began = monotonic()
        done = mover.does(do, **({"words": f"{do} number {mover.screen['v']}"} if do == "say" else {}))
        assert "ack" in done
        assert other.shown(done["v"])["v"] == done["v"]
        waited.append(monotonic() - began)

    assert max(waited) < SEEN_WITHIN_SECONDS
    assert faults(pair.ana, {}) == []


def test_of_two_moves_from_one_screen_at_two_servers_one_is_made_and_the_other_is_told(
    halls: tuple[Hall, Hall], pair: Pair
) -> None:
    cookies = cookies_of(pair.cast.ana)
    phones = [hall.sits(cookies, pair.thread) for hall in halls]
    outcomes, promised = [], dict[UUID, int]()

    with ThreadPoolExecutor(2) as both_hands:
        for number in range(RACES):
            v, barrier = max(phone.screen["v"] for phone in phones), Barrier(2)
            for phone in phones:
                phone.shown(v)
            acts = [{"key": new_id().hex, "v": v, "do": "say", "words": f"{number} at {side}"} for side in "ab"]

            def at_once(phone: Phone, act: Frame, barrier: Barrier = barrier) -> Frame:
                barrier.wait()
                return sent(phone, act)

            answers = list(both_hands.map(at_once, phones, acts))
            outcomes.append(sorted(answer.get("why", "done") for answer in answers))
            promised |= {UUID(act["key"]): v + 1 for act, answer in zip(acts, answers, strict=True) if "ack" in answer}
            assert Event.objects.filter(thread=pair.thread).count() == v + 1
            services.forget(pair.thread)  # no bell rings in the test's own process
            pair.play("ben:say ana:partly")
            for phone in phones:
                phone.shown(v + 3)

    assert outcomes == [["done", "moved"]] * RACES
    assert faults(pair.ana, promised) == []


def test_the_same_act_at_two_servers_is_one_entry_and_one_answer(halls: tuple[Hall, Hall], pair: Pair) -> None:
    cookies = cookies_of(pair.cast.ana)
    phones = [hall.sits(cookies, pair.thread) for hall in halls]
    act = {"key": new_id().hex, "v": phones[0].screen["v"], "do": "say", "words": "I miss our walks."}

    with ThreadPoolExecutor(2) as both_hands:
        answers = list(both_hands.map(sent, phones, [act, act]))

    assert [answer.get("ack") for answer in answers] == [[act["key"]]] * 2
    assert faults(pair.ana, {UUID(str(act["key"])): int(str(act["v"])) + 1}) == []


def test_a_draft_sent_at_one_server_is_gone_at_the_other(halls: tuple[Hall, Hall], pair: Pair) -> None:
    cookies = cookies_of(pair.cast.ana)
    phone, tablet = (hall.sits(cookies, pair.thread) for hall in halls)
    phone.sends({"draft": "from the phone", "v": phone.screen["v"], "version": 0})
    kept = phone.told("draft")

    tablet.sends({"draft": "from the tablet", "v": tablet.screen["v"], "version": 0})
    other = tablet.told("draft")
    phone.does("say", words="from the phone, sent")
    tablet.shown(phone.screen["v"])

    assert (kept["draft"], kept["version"]) == ("kept", 1)
    assert other["draft"] in ("other", "busy")
    assert "from the tablet" not in tablet.screen["html"]
    assert pair.sees("ana").draft == ""


def test_locking_and_leaving_reach_the_other_server_within_five_seconds(halls: tuple[Hall, Hall], pair: Pair) -> None:
    browser = pair.cast.ana.browser()
    locked = halls[1].sits(browser_cookies(browser), pair.thread)
    ana, ben = both(halls, pair)

    browser.post(reverse("accounts:lock"))
    first = locked.closed(seconds=5.0)
    with transaction.atomic():
        spaces.leave(pair.cast.ana.ring(), pair.cast.space, withdraw=False)
    others = [phone.closed(seconds=5.0) for phone in (ana, ben)]

    assert (first, others) == (4401, [4409, 4409])
