"""The rules of accounts: names, passphrases, the code asked back, and waiting after wrong tries."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mandorla.accounts import core
from mandorla.accounts.core import RULES, Rule

KEY = bytes(32)
RULE = Rule(free=5, seconds=15, fades=300, forgotten=900)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODE = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV"


@pytest.mark.parametrize(
    "spelling", ["Zoë Ölberg", "ZOË ÖLBERG", " zoe\u0308 o\u0308lberg ", "Zoë\u00a0Ölberg", "\uff3aoë Ölberg"]
)
def test_a_sign_in_name_is_one_name_in_every_spelling(spelling: str) -> None:
    assert core.name_digest(spelling, KEY) == core.name_digest("zoë ölberg", KEY)


def test_the_digest_of_a_name_depends_on_the_key_of_the_installation() -> None:
    assert core.name_digest("ana", KEY) != core.name_digest("ana", b"another key")


@given(some.text())
def test_folding_a_passphrase_twice_changes_nothing_more(text: str) -> None:
    once = core.fold(text)

    assert core.fold(once) == once


def test_spaces_around_and_between_words_do_not_shut_anyone_out() -> None:
    assert core.fold("  five  small\twords ") == "five small words"


def test_capitals_of_a_passphrase_matter() -> None:
    assert core.fold("Five Small Words") == "Five Small Words"


@pytest.mark.parametrize(
    ("passphrase", "weakness"),
    [
        ("eleven char", "short"),
        ("x" * 257, "long"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeat"),
        ("abcdefghijklmnop", "sequence"),
        ("12.05.1984 12.05.1985", "date"),
        ("password1234", "word"),
        ("correct horse battery staple", "known"),
        ("Correct-Horse-Battery-Staple!", "known"),
        ("to be or not to be that is the question", "known"),
        ("anastasia petrova lives here", "names"),
        ("Anastasia-Petrova-lives-here!", "names"),
    ],
)
def test_what_would_be_guessed_is_refused_with_its_reason(passphrase: str, weakness: str) -> None:
    sayings = ["correct horse battery staple", "to be or not to be", "that is the question"]

    assert core.check(passphrase, names=["anastasia", "petrova"], sayings=sayings) == weakness


@pytest.mark.parametrize(
    "passphrase", ["Grüße aus dem Nebenzimmer 7", "x7!Kq#9vLm2$dW4p", "lamp walrus odd tide pepper"]
)
def test_what_cannot_be_guessed_is_good(passphrase: str) -> None:
    assert core.check(passphrase, names=["anastasia", "petrova"]) is None


def test_a_very_long_passphrase_is_judged_by_its_beginning() -> None:
    assert core.check("lamp walrus odd tide pepper " * 9) is None


def test_a_name_of_two_letters_says_nothing_about_a_passphrase() -> None:
    assert core.check("lamp walrus odd tide pepper", names=["am"]) is None


def test_only_five_words_of_the_list_are_an_offer() -> None:
    words = ("lamp", "odd", "tide", "walrus")

    assert core.is_offer("lamp odd tide walrus lamp", words)
    assert not core.is_offer("lamp odd tide walrus", words)
    assert not core.is_offer("lamp odd tide walrus <script>", words)


def test_three_places_are_asked_in_the_order_of_the_code() -> None:
    assert core.groups_to_ask([6, 0, 3, 1, 2, 4, 5]) == [0, 3, 6]


def test_groups_may_be_typed_as_a_hand_reads_them() -> None:
    assert core.groups_right(CODE, [0, 2, 5], ["oI23", "89ab", " mnpq "])


@pytest.mark.parametrize("typed", [["0123", "89AB"], ["0123", "89AB", "RSTV"], ["0123", "MNPQ", "89AB"], ["", "", ""]])
def test_other_groups_are_not_right(typed: list[str]) -> None:
    assert not core.groups_right(CODE, [0, 2, 5], typed)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 0), (4, 0), (5, 15), (6, 30), (7, 60), (10, 480), (11, 900), (500, 900)]
)
def test_waiting_grows_to_a_quarter_of_an_hour_and_no_further(tries: int, seconds: int) -> None:
    assert core.wait_after(tries, RULE) == timedelta(seconds=seconds)


def test_wrong_tries_are_forgotten() -> None:
    assert not core.is_over(NOON, RULE, NOON + timedelta(seconds=899))
    assert core.is_over(NOON, RULE, NOON + timedelta(seconds=900))


def test_one_wrong_try_fades_every_few_minutes() -> None:
    after_the_wait = NOON + timedelta(seconds=30)

    assert core.one_more(6, after_the_wait, RULE, NOON + timedelta(seconds=299)) == 7
    assert core.one_more(6, after_the_wait, RULE, NOON + timedelta(seconds=300)) == 6
    assert core.one_more(6, after_the_wait, RULE, NOON + timedelta(seconds=900)) == 4


def test_whoever_tries_on_and_on_never_makes_the_longest_wait_last() -> None:
    now, tries, waits = NOON, 0, []
    for _ in range(200):
        tries = core.one_more(tries, now, RULE, now)
        waits.append(core.wait_after(tries, RULE))
        now += waits[-1]

    assert max(waits) == timedelta(minutes=8)


@pytest.mark.parametrize("kind", ["sign-in", "recover"])
def test_the_tenth_wrong_try_waits_whatever_is_tried(kind: str) -> None:
    assert core.wait_after(9, RULES[kind]["pair"]) > timedelta(0)
    assert core.wait_after(9, RULES[kind]["address"]) > timedelta(0)


def test_the_tenth_wrong_try_to_unlock_waits_on_its_device_alone() -> None:
    assert core.wait_after(9, RULES["unlock"]["pair"]) > timedelta(0)
    assert core.wait_after(9, RULES["unlock"]["account"]) == timedelta(0)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8:1:2::7", "2001:db8:1:2:ffff::1"), ("::1", "::2"), ("not an address", "not an address")],
)
def test_one_household_is_one_address(one: str, other: str) -> None:
    assert core.neighbourhood(one) == core.neighbourhood(other)


def test_two_households_are_two_addresses() -> None:
    assert core.neighbourhood("192.0.2.1") != core.neighbourhood("192.0.2.2")
    assert core.neighbourhood("2001:db8:1:2::7") != core.neighbourhood("2001:db8:1:3::7")


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1 Version/18.1 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.1", ""),
    ],
)
def test_a_device_is_called_by_what_people_know(agent: str, called: str) -> None:
    assert core.device(agent) == called
