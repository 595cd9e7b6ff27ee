"""The terms of appeals in force, as every filing and notice needs them. Remembered for a few seconds."""

from __future__ import annotations

from watchfloor.enforcement import redress
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import Remembered
from watchfloor.review.domain.appeal_terms import Asked, Terms, read
from watchfloor.review.models_appeals import AppealTerms as Row


def _read() -> Terms:
    row = Row.objects.filter(live=True).first()
    return Terms() if row is None else read(row.document, row.number)


current = Remembered(_read)


def redress_of(asked: redress.Asked) -> redress.Redress:
    """Until when, and where else, one may object: what notices tell."""
    terms = current()
    window = terms.window(Asked(side=asked.side, market=asked.market, policy=asked.policy, notice=asked.notice))
    bodies = tuple(redress.Body(name=body.name, url=body.url) for body in terms.bodies_in(asked.market))
    return redress.Redress(until=clock.now() + window, bodies=bodies)
