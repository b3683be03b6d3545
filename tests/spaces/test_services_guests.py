"""A guide comes as a guest: known to all, without the space's key, and in a dialogue only where everyone lets them."""

from contextlib import suppress
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from mandorla.accounts.services import rename
from mandorla.spaces.core import GUIDE
from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services import (
    consent_to,
    current,
    guest_space_for,
    guest_spaces_of,
    invite,
    is_let_in,
    items,
    join,
    leave,
    may_write,
    members_of,
    put,
    shut_out,
    space_for,
    spaces_of,
    take_out,
    withdraw_consent,
)
from mandorla.vault.core import Envelope, NotYours, Refused, Sealed, new_id
from mandorla.vault.models import Grant
from mandorla.vault.services import KeyRing, is_pinned
from mandorla.vault.services.grants import _give_space
from tests.cast import Cast, Someone
from tests.spaces.families import comes, family, guided

NOTE, THREAD, OTHER = "note", new_id(), new_id()
Said = tuple[Someone, Envelope]


@pytest.fixture
def space(cast: Cast) -> UUID:
    """Ana's and Ben's, with Cleo as their guide."""
    spaces_of(cast.ana.ring())
    guided(cast, cast.ana, cast.space)
    spaces_of(cast.ben.ring())
    return cast.space


def says(someone: Someone, space: UUID, thread: UUID = THREAD) -> Said:
    """Something said in a dialogue, under the newest key."""
    ring = someone.ring()
    current(ring, space)
    return someone, ring.seal({"said": someone.called}, space=space, thread=thread, type="event", record=thread)


def hears(ring: KeyRing, space: UUID, said: Said, thread: UUID = THREAD) -> bool:
    who, envelope = said
    with suppress(Sealed, NotYours):
        told = ring.open(envelope, space=space, thread=thread, type="event", record=thread, author=who.id)
        return told == {"said": who.called}
    return False


def lets_in(cast: Cast, space: UUID) -> None:
    for someone in (cast.ana, cast.ben):
        consent_to(someone.ring(), space, THREAD, cast.cleo.id)


# Coming


def test_a_guide_first_says_that_they_are_one(cast: Cast) -> None:
    code = invite(cast.ana.ring(), space=cast.space, role=GUIDE).code

    with pytest.raises(Refused, match=r"^guide$"):
        join(cast.cleo.ring(), code)

    assert guest_spaces_of(cast.cleo.ring()) == []
    assert join(cast.cleo.ring(), code, as_guide=True).me.role == GUIDE


def test_a_guide_sees_who_it_is_and_nothing_else(cast: Cast, space: UUID) -> None:
    put(cast.ana.ring(), space, NOTE, {"words": "Ana's"})

    seen = guest_space_for(cast.cleo.ring(), space)

    assert (seen.me.name, seen.me.role, sorted(one.name for one in seen.others)) == ("Cleo", GUIDE, ["Ana", "Ben"])
    assert (spaces_of(cast.cleo.ring()), seen.title, seen.invites) == ([], "", frozenset())
    with pytest.raises(NotYours):
        space_for(cast.cleo.ring(), space)
    with pytest.raises(NotYours):
        cast.cleo.ring().space_key(space)
    assert items(cast.cleo.ring(), space, NOTE) == []
    with pytest.raises(NotYours):
        put(cast.cleo.ring(), space, NOTE, {})


def test_both_see_the_guide_and_only_as_a_guest(cast: Cast, space: UUID) -> None:
    for someone in (cast.ana, cast.ben):
        seen = space_for(someone.ring(), space)

        assert [(one.name, one.role, one.arriving) for one in seen.guests] == [("Cleo", GUIDE, False)]
        assert (seen.open, len(seen.others)) == (True, 1)
        assert is_pinned(someone.ring(), space, cast.cleo.id, guest=True)
        assert not is_pinned(someone.ring(), space, cast.cleo.id)
    assert cast.cleo.id not in members_of(space)


def test_before_the_inviter_looked_in_the_guide_is_named_but_known_to_nobody(cast: Cast) -> None:
    spaces_of(cast.ana.ring())
    guided(cast, cast.ana, cast.space, looks=False)

    assert [one.arriving for one in space_for(cast.ben.ring(), cast.space).guests] == [True]
    assert sorted(one.name for one in guest_space_for(cast.cleo.ring(), cast.space).others) == ["Ana", "Ben"]
    with pytest.raises(NotYours):
        consent_to(cast.ben.ring(), cast.space, THREAD, cast.cleo.id)


def test_a_guest_pins_everyone_also_who_comes_later(cast: Cast) -> None:
    space = family(cast)
    leave(cast.eve.ring(), space, withdraw=False)
    guided(cast, cast.ana, space)
    comes(cast.ben, space, cast.eve)

    guest_spaces_of(cast.cleo.ring())

    for someone in (cast.ana, cast.ben, cast.eve):
        assert is_pinned(cast.cleo.ring(), space, someone.id)
    consent_to(cast.eve.ring(), space, THREAD, cast.cleo.id)
    assert "Eve" in {one.name for one in guest_space_for(cast.cleo.ring(), space).others}


