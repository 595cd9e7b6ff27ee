"""What a delivered proposal brought, a month: from the measured intervention to the quantity it was sized in."""

from __future__ import annotations

import msgspec

from watchfloor.programme.improvements.domain.amounts import MONTH
from watchfloor.programme.improvements.domain.quantities import MEASURED
from watchfloor.programme.improvements.models import Proposal, Quantity
from watchfloor.programme.interventions import queries
from watchfloor.programme.interventions.models import Intervention


class Benefit(msgspec.Struct, frozen=True, kw_only=True):
    """What went away, a month, in the unit of the quantity. ``told`` false: it cannot be told, and ``why`` says so."""

    told: bool
    expected: float
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    outcome: str = ""
    method: str = ""
    why: str = ""
    currency: str = ""  # of what was sized in money


def of(row: Proposal) -> Benefit | None:
    """Of a delivered proposal; None while nothing was measured."""
    line = row.quantities.filter(kind=row.measure_kind, dropped_at=None).first()
    found = Intervention.objects.filter(pk=row.intervention_id).first() if row.intervention_id else None
    if line is None or found is None or (measured := queries.result(found)) is None:
        return None
    expected, effect = float(line.result[0]), measured.effect
    month = measured.a_month
    if month is None or not effect.enough:
        return Benefit(told=False, expected=expected, method=effect.method, why=effect.why, outcome=measured.outcome)
    unit = MEASURED[row.measure_kind][1]
    value, high, low = (-each * unit for each in month)
    if line.each and line.currency:  # at the rates it was sized by; the ends hold their range, too
        least, likely, most = (float(each) for each in line.each)
        value *= (least + 4 * likely + most) / 6
        low, high = min(low * least, low * most), max(high * least, high * most)
    return Benefit(
        told=True,
        expected=expected,
        value=value,
        low=low,
        high=high,
        currency=line.currency,
        outcome=measured.outcome,
        method=effect.method,
        why=effect.why,
    )


def share_of(line: Quantity, metric: str) -> float:
    """Which share of a metric a quantity's result is."""
    if line.kind in ("exposure", "cost"):  # a share of the metric itself, whatever it was told in
        low, likely, high = (float(each) for each in line.share)
        return (low + 4 * likely + high) / 6
    whole = next((each[2] for each in line.facts if each[0] == metric), None)
    if not whole:
        return 0.0
    days = (line.ends_on - line.starts_on).days + 1
    a_month = float(whole) / days * MONTH * MEASURED[line.kind][1]
    return min(1.0, float(line.result[0]) / a_month)
