"""Whoever can write into the database, with an ex-partner who still knows the key, cannot open a closed space again."""

import copy
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import OperationalError, connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mandorla.accounts.services import rename
from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services import current, items, leave, put, seeing, space_for, spaces_of, standings
from mandorla.spaces.services.standings import KIND
from mandorla.vault.core import Busy, Refused
from mandorla.vault.models import Grant, Pin
from mandorla.vault.services import KeyRing, rotate
from mandorla.vault.services.grants import _write_pin
from tests.cast import Cast, Someone

NOTE = "note"


def rows(*found: "models.QuerySet[models.Model]") -> list[models.Model]:
    """Rows as they are now, to be put back later."""
    return [copy.copy(row) for rows in found for row in rows]


def put_back(kept: list[models.Model]) -> None:
    for row in kept:
        row.save()


def reopen(space: UUID, kept: list[models.Model]) -> None:
    """What a writer to the database does who has kept some rows."""
    put_back(kept)
    Space.objects.filter(pk=space).update(closed=False)
    Member.objects.filter(space=space).update(until=None)


def notes_on(someone: Someone) -> "models.QuerySet[Item]":
    return Item.objects.filter(space=someone.personal, type=KIND)


def rotated(cast: Cast) -> None:
    Space.objects.filter(pk=cast.space).update(rotate_due=timezone.now().date())
    put(cast.ana.ring(), cast.space, NOTE, {"words": "under the second key"})


def test_a_closed_space_that_is_opened_again_takes_no_word(cast: Cast) -> None:
    put(cast.ana.ring(), cast.space, NOTE, {"words": "before"})
    grants = rows(Grant.objects.filter(space=cast.space))
    leave(cast.ben.ring(), cast.space, withdraw=False)
    assert space_for(cast.ana.ring(), cast.space).closed

    reopen(cast.space, grants)

    seen = space_for(cast.ana.ring(), cast.space)
    assert (seen.open, seen.doubtful, seen.gone_back) == (False, True, True)
    with pytest.raises(Refused, match=r"^doubtful$"):
        put(cast.ana.ring(), cast.space, NOTE, {"words": "after"})
    assert [item.value["words"] for item in items(cast.ana.ring(), cast.space, NOTE)] == ["before"]


def test_who_left_writes_nothing_where_they_are_put_back(cast: Cast) -> None:
    grants = rows(Grant.objects.filter(space=cast.space))
    leave(cast.ben.ring(), cast.space, withdraw=False)

    reopen(cast.space, grants)

    assert space_for(cast.ben.ring(), cast.space).gone_back
    with pytest.raises(Refused, match=r"^doubtful$"):
        put(cast.ben.ring(), cast.space, NOTE, {})


def test_a_place_taken_in_a_space_that_went_back_seals_nothing(cast: Cast) -> None:
    grants = rows(Grant.objects.filter(space=cast.space))
    leave(cast.ben.ring(), cast.space, withdraw=False)
    closed, reopened = cast.ana.ring(), cast.ana.ring()
    space_for(closed, cast.space)
    reopen(cast.space, grants)
    space_for(reopened, cast.space)

    for ring, reason in ((closed, "closed"), (reopened, "doubtful")):
        keys = ring.thread_keys(cast.space, cast.space, [cast.ana.id])
        with pytest.raises(Refused, match=f"^{reason}$"):
            keys.seal({}, type="event", record=cast.space, author=cast.ana.id, revision=1)


def test_a_new_name_is_not_told_in_a_space_that_went_back(cast: Cast) -> None:
    grants = rows(Grant.objects.filter(space=cast.space))
    leave(cast.ben.ring(), cast.space, withdraw=False)
    space_for(cast.ana.ring(), cast.space)
    reopen(cast.space, grants)

    rename(cast.ana.ring(), "Anabel")

    assert space_for(cast.ana.ring(), cast.space).me.name == "Ana"


