"""Codes of invitations that nobody made."""

from mandorla.vault.services import wrap_for_invitation
from tests.cast import Someone


def wrong_code(someone: Someone) -> str:
    """A code as good as any that opens nothing."""
    return wrap_for_invitation(someone.ring(), someone.personal).code
