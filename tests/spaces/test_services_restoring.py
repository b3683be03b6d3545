"""An older body with newer keys: spaces can be read and written, and not by those who left in between."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from mandorla.site.backups import KEYS, PASSING
from mandorla.spaces.models import Space
from mandorla.spaces.services import (
    consent_to,
    current,
    follow_keys,
    guest_spaces_of,
    invite,
    items,
    join,
    leave,
    members_of,
    put,
    space_for,
    spaces_of,
    take_out,
    withdraw_consent,
)
from mandorla.vault.core import NotYours, Refused, new_id
from mandorla.vault.models import Grant
from mandorla.vault.services import has_consent
from tests.cast import FEATURES, Cast, Someone
from tests.spaces.families import comes, family, guided

NOTE = "note"


def body(cast: Cast) -> Cast:
    """The cast as a backup's body has them now."""
    kept = {model for model in apps.get_models() if model._meta.app_label in FEATURES}
    kept -= {model for model in kept if model._meta.label in {*KEYS, *PASSING}}
    return replace(cast, rows=[row for model in kept for row in model._base_manager.all()])


def restore(older: Cast) -> None:
    """Puts this body in the place of the newer one, and leaves the keys as they are."""
    with connection.constraint_checks_disabled():
        for model in {type(row) for row in older.rows}:
            model._base_manager.all()._raw_delete("default")
        older.enter()
    follow_keys("default")


def new_key(someone: Someone, space: UUID) -> None:
    """Somebody writes when a new key is due."""
    Space.objects.filter(id=space).update(rotate_due=timezone.now().date())
    put(someone.ring(), space, NOTE, {"words": "lost"})


def words(someone: Someone, space: UUID) -> list[str]:
    """What somebody reads there."""
    return sorted(item.value["words"] for item in items(someone.ring(), space, NOTE))


def epochs(someone: Someone, space: UUID) -> list[int]:
    """Of which keys of the whole space somebody has one."""
    found = Grant.objects.filter(space=space, grantee=someone.id, scope="space")
    return sorted(found.values_list("epoch", flat=True))


def test_a_space_with_newer_keys_is_written_to_by_both(cast: Cast) -> None:
    put(cast.ana.ring(), cast.space, NOTE, {"words": "before"})
    older = body(cast)
    new_key(cast.ben, cast.space)
    new_key(cast.ana, cast.space)

    restore(older)

    put(cast.ben.ring(), cast.space, NOTE, {"words": "after"})
    put(cast.ana.ring(), cast.space, NOTE, {"words": "and after"})
    assert words(cast.ana, cast.space) == words(cast.ben, cast.space) == ["after", "and after", "before"]
    assert space_for(cast.ana.ring(), cast.space).epoch == 4


def test_a_partner_who_left_in_between_is_gone_and_the_space_closed(cast: Cast) -> None:
    put(cast.ana.ring(), cast.space, NOTE, {"words": "before"})
    older = body(cast)
    leave(cast.ben.ring(), cast.space, withdraw=False)

    restore(older)

    assert spaces_of(cast.ben.ring()) == []
    assert space_for(cast.ana.ring(), cast.space).closed
    assert words(cast.ana, cast.space) == ["before"]
    with pytest.raises(Refused, match="closed"):
        put(cast.ana.ring(), cast.space, NOTE, {"words": "after"})


@pytest.mark.parametrize("rotated", [False, True])
def test_who_left_a_family_in_between_gets_no_key_of_what_is_written_next(cast: Cast, rotated: bool) -> None:
    space = family(cast)
    older = body(cast)
    new_key(cast.eve, space)  # what Eve was given she keeps in mind
    leave(cast.eve.ring(), space, withdraw=False)
    if rotated:
        new_key(cast.ana, space)

    restore(older)

    put(cast.ben.ring(), space, NOTE, {"words": "after"})
    assert words(cast.ana, space) == ["after"]
    assert members_of(space) == sorted([cast.ana.id, cast.ben.id])
    assert epochs(cast.eve, space) == []
    with pytest.raises(NotYours):
        space_for(cast.eve.ring(), space)


