"""What the tests of the live door have."""

from collections.abc import Iterator

import pytest

from tests.cast import Cast
from tests.dialogue.hall import Hall, open_hall


@pytest.fixture
def hall(cast: Cast) -> Iterator[Hall]:
    """A served site with the cast in it."""
    with open_hall() as hall:
        yield hall
