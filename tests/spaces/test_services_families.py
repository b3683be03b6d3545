"""Several people share a space: each comes by a code of their own, and everyone pins everyone."""

from uuid import UUID

import pytest
from django.utils import timezone

from mandorla.accounts.models import Person
from mandorla.spaces.core import GUIDE
from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services import (
    current,
    invitations_of,
    invite,
    items,
    join,
    leave,
    make,
    members_of,
    put,
    space_for,
    spaces_of,
    take_out,
    withdraw_invitation,
)
from mandorla.spaces.services.answers import ANSWER
from mandorla.vault.core import Busy, Envelope, NotYours, Refused, new_id
from mandorla.vault.models import Grant, Pin, Vouch
from mandorla.vault.services import KeyRing, is_pinned
from mandorla.vault.services.grants import _give_space
from tests.cast import Cast, Someone
from tests.spaces.families import comes, family

NOTE = "note"


@pytest.fixture
def space(cast: Cast) -> UUID:
    return family(cast)


def words(someone: Someone, space: UUID) -> set[str]:
    return {item.value.get("words", "broken") for item in items(someone.ring(), space, NOTE)}


def key_is_due(space: UUID) -> None:
    Space.objects.filter(pk=space).update(rotate_due=timezone.now().date())


def test_everyone_sees_everyone_and_the_name_of_the_family(cast: Cast, space: UUID) -> None:
    for someone in (cast.ana, cast.ben, cast.eve):
        seen = space_for(someone.ring(), space)

        assert seen.title == "The ones by the river"
        assert {seen.me.name, *(other.name for other in seen.others)} == {"Ana", "Ben", "Eve"}
        assert {other.role for other in seen.others} == {"member"}
        assert (seen.open, seen.partner) == (True, None)


def test_everyone_pins_everyone_though_each_came_by_one_code(cast: Cast, space: UUID) -> None:
    for someone in (cast.ana, cast.ben, cast.eve):
        others = {one.id for one in (cast.ana, cast.ben, cast.eve)} - {someone.id}

        assert {other for other in others if is_pinned(someone.ring(), space, other)} == others


def test_a_new_key_reaches_everyone_whoever_makes_it(cast: Cast, space: UUID) -> None:
    for number, someone in enumerate((cast.eve, cast.ana, cast.ben), start=2):
        key_is_due(space)
        put(someone.ring(), space, NOTE, {"words": someone.called})

        assert {one.ring().epoch(space) for one in (cast.ana, cast.ben, cast.eve)} == {number}
    for one in (cast.ana, cast.ben, cast.eve):
        assert words(one, space) == {"Ana", "Ben", "Eve"}


def test_someone_who_was_away_while_others_came_and_keys_changed_finds_their_way_back(cast: Cast) -> None:
    space = make(cast.ana.ring(), "family")
    comes(cast.ana, space, cast.ben)
    spaces_of(cast.ben.ring())
    comes(cast.ana, space, cast.eve)
    key_is_due(space)
    put(cast.eve.ring(), space, NOTE, {"words": "Eve's key, which Ben has never heard of"})
    comes(cast.ana, space, cast.cleo)

    assert space_for(cast.ben.ring(), space).open
    assert words(cast.ben, space) == {"Eve's key, which Ben has never heard of"}


def test_while_somebody_is_not_confirmed_the_others_go_on(cast: Cast, space: UUID) -> None:
    comes(cast.ana, space, cast.cleo, looks=False)

    seen = space_for(cast.ben.ring(), space)

    assert seen.open
    assert {one.name for one in seen.others if one.arriving} == {"Cleo"}
    put(cast.ben.ring(), space, NOTE, {"words": "welcome"})
    assert words(cast.cleo, space) == {"welcome"}


def test_no_new_key_is_made_past_somebody_who_is_not_confirmed(cast: Cast, space: UUID) -> None:
    comes(cast.ana, space, cast.cleo, looks=False)
    key_is_due(space)

    with pytest.raises(Refused, match=r"^arriving$"):
        put(cast.ben.ring(), space, NOTE, {})

    spaces_of(cast.ana.ring())
    put(cast.ben.ring(), space, NOTE, {"words": "now"})
    assert words(cast.cleo, space) == {"now"}


def test_joining_twice_is_refused(cast: Cast, space: UUID) -> None:
    code = invite(cast.ana.ring(), space=space).code

    with pytest.raises(Refused, match=r"^own$"):
        join(cast.ben.ring(), code)

    assert join(cast.cleo.ring(), code).open


