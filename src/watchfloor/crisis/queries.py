"""Readers: how a crisis stands, and its numbers, as one may know of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db.models import Count, Min

from watchfloor.crisis.domain import longest_silence, next_update
from watchfloor.crisis.models import Crisis
from watchfloor.detection.banks import queries as banks
from watchfloor.detection.banks.models import Bank, Entry, Match
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.models import Event
from watchfloor.oncall.models import Incident, IncidentLine

AUDIENCES = ("internal", "stakeholders")


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """What an audience was told: how often, when last, when again, and the longest silence."""

    key: str
    sent: int
    last: datetime | None
    due_at: datetime | None
    silence: timedelta


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """What was found since the crisis began. ``items``: distinct ones; ``first`` after the beginning."""

    entries: int
    items: int
    by_what: dict[str, int]
    first: timedelta | None
    took: timedelta
    at_protocol: timedelta  # the time at the highest level


class LevelLine(msgspec.Struct, frozen=True):
    """A level that was set, by whom and why."""

    at: datetime
    level: int
    by: str
    why: str


def of(incident: Incident) -> Crisis | None:
    """The crisis of an incident, over or not."""
    return Crisis.objects.filter(incident_id=incident.pk).first()


def bank_of(actor: Actor, row: Crisis) -> Bank | None:
    """Its bank, if this person may know of it."""
    try:
        return banks.bank(actor, row.bank_key) if row.bank_key and actor.has(banks.SEES) else None
    except NotFound:
        return None


def audiences(incident: Incident, row: Crisis) -> list[Audience]:
    """Each audience with its clock; an update counts when it has left."""
    end = row.ended_at or clock.now()
    found = []
    for key in AUDIENCES:
        lines = IncidentLine.objects.filter(incident=incident, audience=key, state__in=["sent", "said"])
        sent = sorted(line.sent_at or line.at for line in lines)
        due = None if row.ended_at else next_update(row.level, row.level_at, sent)
        silence = longest_silence(row.started_at, end, sent)
        found.append(Audience(key=key, sent=len(sent), last=sent[-1] if sent else None, due_at=due, silence=silence))
    return found


def numbers(row: Crisis, bank: Bank | None) -> Numbers:
    """The numbers from the beginning to the end, or to now."""
    end = row.ended_at or clock.now()
    lines, at_top = levels(row), timedelta(0)
    for line, after in zip(lines, [*(each.at for each in lines[1:]), end], strict=True):
        at_top += after - line.at if line.level == 3 else timedelta(0)
    took = end - row.started_at
    if bank is None:
        return Numbers(entries=0, items=0, by_what={}, first=None, took=took, at_protocol=at_top)
    matches = Match.objects.filter(bank=bank, at__gte=row.started_at, at__lte=end)
    totals = matches.aggregate(items=Count("item", distinct=True), first=Min("at"))
    by_what = dict(matches.values_list("did").annotate(n=Count("item", distinct=True)).order_by("did"))
    return Numbers(
        entries=Entry.objects.filter(bank=bank, state=Entry.State.LIVE).count(), items=totals["items"], by_what=by_what,
        first=totals["first"] - row.started_at if totals["first"] else None, took=took, at_protocol=at_top,
    )  # fmt: skip


def levels(row: Crisis) -> list[LevelLine]:
    """Every level that was set, oldest first, from the ledger."""
    events = Event.objects.filter(type="crisis.level", subject=f"crisis:{row.pk}").order_by("ordinal")
    return [LevelLine(each.at, each.data["level"], each.actor, each.reason) for each in events]
