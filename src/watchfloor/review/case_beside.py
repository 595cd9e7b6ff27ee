"""What the page of a case shows beside its item, by parts above that know of it: the mails its reporters wrote, say.

case_beside.told_by(panel)      # panel(actor, case) -> Panel or None, in an app's ``ready``
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.review.models import Case

log = logging.getLogger(__name__)


class Chip(msgspec.Struct, frozen=True):
    """A few words in a colour that means something."""

    words: str
    tone: str = "outline"
    icon: str = ""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of a panel. ``facts``: (name, value) as others wrote them; ``text`` likewise. ``url`` leads to the whole."""

    title: str
    at: datetime
    chips: Sequence[Chip] = ()
    facts: Sequence[tuple[str, str]] = ()
    text: str = ""
    url: str = ""


class Panel(msgspec.Struct, frozen=True):
    """A titled list."""

    title: str
    pieces: Sequence[Piece]


Teller = Callable[[Actor, Case], Any]
_tellers: list[Teller] = []


def told_by(teller: Teller) -> None:
    """Hand in who tells."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(actor: Actor, case: Case) -> list[Panel]:
    """All panels of a case this actor may open; one that fails is left out and logged."""
    found = []
    for teller in _tellers:
        try:
            panel = teller(actor, case)
        except Exception:
            log.exception("a panel of a case could not be asked")
            continue
        if panel is not None and panel.pieces:
            found.append(panel)
    return found
