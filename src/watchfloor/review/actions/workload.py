"""How much a person is handed in a day: their share of the house's day of work, in units of weight; then nothing new until tomorrow."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Count
from django.utils.translation import gettext as _

from watchfloor.review import plan
from watchfloor.review.domain import workload
from watchfloor.review.models import Decision
from watchfloor.workforce.contracts import Limits


def within(pk: UUID, limits: Limits) -> Limits:
    """The same limits, or a rest when the day's units are used up. Without a day of work in the budget nothing is asked."""
    if not limits.units or limits.day is None or limits.rest:
        return limits
    if done(pk, limits.day) < limits.units:
        return limits
    return msgspec.structs.replace(
        limits, rest=True, why=_("Your share of today's work is done; new work comes tomorrow.")
    )


def done(pk: UUID, since: datetime) -> float:
    """The units a person has decided since a moment. What they skipped or stepped back from is none."""
    rows = Decision.objects.filter(decider=f"user:{pk}", at__gte=since, job__isnull=False)
    counts = rows.values_list("job__queue_key", "job__kind").annotate(count=Count("pk"))
    return workload.units(counts, {queue.key: queue.weight for queue in plan.current().queues.values()})
