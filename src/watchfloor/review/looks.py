"""Looks at decisions that stand: jobs of their own kinds, drawn by a part above, whose answers go to it and decide nothing.

    def told(w, answer: Answer) -> None: ...        # looks.answered_by(told), when the program starts

``qa`` is for people who look at decisions as their work (``review.look``); ``golden`` is handed out among the ordinary work of a queue and
is not told apart there.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import msgspec

from watchfloor.ledger.writer import Writer

KINDS = ("qa", "golden")
BLIND = ("second", *KINDS)  # whoever holds one is not shown what was found before


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found at a look. ``item_version`` is what was shown; ``policy_version`` the text in force then."""

    job_id: UUID
    case_id: UUID
    by: str
    verdict: str
    violation_key: str
    policy_key: str
    policy_version: UUID | None
    item_version: str
    rationale: str
    active_ms: int


Hearer = Callable[[Writer, Answer], None]
_hearers: list[Hearer] = []


def answered_by(hearer: Hearer) -> Hearer:
    """Hand in a function that is told of each answer, in its transaction."""
    if hearer not in _hearers:
        _hearers.append(hearer)
    return hearer


def tell(w: Writer, answer: Answer) -> None:
    """Tell everyone who asked to be told."""
    for hearer in _hearers:
        hearer(w, answer)
