"""Objectives tied to the metric catalogue: a figure, where it begins, where it has to be, and by when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.stakeholders import figures
from watchfloor.programme.stakeholders.actions import checks
from watchfloor.programme.stakeholders.events import ObjectiveSaved
from watchfloor.programme.stakeholders.models import Objective


def save_objective(
    w: Writer,
    actor: Actor,
    objective: UUID | None = None,
    *,
    title: str,
    metric: str,
    target: float,
    by: date,
    begins_on: date | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
    days: int = 28,
    owner: UUID | str | None = None,
    market: str | None = None,
    vendor: str = "",
) -> Objective:
    """Set an objective, or change it. Where it begins is measured then, with the rights of who sets it."""
    catalogue.metric(metric)
    today = clock.now().date()
    row = None if objective is None else _locked(objective)
    begins = begins_on or (row.begins_on if row else today)
    if by <= begins:
        raise BadInput("bad_day", "It is reached by a day after it begins.", where="by")
    if not math.isfinite(target):
        raise BadInput("bad_target", "Write a number.", where="target")
    if not 1 <= days <= 92:
        raise BadInput("bad_days", "The figure is that of 1 to 92 days.", where="days")
    chosen = {
        name: [str(each).replace("\x00", "")[:80] for each in values]
        for name, values in (filters or {}).items()
        if values
    }
    unknown = set(chosen) - set(DIMENSIONS)
    if unknown:
        raise BadInput("unknown_dimension", f"There is no dimension {sorted(unknown)[0][:30]!r}.", where="filters")
    values = {
        "title": checks.line(title, "title"), "metric": metric, "target": float(target), "by": by, "begins_on": begins,
        "filters": chosen, "days": days, "owner": checks.person(owner, "owner") if owner else None, "market": market or None,
        "vendor_key": vendor,
    }  # fmt: skip
    if row is None or (row.metric, row.filters, row.days, row.begins_on) != (metric, chosen, days, begins):
        values["start"] = figures.value(actor, metric, chosen, until=begins, days=days)
    if row is None:
        row = w.create(Objective, made_by=w.actor, made_at=clock.now(), **values)
    else:
        w.update(row, **values)
        if not w.has_changes:
            return row
    w.event(ObjectiveSaved(metric=metric, market=row.market or "", vendor=row.vendor_key), row)
    return row


def end_objective(w: Writer, objective: UUID, *, ended: bool = True) -> Objective:
    """Put it away, or bring it back."""
    row = _locked(objective)
    if ended != (row.ended_at is not None):
        w.update(row, ended_at=clock.now() if ended else None)
        w.event(ObjectiveSaved(metric=row.metric, ended=ended, market=row.market or "", vendor=row.vendor_key), row)
    return row


def _locked(objective: UUID) -> Objective:
    row = Objective.objects.select_for_update().filter(pk=objective).first()
    if row is None:
        raise NotFound("unknown_objective", "There is no such objective.")
    return row
