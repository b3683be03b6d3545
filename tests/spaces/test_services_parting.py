"""Leaving takes one step and nobody's leave."""

from uuid import UUID

import pytest
from django.db import connection

from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services import (
    current,
    drop,
    invite,
    items,
    join,
    leave,
    leaving,
    may_write,
    members_of,
    put,
    space_for,
    spaces_of,
)
from mandorla.vault.core import NotYours, Refused, new_id
from mandorla.vault.models import Grant
from tests.cast import Cast

NOTE = "note"
THREAD = new_id()


@pytest.fixture
def space(cast: Cast) -> UUID:
    """The space of Ana and Ben, with a word of each."""
    spaces_of(cast.ana.ring())
    put(cast.ana.ring(), cast.space, NOTE, {"words": "Ana's"})
    put(cast.ben.ring(), cast.space, NOTE, {"words": "Ben's"})
    return cast.space


def test_who_left_finds_nothing_there_any_more(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)

    assert spaces_of(cast.ben.ring()) == []
    assert not Grant.objects.filter(space=space, grantee=cast.ben.id).exists()
    for look in (space_for, current):
        with pytest.raises(NotYours):
            look(cast.ben.ring(), space)
    with pytest.raises(NotYours):
        items(cast.ben.ring(), space, NOTE)
    with pytest.raises(NotYours):
        put(cast.ben.ring(), space, NOTE, {})
    with pytest.raises(NotYours):
        leave(cast.ben.ring(), space, withdraw=False)


def test_keys_still_in_the_hand_of_who_left_show_nothing(cast: Cast, space: UUID) -> None:
    ring = cast.ben.ring()
    assert len(items(ring, space, NOTE)) == 2

    leave(cast.ben.ring(), space, withdraw=False)

    assert ring.epoch(space) == 1
    assert items(ring, space, NOTE) == []
    assert spaces_of(ring) == []
    with pytest.raises(NotYours):
        space_for(ring, space)
    with connection.cursor() as cursor, pytest.raises(NotYours):
        may_write(cursor, space, cast.ben.id, 1, THREAD)


def test_the_other_sees_a_closed_space_and_keeps_reading(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)

    seen = space_for(cast.ana.ring(), space)
    assert (seen.closed, seen.open, seen.doubtful) == (True, False, False)
    assert seen.partner
    assert seen.partner.name == "Ben"
    assert {item.value["words"] for item in items(cast.ana.ring(), space, NOTE)} == {"Ana's", "Ben's"}
    assert members_of(space) == [cast.ana.id]


def test_nothing_more_can_be_written(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)

    with pytest.raises(Refused, match=r"^closed$"):
        put(cast.ana.ring(), space, NOTE, {})


def test_words_go_with_their_author_if_the_author_wants(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=True)

    assert [item.value["words"] for item in items(cast.ana.ring(), space, NOTE)] == ["Ana's"]
    assert not Item.objects.filter(space=space, author=cast.ben.id).exists()
    seen = space_for(cast.ana.ring(), space)
    assert seen.partner
    assert seen.partner.name == "your partner"


def test_the_one_who_stays_may_delete_what_is_theirs(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)

    assert drop(cast.ana.ring(), space, NOTE) == 1
    assert [item.value["words"] for item in items(cast.ana.ring(), space, NOTE)] == ["Ben's"]


def test_when_both_have_gone_nothing_is_left_that_nobody_could_open(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)
    leave(cast.ana.ring(), space, withdraw=False)

    assert not Item.objects.filter(space=space).exists()
    assert not Grant.objects.filter(space=space).exists()
    assert spaces_of(cast.ana.ring()) == []


def test_someone_can_leave_before_the_inviter_ever_looked(cast: Cast) -> None:
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id

    leave(cast.eve.ring(), space, withdraw=True)

    assert space_for(cast.cleo.ring(), space).closed


def test_leaving_where_nobody_came_takes_the_invitation_along(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())

    leave(cast.cleo.ring(), invitation.space, withdraw=False)

    assert not Space.objects.filter(pk=invitation.space).exists()
    with pytest.raises(Refused, match=r"^wrong$"):
        join(cast.eve.ring(), invitation.code)


def test_a_stranger_cannot_close_a_space(cast: Cast, space: UUID) -> None:
    with pytest.raises(NotYours):
        leave(cast.eve.ring(), space, withdraw=True)

    assert space_for(cast.ana.ring(), space).open


def test_others_hear_of_it_before_the_keys_are_gone(cast: Cast, space: UUID) -> None:
    heard: list[object] = []

    def listen(sender: object, **told: object) -> None:
        heard.append((told["space"], told["person"], told["withdraw"]))
        raise ZeroDivisionError

    leaving.connect(listen)
    try:
        with pytest.raises(ZeroDivisionError):
            leave(cast.ben.ring(), space, withdraw=True)
    finally:
        leaving.disconnect(listen)

    assert heard == [(space, cast.ben.id, True)]
    assert space_for(cast.ben.ring(), space).open
    assert Member.objects.filter(space=space, until=None).count() == 2


def test_two_who_parted_can_begin_anew_elsewhere(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)

    new = join(cast.ben.ring(), invite(cast.ana.ring()).code)

    assert new.open
    assert new.id != space
    assert [view.closed for view in spaces_of(cast.ana.ring())] == [False, True]
