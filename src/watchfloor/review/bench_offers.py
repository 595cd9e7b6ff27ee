"""What else may be done with a decision in the moment it was made, beside taking it back: contexts above review bring it here.

An offer is a button of the small card that says what was decided. Pressing it posts to ``address``, with one of ``choices`` under
``name``; ``review.pages.onward.back_to_hand`` is the answer it gives.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.review.models import Decision

log = logging.getLogger(__name__)


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One button: its key and words, a sign, what was done already (``told``), and what may be chosen from as (value, words)."""

    key: str
    words: str
    sign: str
    address: str
    told: str = ""
    name: str = ""
    label: str = ""
    choices: tuple[tuple[str, str], ...] = ()


Maker = Callable[[Actor, Decision], Offer | None]
_makers: list[Maker] = []


def made_by(maker: Maker) -> Maker:
    """Bring an offer (in an app's ``ready``): asked after each decision of a person, so it answers from an index."""
    if maker not in _makers:
        _makers.append(maker)
    return maker


def offers(actor: Actor, decision: Decision | None) -> list[Offer]:
    """What is offered for a decision just made; one that fails is left out and logged."""
    found: list[Offer] = []
    for maker in list(_makers) if decision is not None else ():
        try:
            offer = maker(actor, decision) if decision is not None else None
        except Exception:
            log.exception("an offer after a decision could not be made")
            continue
        if offer is not None:
            found.append(offer)
    return found