def test_a_space_put_back_under_an_older_key_takes_no_word(cast: Cast) -> None:
    rotated(cast)

    Space.objects.filter(pk=cast.space).update(epoch=1)
    Grant.objects.filter(space=cast.space, epoch=2).delete()

    assert space_for(cast.ana.ring(), cast.space).gone_back
    with pytest.raises(Refused, match=r"^doubtful$"):
        put(cast.ana.ring(), cast.space, NOTE, {})


def test_the_other_notices_an_older_key_once_they_saw_the_newer(cast: Cast) -> None:
    rotated(cast)
    assert space_for(cast.ben.ring(), cast.space).open

    Space.objects.filter(pk=cast.space).update(epoch=1)
    Grant.objects.filter(space=cast.space, epoch=2).delete()

    assert space_for(cast.ben.ring(), cast.space).gone_back


@pytest.mark.parametrize("change", [{"delete": True}, {"revision": 9}])
def test_a_note_that_is_gone_or_changed_is_noticed(cast: Cast, change: dict[str, int]) -> None:
    found = notes_on(cast.ana)
    assert found.count() == 1

    if "delete" in change:
        found.delete()
    else:
        found.update(**change)

    assert space_for(cast.ana.ring(), cast.space).gone_back
    with pytest.raises(Refused, match=r"^doubtful$"):
        current(cast.ana.ring(), cast.space)


def test_the_keys_of_someone_who_left_do_not_count_again_when_their_pin_is_put_back(cast: Cast) -> None:
    pins = rows(Pin.objects.filter(person=cast.ana.id))
    ring = cast.ana.ring()
    rotate(ring, cast.space, [cast.ana.id])
    space_for(ring, cast.space)
    assert not space_for(cast.ana.ring(), cast.space).gone_back

    put_back(pins)

    assert space_for(cast.ana.ring(), cast.space).gone_back


def test_a_key_replaced_on_another_page_of_mine_is_no_reason_for_doubt(cast: Cast) -> None:
    ring = cast.ana.ring()
    assert ring.epoch(cast.space) == 1
    rotated(cast)

    with pytest.raises(Busy):
        put(ring, cast.space, NOTE, {})


def test_a_space_that_closes_while_i_look_is_no_reason_for_doubt(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    notes_of = standings.notes_of

    def slowly(ring: KeyRing, spaces: Iterable[UUID]) -> standings.Notes:
        monkeypatch.undo()
        leave(cast.ben.ring(), cast.space, withdraw=False)
        space_for(cast.ana.ring(), cast.space)  # another page of mine is faster
        return notes_of(ring, spaces)

    monkeypatch.setattr(seeing, "notes_of", slowly)

    seen = space_for(cast.ana.ring(), cast.space)

    assert (seen.closed, seen.gone_back) == (True, False)


def test_looking_again_writes_nothing(cast: Cast) -> None:
    spaces_of(cast.ana.ring())

    with CaptureQueriesContext(connection) as asked:
        spaces_of(cast.ana.ring())

    assert [query["sql"] for query in asked if not query["sql"].startswith("SELECT")] == []


def test_a_full_disk_keeps_nobody_from_seeing_that_a_space_closed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(cast.ben.ring(), cast.space, withdraw=False)

    def full(*_: object, **__: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(standings, "write", full)

    assert space_for(cast.ana.ring(), cast.space).closed


def test_a_space_from_before_there_were_notes_stays_open(cast: Cast) -> None:
    notes_on(cast.ana).delete()
    ring = cast.ana.ring()
    for pinned in list(ring.pins().values()):
        _write_pin(ring, replace(pinned, noted=False))

    assert space_for(cast.ana.ring(), cast.space).open


def test_whoever_has_no_key_any_more_can_still_leave(cast: Cast) -> None:
    Grant.objects.filter(space=cast.space, grantee=cast.ben.id).delete()

    leave(cast.ben.ring(), cast.space, withdraw=False)

    assert space_for(cast.ana.ring(), cast.space).closed
