"""What a dialogue makes fall due for whoever asked to be told: what waits, times agreed on, a request unanswered."""

from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandorla.dialogue import services
from mandorla.dialogue.core import State, assemble, change, dues, screen
from mandorla.dialogue.services import presence
from mandorla.dialogue.services.writer import writer
from mandorla.notices import services as notices
from mandorla.notices.core import Change, Due, Wishes
from mandorla.notices.models import DueRow, Wish
from mandorla.spaces import services as spaces
from mandorla.vault.core import Refused, new_id
from tests.cast import Cast, Someone
from tests.dialogue.hall import Hall
from tests.dialogue.playing import ANA, ARRIVED, BEN, CAST, GUIDE, NOW, SCRIPTS, Table, script, told
from tests.dialogue.seated import Pair
from tests.dialogue.test_company import of_two
from tests.dialogue.test_forms import SIZES, STEPS_EACH, Walk
from tests.dialogue.test_live_failures import sits
from tests.spaces.families import guided

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
BOTH = frozenset({ANA, BEN})
LETTERS = "ben:now ana:skip ben:skip ana:skip ben:skip ana:say ben:say ana:yes ana:no_more ben:say ana:all"


def asks_to_be_told(*people: Someone) -> None:
    """As after choosing it on the page, with somewhere to send it."""
    for someone in people:
        notices.choose(someone.ring(), Wishes(waiting=True, lead=60))
    Wish.objects.update(waiting=True, lead=60)


def kinds(someone: Someone) -> list[str]:
    """What falls due for them."""
    return sorted(DueRow.objects.filter(person=someone.id).values_list("kind", flat=True))


def after(
    moves: str, *, form: str = "couples/1", medium: str = "written", here: frozenset[object] = frozenset()
) -> Change:
    """What the last of these moves changes."""
    *before, last = moves.split()
    held = Table(script("couples/1"), medium).play(" ".join(before))
    state = held.state
    held.play(last)
    return change(held.script, state, held.state, NOW, lambda person: person in here)


# What a step changes


@pytest.mark.parametrize(
    ("moves", "waits"),
    [
        ("ben:now", {ANA, BEN}),
        (ARRIVED["couples"] + "ana:say", {BEN}),
        (ARRIVED["couples"] + "ana:say ben:say", {ANA}),
        (ARRIVED["couples"] + "ana:say ben:pause", set()),
        (ARRIVED["couples"] + "ana:say ana:end", set()),
        (ARRIVED["couples"] + "ana:say ana:park", set()),
        (ARRIVED["couples"] + "ana:say ben:pause ana:go_on", set()),
        ("ben:no", set()),
        ("ana:withdraw", set()),
    ],
)
def test_only_a_step_that_is_somebodys_makes_it_wait_for_them(moves: str, waits: set[object]) -> None:
    assert after(moves).waits == waits


def test_who_sees_it_anyway_is_not_waited_for() -> None:
    assert after(ARRIVED["couples"] + "ana:say", here=frozenset({BEN})).waits == frozenset()
    assert after("ben:now", here=frozenset({BEN})).waits == {ANA}


def test_at_one_device_nobody_is_away() -> None:
    assert after("ben:now ana:ready ben:ready ana:skip", medium="shared").waits == frozenset()


def test_a_request_is_due_again_after_a_day_until_it_is_answered() -> None:
    held = Table(script("couples/1"))

    again = frozenset({Due("again", BEN, NOW + DAY)})
    assert dues(held.script, held.state, NOW) == again
    assert after("ben:now").goes == again
    assert after("ana:withdraw").goes == again


def test_a_time_is_due_for_both_from_when_they_agree_until_it_is_moved_or_off() -> None:
    times = frozenset(Due("time", person, NOW + DAY) for person in BOTH)

    assert after("ben:at").comes == times
    assert after("ben:at ana:move").comes == frozenset()  # the same time was named again
    assert after("ben:at ana:end").goes == times


def test_a_pause_makes_nothing_due() -> None:
    paused = after(ARRIVED["couples"] + "ana:pause")

    assert not paused


