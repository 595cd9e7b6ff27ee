"""What ``about`` names, for people: the part that keeps a kind of thing says its title and address to who may see it.

known_as("launch", lambda actor, ids: {id: Subject("Hate 5", "/programme/launches/...")})   # in the app's ``ready``
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from watchfloor.identity.domain import Actor


@dataclass(frozen=True, slots=True)
class Subject:
    """A title, and where it is."""

    title: str
    url: str


Knows = Callable[[Actor, Sequence[UUID]], Mapping[UUID, Subject]]
_known: dict[str, Knows] = {}


def known_as(kind: str, knows: Knows) -> None:
    """Register (in an app's ``ready``)."""
    _known[kind] = knows


def of(actor: Actor, abouts: Iterable[str]) -> dict[str, Subject]:
    """Titles and addresses, asked once for each kind; what the actor may not see, or nobody keeps, is left out."""
    wanted: dict[str, dict[UUID, str]] = {}
    for about in abouts:
        kind, _sep, name = about.partition(":")
        try:
            wanted.setdefault(kind, {})[UUID(name)] = about
        except ValueError:
            continue
    found: dict[str, Subject] = {}
    for kind, names in wanted.items():
        if kind in _known:
            found |= {names[pk]: subject for pk, subject in _known[kind](actor, list(names)).items() if pk in names}
    return found
