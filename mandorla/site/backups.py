"""Backs up one moment of the site as two files, and restores it from them.

The *body* has everything but keys; the *keys* have the slots, drawers and grants, what signing in needs beside them,
and the server's own secrets. Neither says anything without the other, so they may be kept in different places for
different times: a newer keys file opens every older body, except for people who were erased in between. Sessions and
opened locks are in neither.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

from mandorla.dialogue.services import flaws
from mandorla.site import secrets
from mandorla.spaces import services as spaces

FEATURES = ("vault", "accounts", "spaces", "safety", "notices", "dialogue")
KNOWN = "IN (SELECT id FROM main.accounts_person)"
KEYS = {  # and which of them an older body has a use for
    "vault.KeySlot": f"person {KNOWN}",
    "vault.DrawerSlot": f"person {KNOWN}",
    "vault.Grant": f"grantee {KNOWN}",
    "spaces.PendingGrant": "id IN (SELECT id FROM main.spaces_item)",  # whoever made the code has it still
}
SIGN_IN = "sign_in"
SIGN_IN_OF = "id, password, salt, kdf, state"  # how the password slot is opened, and whether it may be
PASSING = ("vault.Session", "vault.UnlockRow", "accounts.Throttle")
ROWS_AT_ONCE = 500
SQLITE_ENDS = ("", "-wal", "-shm", "-journal")  # what SQLite would take for a part of the file beside it
STILL = {
    "sqlite": {"transaction_mode": "DEFERRED", "timeout": 20, "init_command": "PRAGMA query_only=ON"},
    "postgresql": {"isolation_level": 3, "options": "-c default_transaction_read_only=on"},  # 3: repeatable read
}
FRESH = {"init_command": "PRAGMA foreign_keys=OFF;PRAGMA journal_mode=OFF;PRAGMA synchronous=OFF"}


class Unfit(Exception):
    """A backup that cannot be made or used, and why, in a sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two files of a backup."""

    body: Path
    keys: Path


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored from which files. With `older_keys` the body alone says how people sign in."""

    used: Pair
    older_keys: bool


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself. `tables`: how many rows each has, and a digest of them. Only keys have `secrets`."""

    part: str
    made: str
    migrations: list[str]
    tables: dict[str, list[Any]]
    secrets: dict[str, str]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.made)


def back_up(folder: Path) -> Pair:
    """Write one snapshot into this folder, as two files for the owner's eyes alone. The site may go on being served."""
    _must_be_current()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = datetime.now(UTC)
    name = folder / f"mandorla-{made:%Y%m%dT%H%M%S}Z"
    pair = Pair(name.with_suffix(".body"), name.with_suffix(".keys"))
    if pair.body.exists():
        raise Unfit(f"{pair.body} is already there.")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as place:
        body, keys = Path(place, "body"), Path(place, "keys")
        with _file(body, "body"):
            call_command("migrate", database="body", verbosity=0, interactive=False)
        shutil.copy(body, keys)
        with _snapshot() as source, _file(body, "body"), _file(keys, "keys"):
            for model in _kept():
                _copy(model, source, "keys" if model._meta.label in KEYS else "body")
        _add_sign_in(keys, body)
        _describe(body, "body", made, {})
        _describe(keys, "keys", made, asdict(settings.SECRETS))
        _keep(keys, pair.keys)  # first: newer keys without their body are of use
        _keep(body, pair.body)
    return pair


