"""Unsafe settings are refused, each with a sentence."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from mandorla.site import checks
from tests.site.command import mandorla

SQLITE = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
POSTGRES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
SAFE = {
    "DEBUG": False,
    "TLS": False,
    "LAN": False,
    "PROXY": "",
    "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"],
    "ARGON2_MIB": 128,
    "INSTALLED_APPS": ["mandorla.site"],
    "DATABASES": SQLITE,
    "WORKERS": 1,
    "GENTLE_PATH": 3,
    "MAIL": "",
    "DEFAULT_FROM_EMAIL": "",
    "IDLE_MINUTES": 15,
    "SESSION_HOURS": 12,
    "TURN_URLS": [],
    "TURN_SECRET": "",
}


def _refused(patch: pytest.MonkeyPatch, **changed: Any) -> list[str | None]:
    patch.setattr(checks, "settings", SimpleNamespace(**SAFE | changed))
    return [problem.id for problem in checks.unsafe_settings()]


def test_ordinary_settings_are_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refused(monkeypatch) == []


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"DEBUG": True}, "mandorla.E001"),
        ({"ALLOWED_HOSTS": ["dialogue.example.org"]}, "mandorla.E002"),
        ({"TLS": True}, "mandorla.E003"),
        ({"ARGON2_MIB": 63}, "mandorla.E004"),
        ({"INSTALLED_APPS": ["django.contrib.admin"]}, "mandorla.E005"),
        ({"WORKERS": 2}, "mandorla.E006"),
        ({"IDLE_MINUTES": 0}, "mandorla.E007"),
        ({"TURN_URLS": ["turn:turn.example.org"]}, "mandorla.E008"),
        ({"TURN_URLS": ["https://turn.example.org"]}, "mandorla.E008"),
        ({"MAIL": "smtp://mail.example.org"}, "mandorla.E009"),
    ],
)
def test_unsafe_settings_are_named(monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], refused: str) -> None:
    assert _refused(monkeypatch, **changed) == [refused]


@pytest.mark.parametrize("urls", [["stun:turn.example.org"], ["stun:turn.example.org", "turns:turn.example.org:443"]])
def test_a_relay_has_its_secret(monkeypatch: pytest.MonkeyPatch, urls: list[str]) -> None:
    assert _refused(monkeypatch, TURN_URLS=urls, TURN_SECRET="shared") == []


def test_postgresql_may_have_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refused(monkeypatch, DATABASES=POSTGRES, WORKERS=4) == []


def test_a_named_proxy_may_do_the_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refused(monkeypatch, TLS=True, PROXY="127.0.0.1", ALLOWED_HOSTS=["dialogue.example.org"]) == []


def test_djangos_own_deployment_checks_are_content(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["dialogue.example.org"]
    settings.TLS = settings.SECURE_SSL_REDIRECT = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.PROXY = "127.0.0.1"

    problems = [problem for problem in run_checks(include_deployment_checks=True) if not problem.is_silenced()]

    assert problems == []


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ("[steps.asked]\n", "a dialogue script cannot be played"),
        ("this is not = = toml", "a dialogue script cannot be played"),
    ],
)
def test_a_script_that_cannot_be_played_is_named_at_the_start(tmp_path: Path, flaw: str, said: str) -> None:
    folder = tmp_path / "scripts" / "odd"
    folder.mkdir(parents=True)
    (folder / "1.toml").write_text(f'name = "odd"\nversion = 1\nstart = "asked"\nminutes = [10]\n{flaw}')

    told = mandorla("check", "--deploy", "--data", tmp_path / "data", MANDORLA_SCRIPTS=str(tmp_path / "scripts"))

    assert told.returncode == 1
    assert said in told.stderr
