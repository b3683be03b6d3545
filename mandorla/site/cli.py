"""The `mandorla` command: Django's commands under our name, in the data folder and with the settings asked for."""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

HELP = """Mandorla, a place for two people to speak carefully.

  mandorla run [--host H] [--port P] [--data DIR] [--lan] [--gentle-path N]   serve it
  mandorla demo [the same options]                                           the same, with invented people
  mandorla backup DIR                                                        one snapshot, as two files
  mandorla restore DIR --data NEW                                            a new data folder from a backup
  mandorla notices                                                           send the notices that are due now
  mandorla close-account NAME [--reopen]                                     let nobody, or somebody again, sign in
  mandorla languages [LANGUAGE]                                              how far each translation has come
  mandorla coach --jsonl                                                     ask the coach, a JSON line at a time
  mandorla check --deploy                                                    look for unsafe settings

Any command takes --data DIR, the data folder (./var if not given), and --help.
"""

SITELESS = {"coach": "mandorla.coach.management.lines"}  # what needs no data folder and no Django, and starts at once


def settings_options(parser: argparse.ArgumentParser) -> None:
    """The options that must be known before Django is set up, because settings come from them."""
    parser.add_argument("--data", metavar="DIR", type=folder, help="the data folder (default: ./var)")
    parser.add_argument("--lan", action="store_true", help="let phones on the same network in, over https")
    parser.add_argument("--gentle-path", metavar="N", type=int, help="longest gentle path, in dialogues; 0: none")
    parser.add_argument("--workers", metavar="N", type=int, help="processes; more than one only with PostgreSQL")


def folder(name: str) -> Path:
    """A folder somebody named. An empty name, as of a variable that was never set, would mean the working folder."""
    if not name:
        raise argparse.ArgumentTypeError("the name of the data folder is empty")
    return Path(name)


def main() -> None:
    """Run the command named in `sys.argv`."""
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help", "help"):
        print(HELP, end="")  # noqa: T201
        return
    command = sys.argv[1]
    parser = argparse.ArgumentParser(prog=f"mandorla {command}", add_help=False, allow_abbrev=False)
    settings_options(parser)
    taken, others = parser.parse_known_args(sys.argv[2:])
    try:
        if command in SITELESS:
            import_module(SITELESS[command]).main(others)
        else:
            _with_a_site(command, taken, others)
        sys.stdout.flush()
    except BrokenPipeError:  # as in `mandorla languages de | head`: whoever reads along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _with_a_site(command: str, taken: argparse.Namespace, others: list[str]) -> None:
    _take(command, taken)
    _open_folder(Path(os.environ["MANDORLA_DATA"]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mandorla.site.settings")
    _read_settings()
    execute_from_command_line(["mandorla", command.replace("-", "_"), *others])


def _take(command: str, options: argparse.Namespace) -> None:
    data = options.data or Path(os.environ.get("MANDORLA_DATA") or "var")
    if command == "demo" and not options.data:
        data /= "demo"
    os.environ["MANDORLA_DATA"] = str(data.resolve())
    if options.lan:
        os.environ["MANDORLA_LAN"] = "1"
    if options.gentle_path is not None:
        os.environ["MANDORLA_GENTLE_PATH"] = str(options.gentle_path)
    if options.workers is not None:
        os.environ["MANDORLA_WORKERS"] = str(options.workers)


def _read_settings() -> None:
    try:
        settings.DATA  # noqa: B018  # reads them
    except (ImproperlyConfigured, ValueError) as problem:
        sys.exit(f"Sorry: the settings cannot be used ({problem}).\ndocs/hosts/settings.md lists them all.")


def _open_folder(data: Path) -> None:
    os.umask(0o077)  # whatever is made there is for this account alone
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = data / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        sys.exit(
            f"Sorry: the data folder {data} cannot be written to ({problem.strerror}).\n"
            "Choose another one with --data DIR, or make this one writable."
        )