class Told(Walk):
    """A walk through a form, with a list of what is due that is only ever told what changes."""

    def __init__(self, table: Table, away: UUID) -> None:
        super().__init__(table)
        self.away = away
        self.due = dues(table.script, table.state, table.now)

    def notes(self, before: State, made: tuple[str, str] | None = None) -> None:
        super().notes(before, made)
        table = self.table
        found = change(table.script, before, table.state, table.now, lambda person: person != self.away)
        self.due = (self.due - found.goes) | found.comes
        assert self.due == dues(table.script, table.state, table.now)
        assert found.waits <= {self.away} & set(table.state.people)
        assert not found.waits or screen(table.script, table.state, self.away).my_turn


@settings(max_examples=12, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_due_can_be_followed_through_every_form_and_number_of_people(data: st.DataObject) -> None:
    form = script(data.draw(st.sampled_from(SCRIPTS)))
    least, most = form.people
    people = data.draw(st.sampled_from([size for size in SIZES if least <= size <= most]))
    walk = Told(Table(form, data.draw(st.sampled_from(form.media)), people=people), data.draw(st.sampled_from(CAST)))
    for _ in range(STEPS_EACH):
        if walk.table.state.over:
            break
        if data.draw(st.integers(0, 9)) == 9:
            walk.does_beside(data)
        else:
            with suppress(Refused):  # after a pause one of them was ready already
                walk.goes_on(data)


# In the store


def test_a_request_waits_for_the_other_alone(cast: Cast) -> None:
    asks_to_be_told(cast.ana, cast.ben)

    Pair(cast)

    assert (kinds(cast.ana), kinds(cast.ben)) == ([], ["again", "waiting"])


def test_what_was_agreed_on_falls_due_for_both(cast: Cast) -> None:
    pair, at = Pair(cast), timezone.now().replace(second=0, microsecond=0) + DAY
    asks_to_be_told(cast.ana, cast.ben)

    pair.does("ben", "at", at=at)

    assert kinds(cast.ana) == ["near", "time", "waiting"]
    assert set(DueRow.objects.filter(kind="time").values_list("minute", flat=True)) == {int(at.timestamp()) // 60}


def test_an_answer_takes_the_reminder_away(cast: Cast) -> None:
    asks_to_be_told(cast.ben)
    pair = Pair(cast)

    pair.does("ben", "no")

    assert kinds(cast.ben) == ["waiting"]  # until they look again; nothing says what it was


def test_times_agreed_on_before_somebody_asked_are_found(cast: Cast) -> None:
    pair, at = Pair(cast), timezone.now() + DAY
    pair.does("ben", "at", at=at)

    notices.make_feed(cast.ana.ring())

    assert (kinds(cast.ana), kinds(cast.ben)) == (["time"], [])


def test_leaving_takes_the_times_of_both_away(cast: Cast) -> None:
    asks_to_be_told(cast.ana, cast.ben)
    pair = Pair(cast)
    pair.does("ben", "at", at=timezone.now() + DAY)

    spaces.leave(cast.ana.ring(), cast.space, withdraw=False)

    assert set(kinds(cast.ana) + kinds(cast.ben)) <= {"waiting"}


def test_leaving_a_family_takes_away_what_was_due_in_it(cast: Cast) -> None:
    asks_to_be_told(cast.ana, cast.ben)
    space, _ = of_two(cast)
    due = kinds(cast.ben)

    spaces.leave(cast.ben.ring(), space, withdraw=False)

    assert "again" in due
    assert set(kinds(cast.ben) + kinds(cast.ana)) <= {"waiting"}


def test_a_guide_who_goes_takes_no_time_of_the_others_away(cast: Cast) -> None:
    asks_to_be_told(cast.ana, cast.ben)
    guided(cast, cast.ana, cast.space)
    pair = Pair(cast)
    pair.does("ben", "at", at=timezone.now() + DAY)
    before = kinds(cast.ana), kinds(cast.ben)

    spaces.take_out(cast.ana.ring(), cast.space, cast.cleo.id)

    assert "time" in before[0]
    assert (kinds(cast.ana), kinds(cast.ben)) == before


def test_coming_by_is_seeing_it(cast: Cast) -> None:
    asks_to_be_told(cast.ben)
    pair = Pair(cast)
    waited = kinds(cast.ben)

    cast.ben.browser().get(reverse("dialogue:room", args=[pair.thread]))

    assert (waited, kinds(cast.ben)) == (["again", "waiting"], ["again"])


def test_somebody_in_the_room_is_not_told(cast: Cast, hall: Hall) -> None:
    asks_to_be_told(cast.ana, cast.ben)
    pair = Pair(cast)
    pair.play(ARRIVED["couples"])
    DueRow.objects.all().delete()
    ana, ben = sits(hall, cast.ana, pair), sits(hall, cast.ben, pair)

    ana.does("say", words="I miss our walks.")
    there = kinds(cast.ben)
    ben.sends({"ping": 1, "visible": False})
    ben.told("pong")
    ben.shown(ana.screen["v"])
    pair.does("ben", "say")
    ana.shown(ana.screen["v"] + 1)
    ana.does("yes")
    ana.does("no_more")
    away = kinds(cast.ben)
    ben.sends({"ping": 2, "visible": True})
    ben.told("pong", 2)
    ben.sends({"ping": 3, "visible": True})
    ben.told("pong", 3)

    assert (there, away, kinds(cast.ben)) == ([], ["waiting"], [])
    assert kinds(cast.ana) == []


def test_who_leaves_the_room_is_away(cast: Cast, hall: Hall) -> None:
    pair = Pair(cast)
    pair.play("ben:now ana:ready ben:ready")
    ana, ben = sits(hall, cast.ana, pair), sits(hall, cast.ben, pair)
    ana.told("here", True)
    here = presence.is_here(pair.thread, cast.ana.id, cast.ben.id)

    ben.line.close()
    ana.told("here", False)

    assert here
    assert not presence.is_here(pair.thread, cast.ana.id, cast.ben.id)


def test_a_turn_asks_nothing_more_while_both_are_there_whoever_wishes_what(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED["couples"])
    for who in ("ana", "ben"):
        presence.comes(pair.thread, pair.seat(who).person)

    unasked = _queries(pair, "ana:say")
    asks_to_be_told(cast.ana, cast.ben)
    asked = _queries(pair, "ben:say")

    for who in ("ana", "ben"):
        presence.goes(pair.thread, pair.seat(who).person)
    pair.play("ana:yes")
    away = _queries(pair, "ana:no_more")
    assert [one for one in unasked + asked if "notices" in one] == []
    assert len([one for one in away if "notices" in one and one.startswith("SELECT")]) == 1


def test_each_letter_waits_for_whoever_is_to_answer_it(cast: Cast) -> None:
    asks_to_be_told(cast.ana, cast.ben)
    pair, told = Pair(cast, medium="letters"), []
    for move in LETTERS.split():
        for someone in (cast.ana, cast.ben):
            notices.seen(someone.id)
        services.forget(pair.thread)  # as after a restart
        pair.play(move)
        told += [one.called for one in (cast.ana, cast.ben) if kinds(one) == ["waiting"]]

    assert told == ["Ana", "Ben", "Ana", "Ben", "Ana", "Ben", "Ana", "Ben", "Ana", "Ben"]


def test_a_time_that_clocks_pass_over_is_refused_kindly_and_stays(cast: Cast) -> None:
    services.end_gentle_path(cast.ana.ring(), cast.space)
    browser = cast.ana.browser()
    for what in ("how", "safety"):
        services.shown(cast.ana.ring(), what)
    year = next(one for one in (2027, 2028) if datetime(one, 4, 1, tzinfo=UTC) > timezone.now())
    sunday = max(day for day in range(25, 32) if datetime(year, 3, day, tzinfo=UTC).weekday() == 6)
    browser.cookies["zone"] = "Europe/Berlin"

    told = {"key": str(new_id()), "form": "couples", "topic": "Sundays", "minutes": 30}
    told |= {"medium": "written", "wish": f"{year}-03-{sunday}T02:30"}
    reply = browser.post(reverse("dialogue:ask", args=[cast.space]), told)

    assert reply.status_code == 422
    assert "Clocks go forward that night" in reply.content.decode()
    assert f"{year}-03-{sunday}T02:30" in reply.content.decode()


def test_which_of_two_times_is_meant_is_said() -> None:
    twice = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert services.moment(twice, "en-gb", "Europe/Berlin") == "Sun 25 Oct, 02:30 (GMT+02:00)"
    assert services.moment(twice + timedelta(hours=1), "en-gb", "Europe/Berlin") == "Sun 25 Oct, 02:30 (GMT+01:00)"
    assert services.moment(twice + timedelta(hours=2), "en-gb", "Europe/Berlin") == "Sun 25 Oct, 03:30"


def _queries(pair: Pair, move: str) -> list[str]:
    """What the pen asks the store while it writes this move."""
    seen: list[str] = []

    def spy(execute: object, sql: str, params: object, many: bool, context: object) -> object:
        seen.append(sql)
        return execute(sql, params, many, context)  # type: ignore[operator]

    def watch(_: object) -> None:
        connection.execute_wrappers.append(spy)

    def unwatch(_: object) -> None:
        connection.execute_wrappers.remove(spy)

    writer.submit(pair.thread, watch).result(10)
    pair.play(move)
    writer.submit(pair.thread, unwatch).result(10)
    return seen


def test_a_guide_is_told_once_all_have_let_them_in_and_of_every_time_they_agree_on(cast: Cast) -> None:
    asks_to_be_told(cast.cleo)
    pair = Pair.guided(cast, "deepening")
    for_now = kinds(cast.cleo)
    DueRow.objects.all().delete()

    pair.does("ben", "at", at=timezone.now() + DAY)
    agreed = kinds(cast.cleo)
    spaces.take_out(cast.ana.ring(), cast.space, cast.cleo.id)

    assert (for_now, agreed, kinds(cast.cleo)) == (["waiting"], ["near", "time"], [])


def test_a_guide_finds_the_times_that_were_agreed_on_before_they_asked_for_them(cast: Cast) -> None:
    pair = Pair.guided(cast, "deepening")
    services.keep_company(cast.ana.ring(), pair.ana)
    services.keep_company(cast.ben.ring(), pair.ben)
    pair.does("ben", "at", at=timezone.now() + DAY)

    notices.make_feed(cast.cleo.ring())

    assert kinds(cast.cleo) == ["time"]


def test_a_guide_who_is_not_let_in_yet_is_told_nothing() -> None:
    held = Table(script("family/1"), people=3, guided=False)
    state = held.state

    held.does(ANA, "bring", person=GUIDE, role="guide")

    assert change(held.script, state, held.state, NOW, lambda person: False).waits == frozenset()


def test_a_step_that_is_the_guides_waits_for_them() -> None:
    raw = deepcopy(told())
    steps = raw["family/1"]["steps"]
    steps["look"] = {"role": "guide", "place": "sending", "moves": {"on": {"act": "choose", "next": "send"}}}
    steps["name"]["moves"]["ask"]["next"] = "look"
    raw["family/1"] |= {"guard": "T+", "media": ["written"]}
    held = Table(assemble(raw["family/1"], raw), people=3)
    held.play("p1:yes p2:yes p0:here p1:here p2:here p0:ready p1:ready p2:ready")
    before = held.state

    held.does(ANA, "ask", person=BEN)

    assert change(held.script, before, held.state, NOW, lambda person: False).waits == {GUIDE}
    assert change(held.script, before, held.state, NOW, lambda person: person == GUIDE).waits == frozenset()


def test_how_often_the_store_is_asked_for_times_does_not_grow_with_the_dialogues(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            services.agreed_times(cast.ana.ring())
        return len(queries)

    Pair(cast)
    of_one = asked()
    for _ in range(3):
        Pair(cast).does("ana", "withdraw")

    assert asked() == of_one
