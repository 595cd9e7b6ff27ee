"""What the floor says beside its table: incidents and spikes that are open, and how much of what people may be shown today is used up."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.urls import reverse

from watchfloor.identity.domain import Actor
from watchfloor.insight.live import FEWEST
from watchfloor.insight.spikes.queries import SpikeLine, open_spikes
from watchfloor.kernel import ids
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.oncall.models_incidents import Incident
from watchfloor.oncall.queries_incidents import visible
from watchfloor.review.queries.skips import SkipRate, skips
from watchfloor.workforce import limits
from watchfloor.workforce.queries import PersonOn

MOST = 5


class OpenIncident(msgspec.Struct, frozen=True):
    """A line of the panel."""

    row: Incident
    url: str


def incidents(actor: Actor) -> list[OpenIncident]:
    """The open incidents this actor may know of, the newest first."""
    rows = visible(actor).filter(state=Incident.State.OPEN)[:MOST]
    return [OpenIncident(row, reverse("incident", args=[ids.encode("inc", row.pk)])) for row in rows]


def spikes(actor: Actor) -> list[SpikeLine]:
    """The open spikes this actor may know of, the newest first; nobody who may not open numbers is told of any."""
    return open_spikes(actor, limit=MOST) if actor.has("insight.view") else []


def spent(people: Sequence[PersonOn]) -> int | None:
    """How many of these people have used up a budget of exposure; None where they are too few to say so of them."""
    return len(limits.used_up([person.id for person in people])) if len(people) >= FEWEST else None


def skip_rates(actor: Actor) -> dict[str, SkipRate]:
    """By queue, of the last seven days."""
    return _skips(actor)


def _read(actor: Actor) -> dict[str, SkipRate]:
    return {rate.key: rate for rate in skips(actor, by="queue")}


_skips = RememberedBy(_read, seconds=60, limit=500)  # it reads a week of events
