"""Two accounts side by side on the workbench: the one a case is about and the one it may be passing for, told by contexts above.

bench_sides.told_by(teller)      # teller(actor, case) -> [Comparison], in an app's ``ready``

The reviewer sees at one glance what a search would find for them: both names letter by letter, both pictures behind the viewer's veil,
since when each is there. What is laid beside the case has been filtered by its teller: only what this actor may see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.items.media.contracts import MediaView
from watchfloor.review.case_beside import Chip
from watchfloor.review.models import Case

log = logging.getLogger(__name__)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two. ``name``, ``handle`` and ``facts`` (name, value) are as others wrote them; ``media`` its picture.

    ``since``: when it was made, or with ``made`` false when the floor first saw it.
    """

    title: str
    name: str
    handle: str = ""
    id: str = ""  # on the platform
    url: str = ""
    chips: Sequence[Chip] = ()
    since: datetime | None = None
    made: bool = True
    followers: int | None = None
    facts: Sequence[tuple[str, str]] = ()
    media: Sequence[MediaView] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides, and in a sentence why they stand beside one another. ``url`` leads to the rest."""

    title: str
    why: str
    here: Side
    there: Side
    url: str = ""


Teller = Callable[[Actor, Case], Sequence[Comparison]]
_tellers: list[Teller] = []


def told_by(teller: Teller) -> None:
    """Hand in who tells."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(actor: Actor, case: Case) -> list[Comparison]:
    """What to lay side by side for this case; a teller that fails is left out and logged."""
    found: list[Comparison] = []
    for teller in _tellers:
        try:
            found += teller(actor, case)
        except Exception:
            log.exception("what stands beside a case could not be asked")
    return found
