"""A dialogue as the two people have it: asked for, held, stopped, and read again, with everything committed and sealed."""

import pytest

from mandorla.dialogue import services
from mandorla.dialogue.models import Draft, Event, Thread
from mandorla.dialogue.services import Typed
from mandorla.vault.core import Moved, NotYours, Refused, new_id
from tests.cast import Cast
from tests.dialogue.seated import Pair, seat

pytestmark = pytest.mark.django_db(transaction=True)

ARRIVED = "ben:now ana:ready ben:ready ana:say ben:say ben:say ana:say ana:say ben:say "
HEARD = ARRIVED + "ana:say ben:say ana:yes ana:more ana:say ben:say ana:partly ana:say ben:say ana:yes ana:no_more "
SUMMED = HEARD + "ben:say ana:all "
FELT = SUMMED + "ben:say ana:lands ben:guess ana:yes ana:say ben:say "


def test_a_whole_dialogue_with_a_switch_can_be_held_and_read_again(cast: Cast) -> None:
    pair = Pair(cast)

    pair.play(FELT + "ben:now ana:now ")
    pair.play("ben:say ana:say ben:yes ben:no_more ana:say ben:all ana:say ben:lands ana:guess ben:other ana:say ")
    pair.play("ana:say ben:say ana:say ben:say ana:say ben:say ")

    assert pair.sees("ana").over == "closed"
    read = [entry for page in (1, 2) for entry in services.transcript(pair.ben, page).entries]
    assert [(entry.author, entry.mine) for entry in read if entry.kind == "send"] == [("Ana", False)] * 3 + [("Ben", True)]
