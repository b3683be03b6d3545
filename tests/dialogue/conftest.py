"""What the tests of the live door have; what can only be shown on PostgreSQL is collected only there."""

import os
from collections.abc import Iterator

import pytest

from tests.cast import Cast
from tests.dialogue.hall import Hall, open_hall

collect_ignore = [] if "postgres" in os.environ.get("DATABASE_URL", "") else ["test_live_postgres.py"]


@pytest.fixture
def hall(cast: Cast) -> Iterator[Hall]:
    """A served site with the cast in it."""
    with open_hall() as hall:
        yield hall
