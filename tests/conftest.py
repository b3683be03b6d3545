"""What every test has: the cast, and no way around the rules of the house."""

from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    from tests.cast import Cast

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server", "cast"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches a database, so that `-m database` runs it again on PostgreSQL."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


@pytest.fixture(scope="session")
def rehearsed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> "Cast":
    """The cast, made once a run."""
    from tests.cast import rehearse  # tests of pure rules need no Django models

    with django_db_blocker.unblock():
        return rehearse()


@pytest.fixture
def cast(db: None, rehearsed: "Cast") -> "Cast":
    """Ana and Ben, who share a space, Cleo and Eve: all in this test's database, transactional or not."""
    rehearsed.enter()
    return rehearsed
