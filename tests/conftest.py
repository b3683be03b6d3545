"""What every test has: the cast, and no way around the rules of the house."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    from tests.cast import Cast

END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server", "cast"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches a database, so that `-m database` runs it on PostgreSQL too, but for what is SQLite's alone."""
    if connection.vendor == "postgresql":
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


class SlowFirst:
    """Begins with what takes long: shuffled, it would often be begun last, with one core waiting for the other."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SlowFirst())


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """No test hears the language that another one's requests spoke."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Afterwards ends what the pen and other threads still hold, so that PostgreSQL lets the test database go."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(END_OTHERS)


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
