"""A backup, made while the site is served, gives everything back from two files that say nothing alone."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.command import CALM, mandorla, start

PASSPHRASE = "seven old lindens walk slowly home"
WORDS = "heliotrope umbrella"
MAKE = f"""
import django; django.setup()
from mandorla.accounts.services import sign_up
from mandorla.dialogue import services as dialogue
from mandorla.spaces import services as spaces
from mandorla.vault.core import new_id
ana = sign_up("ana", "Ana", {PASSPHRASE!r}).ring
ben = sign_up("ben", "Ben", {PASSPHRASE!r}).ring
invitation = spaces.invite(ana)
spaces.join(ben, invitation.code)
spaces.put(ana, invitation.space, "test", {{"words": {WORDS!r}}})
dialogue.end_gentle_path(ana, invitation.space)
dialogue.ask(ana, invitation.space, dialogue.Asked(new_id(), "couples", "Sunday evenings", "written", 30))
spaces.invite(sign_up("eve", "Eve", {PASSPHRASE!r}).ring)
sign_up("fay", "Fay", {PASSPHRASE!r})
"""
NEW_PASSPHRASE = "nine young poplars hum at noon"
LIVE_ON = f"""
import django; django.setup()
from django.conf import settings
from django.db import transaction
from mandorla.accounts.core import fold
from mandorla.accounts.services import close_account, open_ring, sign_up
from mandorla.accounts.services.people import find, keep_account
from mandorla.spaces import services as spaces
from mandorla.spaces.models import Space
from mandorla.vault import services as vault
from mandorla.vault.models import DrawerSlot, Grant, KeySlot
ben, eve = find("ben"), find("eve")
changed = vault.change_passphrase(ben, fold({PASSPHRASE!r}), fold({NEW_PASSPHRASE!r}), session=None)
with transaction.atomic():
    keep_account(ben, changed.account)
    ben.save()
    changed.store()
renewed = vault.renew_recovery(ben, fold({NEW_PASSPHRASE!r}))
renewed.store()
(settings.DATA / "code").write_text(renewed.recovery_code)
Space.objects.update(rotate_due="2026-01-01")
ring = open_ring("ben", {NEW_PASSPHRASE!r})
spaces.put(ring, spaces.spaces_of(ring)[0].id, "later", {{"words": "under a new key"}})
KeySlot.objects.filter(person=eve.id).delete()
DrawerSlot.objects.filter(person=eve.id).delete()
Grant.objects.filter(grantee=eve.id).delete()
eve.delete()
close_account("fay")
sign_up("gil", "Gil", {PASSPHRASE!r})
"""
WHO = f"""
import django; django.setup()
from mandorla.accounts.models import Person
from mandorla.accounts.services import open_ring
from mandorla.vault.core import Sealed
from mandorla.vault.models import DrawerSlot, KeySlot
for name, passphrase in [
    ("ana", {PASSPHRASE!r}), ("ben", {PASSPHRASE!r}), ("ben", {NEW_PASSPHRASE!r}),
    ("eve", {PASSPHRASE!r}), ("fay", {PASSPHRASE!r}), ("gil", {PASSPHRASE!r}),
]:
    try:
        open_ring(name, passphrase).close()
        print(name, "comes in")
    except Sealed:
        print(name, "does not")
