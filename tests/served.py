"""The real server, as a host runs it, in a process of its own: started, measured from outside, stopped or killed."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from mandorla.site import secrets
from tests.site.command import CALM

PATIENCE_SECONDS = 30.0
TICK_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens: always on this machine."""

    port: int
    host: str = "127.0.0.1"

    @property
    def origin(self) -> str:
        """As a browser names it."""
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server. `start_seconds` went by from its launch until it took a connection."""

    address: Address
    process: subprocess.Popen[bytes]
    start_seconds: float

    def cpu_seconds(self) -> float:
        """User and system time of the process and its children so far."""
        return cpu_seconds(self.process.pid)

    def memory_bytes(self) -> int:
        """Resident memory of the process and its children."""
        top = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in (top, *top.children(recursive=True)))

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As Ctrl-C or the host's service manager would."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(PATIENCE_SECONDS)


def serve(data: Path, *words: str, **environment: str) -> Served:
    """Starts `mandorla run` with this data folder on a free port, and waits until it may be visited.

    What it says goes to `server.log` in the folder.
    """
    address = Address(_free_port())
    command = [sys.executable, "-P", "-m", "mandorla", "run", "--port", str(address.port), "--data", str(data), *words]
    began = time.monotonic()
    with (data / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=CALM | environment, stdout=log, stderr=log)
    while not _listens(address):
        if process.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
            process.kill()
            raise RuntimeError(f"the server did not start:\n{(data / 'server.log').read_text()}")
        time.sleep(TICK_SECONDS)
    return Served(address, process, time.monotonic() - began)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it so far, those that ended included."""
    top = psutil.Process(pid)
    times = [top.cpu_times()]
    for one in top.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended while we looked
            times.append(one.cpu_times())
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _listens(address: Address) -> bool:
    try:
        with socket.create_connection((address.host, address.port), timeout=1):
            return True
    except OSError:
        return False


def beside_this_test(data: Path) -> dict[str, str]:
    """What lets a server with this new data folder share the database and the secrets of the test that is running."""
    shutil.copy(settings.DATA / secrets.FILE, data)
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{facts['NAME']}"}
    who = f"{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}"
    return {"DATABASE_URL": f"postgres://{who}/{facts['NAME']}"}
