"""The rules of accounts: names, passphrases, the recovery code's quiz, and how long a wrong try waits."""

from mandorla.accounts.core.devices import device
from mandorla.accounts.core.names import CALLED_MAX, NAME_MAX, NAME_MIN, name_digest, plain_name
from mandorla.accounts.core.passphrase import (
    GUESSES_MIN,
    LENGTH_MAX,
    LENGTH_MIN,
    OFFER_WORDS,
    Weakness,
    check,
    fold,
    is_offer,
)
from mandorla.accounts.core.quiz import ASKED, groups_right, groups_to_ask
from mandorla.accounts.core.throttle import RULES, Rule, is_over, neighbourhood, one_more, wait_after

__all__ = [
    "ASKED",
    "CALLED_MAX",
    "GUESSES_MIN",
    "LENGTH_MAX",
    "LENGTH_MIN",
    "NAME_MAX",
    "NAME_MIN",
    "OFFER_WORDS",
    "RULES",
    "Rule",
    "Weakness",
    "check",
    "device",
    "fold",
    "groups_right",
    "groups_to_ask",
    "is_offer",
    "is_over",
    "name_digest",
    "neighbourhood",
    "one_more",
    "plain_name",
    "wait_after",
]
