"""`mandorla demo`: serves the site with invented people in a data folder of their own."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from mandorla.site import invented, serving


class Command(BaseCommand):
    help = "Serve Mandorla with invented people to look at."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        serving.options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        serving.prepare()
        invented.play()
        serving.serve(options["host"], options["port"], announce=_announce)


def _announce(addresses: str) -> None:
    told = invented.story()
    serving.say(addresses)
    serving.say("Invented people. Sign in, two of them in two browsers (or one in a private window):\n")
    for one in told["people"]:
        serving.say(f"  {one['name']:<8} {one['passphrase']}")
    serving.say("")
    for space in told["spaces"]:
        *others, last = space["people"]
        serving.say(f"  {', '.join(others)} and {last}: {space['tells']}")
