"""What the vectors leave open: padding, grants that do not hold, codes with slips, parameters below the floor."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mandorla.vault import core
from mandorla.vault.core import Bundle, Envelope, Kdf, Place, Refused, Root, Sealed, Terms
from mandorla.vault.core.envelope import pad, unpad
from mandorla.vault.core.grant import NOBODY

AT = Place(bytes(16), "note", bytes(16), "body", bytes(16), 1)
ANA, BEN = Bundle.new(), Bundle.new()
ANA_ID, BEN_ID, SPACE, THREAD = (core.new_id().bytes for _ in range(4))
TERMS = Terms(SPACE, 3, "space", NOBODY, NOBODY, BEN_ID, BEN.public()[0], ANA_ID, 0)
KEY = core.new_key()


def refusal(code: str) -> str:
    with pytest.raises(Refused) as refused:
        core.read(code)
    return refused.value.reason


# Padding and packing


@pytest.mark.parametrize(
    ("words", "padded"),
    [(0, 64), (63, 64), (64, 128), (127, 128), (128, 256), (4095, 4096), (4096, 8192), (8191, 8192), (8192, 12288)],
)
def test_a_length_is_hidden_in_its_bucket(words: int, padded: int) -> None:
    assert len(pad(b"x" * words)) == padded


@given(st.binary(max_size=5000))
def test_padding_comes_off_again(words: bytes) -> None:
    assert unpad(pad(words)) == words


@pytest.mark.parametrize("padded", [b"", bytes(64), b"word" + bytes(60)])
def test_what_has_no_mark_is_no_padding(padded: bytes) -> None:
    with pytest.raises(Sealed):
        unpad(padded)


def test_a_value_is_packed_with_its_version_and_unpacked_without() -> None:
    assert core.pack({"said": "Grüße"}) == '{"said":"Grüße","v":1}'.encode()
    assert core.unpack(core.pack({"said": "Grüße"})) == {"said": "Grüße"}


@pytest.mark.parametrize("opened", [b"", b"words", b"[1]", b"{}", b'{"v":2}', b'{"v":"1"}', b"\xff"])
def test_what_is_no_packed_value_stays_sealed(opened: bytes) -> None:
    with pytest.raises(Sealed):
        core.unpack(opened)


def test_two_envelopes_of_the_same_words_differ() -> None:
    assert core.seal(KEY, b"words", epoch=1, at=AT) != core.seal(KEY, b"words", epoch=1, at=AT)


def test_an_envelope_prints_nothing() -> None:
    envelope = core.seal(KEY, b"words", epoch=7, at=AT)

    assert f"{envelope} {envelope!r}" == "sealed sealed"
    assert envelope.epoch == 7


@given(st.binary(max_size=300))
def test_nothing_but_an_envelope_opens(raw: bytes) -> None:
    with pytest.raises(Sealed):
        core.open(KEY, Envelope(raw), at=AT)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_an_envelope_with_any_byte_changed_stays_sealed(where: int, change: int) -> None:
    raw = bytearray(core.seal(KEY, b"words", epoch=1, at=AT).raw)
    raw[where % len(raw)] ^= change

    with pytest.raises(Sealed):
        core.open(KEY, Envelope(bytes(raw)), at=AT)


# Passphrases


def test_a_passphrase_is_the_same_however_its_accents_are_typed() -> None:
    kdf = Kdf(mib=64)

    composed = core.stretch("Gr\u00fc\u00dfe und K\u00fcsse", bytes(16), kdf, ANA_ID)
    decomposed = core.stretch("Gru\u0308\u00dfe und Ku\u0308sse", bytes(16), kdf, ANA_ID)

    assert composed.secret == decomposed.secret
    assert core.normal("Gru\u0308\u00dfe und Ku\u0308sse") == "Gr\u00fc\u00dfe und K\u00fcsse"


@pytest.mark.parametrize(
    ("length", "reason"), [(11, "passphrase_short"), (12, None), (256, None), (257, "passphrase_long")]
)
def test_a_passphrase_has_12_to_256_characters(length: int, reason: str | None) -> None:
    try:
        assert core.normal("ü" * length) == "ü" * length
        found = None
    except Refused as refused:
        found = refused.reason

    assert found == reason


def test_one_passphrase_gives_two_people_different_keys() -> None:
    ana, ben = Root(ANA_ID, bytearray(KEY)), Root(BEN_ID, bytearray(KEY))

    assert len({ana.kek(), ben.kek(), ana.drawer_kek(), ben.drawer_kek()}) == 4
    assert ana.verifier() != ben.verifier()


@pytest.mark.parametrize("stored", [{}, {"t": 3}, {"t": 2, "mib": 128}, {"t": 3, "mib": 63}, {"t": 3, "mib": 9999}])
def test_parameters_outside_the_limits_open_nothing(stored: dict[str, int]) -> None:
    with pytest.raises(Sealed):
        Kdf.read(stored)


def test_parameters_are_stored_and_read_and_compared() -> None:
    weak, strong = Kdf(3, 64), Kdf(3, 128)

    assert Kdf.read(weak.stored()) == weak
    assert weak.weaker_than(strong)
    assert not strong.weaker_than(weak)
    assert not strong.weaker_than(strong)


def test_closing_overwrites() -> None:
    root, bundle = Root(ANA_ID, bytearray(KEY)), Bundle.new()

    root.close()
    bundle.close()

    assert bytes(root.secret) == bytes(32)
    assert bundle.written() == bytes(64)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_bundle_of_another_length_is_none(length: int) -> None:
    with pytest.raises(Sealed):
        Bundle.read(bytes(length))


# Grants


def test_a_grant_holds_for_what_was_signed() -> None:
    box, sig = core.give(TERMS, KEY, bytes(ANA.seed))

    assert core.holds(TERMS, box, sig, ANA.public()[1], now=1)
    assert core.take(TERMS, box, bytes(BEN.x25519_secret)) == KEY


@pytest.mark.parametrize(
    "other",
    [
        replace(TERMS, space=THREAD),
        replace(TERMS, epoch=4),
        replace(TERMS, scope="item", subject=ANA_ID),
        replace(TERMS, subject=BEN_ID),
        replace(TERMS, thread=THREAD),
        replace(TERMS, grantee=ANA_ID),
        replace(TERMS, grantee_x25519=ANA.public()[0]),
        replace(TERMS, grantor=BEN_ID),
        replace(TERMS, not_after=2**40),
    ],
    ids=["space", "epoch", "scope", "subject", "thread", "grantee", "grantee's key", "grantor", "expiry"],
)
def test_a_grant_holds_on_no_other_terms(other: Terms) -> None:
    box, sig = core.give(TERMS, KEY, bytes(ANA.seed))

    assert not core.holds(other, box, sig, ANA.public()[1], now=1)
    with pytest.raises(Sealed):
        core.take(other, box, bytes(BEN.x25519_secret))


def test_a_grant_signed_by_someone_else_does_not_hold() -> None:
    box, sig = core.give(TERMS, KEY, bytes(BEN.seed))

    assert not core.holds(TERMS, box, sig, ANA.public()[1], now=1)


def test_a_grant_with_another_box_does_not_hold() -> None:
    _, sig = core.give(TERMS, KEY, bytes(ANA.seed))
    box, _ = core.give(TERMS, KEY, bytes(ANA.seed))

    assert not core.holds(TERMS, box, sig, ANA.public()[1], now=1)


@pytest.mark.parametrize(("signature", "key"), [(63, 32), (65, 32), (64, 31), (64, 33), (0, 0)])
def test_a_grant_with_a_broken_signature_or_key_does_not_hold(signature: int, key: int) -> None:
    box, _ = core.give(TERMS, KEY, bytes(ANA.seed))

    assert not core.holds(TERMS, box, bytes(signature), bytes(key), now=1)


def test_nobody_gives_away_the_words_of_another() -> None:
    assert not counts("author", core.new_id().bytes)
    assert not counts("thread", core.new_id().bytes)
    assert counts("author", ANA_ID)


def test_who_has_no_key_of_a_space_is_given_that_of_their_own_words_and_in_a_dialogue_that_of_nobodys() -> None:
    assert counts("author", BEN_ID)
    assert counts("thread", TERMS.space)
    assert not counts("author", TERMS.space)


def counts(scope: str, subject: bytes) -> bool:
    """Whether Ben counts this key that Ana gives him."""
    terms = replace(TERMS, scope=scope, subject=subject)
    return core.holds(terms, *core.give(terms, KEY, bytes(ANA.seed)), ANA.public()[1], now=1)


def test_a_grant_runs_out() -> None:
    dated = replace(TERMS, not_after=100)
    box, sig = core.give(dated, KEY, bytes(ANA.seed))

    assert core.holds(dated, box, sig, ANA.public()[1], now=99)
    assert not core.holds(dated, box, sig, ANA.public()[1], now=100)


@pytest.mark.parametrize("box", [b"", bytes(47), bytes(112)])
def test_a_box_that_is_none_stays_sealed(box: bytes) -> None:
    with pytest.raises(Sealed):
        core.take(TERMS, box, bytes(BEN.x25519_secret))


def test_a_box_for_another_stays_sealed() -> None:
    box, _ = core.give(TERMS, KEY, bytes(ANA.seed))

    with pytest.raises(Sealed):
        core.take(TERMS, box, bytes(ANA.x25519_secret))


# Codes


@given(st.binary(min_size=16, max_size=16))
def test_a_code_is_read_as_it_was_written(secret: bytes) -> None:
    assert core.read(core.written(secret)) == secret


def test_a_code_may_be_typed_with_the_letters_people_confuse() -> None:
    secret = bytes(16)
    code = core.written(secret)

    assert code.count("0") >= 26
    assert core.read(" " + code.replace("0", "o").replace("-", " \u2013 ")) == secret


@pytest.mark.parametrize(
    "code", ["", "V9WK", "V9WK-69MR-HJP9-S2QV-RMWY-6X9X-MRKC-0", "V9WK-69MR-HJP9-S2QV-RMWY-6X9X-MRK*"]
)
def test_what_is_no_code_is_refused(code: str) -> None:
    assert refusal(code) == "code_wrong"


def test_a_slip_of_the_pen_is_noticed() -> None:
    code = "V9WK-69MR-HJP9-S2QV-RMWY-6X9X-MRKC"
    slips = [
        code[:at] + ("2" if code[at] != "2" else "3") + code[at + 1 :] for at in range(len(code)) if code[at] != "-"
    ]

    assert [refusal(slip) for slip in slips] == ["code_wrong"] * 28


def test_a_code_with_bits_too_many_is_refused() -> None:
    code = "V9WK-69MR-HJP9-S2QV-RMWY-6X9X-MSKC"

    assert refusal(code) == "code_wrong"


def test_one_code_gives_a_key_for_each_use() -> None:
    secret = core.new_code()
    keys = {
        core.recovery_kek(secret, ANA_ID),
        core.recovery_drawer_kek(secret, ANA_ID),
        core.recovery_drawer_kek(secret, BEN_ID),
        core.invite_kek(secret, SPACE),
        core.invite_mac(secret, SPACE),
        core.invite_kek(secret, THREAD),
        core.invite_mac(secret, THREAD),
    }

    assert len(keys) == 7
    assert core.invitation_id(secret).bytes not in {key[:16] for key in keys} | {secret}


def test_a_confirmation_is_of_space_and_both_keys() -> None:
    mac = core.confirmation(KEY, SPACE, b"ana", b"ben")

    assert core.confirms(mac, KEY, SPACE, b"ana", b"ben")
    assert not core.confirms(mac, bytes(32), SPACE, b"ana", b"ben")
    assert not core.confirms(mac, KEY, THREAD, b"ana", b"ben")
    assert not core.confirms(mac, KEY, SPACE, b"ben", b"ana")
    assert not core.confirms(mac, KEY, SPACE, b"an", b"aben")


# The drawer


def test_a_drawer_is_filled_with_its_public_key_and_opened_with_its_secret() -> None:
    secret = core.new_key()

    filed = core.file(core.public_of(secret), b"words", at=AT)

    assert core.take_out(secret, filed, at=AT) == b"words"


def test_what_lies_in_a_drawer_opens_in_no_other_drawer_or_place() -> None:
    secret = core.new_key()
    filed = core.file(core.public_of(secret), b"words", at=AT)

    for other, at in ((core.new_key(), AT), (secret, replace(AT, field="title"))):
        with pytest.raises(Sealed):
            core.take_out(other, filed, at=at)


def test_errors_say_no_more_than_they_must() -> None:
    assert core.Moved(7).head == 7
    assert Refused("epoch", head=3).facts == {"head": 3}
    assert str(Sealed()) == ""
