"""`mandorla close-account NAME`: ends an account's sessions and lets nobody sign in to it, without opening anything."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand
from django.db import DatabaseError

from mandorla.accounts import services
from mandorla.site import cli
from mandorla.site.serving import Sorry
from mandorla.vault.core import NotYours


class Command(BaseCommand):
    help = "Close an account, or open it again: its words stay sealed, and nobody signs in meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        cli.settings_options(parser)
        parser.add_argument("name", metavar="NAME", nargs="?", help="the sign-in name; asked for if not given")
        parser.add_argument("--reopen", action="store_true", help="let the person sign in again")

    def handle(self, *args: Any, **options: Any) -> None:
        act = services.reopen_account if options["reopen"] else services.close_account
        try:
            act(options["name"] or input("Sign-in name: "))
        except NotYours:
            raise Sorry("nobody here signs in under this name.") from None
        except EOFError:
            raise Sorry("a sign-in name is needed.") from None
        except DatabaseError as problem:
            raise Sorry(f"the database cannot be used ({str(problem).splitlines()[0]}).") from problem
        self.stdout.write(
            "The account is open again. At the next sign-in the person is asked for a new recovery code."
            if options["reopen"]
            else "The account is closed, and signed out everywhere. `--reopen` opens it again."
        )
