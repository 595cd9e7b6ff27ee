"""Indicators are fed by the catalogue's live numbers: one at a time, each no more often than its span asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from watchfloor.insight import catalogue, queries
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.interventions.access import MEASURES
from watchfloor.programme.risks import domain
from watchfloor.programme.risks.actions import indicators
from watchfloor.programme.risks.models import Indicator

COURSE: Final = 14  # spans that its little picture shows
EVERY: Final = {"hour": timedelta(minutes=5), "day": timedelta(minutes=15), "week": timedelta(hours=1)}


def one_due() -> int:
    """Look at the indicator that was looked at longest ago, if its time has come."""
    now = clock.now()
    for span, every in EVERY.items():
        rows = Indicator.objects.filter(span=span, removed_at=None, risk__closed_at=None)
        row = (
            rows.filter(checked_at=None).first()
            or rows.filter(checked_at__lte=now - every).order_by("checked_at").first()
        )
        if row is not None:
            look(row)
            return 1
    return 0


def look(row: Indicator) -> str | None:
    """Its value over the span that ends now, and those before; the state it turned to, None when it stayed."""
    metric = catalogue.metric(row.metric)
    end = clock.now().replace(second=0, microsecond=0)
    size = domain.SPANS[row.span]
    where = {name: tuple(values) for name, values in row.filters.items()}
    value = queries.kpis(MEASURES, Span(start=end - size, end=end, where=where), metrics=[metric.key], compare=False)[
        0
    ].value
    first = end.replace(minute=0, hour=0 if row.span != "hour" else end.hour) - COURSE * size
    points = queries.series(MEASURES, Span(start=first, end=end, interval=row.span, where=where), [metric])[metric.key]
    with writing(MEASURES) as w:
        return indicators.turn(w, row.pk, value, [each.value for each in points][-COURSE:])
