"""Indicators: set, removed, and turned by the values that come in (once for each turn, told to the risk's owner)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.oncall.actions import paging
from watchfloor.oncall.contracts import PageIn
from watchfloor.programme.risks import domain, news
from watchfloor.programme.risks.actions import register
from watchfloor.programme.risks.domain import IndicatorIn
from watchfloor.programme.risks.events import IndicatorSet, IndicatorTurned
from watchfloor.programme.risks.models import Indicator, Risk


def save(w: Writer, actor: Actor, risk_id: UUID, given: IndicatorIn, *, indicator_id: UUID | None = None) -> Indicator:
    """Watch a metric for a risk; a risk of one market or vendor is watched within it."""
    risk = register.locked(actor, risk_id)
    domain.check_indicator(given)
    catalogue.metric(given.metric)
    filters = {
        name: sorted({each.strip() for each in values if each.strip()}) for name, values in given.filters.items()
    }
    filters = {name: values for name, values in filters.items() if values}
    for name, values in filters.items():
        if name not in DIMENSIONS or name == "reviewer" or len(values) > 50:
            raise BadInput("unknown_dimension", f"{name[:40]!r} is no dimension to watch by.", where="filters")
    for name, only in (("market", risk.market), ("vendor", risk.vendor_key)):
        if only:
            filters[name] = [only]
    kept: dict[str, Any] = {
        "metric": given.metric, "filters": filters, "span": given.span, "amber": given.amber, "red": given.red, "page": given.page,
        "state": "unknown", "since": None, "removed_at": None,
    }  # fmt: skip
    if indicator_id is None:
        row = w.create(Indicator, risk=risk, made_by=w.actor, **kept)
    else:
        row = _locked(risk, indicator_id)
        w.update(row, **kept)
    w.event(_set(row, removed=False), row)
    return row


def remove(w: Writer, actor: Actor, risk_id: UUID, indicator_id: UUID, *, removed: bool = True) -> Indicator:
    """It is not watched any more (``removed`` false: it is again)."""
    row = _locked(register.locked(actor, risk_id), indicator_id)
    if (row.removed_at is not None) != removed:
        w.update(row, removed_at=clock.now() if removed else None)
        w.event(_set(row, removed=removed), row)
    return row


def turn(w: Writer, indicator_id: UUID, value: float | None, course: list[float | None]) -> str | None:
    """Take a new value in; the state it turned to, None when it stayed. Amber and red are told once each time they are reached."""
    row = Indicator.objects.select_for_update().select_related("risk").filter(pk=indicator_id, removed_at=None).first()
    if row is None:
        return None
    now, before = clock.now(), row.state
    state = domain.state_of(value, before, given(row))
    # The value is a cache that no event speaks of; a turn is what happened.
    Indicator.objects.filter(pk=row.pk).update(value=value, course=course, checked_at=now)
    if state == before:
        return None
    w.update(row, state=state, since=now)
    said = IndicatorTurned(
        metric=row.metric, where=row.filters, before=before, state=state, value=value, market=row.risk.market or "",
        vendor=row.risk.vendor_key or "",
    )  # fmt: skip
    w.event(said, row)
    if row.risk.closed_at is None and domain.STATES.index(state) > max(1, domain.STATES.index(before)):
        news.tell(row)
    key = f"risk-indicator:{row.pk}"
    if row.page and state == "red" and row.risk.closed_at is None:
        words = f"{row.risk.title}: {row.metric}"
        paging.page(w, PageIn(key=key, about="outside", severity=2, market=row.risk.market or "", words=words, or_as=4))
    elif row.page and before == "red":
        paging.resolve_for(w, key)
    return state


def given(row: Indicator) -> IndicatorIn:
    """As it was set."""
    return IndicatorIn(
        metric=row.metric, filters=row.filters, span=row.span, amber=row.amber, red=row.red, page=row.page
    )


def _locked(risk: Risk, indicator_id: UUID) -> Indicator:
    row = Indicator.objects.select_for_update().filter(pk=indicator_id, risk=risk).first()
    if row is None:
        raise NotFound("unknown_indicator", "There is no such indicator.")
    return row


def _set(row: Indicator, *, removed: bool) -> IndicatorSet:
    return IndicatorSet(
        metric=row.metric, where=row.filters, amber=row.amber, red=row.red, removed=removed, market=row.risk.market or "",
        vendor=row.risk.vendor_key or "",
    )  # fmt: skip