def test_new_names_reach_the_guest_and_the_guests_reaches_them(cast: Cast, space: UUID) -> None:
    rename(cast.ana.ring(), "Anabel")
    rename(cast.cleo.ring(), "Cleopatra")

    assert "Anabel" in {one.name for one in guest_space_for(cast.cleo.ring(), space).others}
    assert [one.name for one in space_for(cast.ben.ring(), space).guests] == ["Cleopatra"]


# Consent


def test_one_consent_opens_that_ones_words_and_no_room(cast: Cast, space: UUID) -> None:
    hers, his = says(cast.ana, space), says(cast.ben, space)

    consent_to(cast.ana.ring(), space, THREAD, cast.cleo.id)

    ring = cast.cleo.ring()
    assert (hears(ring, space, hers), hears(ring, space, his)) == (True, False)
    assert not is_let_in(space, THREAD, cast.cleo.id)
    with pytest.raises(NotYours):
        ring.thread_key(space, 1, space, THREAD)


def test_both_consents_open_one_dialogue_and_no_other(cast: Cast, space: UUID) -> None:
    here, there = says(cast.ben, space), says(cast.ben, space, OTHER)

    lets_in(cast, space)

    ring = cast.cleo.ring()
    assert (hears(ring, space, here), hears(ring, space, there, OTHER)) == (True, False)
    assert is_let_in(space, THREAD, cast.cleo.id)
    assert ring.thread_key(space, 1, space, THREAD) == cast.ana.ring().thread_key(space, 1, space, THREAD)


def test_only_those_in_a_dialogue_are_asked(cast: Cast) -> None:
    space = family(cast)
    guided(cast, cast.ana, space)
    spaces_of(cast.ben.ring())
    two = (cast.ana.id, cast.ben.id)

    consent_to(cast.ana.ring(), space, THREAD, cast.cleo.id, people=two)
    consent_to(cast.ben.ring(), space, THREAD, cast.cleo.id, people=two)

    assert is_let_in(space, THREAD, cast.cleo.id)


def test_what_a_guest_seals_as_their_own_everyone_opens(cast: Cast, space: UUID) -> None:
    lets_in(cast, space)
    ring = cast.cleo.ring()

    keys = ring.thread_keys(space, THREAD, [cast.ana.id, cast.ben.id, cast.cleo.id, space])
    slow = keys.seal({"do": "slow"}, type="event", record=THREAD, author=cast.cleo.id, revision=1)

    opened = cast.ben.ring().open(slow, space=space, thread=THREAD, type="event", record=THREAD, author=cast.cleo.id)
    assert opened == {"do": "slow"}


def test_consent_reaches_words_under_later_keys_once_their_author_looked_in(cast: Cast, space: UUID) -> None:
    lets_in(cast, space)
    rotated(space)
    hers = says(cast.ana, space)
    assert hears(cast.cleo.ring(), space, hers)

    spaces_of(cast.ben.ring())
    his = says(cast.ben, space)

    assert hears(cast.cleo.ring(), space, his)
    assert cast.cleo.ring().thread_key(space, 2, space, THREAD)
    assert cast.cleo.ring().author_key(space, 2, cast.cleo.id) == cast.ana.ring().author_key(space, 2, cast.cleo.id)


def rotated(space: UUID) -> None:
    Space.objects.filter(pk=space).update(rotate_due=timezone.now().date())


@pytest.mark.parametrize("who", ["ana", "ben", "cleo"])
def test_consent_taken_back_by_anyone_ends_it_for_all_before_the_next_word(cast: Cast, space: UUID, who: str) -> None:
    lets_in(cast, space)
    held = cast.cleo.ring()
    held.thread_keys(space, THREAD, [cast.ana.id, cast.ben.id, space])
    heard: list[object] = []

    def listen(sender: object, **told: object) -> None:
        heard.append((told["space"], told["thread"], told["person"]))

    shut_out.connect(listen)
    withdraw_consent(getattr(cast, who).ring(), space, THREAD, cast.cleo.id)
    shut_out.disconnect(listen)

    assert heard == [(space, THREAD, cast.cleo.id)]
    assert not is_let_in(space, THREAD, cast.cleo.id)
    for someone in (cast.ana, cast.ben):
        said = says(someone, space)
        assert said[1].epoch == 2
        assert not hears(held, space, said)
        assert not hears(cast.cleo.ring(), space, said)
    for someone in (cast.ana, cast.ben):
        spaces_of(someone.ring())
    assert not Grant.objects.filter(grantee=cast.cleo.id, thread=THREAD).exists()


