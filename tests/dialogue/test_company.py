"""A guide in a dialogue: there once everyone welcomed them, gone at a word, and by key as by rule."""

from http import HTTPStatus
from uuid import UUID

import pytest
from django.urls import reverse

from mandorla.dialogue import services
from mandorla.dialogue.core import Command
from mandorla.dialogue.models import Event, Thread
from mandorla.dialogue.services import Asked, rooms
from mandorla.spaces import services as spaces
from mandorla.spaces.core import GUIDE
from mandorla.spaces.models import Space
from mandorla.vault.core import NotYours, Refused, new_id
from mandorla.vault.models import Grant, Pin, Vouch
from tests.cast import Cast, Someone
from tests.dialogue.hall import Hall
from tests.dialogue.seated import ARRIVED, Pair, cookies_of, seat
from tests.spaces.families import family, guided

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(cast: Cast) -> Pair:
    """Ana and Ben begin, and Cleo is their guide, in no dialogue yet."""
    spaces.spaces_of(cast.ana.ring())
    guided(cast, cast.ana, cast.space)
    spaces.spaces_of(cast.ben.ring())
    pair = Pair(cast)
    pair.play(ARRIVED)
    return pair


def acts(someone: Someone, thread: UUID, do: str, guest: Someone, role: str = "") -> None:
    """What somebody does on the page of who is there."""
    place = seat(someone, thread)
    command = Command(new_id(), services.room_for(place, checked=True).v, do, person=guest.id, role=role)
    services.act_on_company(someone.ring(), place, command)


def welcomed(pair: Pair) -> None:
    cast = pair.cast
    acts(cast.ana, pair.thread, "bring", cast.cleo, "guide")
    acts(cast.ben, pair.thread, "welcome", cast.cleo)


def listed(someone: Someone) -> list[UUID]:
    ring = someone.ring()
    views = [*spaces.spaces_of(ring), *spaces.guest_spaces_of(ring)]
    return [one.id for one in services.dialogues_of(ring, views)]


def test_a_guide_is_there_once_both_welcomed_them_and_not_before(pair: Pair) -> None:
    cleo = pair.cast.cleo
    assert listed(cleo) == []

    acts(pair.cast.ana, pair.thread, "bring", cleo, "guide")

    assert listed(cleo) == []
    with pytest.raises(NotYours):
        seat(cleo, pair.thread)

    acts(pair.cast.ben, pair.thread, "welcome", cleo)

    assert listed(cleo) == [pair.thread]
    assert services.room_for(seat(cleo, pair.thread)).topic == "Sunday evenings"
    assert services.room_for(seat(cleo, pair.thread)).my_turn is False
    assert services.transcript(seat(cleo, pair.thread)).topic == "Sunday evenings"


def test_what_is_said_with_a_guide_there_reaches_them_and_what_they_do_reaches_the_others(pair: Pair) -> None:
    welcomed(pair)
    pair.ana, pair.ben = seat(pair.cast.ana, pair.thread), seat(pair.cast.ben, pair.thread)
    place = seat(pair.cast.cleo, pair.thread)

    pair.does("ana", "say", words="I felt alone on Sunday")
    services.move(place, Command(new_id(), services.room_for(place).v, "slow"))

    said = [one.words for one in services.transcript(place).entries]
    assert "I felt alone on Sunday" in said
    assert pair.sees("ben").v == services.room_for(place).v


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_either_lets_a_guide_go_at_once_and_the_next_word_is_under_a_new_key(pair: Pair, who: str) -> None:
    welcomed(pair)
    cast, place = pair.cast, seat(pair.cast.cleo, pair.thread)

    acts(getattr(cast, who), pair.thread, "dismiss", cast.cleo)

    assert listed(cast.cleo) == []
    with pytest.raises(NotYours):
        seat(cast.cleo, pair.thread)
    with pytest.raises(NotYours):
        services.room_for(place)
    with pytest.raises((NotYours, Refused)):
        services.move(place, Command(new_id(), 0, "slow"))
    assert not Grant.objects.filter(grantee=cast.cleo.id, thread=pair.thread).exists()
    pair.ana, pair.ben = seat(cast.ana, pair.thread), seat(cast.ben, pair.thread)
    pair.does("ana", "say", words="without Cleo")
    assert Thread.objects.get(pk=pair.thread).epoch == Space.objects.get(pk=cast.space).epoch == 2


