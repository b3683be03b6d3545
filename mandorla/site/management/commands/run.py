"""`mandorla run`: makes the data folder ready and serves the site."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from mandorla.site import serving


class Command(BaseCommand):
    help = "Serve Mandorla."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        serving.options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        serving.prepare()
        serving.serve(options["host"], options["port"])