def test_who_came_in_between_has_no_key_and_can_come_again(cast: Cast) -> None:
    space = family(cast)
    older = body(cast)
    comes(cast.ana, space, cast.cleo)
    spaces_of(cast.ben.ring())
    new_key(cast.cleo, space)

    restore(older)

    assert epochs(cast.cleo, space) == []
    put(cast.ben.ring(), space, NOTE, {"words": "after"})
    comes(cast.ana, space, cast.cleo)
    put(cast.cleo.ring(), space, NOTE, {"words": "here again"})
    spaces_of(cast.ben.ring())
    assert words(cast.ana, space) == words(cast.ben, space) == words(cast.cleo, space) == ["after", "here again"]


def test_who_left_and_came_back_in_between_is_there(cast: Cast) -> None:
    space = family(cast)
    older = body(cast)
    leave(cast.eve.ring(), space, withdraw=False)
    new_key(cast.ana, space)
    comes(cast.ben, space, cast.eve)
    new_key(cast.eve, space)

    restore(older)

    for someone in (cast.ana, cast.ben, cast.eve):
        put(someone.ring(), space, NOTE, {"words": someone.called})
    assert words(cast.eve, space) == ["Ana", "Ben", "Eve"]


def test_a_key_that_not_everyone_can_have_is_made_anew(cast: Cast) -> None:
    space = family(cast)
    older = body(cast)
    comes(cast.ana, space, cast.cleo)
    for someone in (cast.ben, cast.eve):
        spaces_of(someone.ring())
    leave(cast.eve.ring(), space, withdraw=False)
    comes(cast.cleo, space, cast.eve)  # with a new key of Cleo's, whom nobody in the older body knows

    restore(older)

    for someone in (cast.ana, cast.ben, cast.eve):
        put(someone.ring(), space, NOTE, {"words": someone.called})
    assert words(cast.eve, space) == words(cast.ana, space) == ["Ana", "Ben", "Eve"]


def test_a_code_that_is_still_open_opens(cast: Cast) -> None:
    waiting = invite(cast.eve.ring())
    older = body(cast)

    restore(older)

    join(cast.cleo.ring(), waiting.code)
    put(cast.eve.ring(), waiting.space, NOTE, {"words": "here you are"})
    assert words(cast.cleo, waiting.space) == ["here you are"]


def test_a_guest_whose_place_ended_in_between_is_gone(cast: Cast) -> None:
    guided(cast, cast.ana, cast.space)
    older = body(cast)
    take_out(cast.ana.ring(), cast.space, cast.cleo.id)

    restore(older)

    assert guest_spaces_of(cast.cleo.ring()) == []
    assert current(cast.ana.ring(), cast.space) == 2
    assert not Grant.objects.filter(space=cast.space, grantee=cast.cleo.id).exists()


def test_a_guest_who_still_waits_to_be_known_is_there(cast: Cast) -> None:
    guided(cast, cast.ana, cast.space, looks=False)
    older = body(cast)
    new_key(cast.ben, cast.space)

    restore(older)

    assert [one.person for one in space_for(cast.ana.ring(), cast.space).guests] == [cast.cleo.id]


def test_a_consent_withdrawn_in_between_stays_withdrawn(cast: Cast) -> None:
    guided(cast, cast.ana, cast.space)
    spaces_of(cast.ben.ring())
    thread = new_id()
    consent_to(cast.ana.ring(), cast.space, thread, cast.cleo.id)
    consent_to(cast.ben.ring(), cast.space, thread, cast.cleo.id)
    older = body(cast)
    withdraw_consent(cast.ben.ring(), cast.space, thread, cast.cleo.id)

    restore(older)

    put(cast.ana.ring(), cast.space, NOTE, {"words": "after"})
    assert space_for(cast.ana.ring(), cast.space).epoch == 2
    assert has_consent(cast.space, cast.cleo.id, thread) == set()