def test_a_place_from_before_writes_nothing_more_under_the_old_key(pair: Pair) -> None:
    welcomed(pair)
    before = seat(pair.cast.ana, pair.thread)
    acts(pair.cast.ben, pair.thread, "dismiss", pair.cast.cleo)

    command = Command(new_id(), services.room_for(before).v, "say", words="under the old key")

    with pytest.raises(Refused, match=r"^epoch$"):
        services.move(before, command)


def test_a_guide_goes_by_themselves(pair: Pair) -> None:
    welcomed(pair)

    acts(pair.cast.cleo, pair.thread, "leave", pair.cast.cleo)

    assert listed(pair.cast.cleo) == []


def test_what_was_shared_can_be_taken_back_when_the_dialogue_is_over(pair: Pair) -> None:
    welcomed(pair)
    pair.ana = seat(pair.cast.ana, pair.thread)
    pair.does("ana", "end")
    assert listed(pair.cast.cleo) == [pair.thread]

    acts(pair.cast.ben, pair.thread, "dismiss", pair.cast.cleo)

    assert listed(pair.cast.cleo) == []


def test_a_guide_reads_no_dialogue_but_the_one(pair: Pair) -> None:
    welcomed(pair)
    other = Pair(pair.cast).thread

    assert listed(pair.cast.cleo) == [pair.thread]
    with pytest.raises(NotYours):
        seat(pair.cast.cleo, other)


def test_a_guides_socket_closes_when_they_are_let_go(pair: Pair, hall: Hall) -> None:
    welcomed(pair)
    phone = hall.phone(cookies_of(pair.cast.cleo), pair.thread)
    phone.told("html")

    acts(pair.cast.ben, pair.thread, "dismiss", pair.cast.cleo)

    assert phone.closed() == 4409
    assert hall.phone(cookies_of(pair.cast.cleo), pair.thread).closed() == 4404


def test_the_page_of_who_is_there_lets_a_guide_in_and_go(pair: Pair) -> None:
    cast, address = pair.cast, reverse("dialogue:company", args=[pair.thread])
    ana, ben = cast.ana.browser(), cast.ben.browser()
    assert "Cleo" in ana.get(address).content.decode()

    for browser, do in ((ana, "bring"), (ben, "welcome")):
        assert "Whoever is let in reads all that was said" in browser.get(address).content.decode()
        asked = {"do": do, "person": cast.cleo.id.hex, "role": GUIDE, "key": new_id().hex, "v": 99}
        assert browser.post(address, asked).status_code == HTTPStatus.FOUND

    assert cast.cleo.browser().get(reverse("dialogue:room", args=[pair.thread])).status_code == HTTPStatus.OK
    ben.post(address, {"do": "dismiss", "person": cast.cleo.id.hex, "key": new_id().hex, "v": 99})
    assert cast.cleo.browser().get(address).status_code == HTTPStatus.NOT_FOUND


def test_a_page_of_who_is_there_that_is_sent_nonsense_says_so(pair: Pair) -> None:
    address = reverse("dialogue:company", args=[pair.thread])

    for nonsense in ({}, {"do": "bring", "person": "?"}, {"do": "say", "key": new_id().hex, "v": 99, "words": "x"}):
        assert pair.cast.ana.browser().post(address, nonsense).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def of_two(cast: Cast) -> tuple[UUID, UUID]:
    """In a family of three, Ana asks Ben alone."""
    space = family(cast)
    people = (cast.ana.id, cast.ben.id)
    asked = services.Asked(new_id(), "parent-child", "Sundays", "written", 30, people=people)
    return space, services.ask(cast.ana.ring(), space, asked)


def test_in_a_family_nobody_sees_a_dialogue_they_have_no_part_in(cast: Cast) -> None:
    _, thread = of_two(cast)

    assert [thread in listed(one) for one in (cast.ana, cast.ben, cast.eve)] == [True, True, False]
    for page in ("room", "company", "words", "after", "calendar"):
        missing = cast.eve.browser().get(reverse(f"dialogue:{page}", args=[thread]))
        assert missing.status_code == HTTPStatus.NOT_FOUND


