"""How right a vendor's decisions were: the sample that quality read, each look weighted by how likely it was drawn; nothing restricted."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from watchfloor.quality.domain.looks import DONE
from watchfloor.quality.models import Look
from watchfloor.quality.queries.figures import verdict

Days = list[tuple[float, float]]


def days(vendor_key: str, start: datetime, end: datetime) -> Days:
    """``(right, read)`` by day of the decision (UTC), in effective looks.

    Weights are inverse inclusion probabilities, scaled so that they add up to the effective size of the sample (Kish 1965, (sum w)^2 /
    sum w^2): an exact interval over so many is the usual one for weighted samples (Korn and Graubard 1998).
    """
    rows = Look.objects.filter(
        vendor=vendor_key, purpose="sample", state__in=DONE, clearance="", decided_at__gte=start, decided_at__lt=end
    ).exclude(right_verdict="")
    weighed = [(row.decided_at.date(), 1 / row.probability, not verdict(row).wrong) for row in rows]
    total = sum(weight for _day, weight, _right in weighed)
    if not total:
        return []
    scale = total / sum(weight * weight for _day, weight, _right in weighed)
    found: defaultdict[date, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for day, weight, right in weighed:
        found[day][0] += weight * scale * right
        found[day][1] += weight * scale
    return [(above, below) for _day, (above, below) in sorted(found.items())]
