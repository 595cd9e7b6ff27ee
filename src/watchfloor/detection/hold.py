"""The switch that turns every automatic action into a queued case, with a reason and an end."""

from __future__ import annotations

from datetime import timedelta

from watchfloor.detection.events import AutomationHeld, AutomationLifted
from watchfloor.detection.models import Hold
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer

LONGEST_HOURS = 14 * 24


def holding() -> Hold | None:
    """The hold in force now, or None: rules may act by themselves."""
    row = _newest()
    return row if row is not None and row.lifted_at is None and row.until > clock.now() else None


def hold_automation(w: Writer, *, why: str, hours: float) -> Hold:
    """From now on, for so many hours, what a rule would do by itself becomes a case for people."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    if not 0 < hours <= LONGEST_HOURS:
        raise BadInput("bad_hours", f"A hold lasts up to {LONGEST_HOURS} hours.", where="hours")
    now = clock.now()
    if Hold.objects.select_for_update().filter(lifted_at__isnull=True, until__gt=now).exists():
        raise Conflict("held_already", "Automatic actions are held already.")
    until = now + timedelta(hours=hours)
    row = w.create(Hold, why=why.strip()[:200], put_by=w.actor, since=now, until=until)
    w.event(AutomationHeld(until=until.isoformat()), row, reason=why)
    _newest.forget()
    return row


def lift_hold(w: Writer, *, why: str) -> Hold:
    """Let rules act by themselves again, before the hold ends."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    now = clock.now()
    row = Hold.objects.select_for_update().filter(lifted_at__isnull=True, until__gt=now).first()
    if row is None:
        raise Conflict("not_held", "Automatic actions are not held.")
    w.update(row, lifted_at=now, lifted_by=w.actor)
    w.event(AutomationLifted(held_ms=int((now - row.since).total_seconds() * 1000)), row, reason=why)
    _newest.forget()
    return row


def _read() -> Hold | None:
    return Hold.objects.order_by("-since").first()


_newest = Remembered(_read, seconds=1.0)
