"""The serving process leaves no memory behind on disk, and lets no other process read it."""

import subprocess
import sys

from tests.site.command import CALM

SHOW = """
import ctypes, resource
from mandorla.site.serving import harden
harden()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def test_no_core_dump_and_not_dumpable() -> None:
    done = subprocess.run([sys.executable, "-P", "-c", SHOW], env=CALM, capture_output=True, text=True, check=True)

    assert done.stdout == "(0, 0) 0\n"
