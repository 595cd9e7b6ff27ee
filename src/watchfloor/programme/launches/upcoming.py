"""Launches as forecasts of numbers count on them: the week after each stage begins, in the stage's markets."""

from __future__ import annotations

from datetime import datetime, timedelta

from watchfloor.identity.domain import Actor
from watchfloor.insight.coming import Coming
from watchfloor.kernel import clock
from watchfloor.programme.launches import access
from watchfloor.programme.launches.actions.planning import document_of
from watchfloor.programme.launches.domain import states

LASTS = timedelta(days=7)


def known(actor: Actor, start: datetime, end: datetime) -> list[Coming]:
    """Stages of launches this person may see, of those over only what did begin; nobody says a share, so what they do is learnt or left."""
    found, now = [], clock.now()
    for row in access.launches(actor).exclude(state__in=[states.NO_GO, states.DROPPED]):
        for step in document_of(row).steps:
            until = step.starts_at + LASTS
            if not (step.starts_at < end and until > start) or (step.starts_at < now and row.started_at is None):
                continue
            found += [
                Coming(kind="launch", title=row.title, start=step.starts_at, end=until, market=market)
                for market in step.markets or row.markets or [""]
            ]
    return found
