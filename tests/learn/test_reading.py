"""The coach's thread has a short line before it: who comes too late is asked to wait, and loses nothing."""

from collections.abc import Iterator
from threading import Event, Semaphore, Thread, current_thread

import pytest
from django.urls import reverse

from mandorla.coach.services import thread as reading
from mandorla.coach.services.thread import thread
from tests.cast import Cast

STEP = reverse("learn:step", args=["amara", "mirror-1"])
UNTIL_SECONDS = 8


@pytest.fixture
def full() -> Iterator[None]:
    """As many others as may wait at once are being read."""
    done, came = Event(), Semaphore(0)

    def wait() -> None:
        done.wait(UNTIL_SECONDS)

    def come() -> None:
        came.release()
        reading.read(wait)

    others = [Thread(target=come) for _ in range(reading.WAITING_MAX)]
    for other in others:
        other.start()
        assert came.acquire(timeout=UNTIL_SECONDS)
    yield
    done.set()
    for other in others:
        other.join()


def test_who_comes_too_late_is_asked_to_wait_and_keeps_their_words(cast: Cast, full: None) -> None:
    page = cast.ana.browser().post(STEP, {"words": "You saw the red line."})

    assert page.status_code == 503
    assert page["Retry-After"]
    assert "You saw the red line." in page.content.decode()


def test_other_pages_do_not_wait(cast: Cast, full: None) -> None:
    assert cast.ana.browser().get(STEP).status_code == 200


def test_the_line_moves_on(cast: Cast) -> None:
    browser = cast.ana.browser()

    found = [browser.post(STEP, {"words": "You saw the red line."}).status_code for _ in range(5)]

    assert found == [200] * 5


def test_there_is_one_thread_for_all_that_the_coach_reads() -> None:
    assert reading.read(current_thread) is thread.submit(current_thread).result(UNTIL_SECONDS)
