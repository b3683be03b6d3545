"""One server and one browser for all journeys; new people for each. Nothing here is faked."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys import languages
from tests.journeys.browsing import EXIT, Browsing, Watch
from tests.journeys.network import Network
from tests.journeys.site import Pair, Seeds, Site

CHROMIUM = "/usr/bin/chromium"
CALM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera and a microphone that are not there
]


def pytest_configure(config: pytest.Config) -> None:
    config.option.tbstyle = "native"  # pytest's own tracebacks parse sources, which fails among Playwright's greenlets


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    kept = ["--disable-back-forward-cache"]  # people's browsers have one, so ours has
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": CALM, "ignore_default_args": kept}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("journeys")
    running = Site(folder / "data", MANDORLA_EXIT_TO=EXIT, **languages.make(folder))
    yield running
    running.stop()
    assert "\n".join(running.complaints()) == ""


@pytest.fixture(scope="session")
def seeds(site: Site) -> Iterator[Seeds]:
    made = Seeds(site.data)
    yield made
    made.stop()


@pytest.fixture
def pair(seeds: Seeds) -> Pair:
    """Ana and Ben, new, who share a space and have read what comes before a first dialogue."""
    return seeds.pair()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Every journey fails on what a page of ours must never do."""
    watching = Watch()
    yield watching
    assert "\n".join(watching.complaints()) == ""


@pytest.fixture
def browsing(browser: Browser, site: Site, watch: Watch) -> Iterator[Browsing]:
    opened = Browsing(browser, site.address, watch)
    yield opened
    opened.close()


@pytest.fixture
def network(site: Site) -> Iterator[Network]:
    """A bad network in front of the server."""
    between = Network(site.port)
    yield between
    between.close()