here = set(Person.objects.values_list("id", flat=True))
print(len(here), {{slot.person for rows in (KeySlot, DrawerSlot) for slot in rows.objects.all()}} <= here)
"""
END = f"""
import django; django.setup()
from mandorla.accounts.services import open_ring
from mandorla.dialogue import services as dialogue
from mandorla.dialogue.core import Command
from mandorla.dialogue.models import Thread
from mandorla.site.invented import _visit
from mandorla.vault.core import new_id
ring = open_ring("ben", {NEW_PASSPHRASE!r})
thread = Thread.objects.get().id
seat = dialogue.seat_for(ring, thread, unlock=_visit(ring).unlock.id)
dialogue.move(seat, Command(new_id(), dialogue.room_for(seat).v, "end"))
ring = open_ring("ana", {PASSPHRASE!r})
print(dialogue.room_for(dialogue.seat_for(ring, thread, unlock=_visit(ring).unlock.id)).over)
"""
RECOVER = f"""
import os
import django; django.setup()
from mandorla.accounts.services.people import find, keep_account
from mandorla.vault.services import recover
ben = find("ben")
recovered = recover(ben, os.environ["CODE"], {NEW_PASSPHRASE!r})
keep_account(ben, recovered.account)
ben.save()
recovered.store()
"""
READ = f"""
import django; django.setup()
from mandorla.accounts.services import open_ring
from mandorla.spaces import services as spaces
from mandorla.vault.models import Session, UnlockRow
ring = open_ring("ben", {PASSPHRASE!r})
view, = spaces.spaces_of(ring)
item, = spaces.items(ring, view.id, "test")
print(view.partner.name, item.value["words"], Session.objects.count() + UnlockRow.objects.count())
"""


def play(script: str, data: Path, **environment: str) -> str:
    """What a script of ours says, with this data folder."""
    env = CALM | {"DJANGO_SETTINGS_MODULE": "mandorla.site.settings", "MANDORLA_DATA": str(data)} | environment
    done = subprocess.run([sys.executable, "-P", "-c", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which Ana and Ben share a space, and Eve waits for somebody."""
    data = tmp_path_factory.mktemp("lived-in")
    mandorla("migrate", "--data", data)
    play(MAKE, data)
    return data


