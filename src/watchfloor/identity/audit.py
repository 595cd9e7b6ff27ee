"""The log of views of restricted things: each look is written down, with why; nobody can change it from here."""

from __future__ import annotations

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import RestrictedRead
from watchfloor.kernel import clock


def record(actor: Actor, subject: str, why: str = "", *, clearance: str = "") -> RestrictedRead:
    """Write one look down before showing the thing. ``subject`` as in the ledger: ``"case:0192…"``; ``clearance``: what it asks for.

    ``why`` is a purpose of the program's own words or of the person's, never what was seen.
    """
    return RestrictedRead.objects.create(
        actor=str(actor)[:120],
        subject=subject[:120],
        at=clock.now(),
        why=why.strip()[:120],
        clearance=clearance,
        under=actor.on_behalf,
    )
