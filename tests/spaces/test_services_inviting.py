"""Two people come to share a space by a code that is handed over in person."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from mandorla.spaces.models import Item, Member, PendingGrant, Space
from mandorla.spaces.services import (
    invitation_of,
    invite,
    items,
    join,
    joined,
    put,
    space_for,
    spaces_of,
    withdraw_invitation,
)
from mandorla.spaces.services.answers import ANSWER
from mandorla.spaces.services.writing import write
from mandorla.vault.core import Envelope, NotYours, Refused
from mandorla.vault.models import Grant
from mandorla.vault.services import is_pinned
from tests.cast import Cast
from tests.spaces.codes import wrong_code


def test_the_code_brings_two_people_into_one_space(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())

    seen_by_eve = join(cast.eve.ring(), invitation.code)
    seen_by_cleo = space_for(cast.cleo.ring(), invitation.space)

    assert (seen_by_eve.me.name, seen_by_eve.partner and seen_by_eve.partner.name) == ("Eve", "Cleo")
    assert (seen_by_cleo.me.name, seen_by_cleo.partner and seen_by_cleo.partner.name) == ("Cleo", "Eve")
    assert seen_by_eve.open
    assert seen_by_cleo.open


def test_both_read_what_either_wrote(cast: Cast) -> None:
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id
    spaces_of(cast.cleo.ring())

    put(cast.eve.ring(), space, "note", {"words": "from Eve"})
    put(cast.cleo.ring(), space, "note", {"words": "from Cleo"})

    for someone in (cast.cleo, cast.eve):
        assert {item.value["words"] for item in items(someone.ring(), space, "note")} == {"from Eve", "from Cleo"}


def test_how_a_code_is_typed_does_not_matter(cast: Cast) -> None:
    code = invite(cast.cleo.ring()).code

    assert join(cast.eve.ring(), f" {code.lower().replace('-', ' ')}\n").waiting is False


def test_the_space_waits_until_somebody_comes(cast: Cast) -> None:
    ring = cast.cleo.ring()

    space = invite(ring).space

    assert space_for(ring, space).waiting
    with pytest.raises(Refused, match=r"^waiting$"):
        put(ring, space, "note", {})


def test_the_maker_can_see_the_code_again(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())

    assert invitation_of(cast.cleo.ring()) == invitation
    assert invitation_of(cast.ana.ring()) is None


def test_a_code_opens_once(cast: Cast) -> None:
    code = invite(cast.cleo.ring()).code
    join(cast.eve.ring(), code)

    with pytest.raises(Refused, match=r"^wrong$"):
        join(cast.ana.ring(), code)

    assert PendingGrant.objects.count() == 0
    assert invitation_of(cast.cleo.ring()) is None


def test_a_code_opens_for_seven_days(cast: Cast) -> None:
    code = invite(cast.cleo.ring()).code
    assert PendingGrant.objects.get().expires <= timezone.now() + timedelta(days=7)
    PendingGrant.objects.update(expires=timezone.now())

    with pytest.raises(Refused, match=r"^wrong$"):
        join(cast.eve.ring(), code)

    assert invitation_of(cast.cleo.ring()) is None


def test_a_withdrawn_code_opens_nothing(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())

    withdraw_invitation(cast.cleo.ring())

    with pytest.raises(Refused, match=r"^wrong$"):
        join(cast.eve.ring(), invitation.code)
    assert spaces_of(cast.cleo.ring()) == []
    assert not Space.objects.filter(pk=invitation.space).exists()
    assert not Grant.objects.filter(space=invitation.space).exists()


def test_it_is_too_late_to_withdraw_once_somebody_came(cast: Cast) -> None:
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id

    withdraw_invitation(cast.cleo.ring())

    assert space_for(cast.cleo.ring(), space).open


def test_a_second_invitation_is_the_first_with_a_new_code(cast: Cast) -> None:
    first = invite(cast.cleo.ring())

    second = invite(cast.cleo.ring())

    assert second.space == first.space
    with pytest.raises(Refused, match=r"^wrong$"):
        join(cast.eve.ring(), first.code)
    assert join(cast.eve.ring(), second.code).id == first.space


def test_two_who_invited_each_other_share_one_space(cast: Cast) -> None:
    of_cleo, of_eve = invite(cast.cleo.ring()), invite(cast.eve.ring())
    join(cast.eve.ring(), of_cleo.code)

    with pytest.raises(Refused, match=r"^together$"):
        join(cast.cleo.ring(), of_eve.code)

    assert [view.open for view in spaces_of(cast.cleo.ring())] == [True]


def test_a_refused_code_leaves_nothing_behind(cast: Cast) -> None:
    invite(cast.cleo.ring())
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id
    ring = cast.cleo.ring()
    second = invite(cast.eve.ring())

    with pytest.raises(Refused, match=r"^together$"):
        join(ring, second.code)

    assert ring.epoch(space) == 1
    with pytest.raises(NotYours):
        ring.epoch(second.space)
    with pytest.raises(NotYours):
        space_for(cast.cleo.ring(), second.space)


def test_nobody_comes_in_by_their_own_code(cast: Cast) -> None:
    code = invite(cast.cleo.ring()).code

    with pytest.raises(Refused, match=r"^own$"):
        join(cast.cleo.ring(), code)


@pytest.mark.parametrize("typed", ["", "hello", "0000-0000-0000-0000-0000-0000-0001"])
def test_a_slip_of_the_pen_is_told_apart_from_a_wrong_code(cast: Cast, typed: str) -> None:
    with pytest.raises(Refused, match=r"^mistyped$"):
        join(cast.eve.ring(), typed)


def test_whoever_tries_wrong_codes_has_to_wait_and_nobody_else(cast: Cast) -> None:
    code = invite(cast.cleo.ring()).code
    for _ in range(6):
        with pytest.raises(Refused, match=r"^(wrong|wait)$") as no:
            join(cast.eve.ring(), wrong_code(cast.eve))

    with pytest.raises(Refused, match=r"^wait$"):
        join(cast.eve.ring(), code)

    assert int(no.value.facts.get("seconds", 0)) > 0
    assert join(cast.ben.ring(), code).open


def test_right_codes_and_slips_are_not_counted(cast: Cast) -> None:
    code = invite(cast.cleo.ring()).code
    for typed in ["slip", code] * 8:
        with pytest.raises(Refused, match=r"^(mistyped|own)$"):
            join(cast.cleo.ring(), typed)


def test_ten_codes_a_day_and_no_more(cast: Cast) -> None:
    for _ in range(10):
        last = invite(cast.cleo.ring())

    with pytest.raises(Refused, match=r"^daily$"):
        invite(cast.cleo.ring())

    assert invitation_of(cast.cleo.ring()) == last


def test_the_inviter_pins_whoever_came_at_the_next_visit(cast: Cast) -> None:
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id
    assert is_pinned(cast.eve.ring(), space, cast.cleo.id)
    assert not is_pinned(cast.cleo.ring(), space, cast.eve.id)

    spaces_of(cast.cleo.ring())

    assert is_pinned(cast.cleo.ring(), space, cast.eve.id)
    assert not Item.objects.filter(type__in=["answer", "invitation"], space__in=[space, cast.cleo.personal]).exists()


def test_keys_that_the_code_did_not_confirm_are_not_pinned(cast: Cast) -> None:
    """Somebody with the space's key, but without the code, gives other keys for Eve's."""
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id
    row, keys = Item.objects.get(space=space, type=ANSWER), cast.ben.ring().public
    said = {"person": cast.eve.id.hex, "x25519": keys.x25519.hex(), "ed25519": keys.ed25519.hex(), "guest": False}
    said |= {"mac": "00" * 32, "told": {}}
    write(cast.eve.ring(), space, ANSWER, said, record=row.id)

    seen = space_for(cast.cleo.ring(), space)

    assert (seen.doubtful, seen.open) == (True, False)
    assert not is_pinned(cast.cleo.ring(), space, cast.eve.id)
    with pytest.raises(Refused, match=r"^doubtful$"):
        put(cast.cleo.ring(), space, "note", {})


def test_a_changed_answer_is_not_believed(cast: Cast) -> None:
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id
    row = Item.objects.get(space=space, type=ANSWER)
    Item.objects.filter(pk=row.pk).update(envelope=flipped(row.envelope))

    assert space_for(cast.cleo.ring(), space).doubtful


def test_an_answer_that_vanished_leaves_the_space_in_doubt(cast: Cast) -> None:
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id
    Item.objects.filter(space=space, type=ANSWER).delete()

    assert space_for(cast.cleo.ring(), space).doubtful


def test_a_member_the_server_put_there_is_not_believed(cast: Cast) -> None:
    space = join(cast.eve.ring(), invite(cast.cleo.ring()).code).id
    Member.objects.filter(space=space, person=cast.eve.id).update(person=cast.ben.id)

    assert space_for(cast.cleo.ring(), space).doubtful
    with pytest.raises(NotYours):
        space_for(cast.ben.ring(), space)


def test_a_changed_invitation_opens_nothing(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())
    PendingGrant.objects.update(wrapped=flipped(PendingGrant.objects.get().wrapped))

    with pytest.raises(Refused, match=r"^doubtful$"):
        join(cast.eve.ring(), invitation.code)

    assert not Grant.objects.filter(space=invitation.space, grantee=cast.eve.id).exists()


def test_an_inviter_the_server_swapped_is_noticed(cast: Cast) -> None:
    invitation = invite(cast.cleo.ring())
    Member.objects.filter(space=invitation.space).update(person=cast.ben.id)

    with pytest.raises(Refused, match=r"^doubtful$"):
        join(cast.eve.ring(), invitation.code)


def test_an_invitation_moved_to_another_space_opens_nothing(cast: Cast) -> None:
    of_cleo, of_ben = invite(cast.cleo.ring()), invite(cast.ben.ring())
    PendingGrant.objects.filter(space=of_ben.space).delete()
    PendingGrant.objects.filter(space=of_cleo.space).update(space=of_ben.space)

    with pytest.raises(Refused, match=r"^doubtful$"):
        join(cast.eve.ring(), of_cleo.code)


def test_others_hear_of_it_within_the_same_transaction(cast: Cast) -> None:
    heard: list[UUID] = []

    def listen(sender: object, space: Any, **_: object) -> None:
        heard.append(space.id)
        raise ZeroDivisionError

    invitation = invite(cast.cleo.ring())
    joined.connect(listen)
    try:
        with pytest.raises(ZeroDivisionError):
            join(cast.eve.ring(), invitation.code)
    finally:
        joined.disconnect(listen)

    assert heard == [invitation.space]
    assert space_for(cast.cleo.ring(), invitation.space).waiting
    assert join(cast.eve.ring(), invitation.code).open


def flipped(envelope: Envelope) -> Envelope:
    """An envelope with its last bit turned."""
    return Envelope(envelope.raw[:-1] + bytes([envelope.raw[-1] ^ 1]))
