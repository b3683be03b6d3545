"""The same people everywhere: Ana and Ben are together, Cleo and Eve are not part of it."""

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server", "cast"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches a database, so that `-m database` runs it again on PostgreSQL."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
