"""What the pages share: tabs, words for values, market choices."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.insight.trends.models import ITEM, NOTE

TABS = (
    ("insight-kpis", "numbers"), ("spikes", "spikes"), ("insight-topics", "topics"), ("insight-prevalence", "prevalence"),
    ("insight-over", "over"), ("insight-automation", "automation"),
)  # fmt: skip


def tabs(here: str) -> list[dict[str, Any]]:
    """The pages beside one another."""
    words = {
        "numbers": _("Numbers"), "spikes": _("Spikes"), "topics": _("Topics"), "prevalence": _("Prevalence"), "over": _("Over-enforcement"),
        "automation": _("Automation"),
    }  # fmt: skip
    return [{"label": words[key], "href": reverse(name), "current": key == here} for name, key in TABS]


def sources() -> dict[str, str]:
    """The two kinds of text."""
    return {NOTE: _("What reporters write"), ITEM: _("What is reported")}


def noon(day: date) -> int:
    """A day on a chart's axis, in seconds."""
    return int(datetime.combine(day, time(12), UTC).timestamp())
