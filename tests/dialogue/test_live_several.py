"""Rooms of more than two, and rooms with a guide: what anyone is pushed is what a reload shows, at every step."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from mandorla.dialogue import services
from mandorla.dialogue.core import Command
from mandorla.dialogue.core.script import steps_in
from mandorla.dialogue.services import Asked, pace, scripts
from mandorla.spaces import services as spaces
from mandorla.vault.core import new_id
from tests.cast import Cast, Someone
from tests.dialogue.hall import Hall
from tests.dialogue.seated import seat
from tests.dialogue.test_live import Together
from tests.dialogue.touring import way_to_something_new
from tests.spaces.families import family, guided

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite, pytest.mark.timeout(300)]

FOR_TWO_WITH_A_GUIDE = ["deepening", "parent-role"]  # a guide to begin with, and one who stays


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tours go faster than people."""
    monkeypatch.setattr(pace, "AT_ONCE", 10_000.0)


def test_everyone_in_a_family_circle_sees_what_a_reload_shows(cast: Cast, hall: Hall) -> None:
    space = family(cast)
    guided(cast, cast.ana, space)

    tours(hall, cast, space, "family", (cast.ana, cast.ben, cast.eve), guide=cast.cleo)


def test_parent_and_child_see_what_a_reload_shows(cast: Cast, hall: Hall) -> None:
    tours(hall, cast, family(cast), "parent-child", (cast.ana, cast.ben))


def test_everyone_in_a_group_sees_what_a_reload_shows(cast: Cast, hall: Hall) -> None:
    """Ana is the facilitator, and so the guide this form needs."""
    tours(hall, cast, family(cast, kind="group"), "communologue", (cast.ana, cast.ben, cast.eve), guide=cast.ana)


@pytest.mark.parametrize("form", FOR_TWO_WITH_A_GUIDE)
def test_two_and_their_guide_see_what_a_reload_shows(cast: Cast, hall: Hall, form: str) -> None:
    guided(cast, cast.ana, cast.space)
    services.end_gentle_path(cast.ana.ring(), cast.space)

    tours(hall, cast, cast.space, form, (cast.ana, cast.ben), guide=cast.cleo)


def tours(
    hall: Hall, cast: Cast, space: UUID, form: str, people: Sequence[Someone], *, guide: Someone | None = None
) -> None:
    """By every step there is, as often as it takes."""
    script, been = next(one for one in scripts.forms() if one.name == form), set[str]()
    while True:
        room = Together(
            hall, asked(space, form, people, guide), tuple(dict.fromkeys((*people, *([guide] if guide else []))))
        )
        been_before = len(been)
        been.add(room.state.step)
        room.agrees_with_a_reload()
        while way := way_to_something_new(script, room.state, been):
            for act in way:
                room.does(act)
                been.add(room.state.step)
            room.agrees_with_a_reload()
        if len(been) == been_before:
            break
    assert been == steps_in(script, script.media[0])


def asked(space: UUID, form: str, people: Sequence[Someone], guide: Someone | None) -> UUID:
    """A dialogue that the first asks the others for; if a guide is to be there, all have let them in."""
    script = next(one for one in scripts.forms() if one.name == form)
    for someone in people:
        spaces.spaces_of(someone.ring())
    wish = Asked(
        new_id(),
        form,
        "Who does what & <when>",
        script.media[0],
        script.minutes[0],
        people=tuple(one.id for one in people[1:]),
        guests=((guide.id, "guide"),) if guide else (),
    )
    thread = services.ask(people[0].ring(), space, wish)
    if guide:
        services.keep_company(people[0].ring(), seat(people[0], thread))
        for someone in people[1:]:
            place = seat(someone, thread)
            command = Command(new_id(), services.room_for(place, checked=True).v, "welcome", person=guide.id)
            services.act_on_company(someone.ring(), place, command)
        services.keep_company(people[0].ring(), seat(people[0], thread))
    return thread
