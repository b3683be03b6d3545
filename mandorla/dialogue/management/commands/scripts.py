"""`mandorla scripts`: every dialogue script as a picture, and what is wrong with it, if anything is."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import translation

from mandorla.dialogue.core import Script, broken_promises
from mandorla.dialogue.core.drawing import drawing, redrawn
from mandorla.dialogue.core.wording import lacking
from mandorla.dialogue.services import scripts


class Command(BaseCommand):
    help = "Draw every dialogue script, and say which promises it breaks and which English words it lacks."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", metavar="FILE", type=Path, help="redraw the pictures in this Markdown file")

    def handle(self, *args: Any, **options: Any) -> None:
        every = scripts.every()
        if options["write"]:
            options["write"].write_text(redrawn(options["write"].read_text("utf-8"), every), "utf-8")
        else:
            for script in every:
                self.stdout.write(f"%% {script.id}\n{drawing(script)}\n")
        flaws = [f"{script.id}: {flaw}" for script in every for flaw in _flaws(script)]
        if flaws:
            raise CommandError("\n".join(flaws))


def _flaws(script: Script) -> list[str]:
    with translation.override("en"):
        told = scripts.words(script.id)
    return [
        *(f"breaks the promise “{promise.says}”" for promise in broken_promises(script)),
        *(
            f"lacks {name}"
            for name in lacking(script, form=told.form, kinds=told.kinds, steps=told.steps, places=told.places)
        ),
    ]
