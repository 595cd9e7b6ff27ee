"""What banks did in numbers: hits, how often they were right, views that nobody had to have, by bank and by entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from watchfloor.detection.banks.domain import thresholds
from watchfloor.detection.banks.models import Bank, Match
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.kernel import clock

DAYS = 28
FAIR = Q(judged_how__in=("review", "check"))  # who appeals is no fair sample; their outcomes are told apart
_HASHES = ("pdq", "video")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One bank's last days. ``precision`` is of matches that people saw at review or in the sample; ``fell`` of decisions, on appeal."""

    hits: int = 0
    decided: int = 0
    queued: int = 0
    suppressed: int = 0
    views_avoided: int = 0
    judged: int = 0
    right: int = 0
    precision: Interval = msgspec.field(default_factory=lambda: wilson(0, 0))
    fell: int = 0
    to_check: int = 0


def of(banks: Iterable[UUID], days: int = DAYS) -> dict[UUID, Figures]:
    """By bank."""
    ids = list(banks)
    rows = (
        Match.objects.filter(bank__in=ids, at__gte=_since(days))
        .values("bank")
        .annotate(
            hits=Count("pk", filter=~Q(did="suppressed")), decided=Count("pk", filter=Q(did="decided")),
            queued=Count("pk", filter=Q(did="queued")), suppressed=Count("pk", filter=Q(did="suppressed")),
            views_avoided=Count("pk", filter=Q(did="decided", sampled=False)),
            judged=Count("pk", filter=FAIR & ~Q(verdict="")), right=Count("pk", filter=FAIR & Q(verdict="confirmed")),
            fell=Count("pk", filter=Q(judged_how="appeal", verdict="rejected")),
            to_check=Count("pk", filter=Q(sampled=True, verdict="")),
        )
    )  # fmt: skip
    found = {}
    for row in rows:
        counts: dict[str, Any] = {name: count for name, count in row.items() if name != "bank"}
        found[row["bank"]] = Figures(**counts, precision=wilson(row["right"], row["judged"]))
    return {each: found.get(each, Figures()) for each in ids}


def judged(bank: Bank, days: int = DAYS * 3) -> list[thresholds.Judged]:
    """The matches of pictures and videos by distance, with what people said at review and in the sample."""
    rows = Match.objects.filter(bank=bank, kind__in=_HASHES, at__gte=_since(days)).exclude(did="suppressed")
    said = {"confirmed": True, "rejected": False}
    return [
        thresholds.Judged(distance, said.get(verdict) if how != "appeal" else None)
        for distance, verdict, how in rows.values_list("distance", "verdict", "judged_how")
    ]


def by_day(bank: Bank, days: int = DAYS) -> list[tuple[str, int]]:
    """Hits of each day, days without one included."""
    rows = (
        Match.objects.filter(bank=bank, at__gte=_since(days)).exclude(did="suppressed")
        .annotate(day=TruncDate("at")).values("day").annotate(count=Count("pk"))
    )  # fmt: skip
    found = {row["day"]: row["count"] for row in rows}
    today = clock.now().date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return [(each.isoformat(), found.get(each, 0)) for each in dates]


def _since(days: int) -> datetime:
    return clock.now() - timedelta(days=days)
