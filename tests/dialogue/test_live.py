"""The live door: who may come in, what a frame can and cannot do, and that a push is what a reload would show."""

import pytest

from tests.cast import Cast
from tests.dialogue.hall import Hall
from tests.dialogue.seated import Pair, cookies_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_line_begins_with_the_whole_stage(cast: Cast, hall: Hall) -> None:
    pair = Pair(cast)

    first = hall.phone(cookies_of(cast.ben), pair.thread).told_anything()

    assert first["v"] == 1
    assert "Sunday evenings" in first["html"]
