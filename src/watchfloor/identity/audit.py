"""The log of views of restricted things: each look is written down, with why; nobody can change it from here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import RestrictedRead
from watchfloor.kernel import clock

_proof_needed: ContextVar[Callable[[], bool] | None] = ContextVar("watchfloor_proof_needed", default=None)


class ProofNeeded(Exception):
    """A person at a page must first prove again who they are; the page leads them to where they can (``signon.middleware``)."""


@contextmanager
def asking(needed: Callable[[], bool]) -> Iterator[None]:
    """Within a person's request: whether a look at what asks for a clearance needs proof first."""
    token = _proof_needed.set(needed)
    try:
        yield
    finally:
        _proof_needed.reset(token)


def record(actor: Actor, subject: str, why: str = "", *, clearance: str = "") -> RestrictedRead:
    """Write one look down before showing the thing. ``subject`` as in the ledger: ``"case:0192…"``; ``clearance``: what it asks for.

    ``why`` is a purpose of the program's own words or of the person's, never what was seen. A person at a page who has
    not proved for a while who they are is asked to (``ProofNeeded``) where the thing asks for a clearance.
    """
    needed = _proof_needed.get() if clearance else None
    if needed is not None and needed():
        raise ProofNeeded(subject)
    return RestrictedRead.objects.create(
        actor=str(actor)[:120],
        subject=subject[:120],
        at=clock.now(),
        why=why.strip()[:120],
        clearance=clearance,
        under=actor.on_behalf,
    )