def test_several_codes_are_open_at_once_and_each_can_be_taken_back(cast: Cast, space: UUID) -> None:
    first, second = invite(cast.ana.ring(), space=space), invite(cast.ana.ring(), space=space)
    assert {one.id for one in invitations_of(cast.ana.ring(), space)} == {first.id, second.id}
    assert invitations_of(cast.ben.ring(), space) == []

    withdraw_invitation(cast.ben.ring(), space, first.id)
    withdraw_invitation(cast.ana.ring(), space, second.id)

    assert invitations_of(cast.ana.ring(), space) == [first]
    with pytest.raises(Refused, match=r"^wrong$"):
        join(cast.cleo.ring(), second.code)
    assert join(cast.cleo.ring(), first.code).open


def test_as_many_codes_are_open_as_there_are_places(cast: Cast, space: UUID) -> None:
    codes = [invite(cast.ana.ring(), space=space) for _ in range(7)]

    with pytest.raises(Refused, match=r"^open$"):
        invite(cast.ana.ring(), space=space)
    withdraw_invitation(cast.ana.ring(), space, codes[0].id)

    assert invite(cast.ana.ring(), space=space).role == "member"
    assert invite(cast.ben.ring(), space=space).role == "member"  # one person's codes take nobody else's place


def test_a_whole_group_can_be_invited_in_a_day(cast: Cast) -> None:
    group = make(cast.ana.ring(), "group", "Tuesdays")

    codes = {invite(cast.ana.ring(), space=group).code for _ in range(29)}

    assert len(codes) == 29
    with pytest.raises(Refused, match=r"^open$"):
        invite(cast.ana.ring(), space=group)


def test_guides_are_invited_a_few_at_a_time(cast: Cast, space: UUID) -> None:
    for _ in range(3):
        invite(cast.ana.ring(), space=space, role=GUIDE)

    with pytest.raises(Refused, match=r"^open$"):
        invite(cast.ana.ring(), space=space, role=GUIDE)


def test_a_family_has_ten_at_most(cast: Cast, space: UUID) -> None:
    code = invite(cast.ana.ring(), space=space).code
    crowd = [Member(space_id=space, person_id=person, role="member") for person in _strangers(7)]
    Member.objects.bulk_create(crowd)

    with pytest.raises(Refused, match=r"^full$"):
        join(cast.cleo.ring(), code)


def test_a_couple_may_be_a_family_too(cast: Cast, space: UUID) -> None:
    assert {view.kind for view in spaces_of(cast.ana.ring())} == {"relationship", "family"}
    assert space_for(cast.ana.ring(), cast.space).partner


def test_into_a_couple_nobody_else_is_invited(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"^full$"):
        invite(cast.ana.ring(), space=cast.space)


def test_only_who_keeps_a_group_invites_into_it(cast: Cast) -> None:
    group = family(cast, kind="group")

    with pytest.raises(NotYours):
        invite(cast.ben.ring(), space=group)

    assert {one.name: one.role for one in space_for(cast.ben.ring(), group).others} == {
        "Ana": "facilitator",
        "Eve": "member",
    }


# Leaving


def test_who_leaves_a_family_finds_nothing_and_the_others_go_on_under_a_new_key(cast: Cast, space: UUID) -> None:
    put(cast.ben.ring(), space, NOTE, {"words": "Ben's"})

    leave(cast.ben.ring(), space, withdraw=False)
    put(cast.ana.ring(), space, NOTE, {"words": "after"})

    assert [view.kind for view in spaces_of(cast.ben.ring())] == ["relationship"]
    assert words(cast.eve, space) == {"Ben's", "after"}
    assert Space.objects.get(pk=space).epoch == 2
    assert not Grant.objects.filter(space=space, grantee=cast.ben.id).exists()
    seen = space_for(cast.eve.ring(), space)
    assert (seen.open, [one.name for one in seen.others]) == (True, ["Ana"])
    assert [one.name for one in seen.former] == ["Ben"]


def test_words_are_withdrawn_with_who_leaves_if_they_want(cast: Cast, space: UUID) -> None:
    put(cast.ben.ring(), space, NOTE, {"words": "Ben's"})
    put(cast.ana.ring(), space, NOTE, {"words": "Ana's"})

    leave(cast.ben.ring(), space, withdraw=True)

    assert words(cast.eve, space) == {"Ana's"}
    assert [one.name for one in space_for(cast.eve.ring(), space).former] == ["someone"]


def test_a_family_of_one_is_closed(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)
    leave(cast.eve.ring(), space, withdraw=False)

    assert space_for(cast.ana.ring(), space).closed