@pytest.fixture(scope="module")
def backup(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a backup of it."""
    folder = tmp_path_factory.mktemp("backup")
    told = mandorla("backup", folder, "--data", lived_in)
    assert told.returncode == 0, told.stderr
    return folder


def tables(file: Path) -> dict[str, int]:
    """How many rows each table of ours has in a file."""
    with sqlite3.connect(file) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = [name for name in names if name.startswith(("vault_", "accounts_", "spaces_", "dialogue_"))]
        counted = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ours}
    database.close()
    return {name: count for name, count in counted.items() if count}


def test_it_gives_everything_back(backup: Path, tmp_path: Path) -> None:
    told = mandorla("restore", backup, "--data", tmp_path / "new")

    assert told.returncode == 0, told.stderr
    assert play(READ, tmp_path / "new") == f"Ana {WORDS} 0\n"


def test_it_is_split_in_body_and_keys(backup: Path, lived_in: Path) -> None:
    body, keys = next(backup.glob("*.body")), next(backup.glob("*.keys"))

    assert set(tables(keys)) == {"vault_keyslot", "vault_drawerslot", "vault_grant", "spaces_pendinggrant"}
    assert set(tables(body)) & set(tables(keys)) == set()
    assert tables(body) | tables(keys) == tables(lived_in / "mandorla.sqlite3")


def test_the_servers_secrets_are_with_the_keys_alone(backup: Path, lived_in: Path) -> None:
    body, keys = next(backup.glob("*.body")).read_bytes(), next(backup.glob("*.keys")).read_bytes()

    secrets = [secret.encode() for secret in json.loads((lived_in / "secrets.json").read_text()).values()]
    assert [secret for secret in secrets if secret in body] == []
    assert [secret for secret in secrets if secret not in keys] == []


def test_both_are_for_the_owner_alone(backup: Path) -> None:
    assert {stat.S_IMODE(file.stat().st_mode) for file in backup.iterdir()} == {0o600}
    assert sorted(file.suffix for file in backup.iterdir()) == [".body", ".keys"]


def test_it_can_be_made_while_the_site_is_served(lived_in: Path, tmp_path: Path) -> None:
    serving = start("run", "--port", "0", "--data", lived_in)
    assert serving.stdout
    assert "Mandorla is here" in serving.stdout.readline()

    told = mandorla("backup", tmp_path / "backup", "--data", lived_in)

    serving.terminate()
    with serving.stdout:
        serving.wait(10)
    assert told.returncode == 0, told.stderr


@pytest.fixture(scope="module")
def lived_on(lived_in: Path, backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data folder in which more has happened since that backup."""
    data = tmp_path_factory.mktemp("lived-on") / "data"
    shutil.copytree(lived_in, data)
    play(LIVE_ON, data, MANDORLA_ARGON2_MIB="72")
    return data


@pytest.fixture(scope="module")
def later(lived_on: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a backup of that."""
    folder = tmp_path_factory.mktemp("later")
    told = mandorla("backup", folder, "--data", lived_on)
    assert told.returncode == 0, told.stderr
    return folder


def mixed(folder: Path, *, body: Path, keys: Path) -> Path:
    """A folder with the body of one backup and the keys of another."""
    folder.mkdir()
    shutil.copy(next(body.glob("*.body")), folder)
    shutil.copy(next(keys.glob("*.keys")), folder)
    return folder


def test_newer_keys_open_an_older_body(backup: Path, later: Path, tmp_path: Path) -> None:
    told = mandorla("restore", mixed(tmp_path / "mixed", body=backup, keys=later), "--data", tmp_path / "new")

    assert told.returncode == 0, told.stderr
    assert "recovery code" not in told.stdout
    assert play(READ.replace(PASSPHRASE, NEW_PASSPHRASE), tmp_path / "new") == f"Ana {WORDS} 0\n"


def test_newer_keys_say_who_comes_in_and_by_which_passphrase(backup: Path, later: Path, tmp_path: Path) -> None:
    mandorla("restore", mixed(tmp_path / "mixed", body=backup, keys=later), "--data", tmp_path / "new")

    said = play(WHO, tmp_path / "new").splitlines()

    changed = ["ana comes in", "ben does not", "ben comes in"]
    erased, closed, newcomer = ["eve does not"], ["fay does not"], ["gil does not"]
    assert said == [*changed, *erased, *closed, *newcomer, "4 True"]


def test_under_newer_keys_a_dialogue_goes_on(backup: Path, later: Path, tmp_path: Path) -> None:
    mandorla("restore", mixed(tmp_path / "mixed", body=backup, keys=later), "--data", tmp_path / "new")

    assert play(END, tmp_path / "new") == "ended\n"


def test_keys_that_do_not_say_how_people_sign_in_leave_the_recovery_code(
    backup: Path, later: Path, lived_on: Path, tmp_path: Path
) -> None:
    folder = mixed(tmp_path / "mixed", body=backup, keys=later)
    database = sqlite3.connect(next(folder.glob("*.keys")))
    about = json.loads(database.execute("SELECT said FROM about").fetchone()[0])
    del about["tables"]["sign_in"]
    database.execute("UPDATE about SET said = ?", [json.dumps(about)])
    database.execute("DROP TABLE sign_in")
    database.commit()
    database.close()

    told = mandorla("restore", folder, "--data", tmp_path / "new")

    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[1].endswith("comes in with their recovery code.")
    assert play(WHO, tmp_path / "new").splitlines()[:3] == ["ana comes in", "ben does not", "ben does not"]
    play(RECOVER, tmp_path / "new", CODE=(lived_on / "code").read_text())
    assert play(READ.replace(PASSPHRASE, NEW_PASSPHRASE), tmp_path / "new") == f"Ana {WORDS} 0\n"


def test_older_keys_are_refused(backup: Path, later: Path, tmp_path: Path) -> None:
    folder = mixed(tmp_path / "mixed", body=later, keys=backup)

    told = mandorla("restore", folder, "--data", tmp_path / "new")

    body, keys = next(folder.glob("*.body")).name, next(folder.glob("*.keys")).name
    assert told.returncode == 1
    assert told.stderr.startswith(f"Sorry: {keys} is older than {body}: ")
    assert f"Put the keys of that body, or newer ones, into {folder}" in told.stderr
    assert not (tmp_path / "new" / "mandorla.sqlite3").exists()


def test_keys_of_another_site_are_refused(backup: Path, tmp_path: Path) -> None:
    mandorla("migrate", "--data", tmp_path / "other")
    mandorla("backup", tmp_path / "of-other", "--data", tmp_path / "other")
    folder = mixed(tmp_path / "mixed", body=backup, keys=tmp_path / "of-other")

    told = mandorla("restore", folder, "--data", tmp_path / "new")

    assert told.returncode == 1
    assert told.stderr.startswith("Sorry: nobody in this body has a key in these keys")
    assert not (tmp_path / "new" / "mandorla.sqlite3").exists()


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("body", "spaces_item SET envelope = zeroblob(200)"),
        ("keys", "vault_keyslot SET envelope = zeroblob(200)"),
        ("keys", "sign_in SET salt = zeroblob(16)"),
    ],
)
def test_one_changed_byte_is_noticed(backup: Path, tmp_path: Path, part: str, change: str) -> None:
    damaged = Path(shutil.copytree(backup, tmp_path / "damaged"))
    file = next(damaged.glob(f"*.{part}"))
    database = sqlite3.connect(file)
    database.execute(f"UPDATE {change} WHERE rowid = 1")
    database.commit()
    database.close()

    told = mandorla("restore", damaged, "--data", tmp_path / "new")

    assert told.returncode == 1
    assert told.stderr.startswith(f"Sorry: {file} is damaged")
    assert not (tmp_path / "new" / "mandorla.sqlite3").exists()


def test_a_broken_file_is_said_in_a_sentence(backup: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(backup, tmp_path / "damaged"))
    file = next(damaged.glob("*.body"))
    os.truncate(file, 5000)

    told = mandorla("restore", damaged, "--data", tmp_path / "new")

    assert (told.returncode, told.stderr) == (1, f"Sorry: {file} is not a whole backup file.\n")


def test_a_missing_half_is_said_in_a_sentence(backup: Path, tmp_path: Path) -> None:
    half = Path(shutil.copytree(backup, tmp_path / "half"))
    next(half.glob("*.keys")).unlink()

    told = mandorla("restore", half, "--data", tmp_path / "new")

    assert told.returncode == 1
    assert told.stderr.startswith(f"Sorry: {half} has no keys file")


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
def test_no_database_is_written_over(backup: Path, tmp_path: Path, end: str) -> None:
    file = tmp_path / f"mandorla.sqlite3{end}"
    file.write_text("of another time")

    told = mandorla("restore", backup, "--data", tmp_path)

    assert told.returncode == 1
    assert told.stderr == f"Sorry: {file} is there already; restore into an empty folder: --data NEW.\n"
    assert [(one, one.read_text()) for one in tmp_path.iterdir()] == [(file, "of another time")]


def test_no_secrets_are_written_over(backup: Path, tmp_path: Path) -> None:
    mandorla("check", "--data", tmp_path)
    file = tmp_path / "secrets.json"
    before = file.read_text()

    told = mandorla("restore", backup, "--data", tmp_path)

    assert told.returncode == 1
    assert told.stderr.startswith(f"Sorry: {file} is there already, with other secrets")
    assert [(one, one.read_text()) for one in tmp_path.iterdir()] == [(file, before)]


def test_the_same_secrets_may_be_there(backup: Path, lived_in: Path, tmp_path: Path) -> None:
    shutil.copy(lived_in / "secrets.json", tmp_path)

    told = mandorla("restore", backup, "--data", tmp_path)

    assert told.returncode == 0, told.stderr
    assert play(READ, tmp_path) == f"Ana {WORDS} 0\n"


def test_after_a_refusal_the_same_folder_will_do(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    refused = mandorla("restore", tmp_path / "nothing", "--data", tmp_path / "new")

    told = mandorla("restore", backup, "--data", tmp_path / "new")

    assert (refused.returncode, told.returncode) == (1, 0), told.stderr
    assert play(READ, tmp_path / "new") == f"Ana {WORDS} 0\n"


def test_a_folder_that_cannot_be_written_to_is_said_in_a_sentence(lived_in: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    told = mandorla("backup", tmp_path / "file" / "backup", "--data", lived_in)

    assert told.returncode == 1
    assert "Traceback" not in told.stderr
