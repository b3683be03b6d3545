"""Places that must be taken anew: keys were renewed under an open page, and its words go in all the same, once."""

from datetime import date
from uuid import UUID

import pytest
from django.db import transaction

from mandorla.spaces import services as spaces
from mandorla.spaces.models import Space
from mandorla.vault.core import new_id
from tests.cast import Cast
from tests.dialogue.hall import Hall
from tests.dialogue.logbook import faults
from tests.dialogue.seated import Pair, cookies_of, seat

pytestmark = pytest.mark.django_db(transaction=True)

COME_AGAIN = 4409


def renew_keys(cast: Cast) -> None:
    """It is time for a new key, and Ben's next page makes it."""
    Space.objects.filter(pk=cast.space).update(rotate_due=date(2026, 1, 1))
    with transaction.atomic():
        spaces.current(cast.ben.ring(), cast.space)


def test_renewed_keys_ask_an_open_page_to_come_again_and_its_act_goes_in_once(pair: Pair, hall: Hall) -> None:
    at_ana, at_ben = cookies_of(pair.cast.ana), cookies_of(pair.cast.ben)
    ana, ben = hall.sits(at_ana, pair.thread), hall.sits(at_ben, pair.thread)
    key, v = new_id().hex, ana.screen["v"]
    ana.sends({"draft": "half a sentence", "v": v, "version": 0})
    ana.told("draft", "kept")
    renew_keys(pair.cast)

    refused = ana.does("say", key=key, words="half a sentence, and the other half")
    closed, again = ana.closed(), hall.sits(at_ana, pair.thread)
    kept = again.screen["html"]
    done = again.does("say", key=key, words="half a sentence, and the other half")

    assert (refused["nak"], refused["why"], closed) == (key, "epoch", COME_AGAIN)
    assert "half a sentence" in kept
    assert (done["ack"], done["v"]) == ([key], v + 1)
    assert (ben.closed(), "the other half" in hall.sits(at_ben, pair.thread).screen["html"]) == (COME_AGAIN, True)
    assert faults(seat(pair.cast.ana, pair.thread), {UUID(key): v + 1}) == []


def test_renewed_keys_ask_a_page_that_only_keeps_a_draft_to_come_again(pair: Pair, hall: Hall) -> None:
    at_ana = cookies_of(pair.cast.ana)
    ana = hall.sits(at_ana, pair.thread)
    typed = {"draft": "half a sentence", "v": ana.screen["v"], "version": 0}
    renew_keys(pair.cast)

    ana.sends(typed)
    refused, closed = ana.told("draft")["draft"], ana.closed()
    again = hall.sits(at_ana, pair.thread)
    again.sends(typed)

    assert (refused, closed) == ("busy", COME_AGAIN)
    assert again.told("draft")["draft"] == "kept"


def test_a_key_that_one_has_used_does_not_answer_for_the_other(pair: Pair, hall: Hall) -> None:
    ana, ben = (hall.sits(cookies_of(someone), pair.thread) for someone in (pair.cast.ana, pair.cast.ben))
    key = new_id().hex
    done = ana.does("say", key=key, words="the very same words")
    ben.shown(done["v"])

    answer = ben.does("say", key=key, words="the very same words")

    assert (answer["nak"], answer["why"]) == (key, "other_command")
