"""What the coach can read: English as people type it, and no other language; whatever comes, in a moment."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import thread_time

import pytest

from mandorla.coach import core, services

OWN = Path(__file__).parents[2] / "models" / "coach"
FEW = 4  # words, from which on pages ask
REFUSED_MAX = 1 / 200
SECONDS_MAX = 1.5
LONG = 100_000
CLAUSES = [("a - b\n\n \n c d e f", 2), ("I waited.  \n  You came at ten", 2), ("I waited   and    you came at ten", 2)]


def own() -> Iterator[str]:
    """What we wrote for the coach to learn from and be measured by."""
    for file in sorted(OWN.glob("*/*.jsonl")):
        for row in map(json.loads, file.read_text("utf-8").splitlines()):
            yield from (row[name] for name in ("text", "sender", "response") if name in row)


def test_english_is_read_however_it_is_typed() -> None:
    told = {said for said in own() if len(said.split()) >= FEW}
    refused = [said for said in told if not services.reads(said)]

    assert len(refused) <= REFUSED_MAX * len(told), refused[:20]


@pytest.mark.parametrize(
    "said",
    [
        "I am sad",
        "He hit me today",
        "you never listen",
        "u nevr lissen to me wen im tired",
        "i want to die",
        "ur always on ur fone n i feel so lonly",
        "I am feel very sad when you go out without say nothing",
        "Mi amor, I feel alone when you work on Sundays",
        "When the laptop comes out, I’m gone.",
        "um so yeah I guess what I wanted to say is er that I miss you",
    ],
)
def test_short_and_rough_english_is_read(said: str) -> None:
    assert services.reads(said)


@pytest.mark.parametrize(
    "said",
    [
        # German
        "Ich bin so traurig, was soll ich machen",
        "Was will ich in so einer Ehe",
        "Im Bett war er so warm",
        "Wenn der Laptop aufgeht, bin ich allein",
        "Du hast mich am Abend wieder allein gelassen",
        "Warum war das so, wen hast du da gesehen",
        "Man hat in der Not so an die Kinder gedacht",
        "Ich will, dass du im Winter mit mir redest",
        # Dutch
        "Ik was zo boos toen je me in de steek liet",
        "We waren in het park en ik had het koud",
        "Wat is er met je, of is het om het werk",
        "Ik had je nodig en je was er niet",
        "Je luistert nooit als ik iets wil zeggen",
        "Kom je me in het weekend even helpen",
        # French
        "Tu ne me parles plus",
        "On a eu un enfant et tu as fui",
        "Je suis triste quand tu sors sans moi",
        "Tu me manques comme au premier jour",
        "C'est comme ça, on ne se parle plus",
        "J'ai peur que tu me laisses",
        # Spanish
        "No me dejas ver a mi madre",
        "Me he sentido sola en casa",
        "Si no me miras, no me ves",
        "No sé, a veces no me come la pena",
        "Te echo de menos cuando trabajas",
        "Ven a casa, no me dejes sola con los niños",
        # Portuguese
        "Eu me sinto sozinha quando sais",
        "Tu nunca me ouves, e eu fico triste",
        "A casa é do meu pai, e no fim eu limpo",
        "As coisas do dia a dia me cansam",
        "Você não me deixa sair com as amigas",
        "Do que me dizes, no fim nada se faz",
        # Italian
        "Mi sento sola in casa",
        "Non mi parli, e io sto male",
        "Come sei, a me fai male",
        "In no che mi hai detto sta tutto",
        "Quando torni a casa sei sempre stanco",
        "Ho sonno, e tu come stai",
        # Swedish
        "Jag var ledsen i går, men du var inte hemma",
        "Man kan inte alltid vara glad i dig",
        "Du sa att du var hos din mor",
        "Vi har slut, men jag har dig kvar",
        "I sommar har du inte varit här",
        # Turkish
        "Sen bana hiç vakit ayirmiyorsun",
        "Ben on gün seni bekledim",
        "Her gün o son otobüs, sen yoksun",
        "Seninle konusmak istiyorum ama sen kaciyorsun",
        # and what has no words, or none we know
        "Nie rozmawiasz ze mną i to boli",
        "Tum mujhe kabhi nahi sunte",
        "Aku sedih kalau kamu pergi",
        "نامه‌ی بانک را دیدی و نشستی",
        "?! ... !! 💔",
        "12 34 56 78",
        "",
    ],
)
def test_no_other_language_is_taken_for_english(said: str) -> None:
    assert not services.reads(said)


@pytest.mark.parametrize(("said", "clauses"), CLAUSES)
def test_blanks_in_a_row_count_as_one(said: str, clauses: int) -> None:
    assert len(core.clauses(said)) == clauses


@pytest.mark.parametrize(
    "said",
    [
        "a" + " " * LONG + "b",
        "a" + "\n " * LONG,
        *(part * LONG for part in ("a ", "and ", "- ", ", ", "well done ", "no")),
    ],
    ids=["blanks", "lines", "a", "and", "dashes", "commas", "praise", "one word"],
)
def test_a_very_long_text_is_answered_in_a_moment(said: str) -> None:
    services.send("It is read once, so that what is measured is not its beginning.")
    services.mirror("And so", "is the other.")
    for asked in (
        lambda: services.send(said),
        lambda: services.request(said),
        lambda: services.topic(said),
        lambda: services.mirror(said, said.swapcase()),
        lambda: services.counsel(said, said),
        lambda: services.feelings(said, said),
        lambda: services.traits(said, said),
        lambda: services.reads(said),
    ):
        began = thread_time()
        asked()
        assert thread_time() - began < SECONDS_MAX
    began = thread_time()
    core.clauses(said[:LONG])
    assert thread_time() - began < SECONDS_MAX