def restore(folder: Path) -> Restored:
    """Fill the empty data folder and database of the current settings from the newest body and keys in this folder."""
    secrets.forget_new(settings.DATA)
    _must_be_empty()
    pair = _newest(folder)
    body, keys = _whole(pair.body, "body"), _whole(pair.keys, "keys")
    if body.migrations != keys.migrations:
        raise Unfit("these keys and this body were made by different versions of Mandorla; take two of the same.")
    if keys.at < body.at:
        raise Unfit(
            f"{pair.keys.name} is older than {pair.body.name}: whoever came or changed their passphrase since could not"
            f" open anything. Put the keys of that body, or newer ones, into {folder}; or take an older body."
        )
    _must_not_replace(keys.secrets)
    with tempfile.TemporaryDirectory(dir=settings.DATA, prefix=".restoring-") as place:
        joined = Path(place, "joined")
        shutil.copy(pair.body, joined)
        _join(joined, pair.keys)
        with _file(joined, "joined"):
            call_command("migrate", database="joined", verbosity=0, interactive=False)
            if keys.at > body.at:
                spaces.follow_keys("joined")
            if flaw := next(flaws("joined"), None):
                raise Unfit(f"the backup is not whole: {flaw}.")
            if not _secrets_file().exists():
                secrets.write(settings.DATA, secrets.Secrets(**keys.secrets))
            _install(joined)
    return Restored(pair, older_keys=keys.at > body.at and SIGN_IN not in keys.tables)


def _kept() -> list[type[models.Model]]:
    """What is backed up, every table after those it points to."""
    found = [model for model in apps.get_models() if model._meta.app_label in FEATURES]
    return [model for model in found if model._meta.label not in PASSING]


def _must_be_current() -> None:
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unfit("this database was made by another version of Mandorla; start this version once, then try again.")


def _must_be_empty() -> None:
    database = connections["default"]
    if database.vendor == "sqlite":
        files = [Path(f"{database.settings_dict['NAME']}{end}") for end in SQLITE_ENDS]
        if there := next((file for file in files if file.exists()), None):
            raise Unfit(f"{there} is there already; restore into an empty folder: --data NEW.")
    elif database.introspection.table_names():
        raise Unfit("that database is not empty; restore into an empty one.")


def _must_not_replace(kept_secrets: dict[str, str]) -> None:
    """The same secrets may be there, as after a restore that was broken off."""
    if _secrets_file().exists() and not kept_secrets.items() <= asdict(settings.SECRETS).items():
        raise Unfit(
            f"{_secrets_file()} is there already, with other secrets; restore into an empty folder: --data NEW."
        )


def _secrets_file() -> Path:
    return Path(settings.DATA, secrets.FILE)


@contextmanager
def _snapshot() -> Iterator[str]:
    """A second connection that sees the database as it is at this moment, and holds up nobody."""
    real = connections["default"]
    connections.settings["snapshot"] = real.settings_dict | {"OPTIONS": STILL[real.vendor], "CONN_MAX_AGE": 0}
    with _closing("snapshot"), transaction.atomic("snapshot"):
        yield "snapshot"


@contextmanager
def _file(file: Path, alias: str) -> Iterator[None]:
    """Django's door to an SQLite file, in one transaction."""
    connections.settings[alias] = connections["default"].settings_dict | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": FRESH,
    }
    with _closing(alias):
        yield


@contextmanager
def _closing(alias: str) -> Iterator[None]:
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def _copy(model: type[models.Model], source: str, target: str) -> None:
    rows = model._base_manager.using(source).order_by("pk").iterator(ROWS_AT_ONCE)
    with transaction.atomic(target):
        while some := list(islice(rows, ROWS_AT_ONCE)):
            model._base_manager.using(target).bulk_create(some)


def _add_sign_in(keys: Path, body: Path) -> None:
    """The slots are closed under what the account says of a passphrase: newer ones do not fit an older account."""
    with closing(sqlite3.connect(keys)) as database:
        database.execute("ATTACH ? AS body", [str(body)])
        database.execute(f"CREATE TABLE {SIGN_IN} AS SELECT {SIGN_IN_OF} FROM body.accounts_person")  # noqa: S608
        database.commit()


def _describe(file: Path, part: str, made: datetime, kept_secrets: dict[str, str]) -> None:
    with closing(sqlite3.connect(file)) as database:
        about = About(part, made.isoformat(), _migrations(database), _digests(database), kept_secrets)
        database.execute("CREATE TABLE about (said TEXT NOT NULL)")
        database.execute("INSERT INTO about VALUES (?)", [json.dumps(asdict(about))])
        database.commit()
        database.execute("VACUUM")


