"""The real thing: `mandorla run` in a process, a data folder and on a port of its own, and a process that seeds it."""

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.site.command import CALM

PASSPHRASE = "seven old lindens walk slowly by"
PATIENCE_SECONDS = 30


class Site:
    """A running Mandorla. It can be killed, and come back where it was."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.log = data.with_suffix(".log")
        self.environment = CALM | environment
        self.expected: list[str] = []
        self.port = 0
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, on the port it had before."""
        command = [sys.executable, "-P", "-u", "-m", "mandorla", "run"]
        with self.log.open("a") as log:
            said = log.tell()
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), "--data", str(self.data)],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.port = self._port_told(said)

    def kill(self) -> None:
        """As if the power had gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator stops it."""
        self._end(signal.SIGTERM)

    def complaints(self) -> list[str]:
        """What it logged as a warning or worse, and no journey called for."""
        lines = [line for line in self.log.read_text().splitlines() if re.search(r" (WARNING|ERROR|CRITICAL) ", line)]
        return [line for line in lines if line not in self.expected]

    def _port_told(self, since: int) -> int:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            told = self.log.read_text()[since:]
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", told)
            if found:
                return int(found.group(1))
            assert self.process.poll() is None, told
            time.sleep(0.02)
        raise AssertionError("the server did not start")

    def _end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(20)


@dataclass(slots=True)
class Someone:
    """Somebody who has an account."""

    name: str
    called: str
    cookies: dict[str, str]
    passphrase: str = PASSPHRASE


@dataclass(slots=True)
class Pair:
    """Two people and their space."""

    ana: Someone
    ben: Someone
    space: str
    seeds: "Seeds"

    def ask(
        self,
        *moves: str,
        script: str = "couples",
        medium: str = "written",
        topic: str = "Sunday evenings",
        minutes: int = 30,
    ) -> str:
        """Ana asks Ben for a dialogue, and it goes on by these moves of `ana` and `ben`. Answers with its id."""
        wish = {"space": self.space, "script": script, "medium": medium, "topic": topic, "minutes": minutes}
        thread: str = self.seeds("ask", name=self.ana.name, **wish)
        self.play(thread, *moves)
        return thread

    def play(self, thread: str, *moves: str) -> None:
        """Moves of `ana` and `ben`, each `ana do` or `ana do: words`."""
        names = {"ana": self.ana.name, "ben": self.ben.name}
        told = [f"{names[move.split()[0]]} {move.split(maxsplit=1)[1]}" for move in moves]
        if told:
            self.seeds("play", thread=thread, moves=told)

    def entries(self, thread: str) -> int:
        """How many entries a dialogue has."""
        found: int = self.seeds("entries", thread=thread, name=self.ana.name)
        return found


@dataclass(slots=True)
class Seeds:
    """Makes people and dialogues beside the server."""

    data: Path
    process: subprocess.Popen[str] = field(init=False)
    numbers: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        settings = {"MANDORLA_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "mandorla.site.settings"}
        command = [sys.executable, "-P", "-m", "tests.journeys.seeding"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=CALM | settings, **pipes)

    def __call__(self, do: str, **wish: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": do} | wish) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"{do} failed; what it said stands above"
        return json.loads(answer)

    def someone(self, called: str) -> Someone:
        """Somebody new, signed in and unlocked."""
        name = f"{called.split(maxsplit=1)[0].lower()}-{next(self.numbers)}"
        return Someone(name, called, self("sign_up", name=name, called=called, passphrase=PASSPHRASE))

    def pair(self, *called: str, gentle: bool = False) -> Pair:
        """Two new people who share a space."""
        ana, ben = (self.someone(name) for name in called or ("Ana", "Ben"))
        return Pair(ana, ben, self("pair", names=[ana.name, ben.name], gentle=gentle), self)

    def stop(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
