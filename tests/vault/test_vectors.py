"""Keys, envelopes, grants and codes come out exactly as the published vectors say."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from mandorla.vault import core
from mandorla.vault.core import Bundle, Envelope, Kdf, Place, Sealed, Terms
from mandorla.vault.core.envelope import seal_with
from mandorla.vault.core.grant import holds
from tests.vault.vectors import VECTORS, ZEROS, H, place_of_vectors

PASSWORD, SPACE, GRANT = VECTORS["password"], VECTORS["space"], VECTORS["grant"]
CASES = VECTORS["envelope"]["cases"]
FIRST = Envelope(H(CASES[0]["envelope"]))
THREAD_KEY = H(SPACE["thread_key_a"])
AT = place_of_vectors()


def plaintext(case: dict[str, Any]) -> bytes:
    return b"\x79" * 5000 if case["plaintext"].startswith("0x") else H(case["plaintext"])


@pytest.mark.parametrize("case", VECTORS["hkdf_sha256"])
def test_hkdf_is_that_of_the_rfc(case: dict[str, Any]) -> None:
    assert core.hkdf(H(case["ikm"]), H(case["info"]), case["length"], salt=H(case["salt"])) == H(case["okm"])


@pytest.mark.parametrize("case", VECTORS["label"])
def test_labels(case: dict[str, Any]) -> None:
    assert core.label(case["name"], *map(H, case["parts"])) == H(case["bytes"])


def test_a_passphrase_opens_what_it_should() -> None:
    given = PASSWORD["argon2id"]

    root = core.stretch(
        PASSWORD["password_utf8_nfc"],
        H(PASSWORD["salt"]),
        Kdf(given["t"], given["m_KiB"] // 1024),
        H(PASSWORD["person"]),
    )

    assert bytes(root.secret) == H(PASSWORD["root"])
    assert core.hkdf(bytes(root.secret), core.label("auth", H(PASSWORD["person"]))) == H(PASSWORD["auth"])
    assert root.verifier() == "verifier$" + PASSWORD["verifier_sha256"]
    assert root.kek() == H(PASSWORD["kek"])
    assert root.drawer_kek() == H(PASSWORD["drawer_kek"])


def test_keys_of_a_space() -> None:
    key_a = core.author_key(H(SPACE["space_key"]), H(SPACE["author_a"]))

    assert key_a == H(SPACE["author_key_a"])
    assert core.author_key(H(SPACE["space_key"]), H(SPACE["author_b"])) == H(SPACE["author_key_b"])
    assert core.thread_key(key_a, H(SPACE["thread"])) == THREAD_KEY


def test_what_an_envelope_is_bound_to() -> None:
    assert AT.bound(FIRST.raw[:8]) == H(VECTORS["envelope"]["aad_of_first"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_an_envelope_is_sealed_as_everywhere(case: dict[str, Any]) -> None:
    sealed = seal_with(H(case["nonce"]), THREAD_KEY, plaintext(case), epoch=SPACE["epoch"], at=AT)

    assert len(sealed.raw) == case["length"]
    assert sealed.digest.hex() == case.get("envelope_sha256", hashlib.sha256(H(case.get("envelope", ""))).hexdigest())
    assert core.open(THREAD_KEY, sealed, at=AT) == plaintext(case)


@pytest.mark.parametrize("bad", VECTORS["must_refuse"]["envelopes"], ids=lambda bad: bad["name"])
def test_a_changed_envelope_stays_sealed(bad: dict[str, str]) -> None:
    with pytest.raises(Sealed):
        core.open(THREAD_KEY, Envelope(H(bad["envelope"])), at=AT)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(AT, space=ZEROS),
        replace(AT, type="draft"),
        replace(AT, record=ZEROS),
        replace(AT, field="title"),
        replace(AT, author=ZEROS),
        replace(AT, revision=AT.revision + 1),
    ],
    ids=["space", "type", "record", "field", "author", "revision"],
)
def test_an_envelope_opens_in_its_place_alone(elsewhere: Place) -> None:
    with pytest.raises(Sealed):
        core.open(THREAD_KEY, FIRST, at=elsewhere)


def test_an_envelope_opens_with_its_key_alone() -> None:
    with pytest.raises(Sealed):
        core.open(H(SPACE["author_key_b"]), FIRST, at=AT)


def test_a_key_slot_opens_to_the_bundle() -> None:
    slot = VECTORS["key_slot"]
    at = Place(ZEROS, "slot", H(slot["slot"]), slot["kind"], H(PASSWORD["person"]), slot["revision"])

    opened = core.open(H(PASSWORD["kek"]), Envelope(H(slot["envelope"])), at=at)

    assert opened == H(slot["bundle_bytes"])
    assert Bundle.read(opened).written() == H(slot["bundle_bytes"])
    assert Bundle.read(opened).public()[1] == H(GRANT["grantor_ed25519_public"])


def test_an_unlock_row_opens_to_the_bundle() -> None:
    row = VECTORS["unlock_row"]
    at = Place(ZEROS, "unlock", H(row["row"]), "bundle", H(PASSWORD["person"]), 1)

    opened = core.open(H(row["unlock_key_in_cookie"]), Envelope(H(row["envelope"])), at=at)

    assert opened == H(VECTORS["key_slot"]["bundle_bytes"])


def test_a_grant_holds_and_gives_its_key() -> None:
    terms = Terms(
        space=H(SPACE["space"]),
        epoch=SPACE["epoch"],
        scope=GRANT["scope"],
        subject=H(GRANT["subject"]),
        thread=H(GRANT["thread"]),
        grantee=H(GRANT["grantee"]),
        grantee_x25519=core.public_of(H(GRANT["grantee_x25519_secret"])),
        grantor=H(GRANT["grantor"]),
        not_after=GRANT["not_after"],
    )
    box, sig, signer = H(GRANT["sealed_box"]), H(GRANT["signature"]), H(GRANT["grantor_ed25519_public"])

    assert terms.meta() == H(GRANT["meta"])
    assert holds(terms, box, sig, signer, now=GRANT["not_after"] - 1)
    assert not holds(terms, box, sig, signer, now=GRANT["not_after"])
    assert core.take(terms, box, H(GRANT["grantee_x25519_secret"])) == THREAD_KEY


def test_a_recovery_code_is_written_and_read() -> None:
    given = VECTORS["recovery_code"]

    assert core.written(H(given["secret"])) == given["code"]
    assert [core.read(code) for code in given["accepts"]] == [H(given["secret"])] * len(given["accepts"])
    assert core.recovery_kek(H(given["secret"]), H(PASSWORD["person"])) == H(given["kek"])
