"""Whoever takes all that a site leaves behind, reads nothing: a word nobody else uses goes into every field there is.

The tour is a real one, by forms over the network; then the database, its log of changes, backups, the server's log and
every temporary file are searched for each of those words, in each of the ways a program might have written them.
"""

import base64
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.house.visitor import TOKEN, Visitor
from tests.notices.outside import Mailbox, PushBox, mailbox, pushbox
from tests.served import Served, serve
from tests.site.command import mandorla

ON_POSTGRES = "postgres" in os.environ.get("DATABASE_URL", "")
BESIDE = f"canaries_{os.getpid()}"  # tests run side by side
ARRIVED = ("ben now", "ana ready", "ben ready", "ana say", "ben say", "ben say", "ana say", "ana say", "ben say")
HELD = (
    *("ana say", "ben say", "ana partly", "ana say", "ben say", "ana yes", "ana no_more", "ben say", "ana all"),
    *("ben unclear", "ana say", "ben say", "ana yes", "ben say", "ana correct", "ben say", "ana lands", "ben guess"),
    *("ana other", "ben say", "ana say", "ben say", "ben close", "ana say", "ben say", "ana say", "ben say"),
)
SAYS = {"say", "unclear", "correct"}
PICKS = {"guess", "other"}
SHEET = ("happened", "felt", "did", "fear", "reminds", "long_for")
STEM = "canary"

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class Canaries:
    """Words found nowhere else, each with the place it was let fly."""

    flown: dict[str, str]
    numbers: Iterator[int]

    def fly(self, where: str) -> str:
        """A new one."""
        word = f"{STEM}{next(self.numbers):03d}heliotrope"
        self.flown[word] = where
        return word


@dataclass(frozen=True, slots=True)
class Left:
    """All that a site left behind, as bytes by where they lay."""

    canaries: Canaries
    remains: dict[str, bytes]
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Outside:
    """Where notices go."""

    mail: Mailbox
    push: PushBox

    @property
    def settings(self) -> dict[str, str]:
        """What leads a server there."""
        return {
            "MANDORLA_MAIL": f"smtp://127.0.0.1:{self.mail.port}",
            "MANDORLA_MAIL_FROM": "Notes <notes@example.org>",
            "MANDORLA_PUSH_SERVICES": f"http://127.0.0.1:{self.push.port}",
        }


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """What is there after a whole tour, with the server still running and a backup made."""
    with mailbox() as mail, pushbox() as push:
        yield from _left(tmp_path_factory, Outside(mail, push))