def test_codes_handed_out_before_somebody_left_open_nothing(cast: Cast, space: UUID) -> None:
    code = invite(cast.ana.ring(), space=space).code

    leave(cast.ben.ring(), space, withdraw=False)

    with pytest.raises(Refused, match=r"^wrong$"):
        join(cast.cleo.ring(), code)


def test_who_comes_by_the_code_of_someone_who_leaves_at_once_is_known_all_the_same(cast: Cast, space: UUID) -> None:
    comes(cast.ben, space, cast.cleo, looks=False)

    leave(cast.ben.ring(), space, withdraw=True)
    put(cast.eve.ring(), space, NOTE, {"words": "for all of us"})

    assert words(cast.cleo, space) == words(cast.ana, space) == {"for all of us"}


def test_who_left_may_come_back_by_a_new_code(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)
    put(cast.ana.ring(), space, NOTE, {"words": "while Ben was away"})
    for someone in (cast.ana, cast.eve):
        spaces_of(someone.ring())

    comes(cast.eve, space, cast.ben)

    for someone in (cast.ana, cast.ben, cast.eve):
        seen = space_for(someone.ring(), space)
        assert (seen.open, seen.gone_back, len(seen.others), seen.former) == (True, False, 2, ())
    key_is_due(space)
    put(cast.ben.ring(), space, NOTE, {"words": "back"})
    assert "back" in words(cast.ana, space)


# Taking somebody out


def test_nobody_takes_anybody_out_of_a_family(cast: Cast, space: UUID) -> None:
    with pytest.raises(NotYours):
        take_out(cast.ana.ring(), space, cast.ben.id)

    assert len(members_of(space)) == 3


def test_who_keeps_a_group_may_take_somebody_out_and_nobody_else_may(cast: Cast) -> None:
    group = family(cast, kind="group")
    put(cast.ben.ring(), group, NOTE, {"words": "Ben's"})
    for taker, taken in ((cast.ben, cast.eve), (cast.ben, cast.ana), (cast.cleo, cast.ben), (cast.ana, cast.ana)):
        with pytest.raises(NotYours):
            take_out(taker.ring(), group, taken.id)

    take_out(cast.ana.ring(), group, cast.ben.id)
    put(cast.eve.ring(), group, NOTE, {"words": "after"})

    with pytest.raises(NotYours):
        space_for(cast.ben.ring(), group)
    assert words(cast.ana, group) == {"Ben's", "after"}
    assert cast.ana.ring().epoch(group) == 2


def test_somebody_nobody_confirmed_can_be_taken_out_by_anyone(cast: Cast, space: UUID) -> None:
    comes(cast.ana, space, cast.cleo, looks=False)

    take_out(cast.ben.ring(), space, cast.cleo.id)

    assert not Item.objects.filter(space=space, type=ANSWER).exists()
    put(cast.ben.ring(), space, NOTE, {"words": "without Cleo"})
    assert cast.ben.ring().epoch(space) == 2


# Somebody who writes into the database


def test_keys_of_a_joiner_that_were_swapped_are_noticed_by_who_invited_them(cast: Cast, space: UUID) -> None:
    comes(cast.ana, space, cast.cleo, looks=False)
    answer = Item.objects.get(space=space, type=ANSWER)
    Item.objects.filter(pk=answer.pk).update(author=cast.cleo.id, envelope=_flipped(answer))

    assert space_for(cast.ana.ring(), space).doubtful
    with pytest.raises(Refused, match=r"^doubtful$"):
        current(cast.ana.ring(), space)
    assert not space_for(cast.ben.ring(), space).doubtful
    assert not is_pinned(cast.ben.ring(), space, cast.cleo.id)


def test_a_vouch_that_was_changed_is_noticed_by_those_who_need_it(cast: Cast, space: UUID) -> None:
    comes(cast.ana, space, cast.cleo)
    swapped = cast.ben.ring().public

    Vouch.objects.filter(space=space, person=cast.cleo.id).update(x25519=swapped.x25519, ed25519=swapped.ed25519)

    assert space_for(cast.ben.ring(), space).doubtful
    assert not space_for(cast.ana.ring(), space).doubtful
    with pytest.raises(Refused, match=r"^doubtful$"):
        put(cast.ben.ring(), space, NOTE, {})


