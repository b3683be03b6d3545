"""`mandorla notices`: sends what is due now, once, for hosts who would rather have it done beside the server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from mandorla.notices import services


class Command(BaseCommand):
    help = "Send the notices that are due now. Nothing is sent twice, however often or wherever this runs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quietly", action="store_true", help="say nothing, as suits a timer")

    def handle(self, *args: Any, **options: Any) -> None:
        told = services.send_due()
        if not options["quietly"]:
            self.stdout.write(f"{told} told.")
