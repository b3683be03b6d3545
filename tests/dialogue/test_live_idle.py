"""What stays with its writer at an open room: words not sent, and keys once nobody looks at the page any more."""

from typing import Any
from uuid import UUID

import pytest
from django.db.models import F

from mandorla.dialogue.models import Event
from mandorla.vault.models import UnlockRow
from mandorla.vault.services import unlocked_from_cookies
from tests.dialogue.hall import Hall
from tests.dialogue.seated import Pair, cookies_of

pytestmark = pytest.mark.django_db(transaction=True)

LOCKED, WITHIN_SECONDS = 4401, 5.0
SECRET = "the-lamp-in-the-hall"


def row_of(cookies: dict[str, str]) -> Any:
    """The row that keeps this session's keys open."""
    found = unlocked_from_cookies(cookies)
    assert found
    return UnlockRow.objects.filter(id=UUID(hex=found.unlock_id))


def test_who_was_idle_too_long_is_locked_within_five_seconds_on_that_device_alone(pair: Pair, hall: Hall) -> None:
    idle_at, quick_at, other_at = (cookies_of(pair.cast.ana) for _ in range(3))
    idle, quick, other = (hall.sits(cookies, pair.thread) for cookies in (idle_at, quick_at, other_at))
    before = Event.objects.count()

    for cookies in (idle_at, quick_at):
        row_of(cookies).update(last_use=F("last_use") - F("idle_minutes") - 1)
    late = quick.does("say", words="too late")

    assert (late["why"], quick.closed()) == ("locked", LOCKED)
    assert idle.closed(seconds=WITHIN_SECONDS) == LOCKED
    assert Event.objects.count() == before
    assert "ack" in other.does("say", words="still here")


@pytest.mark.parametrize(("visible", "held_off"), [(True, True), (False, False), ("yes", False), (None, False)])
def test_only_a_page_that_is_looked_at_holds_off_the_lock(
    pair: Pair, hall: Hall, visible: object, held_off: bool
) -> None:
    cookies = cookies_of(pair.cast.ana)
    ana, row = hall.sits(cookies, pair.thread), row_of(cookies)
    row.update(last_use=F("last_use") - 5)
    before = row.get().last_use

    ana.sends({"ping": 7, "visible": visible})
    ana.told("pong", 7)
    ana.sends({"ping": 8})  # frames are heard one after the other: what came before is done
    ana.told("pong", 8)

    assert (row.get().last_use > before) == held_off


def test_a_partner_is_sent_nothing_of_what_was_refused(pair: Pair, hall: Hall) -> None:
    ana, ben = (hall.sits(cookies_of(someone), pair.thread) for someone in (pair.cast.ana, pair.cast.ben))

    refused = [
        ana.does("say", words=f"{SECRET} too long " * 200),
        ana.does("nothing_we_know", words=f"{SECRET} not here"),
        ana.does("say", words=f"{SECRET} typed long ago", v=1),
    ]
    ben.shown(ana.does("park", words="the garden")["v"])

    assert [answer["why"] for answer in refused] == ["too_long", "not_here", "moved"]
    assert SECRET not in str(ben.frames)
    assert SECRET not in hall.sits(cookies_of(pair.cast.ben), pair.thread).screen["html"]


def test_a_draft_that_comes_after_its_words_were_sent_is_late(pair: Pair, hall: Hall) -> None:
    ana = hall.sits(cookies_of(pair.cast.ana), pair.thread)
    typed = {"draft": "I miss", "v": ana.screen["v"], "version": 0}
    ana.sends(typed)
    ana.told("draft", "kept")
    ana.does("say", words="I miss our walks.")

    ana.sends(typed | {"version": 1})

    assert ana.told("draft")["draft"] == "late"
    assert pair.sees("ana").draft == ""
