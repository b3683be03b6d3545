"""Keeping the words of a dialogue: what both wish, what one chooses alone, and letting go of one's own."""

import re
from http import HTTPStatus

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mandorla.dialogue import services
from mandorla.dialogue.models import Draft, Event
from mandorla.dialogue.services import press, printing
from mandorla.spaces import services as spaces
from mandorla.vault.core import Refused
from tests.cast import Cast, Someone
from tests.dialogue.seated import ARRIVED, CLOSED, Pair

pytestmark = pytest.mark.django_db(transaction=True)

FILES = ("kept-pdf", "kept-text")
TOKEN = re.compile(r"\b(\w{64}|[0-9a-f]{32})\b")
TAGGED = b"<pdfuaid:part>1</pdfuaid:part>"


def held(cast: Cast) -> Pair:
    """A dialogue that Ana and Ben have held to its end."""
    pair = Pair(cast)
    pair.play(CLOSED)
    return pair


def get(someone: Someone, name: str, pair: Pair) -> HttpResponse:
    """One page of a dialogue."""
    return someone.browser().get(reverse(f"dialogue:{name}", args=[pair.thread]))  # type: ignore[return-value]


def say(someone: Someone, pair: Pair, answer: str) -> HttpResponse:
    """Someone's wish."""
    address = reverse("dialogue:keep", args=[pair.thread])
    return someone.browser().post(address, {"answer": answer})  # type: ignore[return-value]


def screen(someone: Someone, pair: Pair) -> list[tuple[int, dict[str, set[str]], list[str]]]:
    """All that someone gets who looks at a dialogue that is over and asks for its files, but for keys and tokens."""
    answers = [get(someone, name, pair) for name in ("after", "words", "let-go", *FILES)]
    return [
        (
            one.status_code,
            {name: set(one[name].split("; ")) for name in one.headers},
            TOKEN.sub("", one.content.decode()).splitlines(),
        )
        for one in answers
    ]


def test_a_dialogue_that_goes_on_has_nothing_to_keep(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)

    page = get(cast.ana, "after", pair).content.decode()
    asked = say(cast.ana, pair, "yes")

    assert "Keep these words?" not in page
    assert asked.status_code == HTTPStatus.CONFLICT


def test_a_dialogue_that_was_spoken_left_no_words_to_keep(cast: Cast) -> None:
    pair = Pair(cast, medium="spoken")
    pair.play("ben:now ana:ready ben:ready")
    pair.does("ana", "end")

    assert "Keep these words?" not in get(cast.ana, "after", pair).content.decode()


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_what_one_chooses_alone_changes_nothing_for_the_other(cast: Cast, answer: str) -> None:
    pair = held(cast)
    screen(cast.ben, pair)  # the first look notes down how far he has read
    before = screen(cast.ben, pair)

    say(cast.ana, pair, answer)

    assert screen(cast.ben, pair) == before
    mine = "You wish to keep them." if answer == "yes" else "You do not wish to keep them."
    assert mine in get(cast.ana, "after", pair).content.decode()


def test_a_no_looks_to_the_one_who_said_yes_as_if_nothing_was_said(cast: Cast) -> None:
    pair = held(cast)
    say(cast.ben, pair, "yes")
    screen(cast.ben, pair)
    before = screen(cast.ben, pair)

    say(cast.ana, pair, "no")

    assert screen(cast.ben, pair) == before


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("wishes", [(), ("yes", ""), ("yes", "no"), ("no", "no")])
def test_without_both_wishes_a_file_leads_to_the_question(cast: Cast, name: str, wishes: tuple[str, ...]) -> None:
    pair = held(cast)
    for someone, answer in zip((cast.ana, cast.ben), wishes, strict=False):
        say(someone, pair, answer)

    asked = get(cast.ana, name, pair)

    assert (asked.status_code, asked.content) == (HTTPStatus.FOUND, b"")
    assert asked["Location"] == reverse("dialogue:after", args=[pair.thread]) + "#keep"


