"""Sealed things are kept for those they belong to, and for nobody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from mandorla.spaces.models import Item, Space
from mandorla.spaces.services import current, drop, item_of, items, may_write, only, put, space_for, spaces_of, writing
from mandorla.vault.core import Busy, NotYours, Refused, new_id
from tests.cast import Cast

NOTE = "note"
THREAD = new_id()


@pytest.fixture
def space(cast: Cast) -> UUID:
    """The space of Ana and Ben, both sure of each other."""
    spaces_of(cast.ana.ring())
    return cast.space


def test_a_personal_space_is_its_owners_alone(cast: Cast) -> None:
    ring = cast.ana.ring()

    record = put(ring, ring.personal, NOTE, {"words": "mine"})

    assert [item.value for item in items(cast.ana.ring(), ring.personal, NOTE)] == [{"words": "mine"}]
    with pytest.raises(NotYours):
        items(cast.ben.ring(), ring.personal, NOTE)
    with pytest.raises(NotYours):
        item_of(cast.ben.ring(), ring.personal, NOTE, record=record)
    with pytest.raises(NotYours):
        put(cast.ben.ring(), ring.personal, NOTE, {})
    with pytest.raises(NotYours):
        drop(cast.ben.ring(), ring.personal, NOTE)


def test_a_stranger_neither_reads_nor_writes(cast: Cast, space: UUID) -> None:
    put(cast.ana.ring(), space, NOTE, {"words": "ours"})

    with pytest.raises(NotYours):
        items(cast.eve.ring(), space, NOTE)
    with pytest.raises(NotYours):
        put(cast.eve.ring(), space, NOTE, {})
    with pytest.raises(NotYours):
        put(cast.eve.ring(), new_id(), NOTE, {})


def test_an_item_can_be_written_anew_by_its_author(cast: Cast, space: UUID) -> None:
    record = put(cast.ana.ring(), space, NOTE, {"words": "first"})

    assert put(cast.ana.ring(), space, NOTE, {"words": "second"}, record=record) == record

    found = item_of(cast.ben.ring(), space, NOTE, record=record)
    assert found
    assert (found.author, found.value) == (cast.ana.id, {"words": "second"})


@pytest.mark.django_db(transaction=True)
def test_two_first_writes_at_once_make_one_item(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, record, begun = cast.ana.ring(), new_id(), threading.Barrier(2)
    looked = writing.locked

    def look_together(record: UUID) -> Item | None:
        found = looked(record)
        with suppress(threading.BrokenBarrierError):
            begun.wait(0.5)  # where writers take turns, the second only looks when the first has finished
        return found

    def keep(words: str) -> None:
        try:
            put(cast.ana.ring(), ring.personal, NOTE, {"words": words}, record=record)
        finally:
            connection.close()

    monkeypatch.setattr(writing, "locked", look_together)

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(keep, words) for words in ("one", "other")]:
            done.result()

    found = item_of(ring, ring.personal, NOTE, record=record)
    assert found
    assert found.value["words"] in {"one", "other"}
    assert Item.objects.get(pk=record).revision == 2


def test_nobody_writes_over_what_is_anothers(cast: Cast, space: UUID) -> None:
    record = put(cast.ana.ring(), space, NOTE, {"words": "Ana's"})

    with pytest.raises(NotYours):
        put(cast.ben.ring(), space, NOTE, {"words": "Ben's"}, record=record)
    with pytest.raises(NotYours):
        put(cast.ben.ring(), space, NOTE, {"words": "Ben's"}, author=cast.ana.id)
    with pytest.raises(NotYours):
        put(cast.ana.ring(), space, "other", {}, record=record)


def test_what_the_room_did_names_nobody_and_is_for_both(cast: Cast, space: UUID) -> None:
    record = put(cast.ana.ring(), space, "rest", {"days": 1}, author=space)
    put(cast.ben.ring(), space, "rest", {"days": 3}, author=space, record=record)

    assert [(item.author, item.value) for item in items(cast.ana.ring(), space, "rest")] == [(space, {"days": 3})]


def test_items_can_be_asked_for_by_author(cast: Cast, space: UUID) -> None:
    put(cast.ana.ring(), space, NOTE, {"words": "Ana's"})
    put(cast.ben.ring(), space, NOTE, {"words": "Ben's"})

    found = items(cast.ana.ring(), space, NOTE, author=cast.ben.id)

    assert [item.value["words"] for item in found] == ["Ben's"]


def test_only_ones_own_can_be_dropped(cast: Cast, space: UUID) -> None:
    of_ben = put(cast.ben.ring(), space, NOTE, {})
    of_ana = [put(cast.ana.ring(), space, NOTE, {}) for _ in range(3)]

    assert drop(cast.ana.ring(), space, NOTE, records=[of_ana[0], of_ben]) == 1
    assert drop(cast.ana.ring(), space, NOTE) == 2
    assert [item.id for item in items(cast.ana.ring(), space, NOTE)] == [of_ben]


def test_a_broken_item_says_so_and_hides_nothing_else(cast: Cast, space: UUID) -> None:
    whole, broken = put(cast.ana.ring(), space, NOTE, {"words": "whole"}), put(cast.ana.ring(), space, NOTE, {})
    Item.objects.filter(pk=broken).update(revision=7)

    found = {item.id: (item.broken, item.value) for item in items(cast.ana.ring(), space, NOTE)}

    assert found == {whole: (False, {"words": "whole"}), broken: (True, {})}


@pytest.mark.parametrize("column", ["type", "author", "space", "id"])
def test_an_item_moved_elsewhere_does_not_open(cast: Cast, space: UUID, column: str) -> None:
    record = put(cast.ana.ring(), space, NOTE, {"words": "here"})
    place = {"type": "other", "author": cast.ben.id, "space": cast.ana.personal, "id": new_id()}[column]
    Item.objects.filter(pk=record).update(**{column: place})
    row = Item.objects.exclude(type__in=["name", "answer", "invitations"]).get(type__in=[NOTE, "other"])

    found = item_of(cast.ana.ring(), row.space, row.type, record=row.id)

    assert found
    assert found.broken


def test_there_is_one_of_its_kind(cast: Cast, space: UUID) -> None:
    assert only(space, NOTE, cast.ana.id) == only(space, NOTE, cast.ana.id)
    assert only(space, NOTE, cast.ana.id) not in {
        only(space, NOTE, cast.ben.id),
        only(space, "other", cast.ana.id),
        only(cast.ana.personal, NOTE, cast.ana.id),
    }


def test_the_key_is_replaced_when_it_is_due(cast: Cast, space: UUID) -> None:
    before = put(cast.ana.ring(), space, NOTE, {"words": "before"})
    Space.objects.filter(pk=space).update(rotate_due=timezone.now().date())

    after = put(cast.ben.ring(), space, NOTE, {"words": "after"})

    assert dict(Item.objects.filter(pk__in=[before, after]).values_list("pk", "epoch")) == {before: 1, after: 2}
    assert space_for(cast.ana.ring(), space).epoch == 2
    assert Space.objects.get(pk=space).rotate_due == timezone.now().date() + timedelta(days=90)
    for someone in (cast.ana, cast.ben):
        assert {item.value["words"] for item in items(someone.ring(), space, NOTE)} == {"before", "after"}


def test_a_ring_from_before_the_key_was_replaced_has_to_try_again(cast: Cast, space: UUID) -> None:
    ring = cast.ana.ring()
    assert ring.epoch(space) == 1
    Space.objects.filter(pk=space).update(rotate_due=timezone.now().date())
    put(cast.ben.ring(), space, NOTE, {})

    with pytest.raises(Busy):
        put(ring, space, NOTE, {})

    record = put(cast.ana.ring(), space, NOTE, {})
    assert Item.objects.get(pk=record).epoch == 2


def test_nothing_is_written_under_an_epoch_that_was_turned_back(cast: Cast, space: UUID) -> None:
    Space.objects.filter(pk=space).update(rotate_due=timezone.now().date())
    put(cast.ben.ring(), space, NOTE, {})
    Space.objects.filter(pk=space).update(epoch=1)

    with pytest.raises(Refused, match=r"^epoch$"):
        put(cast.ana.ring(), space, NOTE, {})


def test_the_writer_can_look_once_more_without_a_ring(cast: Cast, space: UUID) -> None:
    with connection.cursor() as cursor:
        may_write(cursor, space, cast.ana.id, 1, THREAD)
        with pytest.raises(Refused, match=r"^epoch$"):
            may_write(cursor, space, cast.ana.id, 2, THREAD)
        with pytest.raises(NotYours):
            may_write(cursor, space, cast.eve.id, 1, THREAD)
        with pytest.raises(NotYours):
            may_write(cursor, new_id(), cast.ana.id, 1, THREAD)
        Space.objects.filter(pk=space).update(closed=True)
        with pytest.raises(Refused, match=r"^closed$"):
            may_write(cursor, space, cast.ana.id, 1, THREAD)


def test_a_personal_space_is_always_open_to_its_owner(cast: Cast) -> None:
    assert current(cast.ana.ring(), cast.ana.personal) == 1


def test_no_word_and_no_name_lies_in_clear_in_any_table(cast: Cast, space: UUID) -> None:
    canary = "heliotrope umbrella"
    put(cast.ana.ring(), space, NOTE, {"words": canary})
    put(cast.ana.ring(), cast.ana.personal, NOTE, {"words": canary})

    stored = everything_stored()

    assert canary.encode() not in stored
    assert b"Ana" not in stored
    assert b"note" in stored  # what is in clear would have been found


def everything_stored() -> bytes:
    """Every value of every table as bytes."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            found += [value for row in cursor.fetchall() for value in row]
    return b"\n".join(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in found)
