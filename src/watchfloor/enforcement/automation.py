"""The switch that keeps automatic actions from the platform, and the limits at which many actions wait for a second person.

While automatic actions are stopped, what a rule decides is held, and what waits in the outbox is taken out of it (``withholding``).
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from watchfloor.enforcement import events, queries
from watchfloor.enforcement.models import Action, AutomationStop, Controls
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.remembered import Remembered, RememberedBy
from watchfloor.ledger.writer import Writer


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many actions of one kind an order (``order``), or a rule within ``minutes`` (``rule``), takes without a second person."""

    order: int = 100
    rule: int = 5_000
    minutes: int = 60


def stopped() -> AutomationStop | None:
    """The stop that stands now, or None: what rules decide goes to the platform."""
    return _standing()


def stop(w: Writer, *, why: str) -> AutomationStop:
    """Turn automatic actions off. What is on its way already is held by ``withholding`` (a loop)."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    if AutomationStop.objects.select_for_update().filter(lifted_at__isnull=True).exists():
        raise Conflict("stopped_already", "Automatic actions are stopped already.")
    row = w.create(AutomationStop, why=why.strip()[:200], put_by=w.actor, since=clock.now())
    w.event(events.AutomationStopped(), row, reason=why)
    _standing.forget()
    return row


def resume(w: Writer, *, why: str) -> AutomationStop:
    """Turn them on again. What was held meanwhile still waits for a person's yes."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = AutomationStop.objects.select_for_update().filter(lifted_at__isnull=True).first()
    if row is None:
        raise Conflict("not_stopped", "Automatic actions are not stopped.")
    now = clock.now()
    w.update(row, lifted_at=now, lifted_by=w.actor)
    w.event(events.AutomationResumed(stopped_ms=(now - row.since) // timedelta(milliseconds=1)), row, reason=why)
    _standing.forget()
    return row


def limits() -> Limits:
    """The limits in force."""
    return _limits()


def save_limits(w: Writer, *, order: int, rule: int, minutes: int) -> Controls:
    """Change the limits. Raises ``BadInput`` for what would hold everything or nothing by mistake."""
    for name, value, most in (
        ("order", order, 1_000_000),
        ("rule", rule, 10_000_000),
        ("minutes", minutes, 7 * 24 * 60),
    ):
        if not 1 <= value <= most:
            raise BadInput("bad_limit", f"Give a number from 1 to {most:,}.", where=name)
    row = Controls.objects.select_for_update().first()
    values = {"mass_limit": order, "rule_limit": rule, "mass_minutes": minutes}
    row = w.create(Controls, **values) if row is None else w.update(row, **values)
    w.event(events.ControlsSaved(**values), row)
    _limits.forget()
    return row


def over_limit(kind: queries.Kind, *, batch_size: int, rule: str) -> bool:
    """Whether an action of this kind is one too many for its order (of ``batch_size``) or its rule ("" = not a rule's)."""
    found = limits()
    if batch_size > (found.order if kind.mass_limit is None else kind.mass_limit):
        return True
    if not rule:
        return False
    taken = _taken_lately((rule, kind.key))
    taken[0] += 1
    return taken[0] > (found.rule if kind.mass_limit is None else kind.mass_limit)


def _read_standing() -> AutomationStop | None:
    return AutomationStop.objects.filter(lifted_at__isnull=True).first()


def _read_limits() -> Limits:
    row = Controls.objects.first()
    return Limits() if row is None else Limits(order=row.mass_limit, rule=row.rule_limit, minutes=row.mass_minutes)


def _count(of: tuple[str, str]) -> list[int]:
    rule, kind_key = of
    since = clock.now() - timedelta(minutes=limits().minutes)
    rows = Action.objects.filter(origin="rule", requested_by=rule, created_at__gt=since, kind_key=kind_key)
    return [rows.filter(inverse_of__isnull=True).count()]


_standing = Remembered(_read_standing, seconds=1.0)
_limits = Remembered(_read_limits)
_taken_lately: RememberedBy[tuple[str, str], list[int]] = RememberedBy(_count, seconds=2.0)
