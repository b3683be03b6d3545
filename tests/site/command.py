"""The `mandorla` command as a person runs it: in a process and a data folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CALM = {"PYTHONPATH": str(ROOT), "MANDORLA_ARGON2_MIB": "64", "PATH": os.environ["PATH"]}


def mandorla(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the command said and how it ended."""
    command = [sys.executable, "-P", "-m", "mandorla", *map(str, words)]
    return subprocess.run(command, env=CALM | environment, capture_output=True, text=True, timeout=60, check=False)


def start(*words: str | Path, **environment: str) -> subprocess.Popen[str]:
    """The command, going on by itself."""
    command = [sys.executable, "-P", "-u", "-m", "mandorla", *map(str, words)]
    return subprocess.Popen(
        command, env=CALM | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