def test_who_leaves_a_family_leaves_nobody_waiting_in_a_dialogue(cast: Cast) -> None:
    space, thread = of_two(cast)

    spaces.leave(cast.ben.ring(), space, withdraw=True)

    assert services.room_for(seat(cast.ana, thread), checked=True).over == "ended"
    assert services.transcript(seat(cast.ana, thread)).whole
    assert [one.over for one in services.dialogues_of(cast.ana.ring(), spaces.spaces_of(cast.ana.ring()))] == [True]


def test_a_guide_whose_place_ends_is_in_no_dialogue_any_more(pair: Pair) -> None:
    welcomed(pair)

    spaces.take_out(pair.cast.ben.ring(), pair.cast.space, pair.cast.cleo.id)

    company = services.company_of(pair.cast.ana.ring(), seat(pair.cast.ana, pair.thread))
    assert (company.brought, company.over) == ((), False)


def does(someone: Someone, thread: UUID, do: str, *, words: str = "", person: UUID | None = None) -> None:
    """One move, seen from the newest screen."""
    place = seat(someone, thread)
    services.move(place, Command(new_id(), services.room_for(place, checked=True).v, do, words=words, person=person))


def between_ana_and_ben(cast: Cast) -> UUID:
    """Ana asks Ben, in a family in which Eve is too."""
    asked = Asked(new_id(), "parent-child", "Bedtime", "written", 20, people=(cast.ben.id,))
    thread = services.ask(cast.ana.ring(), family(cast), asked)
    for someone, do in ((cast.ben, "now"), (cast.ana, "ready"), (cast.ben, "ready")):
        does(someone, thread, do)
    return thread


def test_only_who_may_guide_is_brought_as_a_guide(cast: Cast) -> None:
    thread = between_ana_and_ben(cast)

    with pytest.raises(Refused, match="guest"):
        acts(cast.ana, thread, "bring", cast.eve, "guide")

    acts(cast.ana, thread, "bring", cast.eve, "observer")


def test_a_pause_shows_nothing_that_was_said_to_who_is_not_welcomed_by_all(cast: Cast) -> None:
    thread = between_ana_and_ben(cast)
    for someone, do in ((cast.ben, "say"), (cast.ana, "say"), (cast.ben, "yes")):
        does(someone, thread, do, words="I like it when you read to me")
    acts(cast.ana, thread, "bring", cast.eve, "observer")
    place = seat(cast.ana, thread)

    services.move(place, Command(new_id(), services.room_for(place).v, "pause", minutes=20))

    assert services.room_for(seat(cast.ana, thread)).confirmed
    assert services.room_for(seat(cast.eve, thread)).confirmed is None


def test_a_circle_says_who_tells_and_who_listens_only_while_somebody_does(cast: Cast) -> None:
    space = family(cast)
    guided(cast, cast.ana, space)
    asked = Asked(new_id(), "family", "Sundays", "written", 30, guests=((cast.cleo.id, "guide"),))
    thread = services.ask(cast.ana.ring(), space, asked)
    assert parts(cast.ana, thread) == ["observer"] * 3
    for someone in (cast.ben, cast.eve):
        does(someone, thread, "yes")
        does(someone, thread, "welcome", person=cast.cleo.id)
    for do in ("here", "ready"):
        assert parts(cast.ana, thread) == ["observer"] * 3
        for someone in (cast.ana, cast.ben, cast.eve):
            does(someone, thread, do)

    does(cast.ana, thread, "ask", person=cast.ben.id)

    assert sorted(parts(cast.ana, thread)) == ["observer", "receiver", "sender"]


