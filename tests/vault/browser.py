"""One device of one person: keeps cookies as a browser does, and comes in through the vault's middleware."""

from collections.abc import Callable, Mapping
from typing import cast

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from mandorla.vault import services as vault
from mandorla.vault.backends import SessionStore
from mandorla.vault.middleware import Unlock
from mandorla.vault.services import KeyedRequest
from tests.vault.people import Made, root_of


class Browser:
    """Begins with nobody signed in."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def visit(
        self, view: Callable[[KeyedRequest], object] = lambda request: None, headers: Mapping[str, str] | None = None
    ) -> HttpResponseBase:
        """Let a view see a request of this device; keep what it sends back."""
        request = self.request(headers)

        def answer(request: HttpRequest) -> HttpResponseBase:
            said = view(cast("KeyedRequest", request))
            return said if isinstance(said, HttpResponseBase) else HttpResponse()

        response = Unlock(answer)(request)
        if request.session.modified and not request.session.is_empty():
            request.session.save()
        kept = {name: morsel.value for name, morsel in response.cookies.items()}
        here = {"s": request.session.session_key or ""}
        self.cookies = {name: value for name, value in (self.cookies | kept | here).items() if value}
        return response

    def request(self, headers: Mapping[str, str] | None = None) -> HttpRequest:
        """A request as it reaches the vault's middleware."""
        request = RequestFactory().get("/room/?word=1", headers=headers)
        request.COOKIES.update(self.cookies)
        request.session = SessionStore(self.cookies.get("s"))
        request.user = auth.get_user(request)
        return request

    def sign_in(self, made: Made) -> "Browser":
        """Sign in and unlock."""

        def enter(request: HttpRequest) -> None:
            auth.login(request, made.person)
            vault.unlock(request, made.person, root_of(made))

        self.visit(enter)
        return self

    def is_unlocked(self) -> bool:
        """Whether the next page would show words."""
        found: list[bool] = []
        self.visit(lambda request: found.append(request.ring is not None))
        return found[0]

    def is_signed_in(self) -> bool:
        """Whether the next page would know who this is."""
        return self.request().user.is_authenticated
