"""What lies outside and notices go to: a mail server and a push service, each real as far as we speak to it."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid
from py_vapid.utils import b64urlencode


@dataclass
class Mailbox:
    """A mail server that keeps what it is given; `refuses` has it say no."""

    port: int = 0
    letters: list[tuple[str, str, EmailMessage]] = field(default_factory=list)
    refuses: bool = False

    def texts(self) -> list[str]:
        """What each says."""
        return [letter.get_content() for _, _, letter in self.letters]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server on this machine."""
    kept = Mailbox()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            sender = receiver = ""
            self.say("220 here")
            for line in self.rfile:
                verb, _, rest = line.decode().strip().partition(":")
                match verb.split()[0].upper():
                    case "MAIL":
                        sender = rest.strip("<> ").split(">")[0]
                        self.say("451 not now" if kept.refuses else "250 ok")
                    case "RCPT":
                        receiver = rest.strip("<> ")
                        self.say("250 ok")
                    case "DATA":
                        self.say("354 go on")
                        letter = message_from_bytes(self.told(), policy=policy.default)
                        kept.letters.append((sender, receiver, letter))
                        self.say("250 ok")
                    case "QUIT":
                        return self.say("221 bye")
                    case _:
                        self.say("250 ok")
            return None

        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def told(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line)
            return b"".join(lines)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        kept.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield kept
        server.shutdown()


class PushBox:
    """One browser at one push service: its keys, and every notice that came for it, opened."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes it"
        self.port = 0
        self.status = 201
        self.notices: list[str] = []
        self.sizes: list[int] = []
        self.headers: list[dict[str, str]] = []

    @property
    def endpoint(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}/send/heliotrope-endpoint"

    @property
    def subscription(self) -> dict[str, str]:
        """What the browser tells the site."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": b64urlencode(point), "auth": b64urlencode(self._auth)}

    def take(self, headers: Any, body: bytes) -> None:
        """As the service and then the browser do: look who sends, open what came."""
        told = {name.lower(): value for name, value in headers.items()}
        assert Vapid.verify(told["authorization"])
        assert told["content-encoding"] == "aes128gcm"
        words = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        self.notices.append(words.decode().strip())
        self.sizes.append(len(body))
        self.headers.append(told)


@contextmanager
def pushbox() -> Iterator[PushBox]:
    """A push service on this machine, with one browser."""
    box = PushBox()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if box.status == 201:
                box.take(self.headers, body)
            self.send_response(box.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        box.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield box
        server.shutdown()
