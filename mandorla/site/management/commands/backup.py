"""`mandorla backup DIR`: one snapshot of everything, as two files; the site may go on being served."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from mandorla.site import backups, cli
from mandorla.site.serving import Sorry


class Command(BaseCommand):
    help = "Back up everything as two files: a body, and keys. Keep them in two places."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        cli.settings_options(parser)
        parser.add_argument("folder", metavar="DIR", type=Path, help="where to put the two files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backups.back_up(options["folder"])
        except backups.Unfit as problem:
            raise Sorry(str(problem)) from problem
        except OSError as problem:
            raise Sorry(f"{options['folder']} cannot be written to ({problem.strerror}).") from problem
        self.stdout.write(f"Body: {made.body}\nKeys: {made.keys}\nKeep the two in different places.")