def test_one_press_says_yes_to_a_circle_and_lets_its_guide_in_and_the_other_yes_does_not(cast: Cast) -> None:
    space = family(cast)
    guided(cast, cast.ana, space)
    for someone in (cast.ben, cast.eve):
        for what in ("how", "safety"):
            services.shown(someone.ring(), what)
    asked = Asked(new_id(), "family", "Sundays", "written", 30, guests=((cast.cleo.id, "guide"),))
    thread = services.ask(cast.ana.ring(), space, asked)
    browser, room = cast.ben.browser(), reverse("dialogue:room", args=[thread])
    page, v = browser.get(room).content.decode(), str(services.room_for(seat(cast.ben, thread)).v)
    both = {"do": "welcome", "answer": "yes", "person": cast.cleo.id.hex, "key": new_id().hex, "v": v}

    pressed = [browser.post(reverse("dialogue:company", args=[thread]), both) for _ in range(2)]
    does(cast.eve, thread, "yes")

    assert "Yes, and let Cleo in" in page
    assert [(one.status_code, one["Location"]) for one in pressed] == [(HTTPStatus.FOUND, room)] * 2
    assert waiting(cast.ben, thread) == []
    assert waiting(cast.eve, thread) == ["Cleo"]
    assert services.room_for(seat(cast.ana, thread)).step == "gather"


def waiting(someone: Someone, thread: UUID) -> list[str]:
    """The guests who wait for somebody's yes."""
    several = services.room_for(seat(someone, thread)).several
    return [one.name for one in several.to_welcome] if several else []


def circle_with_a_guide(cast: Cast, space: UUID) -> UUID:
    """A family circle of three that all have said yes to, as they have to Cleo, who guides it."""
    guided(cast, cast.ana, space)
    asked = Asked(new_id(), "family", "Sundays", "written", 30, guests=((cast.cleo.id, "guide"),))
    thread = services.ask(cast.ana.ring(), space, asked)
    for someone in (cast.ben, cast.eve):
        does(someone, thread, "yes")
        does(someone, thread, "welcome", person=cast.cleo.id)
    return thread


def parts(someone: Someone, thread: UUID) -> list[str]:
    """As what each of the people is shown."""
    several = services.room_for(seat(someone, thread)).several
    return [one.role for one in several.people] if several else []


def test_who_left_reads_what_was_said_until_then_and_nothing_after(cast: Cast) -> None:
    space = family(cast)
    thread = circle_with_a_guide(cast, space)
    for do in ("here", "ready"):
        for someone in (cast.ana, cast.ben, cast.eve):
            does(someone, thread, do)
    does(cast.ana, thread, "ask", person=cast.ben.id)
    does(cast.ana, thread, "say", words="while Eve was there")

    does(cast.eve, thread, "leave")
    does(cast.ben, thread, "say", words="after Eve had gone")

    place = seat(cast.eve, thread)
    seen, read = services.room_for(place), services.transcript(place)
    assert seen.several
    assert (seen.several.left, seen.shows) == (True, ())
    assert [one.words for one in read.entries if one.words] == ["Sundays", "while Eve was there"]
    assert "after Eve had gone" in [one.words for one in services.transcript(seat(cast.ana, thread)).entries]


def test_a_guide_one_does_not_know_yet_closes_no_room(pair: Pair) -> None:
    cast, room = pair.cast, reverse("dialogue:room", args=[pair.thread])
    Vouch.objects.all().delete()
    Pin.objects.filter(person=cast.ben.id, id=known_to(cast.ben, cast.space, cast.cleo)).delete()
    acts(cast.ana, pair.thread, "bring", cast.cleo, "guide")

    acts(cast.ben, pair.thread, "welcome", cast.cleo)

    assert cast.ben.browser().get(room).status_code == HTTPStatus.OK
    assert listed(cast.cleo) == []


def known_to(someone: Someone, space: UUID, other: Someone) -> UUID:
    """Where somebody keeps whose keys they know."""
    return someone.ring().pins()[space, other.id].row


def read_by(someone: Someone, thread: UUID) -> list[str]:
    """All that somebody finds written down of a dialogue, with pages and files alike."""
    return [one.words for one in services.transcript(seat(someone, thread)).entries if one.words]


def test_half_of_a_step_of_both_stays_with_who_wrote_it_when_a_guide_goes_back(pair: Pair) -> None:
    welcomed(pair)
    cast = pair.cast
    pair.ana, pair.ben, cleo = (seat(one, pair.thread) for one in (cast.ana, cast.ben, cast.cleo))
    pair.play("ana:say ben:say ana:yes ana:no_more ben:say ana:all ben:say ana:lands ben:guess ana:yes")
    pair.does("ana", "say", words="thank you for staying")

    services.move(cleo, Command(new_id(), services.room_for(cleo).v, "back"))

    assert pair.sees("ana").step != "thanks"
    assert ["thank you for staying" in read_by(one, pair.thread) for one in (cast.ana, cast.ben, cast.cleo)] == [
        True,
        False,
        False,
    ]
    assert services.transcript(seat(cast.ben, pair.thread)).whole


