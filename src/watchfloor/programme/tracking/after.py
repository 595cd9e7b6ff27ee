"""Who is told, in the same transaction, of each change to the work: other systems' links push from here (by outbox rows).

@told_by
def push(w: Writer, change: Change) -> None: ...   # registered in the app's ``ready``
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from watchfloor.ledger.writer import Writer
from watchfloor.programme.tracking.models import Action, Comment, Initiative, Milestone


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened. ``what``: begun | changed | milestone | added | moved | commented; ``fields``: name -> (before, now)."""

    what: str
    initiative: Initiative | None = None
    milestone: Milestone | None = None
    action: Action | None = None
    comment: Comment | None = None
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    why: str = ""


Teller = Callable[[Writer, Change], None]
_tellers: list[Teller] = []


def told_by(teller: Teller) -> Teller:
    """Register (in an app's ``ready``); twice changes nothing."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def tell(w: Writer, change: Change) -> None:
    """Tell all of them; what one of them raises undoes the change."""
    for teller in _tellers:
        teller(w, change)
