"""Somebody whose browser runs no scripts: signs up, meets a partner and holds a dialogue by forms and reloads."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.served import Address

TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="(\w+)"')
SEALED = re.compile(r'name="token"\s+value="([^"]+)"')
SECRET = re.compile(r'class="secret__text"[^>]*>\s*([^<]+?)\s*<')
GROUP = re.compile(r'name="group(\d)"')
VERSION = re.compile(r'data-v="(\d+)"')
KEPT = re.compile(r'name="kept" value="(\d+)"')
PATIENCE_SECONDS = 20.0
CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}\b")


@dataclass(slots=True)
class Visitor:
    """One person and their browser. `secrets` collects what they are shown that nobody else may ever find."""

    address: Address
    name: str
    called: str
    passphrase: str
    secrets: list[str] = field(default_factory=list)
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Origin": self.address.origin, "User-Agent": f"Phone of {self.called}"}
        self.client = httpx.Client(base_url=self.address.origin, headers=headers, follow_redirects=True, timeout=30)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *problem: object) -> None:
        self.client.close()

    def get(self, path: str) -> str:
        """A page, which must be there."""
        return self.client.get(path).raise_for_status().text

    def post(self, path: str, **fields: Any) -> str:
        """A form sent back from the page it stands on."""
        token = TOKEN.search(self.client.get(path).text)
        assert token, path
        data = {"csrfmiddlewaretoken": token[1], **fields}
        return self.client.post(path, data=data).raise_for_status().text

    def sign_up(self) -> None:
        """An account, with the recovery code written down."""
        fields = {"name": self.name, "called": self.called, "passphrase": self.passphrase, "again": self.passphrase}
        shown = self.post("/me/sign-up/", **fields)
        code = SECRET.search(shown)
        assert code, shown
        self.secrets.append(code[1])
        asked = self._code(shown, act="ask")
        groups = {f"group{place}": code[1].split("-")[int(place) - 1] for place in GROUP.findall(asked)}
        assert len(groups) == 3, asked
        self._code(asked, act="keep", **groups)

    def invite(self) -> str:
        """The code of a new invitation."""
        found = CODE.search(self.post("/spaces/invite/"))
        assert found
        self.secrets.append(found[0])
        return found[0]

    def make_family(self, title: str) -> str:
        """The id of a new family's space."""
        token = TOKEN.search(self.get("/spaces/new/family/"))
        assert token
        reply = self.client.post("/spaces/new/family/", data={"csrfmiddlewaretoken": token[1], "title": title})
        return str(reply.raise_for_status().url).split("/")[-3]

    def invite_into(self, space: str, role: str) -> str:
        """The code of a new invitation into a space there is already."""
        found = CODE.search(self.post(f"/spaces/{space}/invite/", role=role))
        assert found
        self.secrets.append(found[0])
        return found[0]

    def join(self, code: str, **said: str) -> str:
        """The id of the space a code opens."""
        token = TOKEN.search(self.get("/spaces/join/"))
        assert token
        reply = self.client.post("/spaces/join/", data={"csrfmiddlewaretoken": token[1], "code": code, **said})
        return str(reply.raise_for_status().url).rstrip("/").rpartition("/")[2]

    def ask(self, space: str, form: str, topic: str) -> str:
        """The id of a dialogue asked for."""
        for what in ("how", "safety"):
            self.post(f"/dialogues/before/{what}/{space}/", answer="go")
        key = str(uuid4())
        self.post(f"/dialogues/ask/{space}/", key=key, form=form, topic=topic, medium="written", minutes=30)
        return key

    def does(self, thread: str, do: str, **fields: Any) -> str:
        """One act in a room, from the screen as it is now."""
        page = self.get(f"/dialogues/{thread}/")
        data = self._shown(page) | {"key": uuid4().hex, "do": do} | fields
        return self.client.post(f"/dialogues/{thread}/", data=data).raise_for_status().text

    def keeps(self, thread: str) -> None:
        """A wish to keep a dialogue's words."""
        token = TOKEN.search(self.get(f"/dialogues/{thread}/after/"))
        assert token
        data = {"csrfmiddlewaretoken": token[1], "answer": "yes"}
        self.client.post(f"/dialogues/{thread}/keep/", data=data).raise_for_status()

    def types(self, thread: str, words: str, own: str = "") -> None:
        """A draft, not sent, with a feeling in own words beside it."""
        page = self.get(f"/dialogues/{thread}/")
        shown = self._shown(page)
        data = shown | {"draft": words, "own": own, "version": shown["kept"]}
        assert self.client.post(f"/dialogues/{thread}/draft/", data=data).json()["draft"] == "kept"

    def _shown(self, page: str) -> dict[str, str]:
        """What a room's form holds besides what one fills in."""
        version, kept, token = VERSION.search(page), KEPT.search(page), TOKEN.search(page)
        assert version
        assert kept
        assert token
        return {"csrfmiddlewaretoken": token[1], "v": version[1], "kept": kept[1]}

    def asks_the_coach(self, thread: str, words: str) -> Any:
        """What the coach whispers about a draft, over a socket as a page with scripts has one."""
        with connect(
            f"ws://{self.address.host}:{self.address.port}/live/{UUID(thread).hex}",
            origin=Origin(self.address.origin),
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())},
        ) as line:
            while "v" not in (told := json.loads(line.recv(PATIENCE_SECONDS))):
                pass
            line.send(json.dumps({"whisper": 1, "v": told["v"], "words": words}))
            while "whisper" not in (told := json.loads(line.recv(PATIENCE_SECONDS))):
                pass
            return told

    def _code(self, page: str, **fields: str) -> str:
        token, sealed = TOKEN.search(page), SEALED.search(page)
        assert token
        assert sealed, page
        data = {"csrfmiddlewaretoken": token[1], "token": sealed[1], **fields}
        return self.client.post("/me/code/", data=data).raise_for_status().text
