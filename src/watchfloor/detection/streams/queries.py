"""Readers of watched streams: those of cases one may see; one that one may not know of is not there."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from watchfloor.detection.streams.models import Watch
from watchfloor.detection.streams.watches import OPEN
from watchfloor.identity import audit
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.review import queries as review

STATES = ("waiting", "watching", "broken", "refused", "over")


def watched(actor: Actor, *, state: str = "") -> QuerySet[Watch]:
    """Streams that are watched, or were, with a case this person may see; the open ones first. ``state``: one of them, or ``open``."""
    rows = Watch.objects.filter(item__in=review.visible_cases(actor).values("item")).select_related("item")
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state:
        rows = rows.filter(state=state)
    return rows.order_by("-began_at", "-pk")


def counts(actor: Actor) -> dict[str, int]:
    """How many there are in each state."""
    rows = watched(actor).order_by().values_list("state", flat=True)
    found = dict.fromkeys(STATES, 0)
    for state in rows:
        found[state] += 1
    return found


def looked_at(actor: Actor, watch_id: UUID, case_id: UUID) -> Watch:
    """A stream whose stills are asked for, by a case of its item; a look at a restricted one is in the log before.

    Raises:
        NotFound: there is none, or one may not know of it.
    """
    unknown = NotFound("no_stream", "There is no such stream.")
    watch = Watch.objects.filter(pk=watch_id).first()
    case = review.visible_cases(actor).filter(pk=case_id).first()
    if watch is None or case is None or case.item_id != watch.item_id:
        raise unknown
    clearances = set(filter(None, watch.hits.exclude(clearance="").values_list("clearance", flat=True)))
    needed = {each for text in (*clearances, case.clearance) for each in text.split(",") if each}
    if not all(actor.may("case.view", clearance=each) or actor.may("review.work", clearance=each) for each in needed):
        raise unknown
    if needed:
        audit.record(actor, f"stream:{watch.pk}", "stills", clearance=",".join(sorted(needed))[:40])
    return watch
