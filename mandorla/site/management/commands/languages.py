"""`mandorla languages`: how far every language has come, and what it still needs."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from mandorla.site import cli, translations
from mandorla.site.languages import FIRST, Language
from mandorla.site.serving import Sorry
from mandorla.site.translations import Standing


class Command(BaseCommand):
    help = "Say how far every language has come. With a language: what it lacks, text by text."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        cli.settings_options(parser)
        parser.add_argument("language", metavar="LANGUAGE", nargs="?", help="such as de")
        parser.add_argument("--merge", action="store_true", help="put new texts into its django.po; changed: fuzzy")
        parser.add_argument("--seen", action="store_true", help="keep that its scripts were told from today's English")

    def handle(self, *args: Any, **options: Any) -> None:
        others = [one for one in settings.SPOKEN if one.folder]
        chosen = [one for one in others if one.code == options["language"]] if options["language"] else others
        if options["language"] and not chosen:
            raise Sorry(
                f"there is no such language here. There are: {', '.join(one.code for one in others) or 'none'}."
            )
        if (options["merge"] or options["seen"]) and not options["language"]:
            raise Sorry("say which language.")
        for language in chosen:
            if options["merge"]:
                translations.merge(language)
            if options["seen"]:
                translations.note_seen(language)
        broken = sum(self._tell(language, closely=bool(options["language"])) for language in chosen)
        if broken:
            raise Sorry(f"{broken} translations are broken: they name other places than the English text.")

    def _tell(self, language: Language, *, closely: bool) -> int:
        parts = {
            "software": translations.software(language),
            "scripts": translations.dialogues(language),
            "help": translations.help_lines(language),
        }
        reviewed = "reviewed" if language.reviewed else "awaiting review by a practitioner"
        self.stdout.write(f"{language.code} {language.name}: {reviewed}")
        for name, standing in parts.items():
            self._tell_part(name, standing, closely=closely)
        offered, every = translations.told_in(language), translations.told_in(FIRST)
        self.stdout.write(f"  dialogues {len(offered)} of {len(every)} are offered in it")
        if closely and len(offered) < len(every):
            self.stdout.write(f"    not yet: {', '.join(name for name in every if name not in offered)}")
        return sum(len(standing.broken) for standing in parts.values())

    def _tell_part(self, name: str, standing: Standing, *, closely: bool) -> None:
        flaws = {"missing": standing.missing, "stale": standing.stale, "broken": standing.broken}
        counts = ", ".join(f"{len(found)} {flaw}" for flaw, found in flaws.items())
        self.stdout.write(f"  {name:<9} {standing.texts} texts: {counts}")
        for flaw, found in flaws.items() if closely else ():
            for one in found:
                self.stdout.write(f"    {flaw}: {one}")