def test_when_both_wish_it_each_may_save_the_words(cast: Cast) -> None:
    pair = held(cast)
    say(cast.ana, pair, "yes")
    say(cast.ben, pair, "yes")

    text, pdf = get(cast.ben, "kept-text", pair), get(cast.ana, "kept-pdf", pair)

    assert text["Content-Disposition"] == 'attachment; filename="words.txt"'
    assert text["Cache-Control"] == pdf["Cache-Control"] == "private, no-store"
    assert text.content.decode().startswith("Sunday evenings\nAna and Ben\n\n")
    assert text.content.decode().count("say by ana") > 5
    assert text.content.decode().count("say by ben") > 5
    assert "lonely" in text.content.decode()
    assert (pdf["Content-Type"], pdf["Content-Disposition"]) == ("application/pdf", 'attachment; filename="words.pdf"')
    assert (pdf.content[:5], TAGGED in pdf.content) == (b"%PDF-", True)
    assert b"Kept words" in pdf.content
    assert "Save as PDF" in get(cast.ana, "after", pair).content.decode()
    assert "Save as PDF" in get(cast.ben, "words", pair).content.decode()


def test_either_may_change_their_mind(cast: Cast) -> None:
    pair = held(cast)
    for someone, answer in ((cast.ana, "yes"), (cast.ben, "yes"), (cast.ana, "no")):
        say(someone, pair, answer)

    assert get(cast.ben, "kept-pdf", pair).status_code == HTTPStatus.FOUND


def test_a_space_that_one_has_left_gives_no_files(cast: Cast) -> None:
    pair = held(cast)
    say(cast.ana, pair, "yes")
    say(cast.ben, pair, "yes")

    spaces.leave(cast.ana.ring(), cast.space, withdraw=False)

    assert get(cast.ben, "kept-pdf", pair).status_code == HTTPStatus.FOUND
    assert "Keep these words?" not in get(cast.ben, "after", pair).content.decode()


def test_letting_go_is_asked_once_more_and_takes_my_words_alone(cast: Cast) -> None:
    pair = held(cast)
    events = Event.objects.filter(thread=pair.thread)
    digests = list(events.order_by("seq").values_list("digest", flat=True))
    address = reverse("dialogue:let-go", args=[pair.thread])

    asked = cast.ana.browser().get(address).content.decode()
    before = events.filter(envelope=None).count()
    gone = cast.ana.browser().post(address)

    assert ("Nobody can undo this." in asked, before) == (True, 0)
    assert gone["Location"] == reverse("dialogue:words", args=[pair.thread])
    assert not events.filter(author=cast.ana.id).exclude(envelope=None).exists()
    assert not events.exclude(author=cast.ana.id).filter(envelope=None).exists()
    assert list(events.order_by("seq").values_list("digest", flat=True)) == digests
    assert list(services.flaws()) == []
    for someone in (cast.ana, cast.ben):
        page = get(someone, "words", pair).content.decode()
        assert "These words were taken back by the one who wrote them." in page
        assert ("say by ana" in page, "say by ben" in page) == (False, True)
        assert "entry is missing" not in page


def test_what_the_room_wrote_down_for_me_at_one_device_goes_too(cast: Cast) -> None:
    pair = Pair(cast, "vision", "shared")
    pair.play("ben:now ana:ready ben:ready ana:say ben:say")
    pair.does("ana", "write", words="a stone house")
    pair.does("ben", "write", words="quiet mornings")
    pair.does("ben", "end")

    cast.ana.browser().post(reverse("dialogue:let-go", args=[pair.thread]))

    page = get(cast.ben, "words", pair).content.decode()
    assert ("a stone house" in page, "quiet mornings" in page) == (False, True)


