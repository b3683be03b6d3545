"""Django's sessions in a table that knows only a digest of the cookie. They hold who is signed in, never content."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction

from mandorla.vault.core import session_id
from mandorla.vault.models import Session, UnlockRow


class SessionStore(SessionBase):
    """One session. When its id is renewed, what was unlocked stays unlocked; when it ends, so does that."""

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(id=session_id(session_key)).exists()

    def load(self) -> dict[str, Any]:
        row = None
        if self.session_key is not None:
            row = Session.objects.filter(id=session_id(self.session_key), expires__gt=datetime.now(UTC)).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.data)

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # not in the stubs
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # not in the stubs
        columns = {"data": self.encode(data), "person": _person(data), "expires": self.get_expiry_date()}
        if must_create:
            _create(session_id(self.session_key), columns)
        elif not Session.objects.filter(id=session_id(self.session_key)).update(**columns):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(id=session_id(key)).delete()
            UnlockRow.objects.filter(session=session_id(key)).delete()

    def cycle_key(self) -> None:
        data = self._session  # type: ignore[attr-defined]  # not in the stubs; loads before the key is looked at
        old, new = self.session_key, self._get_new_session_key()  # type: ignore[attr-defined]  # not in the stubs
        if old is None or not _move(session_id(old), session_id(new)):
            self.create()
        else:
            self._session_key = new
        self._session_cache = data
        self.modified = True

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expires__lt=datetime.now(UTC)).delete()


def _create(id: UUID, columns: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            Session.objects.create(id=id, began=datetime.now(UTC).date(), **columns)
    except IntegrityError:
        raise CreateError from None


def _move(old: UUID, new: UUID) -> bool:
    """Give a session's row a new id, and take along what is unlocked under it."""
    with transaction.atomic():
        UnlockRow.objects.filter(session=old).update(session=new)
        return bool(Session.objects.filter(id=old).update(id=new))


def _person(data: dict[str, Any]) -> UUID | None:
    person = data.get(SESSION_KEY)
    return None if person is None else UUID(person)
