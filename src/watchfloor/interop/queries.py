"""Readers of websites' keys: how many questions, what they taught, how right the answers were by what came back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.db.models import Sum

from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.interop.models import Site, SiteDay, SiteLabel, SiteModel
from watchfloor.kernel import clock

DAYS = 30


class SiteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One site and its last 30 days. ``right``: of what it submitted, how often its own model had said so before (or None)."""

    site: Site
    spam: int
    ham: int
    missed: int
    wrong: int
    labels: int
    left_out: int
    right: Interval | None


def lines(*, only: Site | None = None) -> list[SiteLine]:
    """All sites, those that work first."""
    since = clock.now() - timedelta(days=DAYS)
    rows = Site.objects.order_by("name", "made_at") if only is None else [only]
    sums: dict[Any, Any] = {
        each["site"]: each
        for each in SiteDay.objects.filter(day__gte=since.date()).values("site").annotate(
            spam=Sum("spam"), ham=Sum("ham"), missed=Sum("missed"), wrong=Sum("wrong")
        )
    }  # fmt: skip
    taught = {row.pk: row for row in SiteModel.objects.defer("blob")}
    made = []
    for site in rows:
        counted = sums.get(site.pk, {})
        labels = SiteLabel.objects.filter(site=site)
        scored = taught[site.pk].scored if site.pk in taught else []
        right = sum((score >= 0.5) == label for score, label in scored)
        made.append(
            SiteLine(
                site=site, spam=counted.get("spam", 0), ham=counted.get("ham", 0), missed=counted.get("missed", 0),
                wrong=counted.get("wrong", 0), labels=labels.filter(left_out="").count(),
                left_out=labels.exclude(left_out="").count(), right=wilson(right, len(scored)) if scored else None,
            )
        )  # fmt: skip
    return sorted(made, key=lambda line: line.site.ended_at is not None)