def _left(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[Left]:
    data, place = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    environment = {"TMPDIR": str(place), "HOME": str(place), "MANDORLA_GENTLE_PATH": "0", **outside.settings}
    if ON_POSTGRES:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {BESIDE}")
        environment["DATABASE_URL"] = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{BESIDE}"
    served = serve(data, **environment)
    canaries = Canaries({}, count(1))
    try:
        files = _tour(served, canaries, outside)
        made = mandorla("backup", place / "backup", "--data", data, **environment)
        assert made.returncode == 0, made.stderr
        remains = _remains(data, place) | (_database(environment["DATABASE_URL"]) if ON_POSTGRES else {})
        yield Left(canaries, remains, files)
    finally:
        served.kill()
        if ON_POSTGRES:
            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {BESIDE} WITH (FORCE)")


@pytest.mark.database
def test_no_word_of_anyone_is_left_anywhere(left: Left) -> None:
    hinted = {place: bytes_ for place, bytes_ in left.remains.items() if _is_written(STEM, bytes_)}
    found = [
        f"{where} ({way}) in {place}"
        for word, where in left.canaries.flown.items()
        for way, written in _ways(word).items()
        for place, bytes_ in (hinted if word.startswith(STEM) else left.remains).items()
        if written in bytes_
    ]

    assert found == []
    assert len(left.canaries.flown) >= 60


@pytest.mark.database
def test_no_file_that_someone_saved_is_left_anywhere(left: Left) -> None:
    """The plain text told words that were searched for; a PDF packs its words, so it is searched for as it is."""
    text, pdf = left.files["words.txt"], left.files["words.pdf"]
    told = [word for word in left.canaries.flown if word.encode() in text]

    assert len(told) > 20
    assert pdf[:5] == b"%PDF-"
    assert [place for place, bytes_ in left.remains.items() if b"%PDF-" in bytes_ or pdf[500:600] in bytes_] == []


@pytest.mark.database
def test_the_search_would_have_found_one(left: Left) -> None:
    """What lies in clear by right is found: the log of changes, the server's log and the backup were really read."""
    places = {place.rpartition("/")[2]: bytes_ for place, bytes_ in left.remains.items()}

    assert b"page=/dialogues/" in places["server.log"]
    assert any("body" in place and b"dialogue_event" in bytes_ for place, bytes_ in places.items())
    assert any("keys" in place and b"vault_keyslot" in bytes_ for place, bytes_ in places.items())
    if ON_POSTGRES:
        assert b"relationship" in places["rows"]
    else:
        assert {"mandorla.sqlite3", "mandorla.sqlite3-wal"} <= set(places)
        assert b"relationship" in places["mandorla.sqlite3"] + places["mandorla.sqlite3-wal"]


def _tour(served: Served, canaries: Canaries, outside: Outside) -> dict[str, bytes]:
    with _newcomer(served, canaries) as ana, _newcomer(served, canaries) as ben, _newcomer(served, canaries) as cleo:
        ana.sign_up()
        _asks_to_be_told(ana, canaries, outside)
        _practises(ana, canaries)
        ben.sign_up()
        cleo.sign_up()
        _gather(ana, ben, cleo, canaries)
        return _meet(ana, ben, canaries)


def _gather(ana: Visitor, ben: Visitor, cleo: Visitor, canaries: Canaries) -> None:
    """A family with a name, and a guide who is called something too."""
    space = ana.make_family(canaries.fly("name of a family"))
    ben.join(ana.invite_into(space, "member"))
    cleo.join(ana.invite_into(space, "guide"), trained="on")
    for person in (ana, ben, cleo):
        person.get("/dialogues/")
    assert cleo.called in ben.get(f"/spaces/{space}/")


def _meet(ana: Visitor, ben: Visitor, canaries: Canaries) -> dict[str, bytes]:
    space = ben.join(ana.invite())
    _wrong_turns(ana, canaries)
    thread = ana.ask(space, "couples", canaries.fly("topic"))
    for what in ("how", "safety"):
        ben.post(f"/dialogues/before/{what}/{space}/", answer="go")
    people = {"ana": ana, "ben": ben}
    for move in ARRIVED:
        who, do = move.split()
        _act(people[who], who, thread, do, canaries)
    words = f"When he choked me I thought of the {canaries.fly('asked the coach')} and of nothing else"
    assert ana.asks_the_coach(thread, words)["said"][0]["code"] == "danger"
    for move in HELD:
        who, do = move.split()
        _act(people[who], who, thread, do, canaries)
    for who, person in people.items():
        person.post(f"/dialogues/{thread}/prepare/", **{line: canaries.fly(f"sheet of {who}") for line in SHEET})
        person.post(f"/dialogues/{thread}/after/", how_true="partly", words=canaries.fly(f"reflection of {who}"))
        person.get(f"/dialogues/{thread}/words/")
        person.keeps(thread)
    files = {name: ana.client.get(f"/dialogues/{thread}/{name}").content for name in ("words.pdf", "words.txt")}
    second = ana.ask(space, "appreciation", canaries.fly("topic"))
    for move in ARRIVED[:3]:
        who, do = move.split()
        people[who].does(second, do)
    ana.types(second, canaries.fly("draft"), canaries.fly("feeling half chosen"))
    ben.does(second, "park", words=canaries.fly("parked"))
    ben.does(second, "pause", minutes=20)
    for secret in (*ana.secrets, *ben.secrets):
        canaries.flown[secret] = "code"
    ana.get("/me/sessions/")
    return files


def _asks_to_be_told(person: Visitor, canaries: Canaries, outside: Outside) -> None:
    """Where somebody is reached is theirs too, also when it fails."""
    page, address = "/me/notices/", f"{canaries.fly('e-mail address')}@example.org"
    outside.mail.refuses = True
    token = TOKEN.search(person.get(page))
    assert token
    fields = {
        "csrfmiddlewaretoken": token[1],
        "act": "mail",
        "address": f"{canaries.fly('address that fails')}@b.example",
    }
    assert person.client.post(page, data=fields).status_code == 422
    outside.mail.refuses = False
    person.post(page, act="mail", address=address)
    code = outside.mail.letters[-1][2].get_content().split()[2]
    person.post(page, act="code", code=code)
    browser = outside.push.subscription | {"endpoint": f"{outside.push.endpoint}/{canaries.fly('endpoint')}"}
    person.post(page, act="device", **browser)
    person.post(page, act="times", waiting="on", lead="60", quiet_from="21:00", quiet_to="08:00")
    secret = re.search(r"/calendar/(\w+)/", person.post(page, act="feed"))
    assert secret
    person.client.get(secret[0]).raise_for_status()
    canaries.flown |= {
        secret[1]: "calendar address",
        browser["auth"]: "browser's secret",
        browser["p256dh"]: "browser's key",
    }


def _practises(person: Visitor, canaries: Canaries) -> None:
    """What one practises alone is nowhere afterwards, also when somebody keeps that they did."""
    for step in ("mirror-1", "summary", "validate", "empathise", "send", "request"):
        word = canaries.fly(f"practised {step}")
        facts = {"own": canaries.fly("practised feeling")} if step == "empathise" else {}
        page = person.post(f"/learn/practice/amara/{step}/", words=f"You saw the red line and felt {word}.", **facts)
        assert word in page
    person.post("/learn/practice/amara/end/", skills=["mirror", "validate"])


def _newcomer(served: Served, canaries: Canaries) -> Visitor:
    passphrase = f"{canaries.fly('passphrase')} walks slowly under seven lindens"
    person = Visitor(served.address, canaries.fly("sign-in name"), canaries.fly("called"), passphrase)
    person.client.headers["User-Agent"] = canaries.fly("device")
    return person


def _wrong_turns(person: Visitor, canaries: Canaries) -> None:
    """What goes wrong leaves no more behind than what goes right."""
    for path in (f"/{canaries.fly('address')}/", f"/how/?q={canaries.fly('query')}"):
        person.client.get(path, headers={"Referer": f"https://elsewhere.example/{canaries.fly('referrer')}"})


def _act(person: Visitor, who: str, thread: str, do: str, canaries: Canaries) -> None:
    facts: dict[str, str] = {}
    if do in SAYS:
        person.types(thread, canaries.fly(f"draft of {who}"))
        facts = {"words": canaries.fly(f"{do} of {who}"), "lead": canaries.fly("lead")}
    if do in PICKS:
        facts = {"own": canaries.fly(f"feeling of {who}")}
    person.does(thread, do, **facts)


def _remains(*folders: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for folder in folders for file in folder.rglob("*") if file.is_file()}


def _database(address: str) -> dict[str, bytes]:
    """Every row of every table in words, and the files of the whole cluster where they can be read."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        tables = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        rows = [row for name in tables for (row,) in connection.execute(f'SELECT t::text FROM "{name}" t')]
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    files = _remains(Path(folder)) if os.access(folder, os.R_OK) else {}
    return {"rows": "\n".join(rows).encode(), **files}


def _is_written(word: str, bytes_: bytes) -> bool:
    return any(written in bytes_ for written in _ways(word).values())


def _ways(word: str) -> dict[str, bytes]:
    """How a program might have written it."""
    clear = word.encode()
    return {
        "clear": clear,
        "lower case": clear.lower(),
        "two bytes a letter": word.encode("utf-16-le"),
        "hex": clear.hex().encode(),
        "base64": base64.b64encode(clear)[:20],
        "in an address": quote(word).encode(),
    }