def test_a_vouch_moved_to_another_space_or_signed_by_a_stranger_counts_for_nothing(cast: Cast, space: UUID) -> None:
    comes(cast.ana, space, cast.cleo, looks=False)
    keys, theirs = cast.cleo.ring().public, cast.cleo.ring()
    forged = Vouch(space=space, author=cast.cleo.id, epoch=1, guest=False, person=cast.cleo.id)
    forged.x25519, forged.ed25519 = keys.x25519, keys.ed25519
    forged.sig = bytes(theirs.bundle().seed) * 2
    forged.save()

    assert {one.name for one in space_for(cast.ben.ring(), space).others if one.arriving} == {"Cleo"}
    assert not is_pinned(cast.ben.ring(), space, cast.cleo.id)


def test_someone_the_server_lists_as_a_member_gets_no_key(cast: Cast, space: UUID) -> None:
    Member.objects.create(space_id=space, person_id=cast.cleo.id, role="member")
    key_is_due(space)

    with pytest.raises(Refused, match=r"^arriving$"):
        put(cast.ana.ring(), space, NOTE, {})

    assert not Grant.objects.filter(space=space, grantee=cast.cleo.id).exists()
    assert [one.arriving for one in space_for(cast.ana.ring(), space).others if one.person == cast.cleo.id] == [True]


def test_who_left_and_is_listed_again_gets_no_new_key(cast: Cast, space: UUID) -> None:
    leave(cast.ben.ring(), space, withdraw=False)
    put(cast.ana.ring(), space, NOTE, {"words": "after"})
    Member.objects.filter(space=space, person=cast.ben.id).update(until=None, ended=0)
    key_is_due(space)

    with pytest.raises(Refused, match=r"^arriving$"):
        put(cast.ana.ring(), space, NOTE, {})

    assert not Grant.objects.filter(space=space, grantee=cast.ben.id).exists()


@pytest.mark.parametrize("epoch", [2, 3])
def test_a_key_that_someone_signs_after_they_left_counts_for_nobody_who_saw_it(
    cast: Cast, space: UUID, epoch: int
) -> None:
    ben = cast.ben.ring()
    leave(cast.ben.ring(), space, withdraw=False)
    put(cast.ana.ring(), space, NOTE, {"words": "after"})
    spaces_of(cast.eve.ring())
    Grant.objects.filter(space=space, epoch=2, grantee=cast.eve.id).delete()

    _slip_in(ben, space, epoch, cast.eve)

    assert cast.eve.ring().epoch(space) == 1
    assert space_for(cast.eve.ring(), space).gone_back


def test_an_old_vouch_does_not_bring_back_who_left(cast: Cast, space: UUID) -> None:
    leave(cast.eve.ring(), space, withdraw=False)
    put(cast.ana.ring(), space, NOTE, {"words": "after"})
    assert Vouch.objects.filter(space=space, person=cast.eve.id, author=cast.ben.id).exists()

    Member.objects.filter(space=space, person=cast.eve.id).update(until=None, ended=0)

    assert [one.arriving for one in space_for(cast.ana.ring(), space).others if one.name == "Eve"] == [True]


def test_a_pin_that_is_gone_is_found_again_by_the_word_of_another(cast: Cast, space: UUID) -> None:
    ring = cast.ana.ring()
    Pin.objects.filter(pk=ring.pins()[space, cast.eve.id].row).delete()

    assert space_for(cast.ana.ring(), space).open
    assert is_pinned(cast.ana.ring(), space, cast.eve.id)


def test_two_pages_of_one_person_do_not_trip_over_a_new_key(cast: Cast, space: UUID) -> None:
    ring = cast.ana.ring()
    ring.epoch(space)
    key_is_due(space)
    put(cast.eve.ring(), space, NOTE, {})

    with pytest.raises(Busy):
        put(ring, space, NOTE, {})


def test_a_daily_throttle_holds_for_making_families_too(cast: Cast) -> None:
    for _ in range(10):
        make(cast.cleo.ring(), "family", "again")

    with pytest.raises(Refused, match=r"^daily$"):
        make(cast.cleo.ring(), "family", "again")


def _slip_in(ring: KeyRing, space: UUID, epoch: int, grantee: Someone) -> None:
    _give_space(ring, space, epoch, bytes(32), [grantee.ring().public])


def _flipped(row: Item) -> Envelope:
    return Envelope(row.envelope.raw[:-1] + bytes([row.envelope.raw[-1] ^ 1]))


def _strangers(count: int) -> list[UUID]:
    """Accounts nobody signs in to."""
    ids = [new_id() for _ in range(count)]
    template = Person.objects.all()[0]
    for id in ids:
        template.id, template.personal, template.name_digest = id, new_id(), id.bytes * 2
        template.save(force_insert=True)
    return ids
