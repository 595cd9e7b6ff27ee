"""Numbers, spans and filters in words, for pictures and files (pages use the console's own filters, which say the same)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from watchfloor.insight.own_metrics.keeping import titles

DASH = "–"
MINUS = "−"
SPACE = "\u00a0"
UNITS = (("d", 86_400_000.0), ("h", 3_600_000.0), ("min", 60_000.0), ("s", 1_000.0))


def value_words(unit: str, value: float | None) -> str:
    """``12,481``; ``18.3 %``; ``3.2 h``. Not measured is a dash, never a zero."""
    if value is None:
        return DASH
    if unit == "share":
        return f"{_local(value * 100, 1)}{SPACE}%"
    if unit == "ms":
        for name, size in UNITS:
            if abs(value) >= 2 * size or name == "s":
                shown = value / size
                return f"{_local(shown, 0 if abs(shown) >= 100 else 1)}{SPACE}{name}"
    return _local(value, 0 if float(value).is_integer() else 1)


def change_words(value: float | None, before: float | None) -> str:
    """``+18 %``; nothing where there is nothing to divide by."""
    if value is None or before is None or before == 0:
        return ""
    change = round((value - before) / abs(before) * 100)
    if change == 0:
        return _("no change")
    return f"{'+' if change > 0 else MINUS}{_local(abs(change), 0)}{SPACE}%"


def scale(unit: str, top: float) -> tuple[str, float]:
    """The unit an axis is written in and how much of the metric's own one of it is."""
    if unit == "share":
        return "%", 0.01
    if unit == "ms":
        return next(((name, size) for name, size in UNITS if top >= 2 * size), ("s", 1_000.0))
    return "", 1.0


def filters_words(filters: Mapping[str, str]) -> str:
    """``Market DE, Queue spam.en``; the whole floor where nothing narrows it."""
    if not filters:
        return _("the whole floor, within the rights of who asked")
    return ", ".join(f"{dimension_words(name)} {value}" for name, value in sorted(filters.items()))


def dimension_words(name: str) -> str:
    """What a dimension is called, shipped or a team's own; one that was put away by its key."""
    return _(titles().get(name, name))


def moment_words(moment: datetime) -> str:
    """``22 Nov 2026 16:40 CET`` in the zone in force."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'j M Y H:i')} {local.tzname() or ''}".strip()


def tick_words(moment: datetime, interval: str) -> str:
    """A moment on an axis: hours as 14:00, days and weeks as 19 Nov. Buckets are cut in UTC, and so they are named."""
    return f"{moment:%H:%M}" if interval == "hour" else date_format(moment, "j M")


def _local(value: float, places: int) -> str:
    shown = number_format(round(abs(value), places), decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{MINUS}{shown}" if value < 0 and any(char in "123456789" for char in shown) else shown
