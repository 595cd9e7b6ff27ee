"""The morning after: where the day before had a spike, its review writes itself once, with the cause in words."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from watchfloor.identity.domain import system
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock
from watchfloor.programme.reviews import actions
from watchfloor.programme.reviews.actions import Wanted
from watchfloor.programme.reviews.domain.spans import last_whole
from watchfloor.programme.reviews.models import Review
from watchfloor.vendors.access import house_zone

BY: Final = system("reviews")


def write() -> int:
    """Compose and publish yesterday's review where a spike began or went on then; how many (0 or 1). Once, by a unique row."""
    zone = house_zone()
    start, end = last_whole(clock.now(), "day", zone)
    if Review.objects.filter(template="daily", starts_at=start, origin="morning").exists():
        return 0
    spikes = Spike.objects.filter(starts_at__lt=end, last_at__gt=start).exclude(state__in=("dismissed", "joined"))
    if not spikes.exists():
        return 0
    row = actions.compose(
        BY,
        Wanted(
            template="daily",
            start=start,
            end=end,
            zone=str(zone),
            language=settings.LANGUAGE_CODE[:2],
            origin="morning",
        ),
    )
    if row is None:
        return 0
    actions.publish(BY, row.pk)
    return 1
