"""Reads a dialogue's log as it lies in the store, opens it with somebody's keys, and holds it to its promises."""

from collections.abc import Mapping
from uuid import UUID

from mandorla.dialogue.core import fold
from mandorla.dialogue.models import Thread
from mandorla.dialogue.services import Seat, rooms, scripts, seat_for
from mandorla.vault.services import unlocked_from_cookies

EVERY = (1, 2**62)


def seat_of(cookies: Mapping[str, str], thread: UUID) -> Seat:
    """A seat as a socket takes it, from the cookies of an unlocked session."""
    found = unlocked_from_cookies(cookies)
    assert found
    return seat_for(found.ring, thread, unlock=UUID(hex=found.unlock_id))


def faults(seat: Seat, acknowledged: Mapping[UUID, int]) -> list[str]:
    """What is wrong with the log, if anything: `acknowledged` are the numbers that were promised, by command.

    Numbers must follow each other, each entry must name the digest of the one before, no command may stand there twice,
    and the state beside the log must be the one its entries lead to.
    """
    found: list[str] = []
    row = Thread.objects.get(pk=seat.thread)
    stored = rooms.read(seat.thread, page=EVERY)
    script = scripts.script(rooms.state_of(row, seat.keys.open).script)
    state, numbers = None, {}
    for seq, one in enumerate(stored, start=1):
        entry = rooms.opened(seat, one)
        assert entry
        assert one.envelope
        if one.seq != seq or one.command in numbers:
            found.append(f"number {seq} is {one.seq}, command {one.command.hex}")
        if state and entry.prev != state.prev:
            found.append(f"number {seq} does not follow the one before")
        state = fold(script, state, entry, one.envelope.digest.hex())
        numbers[one.command] = one.seq
    if row.next_seq != len(stored) + 1 or rooms.state_of(row, seat.keys.open) != state:
        found.append("the state is not where the log leads")
    return found + [
        f"command {command.hex} was promised as {seq} and is {numbers.get(command)}"
        for command, seq in acknowledged.items()
        if numbers.get(command) != seq
    ]
