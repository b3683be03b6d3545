"""What somebody wished to keep of their practice: with whom, and which skills. Sealed for them alone; never a word."""

from collections.abc import Collection, Mapping
from typing import Final

from mandorla.learn import core
from mandorla.learn.services.people import everybody, somebody
from mandorla.spaces import services as spaces
from mandorla.vault.services import KeyRing

TYPE: Final = "practice"
Practised = Mapping[str, Collection[str]]  # skills by the person's key, the last one last


def practised(ring: KeyRing) -> Practised:
    """What is kept."""
    kept = spaces.item_of(ring, ring.personal, TYPE, record=spaces.only(ring.personal, TYPE, ring.person))
    return kept.value.get("with", {}) if kept else {}


def keep(ring: KeyRing, key: str, skills: Collection[str]) -> None:
    """Keeps that these skills were practised with this person, beside what is kept already."""
    person, before = somebody(key), practised(ring)
    both = [skill for skill in core.SKILLS if skill in {*skills, *before.get(key, ())}]
    if both:
        _put(ring, {one: before[one] for one in before if one != key} | {person.key: both})


def forget(ring: KeyRing, key: str = "") -> None:
    """Deletes what is kept of one person, or all of it."""
    left = {one: skills for one, skills in practised(ring).items() if key and one != key}
    if left:
        _put(ring, left)
    else:
        spaces.drop(ring, ring.personal, TYPE)


def proposed(ring: KeyRing, last: str = "") -> tuple[core.Person | None, core.Person | None]:
    """Whom to practise with next, after this person or after whoever is kept last: as gentle, and a little harder."""
    kept = [*practised(ring)]
    return core.onward(everybody(), kept, last or next(reversed(kept), ""))


def _put(ring: KeyRing, kept: Practised) -> None:
    record = spaces.only(ring.personal, TYPE, ring.person)
    spaces.put(ring, ring.personal, TYPE, {"with": dict(kept)}, record=record)
