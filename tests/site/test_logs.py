"""The log tells what happened and never what was said."""

import logging

from mandorla.site import logs

SECRET = "heliotrope umbrella"


def test_another_librarys_message_is_not_written() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "x.py", 1, f"future {SECRET}", (), None)

    line = logs.OneLine().format(record)

    assert line.endswith(" ERROR asyncio")


def test_an_error_is_told_by_kind_and_place_alone() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(SECRET) from cause
    except ValueError as problem:
        line = logs.error(problem)

    assert line.startswith("error=ValueError<KeyError at=tests/site/test_logs.py:")
    assert SECRET not in line
