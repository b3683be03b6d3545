"""Makes a data folder ready to be served: tables, static files, translations. Does again only what changed."""

import hashlib
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mandorla.site import translations
from mandorla.site.serving import Sorry


def make_ready() -> None:
    """Bring tables, static files and translations up to date."""
    migrate()
    collect_static()
    for folder in settings.TRANSLATIONS:
        compile_translations(folder, settings.LOCALE_PATHS[0])


def migrate() -> None:
    """Apply the migrations this database has not seen. `Sorry` if it has seen some that this program has not."""
    executor = MigrationExecutor(connection)
    if executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys():
        raise Sorry(
            "the data was last used by a newer Mandorla, which this one cannot read safely. Nothing was changed."
            " Install the newer one again, or restore a backup made before it."
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Copy static files under far-future names, if any of them changed."""
    files = [Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list(["CVS", ".*", "*~"])]
    stamp = settings.STATIC_ROOT / ".stamp"
    seen = _state_of(files)
    if not stamp.exists() or stamp.read_text() != seen:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(seen)


def compile_translations(source: Path, target: Path) -> None:
    """Make `source/<language>/LC_MESSAGES/django.po` readable for gettext under `target`; broken texts stay English."""
    for po in source.glob("*/LC_MESSAGES/django.po"):
        mo = target / po.relative_to(source).with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        mo.parent.mkdir(parents=True, exist_ok=True)
        made = io.BytesIO()
        write_mo(made, translations.sound(translations.read(po)))
        mo.write_bytes(made.getvalue())


def _state_of(files: list[Path]) -> str:
    facts = sorted(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