def test_consent_can_be_given_again(cast: Cast, space: UUID) -> None:
    lets_in(cast, space)
    withdraw_consent(cast.ben.ring(), space, THREAD, cast.cleo.id)
    said = says(cast.ana, space)

    lets_in(cast, space)

    assert hears(cast.cleo.ring(), space, said)


def test_a_stranger_and_a_guest_let_nobody_in(cast: Cast, space: UUID) -> None:
    for someone in (cast.eve, cast.cleo):
        with pytest.raises(NotYours):
            consent_to(someone.ring(), space, THREAD, cast.cleo.id)
    with pytest.raises(NotYours):
        withdraw_consent(cast.eve.ring(), space, THREAD, cast.cleo.id)
    with pytest.raises(NotYours):
        consent_to(cast.ana.ring(), space, THREAD, cast.eve.id)


def test_the_writer_lets_a_guest_write_where_everyone_let_them_in(cast: Cast, space: UUID) -> None:
    consent_to(cast.ana.ring(), space, THREAD, cast.cleo.id)
    with connection.cursor() as cursor:
        with pytest.raises(NotYours):
            may_write(cursor, space, cast.cleo.id, 1, THREAD)
        consent_to(cast.ben.ring(), space, THREAD, cast.cleo.id)
        may_write(cursor, space, cast.cleo.id, 1, THREAD)
        with pytest.raises(NotYours):
            may_write(cursor, space, cast.cleo.id, 1, OTHER)
        withdraw_consent(cast.ben.ring(), space, THREAD, cast.cleo.id)
        with pytest.raises(NotYours):
            may_write(cursor, space, cast.cleo.id, 1, THREAD)


# Going


def test_a_guest_leaves_and_nothing_closes(cast: Cast, space: UUID) -> None:
    lets_in(cast, space)

    leave(cast.cleo.ring(), space, withdraw=False)

    assert guest_spaces_of(cast.cleo.ring()) == []
    assert not Grant.objects.filter(space=space, grantee=cast.cleo.id).exists()
    seen = space_for(cast.ana.ring(), space)
    assert (seen.open, seen.guests) == (True, ())
    assert not hears(cast.cleo.ring(), space, says(cast.ana, space))


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_either_ends_a_guests_place(cast: Cast, space: UUID, who: str) -> None:
    lets_in(cast, space)

    take_out(getattr(cast, who).ring(), space, cast.cleo.id)

    assert guest_spaces_of(cast.cleo.ring()) == []
    assert not is_let_in(space, THREAD, cast.cleo.id)


# Somebody who writes into the database


def test_a_guest_the_server_lists_as_a_member_gets_no_key(cast: Cast, space: UUID) -> None:
    Member.objects.filter(space=space, person=cast.cleo.id).update(role="partner")
    rotated(space)

    assert space_for(cast.ana.ring(), space).doubtful
    with pytest.raises(Refused, match=r"^doubtful$"):
        put(cast.ana.ring(), space, NOTE, {})
    assert not Grant.objects.filter(space=space, grantee=cast.cleo.id, scope="space").exists()


def test_a_key_that_a_guest_signs_counts_for_nobody(cast: Cast, space: UUID) -> None:
    _give_space(cast.cleo.ring(), space, 2, bytes(32), [cast.ana.ring().public])

    assert cast.ana.ring().epoch(space) == 1


def test_a_consent_of_mine_that_is_put_back_is_not_renewed(cast: Cast, space: UUID) -> None:
    lets_in(cast, space)
    kept = list(Grant.objects.filter(grantee=cast.cleo.id, thread=THREAD))
    withdraw_consent(cast.ben.ring(), space, THREAD, cast.cleo.id)
    Grant.objects.bulk_create(kept)

    said = says(cast.ben, space)
    spaces_of(cast.ben.ring())

    assert said[1].epoch == 2
    assert not hears(cast.cleo.ring(), space, said)


def test_a_consent_that_somebody_forged_opens_no_room(cast: Cast, space: UUID) -> None:
    consent_to(cast.ben.ring(), space, THREAD, cast.cleo.id)
    forged = Grant.objects.get(grantee=cast.cleo.id, thread=THREAD, grantor=cast.ben.id)
    withdraw_consent(cast.ben.ring(), space, THREAD, cast.cleo.id)
    forged.sig = bytes(64)
    forged.save(force_insert=True)

    consent_to(cast.ana.ring(), space, THREAD, cast.cleo.id)

    assert not Grant.objects.filter(grantee=cast.cleo.id, thread=THREAD, subject=space).exists()


def test_no_other_guest_reads_what_members_are_called(cast: Cast, space: UUID) -> None:
    code = invite(cast.ben.ring(), space=space, role=GUIDE).code
    join(cast.eve.ring(), code, as_guide=True)
    spaces_of(cast.ben.ring())
    rename(cast.ana.ring(), "Anabel")

    Item.objects.filter(space=space, type="known").update(author=cast.eve.id)

    assert "Anabel" not in {one.name for one in guest_space_for(cast.eve.ring(), space).others}
