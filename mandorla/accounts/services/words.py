"""Passphrases: five words to offer, and a judgement of what people choose instead."""

import secrets
from collections.abc import Iterable
from functools import cache
from importlib import resources

from mandorla.accounts import core
from mandorla.accounts.core import OFFER_WORDS, Weakness


def offer_passphrase(kept: str = "") -> str:
    """Five words drawn by chance, 64 bits; or those that were `kept` in the page, if they are such words at all."""
    known = _words()
    return kept if core.is_offer(kept, known) else " ".join(secrets.choice(known) for _ in range(OFFER_WORDS))


def weakness(passphrase: str, *, names: Iterable[str] = ()) -> Weakness | None:
    """Why this passphrase would be guessed too soon, or None. `names` are what a thief of the database tries first."""
    return core.check(passphrase, names=names, sayings=_sayings())


@cache
def _words() -> tuple[str, ...]:
    """The EFF's long list: 7,776 words, CC BY 3.0 US, as the diceware package brings it."""
    lines = (resources.files("diceware") / "wordlists" / "wordlist_en_eff.txt").read_text().split("\n")
    return tuple(line.split()[1] for line in lines if line)


@cache
def _sayings() -> tuple[str, ...]:
    known = resources.files("mandorla.content") / "passphrases" / "known.txt"
    return tuple(known.read_text(encoding="utf-8").splitlines())
