"""The pace of work: what was done since the last rest, when a break becomes due, and which breaks were taken.

A pause as long as the house's break is a rest, whether or not a button was pressed for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.workforce import actions, limits
from watchfloor.workforce.domain import budgets
from watchfloor.workforce.models import Pace, Rest
from watchfloor.workforce.wellbeing import OPEN_FOR, Profile, due, on_break, profile

SEVERE = budgets.SEVERE
SHIFT = timedelta(hours=8)  # planned breaks that lie in a longer absence were nobody's to take


def step(person: UUID, now: datetime, *, worked_ms: int, severe_ms: int) -> None:
    """Work went on: add it, see whether the pause before it was a rest, and whether a break is due now."""
    who = profile(person)
    budget = who.budget
    Pace.objects.bulk_create([Pace(reviewer_id=person, seen_at=now)], ignore_conflicts=True)
    pace = Pace.objects.select_for_update().get(pk=person)
    before, pace.seen_at = pace.seen_at, now
    if now - before < SHIFT:
        _plan(person, who, before, now)
    # The work that is told now lies in the pause, too: what is left of it is the rest.
    rested = now - before - timedelta(milliseconds=max(worked_ms, severe_ms)) >= timedelta(minutes=budget.break_minutes)
    if rested:
        _open(person, now).update(taken_at=before, ended_at=now)
        pace.worked_ms = pace.severe_ms = 0
    pace.worked_ms += worked_ms
    pace.severe_ms += severe_ms
    pace.save()
    waits = _open(person, now).exists()
    if not waits and budgets.break_due(budget, worked_ms=pace.worked_ms, severe_ms=pace.severe_ms):
        _new(person, who, Rest.Kind.DUE, now)


def _open(person: UUID, now: datetime):  # type: ignore[no-untyped-def]  # a QuerySet
    kinds = (Rest.Kind.PLANNED, Rest.Kind.DUE)
    return Rest.objects.filter(reviewer_id=person, kind__in=kinds, taken_at=None, at__lte=now, at__gt=now - OPEN_FOR)


def _plan(person: UUID, who: Profile, before: datetime, now: datetime) -> None:
    """Planned breaks whose moment has come since the last sign of work."""
    for moment in budgets.planned(who.budget, now, who.tz):
        if before < moment <= now:
            _new(person, who, Rest.Kind.PLANNED, moment)


def _new(person: UUID, who: Profile, kind: Rest.Kind, at: datetime, **more: datetime) -> Rest:
    row = Rest(
        reviewer_id=person, kind=kind, at=at, minutes=who.budget.break_minutes, vendor_key=who.vendor, team=who.team, **more
    )  # fmt: skip
    Rest.objects.bulk_create([row], ignore_conflicts=True)
    return row


def take_break(actor: Actor) -> Rest:
    """Go on a break: the one that is due, or one's own. Nothing new is handed out until one is back."""
    person, now = UUID(actor.id), clock.now()
    who = profile(person)
    with transaction.atomic():
        here = on_break(person, now)
        if here is None:
            waiting = due(person, who, now)
            if waiting is not None:
                Rest.objects.bulk_create([waiting], ignore_conflicts=True)
                here = Rest.objects.get(reviewer_id=person, kind=waiting.kind, at=waiting.at)
                Rest.objects.filter(pk=here.pk).update(taken_at=now, vendor_key=who.vendor, team=who.team)
                here.taken_at = now
            else:
                here = _new(person, who, Rest.Kind.OWN, now, taken_at=now)
    limits.forget()
    actions.heartbeat(actor, "break")
    return here


def come_back(actor: Actor) -> timedelta:
    """Back from a break; returns how much of a break that was due is still to be had (nothing: work goes on)."""
    person, now = UUID(actor.id), clock.now()
    left = timedelta(0)
    with transaction.atomic():
        here = on_break(person, now)
        if here is not None and here.taken_at is not None:
            left = timedelta(minutes=here.minutes) - (now - here.taken_at)
            owed = here.kind in (Rest.Kind.PLANNED, Rest.Kind.DUE)
            if owed and left > timedelta(0):
                Rest.objects.filter(pk=here.pk).update(taken_at=None)
            else:
                Rest.objects.filter(pk=here.pk).update(ended_at=now)
                if now - here.taken_at >= timedelta(minutes=here.minutes):
                    _open(person, now).update(taken_at=here.taken_at, ended_at=now)
                    Pace.objects.filter(pk=person).update(worked_ms=0, severe_ms=0)
                left = timedelta(0)
    limits.forget()
    if not left:
        actions.heartbeat(actor, "available")
    return left


def stepped_back(person: UUID) -> None:
    """Somebody gave a case back because it was too much. Counted for groups of five and more; otherwise without any consequence."""
    _new(person, profile(person), Rest.Kind.STEP_BACK, clock.now(), taken_at=clock.now(), ended_at=clock.now())
