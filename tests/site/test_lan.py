"""The certificate for phones on the same network."""

import datetime
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509

from mandorla.site import lan


def _names(file: Path) -> list[str]:
    made = x509.load_pem_x509_certificate(file.read_bytes())
    return [str(name.value) for name in made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value]


def test_it_names_this_machine_and_its_addresses(tmp_path: Path) -> None:
    file, _ = lan.certificate(tmp_path)

    assert _names(file) == lan.names()


def test_its_key_is_for_the_owner_alone(tmp_path: Path) -> None:
    _, key = lan.certificate(tmp_path)

    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_server_can_use_it(tmp_path: Path) -> None:
    file, key = lan.certificate(tmp_path)

    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file, key)


def test_it_is_kept_while_it_is_good(tmp_path: Path) -> None:
    first = lan.certificate(tmp_path)[0].read_bytes()

    assert lan.certificate(tmp_path)[0].read_bytes() == first


def test_it_is_made_anew_when_addresses_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lan.certificate(tmp_path)
    monkeypatch.setattr(lan, "addresses", lambda: ["10.1.2.3"])

    file, _ = lan.certificate(tmp_path)

    assert _names(file)[0] == "10.1.2.3"


def test_it_is_made_anew_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "VALID_DAYS", lan.RENEW_DAYS)
    first = lan.certificate(tmp_path)[0].read_bytes()
    monkeypatch.setattr(lan, "VALID_DAYS", 365)

    file, _ = lan.certificate(tmp_path)

    assert file.read_bytes() != first
    ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    assert (ends - datetime.datetime.now(datetime.UTC)).days == 364


def test_addresses_are_not_this_machines_inside() -> None:
    assert [address for address in lan.addresses() if address.startswith("127.")] == []
