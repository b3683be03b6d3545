"""Serves the site: one hardened process that listens where it safely may, and tells the person where to look.

On plain http only this machine itself is served; anything wider needs TLS.
"""

import argparse
import ctypes
import fcntl
import gc
import io
import ipaddress
import resource
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
import uvicorn
from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import CommandError
from django.db import DatabaseError
from uvicorn.supervisors import Multiprocess

from mandorla.site import cli, lan, logs

PR_SET_DUMPABLE = 4
GARBAGE = (20_000, 20, 20)  # a screen makes thousands of small things and no cycles: look for those less often
SOCKET_BYTES_MAX = 65_536
GRACE_SECONDS = 5
PORT_MAX = 65_535


class Sorry(CommandError):
    """Something that a person can put right; said in a sentence, without a traceback."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where to listen, and how many processes do."""

    host: str
    port: int
    workers: int


def options(parser: argparse.ArgumentParser) -> None:
    """The options of `run` and `demo`."""
    cli.settings_options(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", default=8000, type=int, help="port to listen on (default: 8000)")


def prepare() -> None:
    """Harden this process, refuse unsafe settings, and bring the data folder up to date."""
    from mandorla.site.ready import make_ready  # noqa: PLC0415  # a worker reads this module before Django is set up

    harden()
    logs.configure()
    found = run_checks(tags=["mandorla"], include_deployment_checks=True)
    if errors := [str(problem.msg) for problem in found if problem.level >= ERROR]:
        raise Sorry("\n".join(errors))
    for problem in found:
        say(problem.msg)
    _alone(settings.DATA)
    try:
        make_ready()
    except DatabaseError as problem:
        raise Sorry(f"the database cannot be used ({str(problem).splitlines()[0]}).") from problem


def say(text: str) -> None:
    """Tell the person at the terminal, at once even if the terminal is a file."""
    print(text, flush=True)  # noqa: T201


def serve(host: str, port: int, *, announce: Callable[[str], None] = say) -> None:
    """Serve until stopped. `announce` gets what a person at the terminal should read, once it can be visited."""
    where = Where("0.0.0.0" if settings.LAN else host, port, settings.WORKERS)  # noqa: S104  # asked for by --lan
    _refuse_open_plain_http(where)
    listener = _listen(where)
    tls: dict[str, Any] = {}
    if settings.LAN:
        certificate, key = lan.certificate(settings.DATA)
        tls = {"ssl_certfile": certificate, "ssl_keyfile": key}
    config = uvicorn.Config(
        "mandorla.site.serving:application",
        factory=True,
        workers=where.workers,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=SOCKET_BYTES_MAX,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.PROXY),
        forwarded_allow_ips=settings.PROXY,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **tls,
    )
    lines = _addresses(listener.getsockname())
    try:
        if where.workers > 1:
            announce(lines)
            Multiprocess(config, sockets=[listener]).run()
        else:
            Server(config, lambda: announce(lines)).run(sockets=[listener])
    except KeyboardInterrupt:
        announce("Stopped.")


class Server(uvicorn.Server):
    """Uvicorn's server, which says when it may be visited."""

    def __init__(self, config: uvicorn.Config, when_open: Callable[[], None]) -> None:
        super().__init__(config)
        self.when_open = when_open

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.when_open()


def application() -> Any:
    """What every serving process runs."""
    harden()
    logs.configure()
    from mandorla.site.asgi import application as made  # noqa: PLC0415  # in the serving process, after hardening

    gc.collect()
    gc.freeze()  # what was loaded stays: looking through it again and again would hold up turns
    gc.set_threshold(*GARBAGE)
    return made


def harden() -> None:
    """No core dumps and no reading by other processes: keys pass through this memory. As far as the system lets us."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _alone(data: Path) -> None:
    """Hold the folder's lock for as long as this process lives: SQLite and open rooms want one process."""
    held = (data / "running.lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        held.close()
        raise Sorry(f"the data folder {data} is already being served by another process.") from problem
    _HELD.append(held)


_HELD: list[Any] = []


def _refuse_open_plain_http(where: Where) -> None:
    if not settings.TLS and not _is_loopback(where.host):
        raise Sorry(
            f"{where.host} can be reached by others, and plain http would let them read along. Use --lan for phones"
            " on the same network, or put a proxy with TLS in front and set MANDORLA_TLS=1 (docs/hosts/)."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(where: Where) -> socket.socket:
    if not 0 <= where.port <= PORT_MAX:
        raise Sorry(f"{where.port} is no port; ports go from 1 to {PORT_MAX}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.set_inheritable(True)
    except OSError as problem:
        raise Sorry(
            f"port {where.port} on {where.host} cannot be used ({problem.strerror})."
            f" Another one may be free: --port {where.port + 1}"
        ) from problem
    return listener


def _addresses(address: tuple[Any, ...]) -> str:
    host, port = address[:2]
    if not settings.LAN:
        shown = f"[{host}]" if ":" in host else host
        return f"Mandorla is here: http://{shown}:{port}/   (stop with Ctrl-C)"
    found = [f"https://{one}:{port}/" for one in lan.addresses()]
    if not found:
        raise Sorry("this machine is on no local network, so no phone could reach it.")
    code = io.StringIO()
    segno.make(found[0]).terminal(code, compact=True)
    return "\n".join(
        [
            *(f"Mandorla is here: {one}" for one in found),
            code.getvalue(),
            "The browser will warn that the connection is not private: the certificate was made by this machine and",
            "no authority knows it. The connection is encrypted all the same. To be sure that it is this machine,",
            "compare the certificate's SHA-256 fingerprint, then choose “Advanced” and go on:",
            f"  {lan.fingerprint(settings.DATA / 'lan.crt')}",
            "Stop with Ctrl-C.",
        ]
    )
