"""Everybody sees their own spaces, under the names people go by."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mandorla.accounts.services import rename
from mandorla.spaces.models import Member
from mandorla.spaces.services import invite, join, space_for, spaces_of
from mandorla.vault.core import NotYours, new_id
from tests.cast import Cast


def test_a_new_name_is_told_to_the_other(cast: Cast) -> None:
    rename(cast.ben.ring(), " Benedict ")

    seen = space_for(cast.ana.ring(), cast.space)

    assert seen.partner
    assert seen.partner.name == "Benedict"
    assert space_for(cast.ben.ring(), cast.space).me.name == "Benedict"


def test_people_are_called_by_their_names(cast: Cast) -> None:
    seen = space_for(cast.ana.ring(), cast.space)

    assert seen.named(cast.ana.id) == "Ana"
    assert seen.named(cast.ben.id) == "Ben"


def test_a_strangers_space_is_like_one_that_is_not_there(cast: Cast) -> None:
    for space in (cast.space, cast.ana.personal, new_id()):
        with pytest.raises(NotYours):
            space_for(cast.eve.ring(), space)
    assert spaces_of(cast.eve.ring()) == []


def test_being_listed_without_a_key_shows_nothing(cast: Cast) -> None:
    Member.objects.create(space_id=cast.space, person_id=cast.eve.id)

    assert spaces_of(cast.eve.ring()) == []
    with pytest.raises(NotYours):
        space_for(cast.eve.ring(), cast.space)


def test_three_spaces_take_as_many_questions_as_one(cast: Cast) -> None:
    spaces_of(cast.ana.ring())
    for_one = questions(cast)
    for someone in (cast.cleo, cast.eve):
        join(someone.ring(), invite(cast.ana.ring()).code)
    assert len(spaces_of(cast.ana.ring())) == 3

    assert questions(cast) == for_one


def questions(cast: Cast) -> int:
    """How often the database is asked for Ana's spaces."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        spaces_of(cast.ana.ring())
    return len(asked)
