"""What the tests of the live door have; what can only be shown on PostgreSQL is collected only there."""

import os
from collections import OrderedDict
from collections.abc import Iterator

import pytest

from mandorla.dialogue.services import pace
from tests.cast import Cast
from tests.dialogue.hall import Hall, open_hall
from tests.dialogue.playing import ARRIVED
from tests.dialogue.seated import Pair

ON_POSTGRES = "postgres" in os.environ.get("DATABASE_URL", "")
collect_ignore = [] if ON_POSTGRES else ["test_live_postgres.py", "test_processes.py"]


@pytest.fixture
def hall(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    """A served site with the cast in it, who have not been here before."""
    monkeypatch.setattr(pace, "_left", OrderedDict())
    with open_hall() as hall:
        yield hall


@pytest.fixture
def pair(cast: Cast) -> Pair:
    """Ana is to send, Ben to listen."""
    pair = Pair(cast)
    pair.play(ARRIVED["couples"])
    return pair