def test_a_long_dialogue_is_read_in_one_go(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED + "ana:say ben:say ana:yes ana:more " * 11)
    pair.does("ben", "end")
    for one in (cast.ana, cast.ben):
        say(one, pair, "yes")

    with CaptureQueriesContext(connection) as asked:
        told = services.kept_text(cast.ana.ring(), pair.ana)
    reads = [query["sql"] for query in asked if 'FROM "dialogue_event"' in query["sql"]]

    assert told.count("Ana said") == 11
    assert len(reads) == 1


def test_what_was_not_sent_goes_along(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, services.Typed("not yet", pair.sees("ana").v, 0))
    pair.does("ben", "end")

    cast.ana.browser().post(reverse("dialogue:let-go", args=[pair.thread]))

    assert not Draft.objects.filter(thread=pair.thread).exists()


def test_what_was_taken_back_is_told_once_a_passage_in_the_file(cast: Cast) -> None:
    pair = held(cast)
    cast.ana.browser().post(reverse("dialogue:let-go", args=[pair.thread]))
    say(cast.ana, pair, "yes")
    say(cast.ben, pair, "yes")

    text = get(cast.ben, "kept-text", pair).content.decode()

    assert text.startswith("Kept words\nAna and Ben\n\nAna\nThese words were taken back")
    assert "say by ana" not in text
    assert "taken back by the one who wrote them.\n\nAna\nThese" not in text


def test_what_both_wish_to_keep_is_let_go_only_after_a_change_of_mind(cast: Cast) -> None:
    pair = held(cast)
    say(cast.ana, pair, "yes")
    say(cast.ben, pair, "yes")

    answer = cast.ana.browser().post(reverse("dialogue:let-go", args=[pair.thread]))

    assert answer["Location"] == reverse("dialogue:after", args=[pair.thread]) + "#keep"
    assert not Event.objects.filter(envelope=None).exists()
    with pytest.raises(Refused, match=r"^closed$"):
        services.let_go(cast.ana.ring(), pair.ana)


@pytest.mark.parametrize(
    ("text", "found"),
    [("Sundays", "ltr"), ("“שבת”", "rtl"), ("١. عندما", "rtl"), ("7 שבתות and Sundays", "rtl"), ("…", "ltr")],
)
def test_words_run_the_way_their_first_letter_does(text: str, found: str) -> None:
    assert printing.direction(text) == found


def told(text: str) -> dict[str, object]:
    """A document that says one thing in every place where words can stand."""
    part = {"label": text, "note": text, "text": text, "dir": "rtl", "lines": [text], "lines_dir": "ltr"}
    start = {"lang": "en", "dir": "ltr", "pages": "1 / 1", "title": "Kept words", "topic": {"text": text, "dir": "ltr"}}
    return start | {"people": text, "notes": [], "lacking": "A box.", "parts": [part | {"feelings": text}]}


def test_every_sign_our_faces_have_is_set_and_tagged() -> None:
    faces = [face.read_bytes() for face in press.SHEETS.glob("*.ttf")]
    signs = sorted({number for face in faces for signs in press.covered(face) for number in signs})

    pdf = press.pressed(told(" ".join(map(chr, signs))))

    assert len(signs) > 4000
    assert TAGGED in pdf


@pytest.mark.parametrize(
    "text",
    [
        "na\u00efve e\u0301 \u0141\u00f3d\u017a",
        "\u05e9\u05d1\u05ea (abc) \u202a1\u202c",
        "\u0639\u0646\u062f\u0645\u0627",
        "\U0001f468\u200d\U0001f469 \u2764\ufe0f",
        "\u65e5\u672c \x00\ufeff\t\u2028",
    ],
)
def test_any_words_are_set_and_tagged(text: str) -> None:
    assert TAGGED in printing.printed(told(text))


def test_words_are_never_taken_for_instructions(cast: Cast) -> None:
    assert TAGGED in printing.printed(told('#panic("x") ] $ ` \\ " */ #sys.inputs'))


def test_an_accent_on_a_letter_of_another_script_is_no_reason_to_fail() -> None:
    assert press.pressed(told("a\u05b0 x\u064b"))[:5] == b"%PDF-"
