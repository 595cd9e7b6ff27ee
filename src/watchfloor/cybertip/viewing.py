"""What the viewing log says of a file: ``fileViewedByEsp`` and ``exifViewedByEsp`` come from here and from nowhere else.

Whether the platform viewed a file before it reported it decides in US law whether investigators need a warrant to open it (United
States v. Ackerman, 10th Cir. 2016; v. Wilson, 9th Cir. 2021), and a look at the same bytes elsewhere is no look at this file. So a
file counts as viewed only when the ledger has, on a case of this report, that a person revealed this medium without a blur; of a
recording, which one may begin and not finish, only when it was played and a person says that all of it was watched. In doubt it was not.

Nothing in the program shows a file's EXIF data; should something ever do, it must say so by ``media.metadata_revealed``.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.models import Event


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """All looks of people at one medium on some cases. ``clear``: once without a blur; ``played``: once set going."""

    people: int = 0
    times: int = 0
    clear: bool = False
    played: bool = False
    metadata: bool = False


def looks(cases: Collection[UUID]) -> dict[UUID, Look]:
    """By medium, from the ledger. Programs do not look."""
    seen: dict[UUID, list[Event]] = {}
    events = Event.objects.filter(
        case_id__in=list(cases), type__in=("media.revealed", "media.metadata_revealed"), actor__startswith="user:"
    )
    for event in events.order_by("ordinal"):
        medium = _medium(event.subject.partition(":")[2])
        if medium is not None:
            seen.setdefault(medium, []).append(event)
    return {medium: _summed(found) for medium, found in seen.items()}


def viewed(kind: str, look: Look | None, *, whole: bool) -> bool:
    """``fileViewedByEsp``. ``whole``: a person says that all of a recording was watched; the log must have it played."""
    if look is None:
        return False
    if kind == "image":
        return look.clear
    return look.played and whole


def _summed(events: list[Event]) -> Look:
    reveals = [each for each in events if each.type == "media.revealed"]
    clear = [each for each in reveals if "blur" not in each.data.get("filters", ())]
    return Look(
        people=len({each.actor for each in reveals}),
        times=len(reveals),
        clear=bool(clear),
        played=any(each.data.get("how") == "played" for each in clear),
        metadata=any(each.type == "media.metadata_revealed" for each in events),
    )


def _medium(text: str) -> UUID | None:
    try:
        return ids.decode("med", text)
    except BadInput:
        return None