def test_a_beginning_that_was_lent_is_read_again_by_that_person_and_the_guide_alone(pair: Pair) -> None:
    welcomed(pair)
    cast, cleo = pair.cast, seat(pair.cast.cleo, pair.thread)

    lent = Command(new_id(), services.room_for(cleo).v, "lend", person=cast.ana.id, words="What I need is …")
    services.move(cleo, lent)

    assert ["What I need is …" in read_by(one, pair.thread) for one in (cast.ana, cast.ben, cast.cleo)] == [
        True,
        False,
        True,
    ]


def test_who_has_left_a_space_is_brought_into_none_of_its_dialogues(cast: Cast) -> None:
    thread = between_ana_and_ben(cast)
    space = services.seat_for(cast.ana.ring(), thread, unlock=new_id()).space
    spaces.leave(cast.eve.ring(), space, withdraw=False)

    with pytest.raises(Refused, match=r"^guest$"):
        acts(cast.ana, thread, "bring", cast.eve, "observer")


def test_who_was_asked_to_look_on_learns_nothing_else_until_all_have_let_them_in(cast: Cast, hall: Hall) -> None:
    thread = between_ana_and_ben(cast)
    acts(cast.ana, thread, "bring", cast.eve, "observer")
    ana, eve = hall.phone(cookies_of(cast.ana), thread), hall.phone(cookies_of(cast.eve), thread)
    first, before = eve.told("html"), services.company_of(cast.eve.ring(), seat(cast.eve, thread))
    ana.told("html")

    does(cast.ben, thread, "say", words="I like it when you read to me")
    ana.shown(before_ends := services.room_for(seat(cast.ana, thread), checked=True).v)
    eve.sends({"draft": "", "v": 0, "version": 0})
    kept = eve.told("draft")
    eve.sends({"ping": 1, "visible": True})
    eve.told("pong")

    assert (first["v"], first["clocks"], kept["draft"], before.v) == (0, {}, "late", 0)
    assert services.room_for(seat(cast.ana, thread)).title not in first["html"]
    assert [frame for frame in eve.frames if "html" in frame] == [first]
    assert [frame["here"] for phone in (ana, eve) for frame in phone.frames if "here" in frame] == [False] * len(
        [frame for frame in ana.frames if "here" in frame]
    )
    assert cast.eve.browser().get(reverse("dialogue:calendar", args=[thread])).content.count(b"VCALENDAR") == 0

    acts(cast.ben, thread, "welcome", cast.eve)

    assert eve.told("html")["v"] > before_ends


def test_who_is_taken_out_is_not_made_to_have_said_so(cast: Cast) -> None:
    space = family(cast, kind="group")
    asked = Asked(new_id(), "communologue", "Tea", "written", 45, guests=((cast.ana.id, "guide"),))
    thread = services.ask(cast.ana.ring(), space, asked)

    spaces.take_out(cast.ana.ring(), space, cast.eve.id)

    row = Event.objects.filter(thread=thread).latest("seq")
    place = seat(cast.ana, thread)
    entry = rooms.opened(place, rooms.read(thread, seqs=[row.seq])[0])
    assert entry
    assert (row.author, entry.do, entry.by, entry.body["person"]) == (space, "leave", cast.ana.id, cast.eve.id.hex)
    assert rooms.room_of(place, checked=True).shown.state.over == "declined"


def test_nothing_begins_in_a_rest_because_somebody_left_the_space(cast: Cast) -> None:
    space = family(cast, kind="family")
    thread = circle_with_a_guide(cast, space)
    for someone in (cast.ana, cast.ben):
        does(someone, thread, "here")
    services.rest(cast.ben.ring(), space, 3)

    spaces.leave(cast.eve.ring(), space, withdraw=False)

    assert services.room_for(seat(cast.ana, thread), checked=True).step == "gather"
