"""The `mandorla` command: Django's commands under our name."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command named in `sys.argv`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mandorla.site.settings")
    execute_from_command_line(["mandorla", *sys.argv[1:]])
