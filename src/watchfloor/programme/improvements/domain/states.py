"""The life of a proposal, and which step may follow which."""

from __future__ import annotations

from typing import Final

from watchfloor.kernel.errors import Conflict

DRAFT, ACCEPTED, DECLINED, LATER, DELIVERED, CLOSED = "draft", "accepted", "declined", "later", "delivered", "closed"
OUTCOMES: Final = (ACCEPTED, DECLINED, LATER)
NEXT: Final[dict[str, tuple[str, ...]]] = {
    DRAFT: (ACCEPTED, DECLINED, LATER),
    LATER: (ACCEPTED, DECLINED, LATER, DRAFT),
    DECLINED: (DRAFT,),
    ACCEPTED: (DELIVERED, DECLINED, LATER),
    DELIVERED: (CLOSED, ACCEPTED),
    CLOSED: (DELIVERED,),
}
OPEN: Final = (DRAFT, LATER, ACCEPTED, DELIVERED)


def check(now: str, then: str) -> None:
    """Raises ``Conflict`` where ``then`` does not follow ``now``."""
    if then not in NEXT[now]:
        raise Conflict("wrong_state", f"A proposal that is {now} cannot become {then}.", hint="Load the page again.")
