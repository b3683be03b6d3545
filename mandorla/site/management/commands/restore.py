"""`mandorla restore DIR --data NEW`: joins the two files of a backup, verifies them, and fills an empty data folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from mandorla.site import backups, cli
from mandorla.site.serving import Sorry


class Command(BaseCommand):
    help = "Restore the newest body and keys of a folder into an empty data folder. Everybody signs in anew."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        cli.settings_options(parser)
        parser.add_argument("folder", metavar="DIR", type=Path, help="where the two files are")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = backups.restore(options["folder"])
        except backups.Unfit as problem:
            raise Sorry(str(problem)) from problem
        except OSError as problem:
            raise Sorry(f"the backup could not be restored ({problem.strerror}).") from problem
        used = restored.used
        self.stdout.write(f"Restored {used.body.name} with {used.keys.name}. Everybody signs in anew.")
        if restored.older_keys:
            self.stdout.write(
                "These keys were made before keys said how people sign in: whoever changed their passphrase after the"
                " body was made comes in with their recovery code."
            )