def _keep(file: Path, final: Path) -> None:
    """Give a file its final name once all of it is on the disk."""
    file.chmod(0o600)
    _sync(file)
    file.rename(final)
    _sync(final.parent)


def _sync(place: Path) -> None:
    opened = os.open(place, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _newest(folder: Path) -> Pair:
    bodies, keys = sorted(folder.glob("*.body")), sorted(folder.glob("*.keys"))
    if not bodies or not keys:
        raise Unfit(f"{folder} has no {'body' if not bodies else 'keys'} file of a backup (mandorla-….body and .keys).")
    return Pair(bodies[-1], keys[-1])


def _whole(file: Path, part: str) -> About:
    """What the file says of itself, once everything it says was found to be so."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            sound = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            about = About(**json.loads(database.execute("SELECT said FROM about").fetchone()[0]))
            sound = sound and about.part == part and about.tables == _digests(database)
    except (sqlite3.Error, ValueError, TypeError) as problem:
        raise Unfit(f"{file} is not a whole backup file.") from problem
    if not sound:
        raise Unfit(f"{file} is damaged: it does not hold what it held when it was made.")
    return about


def _join(joined: Path, keys: Path) -> None:
    with closing(sqlite3.connect(joined)) as database:
        database.execute("ATTACH ? AS keys", [str(keys)])
        for label, wanted in KEYS.items():
            table = apps.get_model(label)._meta.db_table
            database.execute(f"INSERT INTO main.{table} SELECT * FROM keys.{table} WHERE {wanted}")  # noqa: S608  # our own names
        if taken := ", ".join(name for _, name, *_ in database.execute(f"PRAGMA keys.table_info({SIGN_IN})")):
            theirs = f"SELECT {taken} FROM keys.{SIGN_IN} WHERE id = accounts_person.id"  # noqa: S608
            database.execute(f"UPDATE accounts_person SET ({taken}) = ({theirs}) WHERE EXISTS ({theirs})")  # noqa: S608
        database.execute("DROP TABLE about")
        database.commit()
        database.execute("DETACH keys")
        if database.execute(
            "SELECT EXISTS (SELECT 1 FROM accounts_person) AND NOT EXISTS (SELECT 1 FROM vault_keyslot)"
        ).fetchone()[0]:
            raise Unfit("nobody in this body has a key in these keys; take two files of the same Mandorla.")
        if database.execute("PRAGMA foreign_key_check").fetchall():
            raise Unfit("the two files do not fit together: rows point to others that are not there.")


def _install(joined: Path) -> None:
    real = connections["default"]
    if real.vendor == "sqlite":
        connections["joined"].close()
        _keep(joined, Path(real.settings_dict["NAME"]))
        return
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        for model in _kept():
            _copy(model, "joined", "default")


def _migrations(database: sqlite3.Connection) -> list[str]:
    rows = database.execute("SELECT app, name FROM django_migrations").fetchall()
    return sorted(f"{app}.{name}" for app, name in rows)


def _digests(database: sqlite3.Connection) -> dict[str, list[Any]]:
    """For every table of ours the number of rows, and a digest that no order of the rows changes."""
    there = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = [table for table in (*(model._meta.db_table for model in _kept()), SIGN_IN) if table in there]
    return {table: _digest(database.execute(f"SELECT * FROM {table}")) for table in ours}  # noqa: S608  # our own names


def _digest(rows: sqlite3.Cursor) -> list[Any]:
    count = total = 0
    for row in rows:
        cells = [value if isinstance(value, bytes) else repr(value).encode() for value in row]
        row_digest = hashlib.sha256(b"".join(len(cell).to_bytes(8, "big") + cell for cell in cells)).digest()
        count, total = count + 1, (total + int.from_bytes(row_digest, "big")) % 2**256
    return [count, f"{total:064x}"]
