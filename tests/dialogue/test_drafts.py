"""Drafts are there again for whoever filled them in, and for nobody else; what was sent takes along what it holds."""

from dataclasses import astuple
from unittest.mock import patch

import pytest

from mandorla.dialogue import services
from mandorla.dialogue.models import Draft
from mandorla.dialogue.services import Beside, Typed, bell, drafts, rooms
from mandorla.vault.core import Sealed, new_id
from tests.cast import Cast
from tests.dialogue.seated import ARRIVED, Pair, seat

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_draft_is_for_its_writer_alone_by_key(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, Typed("not yet", pair.sees("ana").v, 0))
    services.forget(pair.thread)

    assert pair.sees("ana").draft == "not yet"
    assert pair.sees("ben").draft == ""
    row = Draft.objects.get()
    with pytest.raises(Sealed):
        pair.ben.own_keys.open(
            row.envelope, type="draft", field="words", record=row.id, author=cast.ana.id, revision=row.version
        )


def test_what_is_chosen_beside_a_draft_counts_for_its_turn_alone(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(f"{ARRIVED} ana:say ben:say ana:yes ana:no_more ben:say ana:all ben:say")
    beside = Beside("I feel", ("sad", "hurt"), "shut out")
    services.save_draft(pair.ana, Typed("not yet", pair.sees("ana").v, 0, beside))
    services.forget(pair.thread)

    pair.does("ben", "park", words="the holidays")
    seen = pair.sees("ana")
    pair.does("ana", "lands")
    later = pair.sees("ana")

    assert (seen.draft, seen.lead, seen.picked, seen.own) == ("not yet", *astuple(beside))
    assert (later.draft, later.lead, later.picked, later.own) == ("not yet", "", (), "")
    assert (pair.sees("ben").lead, pair.sees("ben").own) == ("", "")


def test_a_summary_said_anew_begins_with_the_one_before(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(f"{ARRIVED} ana:say ben:say ana:yes ana:no_more")
    first = pair.sees("ben")
    pair.does("ben", "say", words="It is quiet.", lead="From the beginning …")

    pair.play("ana:partly ana:say")
    again, other = pair.sees("ben"), pair.sees("ana")
    pair.does("ben", "end")

    assert (first.draft, again.draft, again.lead, again.draft_version) == (
        "",
        "It is quiet.",
        "From the beginning …",
        0,
    )
    assert (other.draft, pair.sees("ben").draft) == ("", "")  # never sent twice, and nothing was left unsent


def test_a_page_left_behind_gets_the_other_text_and_replaces_nothing(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    seen = pair.sees("ana").v
    services.save_draft(pair.ana, Typed("from the phone", seen, 0))

    kept = services.save_draft(seat(cast.ana, pair.thread), Typed("from the tablet", seen, 0))

    assert (kept.name, kept.version, kept.words) == ("other", 1, "from the phone")
    assert pair.sees("ana").draft == "from the phone"


def test_at_one_device_each_has_a_draft_and_nobody_the_others(cast: Cast) -> None:
    pair = Pair(cast, "vision", "shared")
    pair.play("ben:now ben:ready ben:ready ben:say ben:say")
    services.save_draft(pair.ben, Typed("Ana's own", pair.sees("ben").v, 0))
    services.forget(pair.thread)

    pair.does("ben", "write", words="We laugh", kept=0)
    ben_sees = pair.sees("ben")
    kept = services.save_draft(pair.ben, Typed("Ben's own", ben_sees.v, 1))
    pair.does("ben", "write", words="Ben's own words", kept=2)

    assert (ben_sees.holder, ben_sees.draft, kept.name) == ("Ben", "", "kept")
    draft = rooms.room_of(pair.ben).drafts[cast.ben.id]
    state = rooms.room_of(pair.ben).shown.state
    found = [drafts.opened_draft(pair.ben, draft, state, one) for one in (cast.ana.id, cast.ben.id)]
    assert found == [("Ana's own", drafts.NOTHING), None]


def test_what_is_chosen_where_no_words_can_be_typed_leaves_the_words_that_were_kept(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(f"{ARRIVED} ana:say ben:say ana:yes ana:no_more ben:say ana:all ben:say")
    services.save_draft(pair.ana, Typed("the quiet", pair.sees("ana").v, 0))
    pair.play("ana:lands ben:guess")

    services.save_draft(pair.ana, Typed(None, pair.sees("ana").v, 1, Beside(feelings=("sad",))))
    chosen = pair.sees("ana")
    pair.does("ana", "other", feelings=("sad",), kept=2)
    services.forget(pair.thread)

    assert (chosen.draft, chosen.picked) == ("the quiet", ("sad",))
    assert (pair.sees("ana").draft, pair.sees("ana").picked) == ("the quiet", ())


@pytest.mark.parametrize(("sent", "left"), [("begun", "begun and gone on"), ("now: begun and gone on.", "")])
def test_words_sent_from_a_page_that_is_behind_take_only_what_they_hold(cast: Cast, sent: str, left: str) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, Typed("begun", pair.sees("ana").v, 0))
    services.save_draft(seat(cast.ana, pair.thread), Typed("begun and gone on", pair.sees("ana").v, 1))

    pair.does("ana", "say", words=sent, kept=1)
    services.forget(pair.thread)

    assert pair.sees("ana").draft == left


def test_a_draft_that_another_process_kept_is_shown_and_goes_with_its_words(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    v = pair.sees("ana").v
    services.save_draft(pair.ana, Typed("I mis", v, 0))
    known = dict(rooms.room_of(pair.ana).drafts)
    services.save_draft(pair.ana, Typed("I miss yuo", v, 1))
    rooms.room_of(pair.ana).drafts.update(known)

    shown = services.room_for(pair.ana, checked=True)
    rooms.room_of(pair.ana).drafts.update(known)
    pair.does("ana", "say", words="I miss you", kept=2)

    assert (shown.draft, shown.draft_version) == ("I miss yuo", 2)
    assert not Draft.objects.exists()


def test_feelings_are_told_to_everybody_also_where_another_process_kept_a_newer_draft(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(f"{ARRIVED} ana:say ben:say ana:yes ana:no_more ben:say ana:all ben:say")
    services.save_draft(pair.ana, Typed("the quiet", pair.sees("ana").v, 0))
    known = dict(rooms.room_of(pair.ana).drafts)
    services.save_draft(pair.ana, Typed("the quiet of it", pair.sees("ana").v, 1))
    pair.play("ana:lands ben:guess")
    rooms.room_of(pair.ana).drafts.update(known)
    rung: list[object] = []

    with patch.object(bell, "ring", lambda *given: rung.append(given)):
        pair.does("ana", "other", feelings=("sad",), kept=1)
    services.forget(pair.thread)

    assert len(rung) == 1
    assert pair.sees("ana").draft == "the quiet of it"


def test_a_beginning_stays_chosen_while_none_can_be_chosen(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, Typed("alone", pair.sees("ana").v, 0, Beside("I feel")))

    services.save_draft(pair.ana, Typed("alone again", pair.sees("ana").v, 1, Beside(None)))

    assert (pair.sees("ana").lead, pair.sees("ana").draft) == ("I feel", "alone again")


def test_a_draft_kept_before_it_had_parts_is_read(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, Typed("", pair.sees("ana").v, 0))
    row = Draft.objects.get()
    plain = {"words": "from an older version"}
    row.envelope = pair.ana.own_keys.seal(
        plain, type="draft", field="words", record=row.id, author=cast.ana.id, revision=row.version
    )
    row.save()
    services.forget(pair.thread)

    assert pair.sees("ana").draft == "from an older version"


def test_a_draft_that_cannot_be_opened_keeps_nobody_from_the_room_or_from_sending(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, Typed("not yet", pair.sees("ana").v, 0))
    Draft.objects.update(id=new_id())  # as if another's lay there
    services.forget(pair.thread)

    shown = pair.sees("ana")
    pair.does("ana", "say", words="Now.", kept=shown.draft_version)

    assert (shown.draft, pair.sees("ben").shows[-1].words) == ("", "Now.")
    assert not Draft.objects.exists()


def test_a_draft_that_is_too_long_is_not_kept_in_part(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)

    kept = services.save_draft(pair.ana, Typed("x" * 10_001, pair.sees("ana").v, 0))

    assert (kept.name, pair.sees("ana").draft) == ("long", "")


def test_a_draft_goes_with_the_words_that_are_sent(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    seen = pair.sees("ana").v
    services.save_draft(pair.ana, Typed("I feel", seen, 0))
    pair.does("ana", "say", words="I feel alone")

    late = services.save_draft(pair.ana, Typed("I feel", seen, 1))

    assert late.name == "late"
    assert not Draft.objects.exists()


def test_a_draft_another_process_kept_goes_with_the_words_too(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, Typed("I miss", pair.sees("ana").v, 0))
    room = rooms.hot(pair.thread)
    assert room
    room.drafts.clear()

    pair.does("ana", "say", kept=1)

    assert Draft.objects.count() == 0


def test_words_sent_in_a_step_of_both_do_not_come_back_as_a_draft(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play("ben:now ana:ready ben:ready ana:skip ben:skip")
    seen = pair.sees("ana").v
    pair.does("ana", "say", words="I want to stay")

    late = services.save_draft(pair.ana, Typed("I want to stay", seen, 0))
    pair.play("ben:say")

    assert late.name == "late"
    assert (pair.sees("ana").step, pair.sees("ana").draft) == ("send", "")
