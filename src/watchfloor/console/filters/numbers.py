"""Numbers as a newspaper writes them: 12,481; 3.2 k where space is tight; a change always with its base."""

from __future__ import annotations

import math
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from markupsafe import Markup

Number = int | float | Decimal

SPACE = "\u00a0"  # between a number and its unit: does not break
MINUS = "\u2212"
DASH = "\u2013"
_STEPS = ((1_000_000_000, N_("bn")), (1_000_000, N_("M")), (1_000, N_("k")))


def _local(value: Number, places: int) -> str:
    """Digits with the separators of the reader's language and a real minus sign."""
    body = formats.number_format(-value if value < 0 else value, decimal_pos=places, use_l10n=True, force_grouping=True)
    shown_as_zero = not any(char in "123456789" for char in body)
    return body if value >= 0 or shown_as_zero else f"{MINUS}{body}"


def number(value: Number | None, places: int = 0) -> str:
    """``12481`` -> ``12,481``. None (not measured) is a dash, never a zero."""
    if value is None or not math.isfinite(value):
        return DASH
    return _local(value, places)


def compact(value: Number | None) -> str:
    """``3214`` -> ``3.2 k``: two figures that matter, for tight places."""
    if value is None or not math.isfinite(value):
        return DASH
    size = abs(float(value))
    for step, unit in _STEPS:
        # 999,500 would round to "1,000 k": take the next unit from where rounding reaches it.
        if size >= step * (0.9995 if step > 1_000 else 1):
            shown = float(value) / step
            places = 1 if round(abs(shown), 1) < 100 else 0
            return f"{_local(round(shown, places), places)}{SPACE}{_(unit)}"
    return _local(value, 0 if float(value).is_integer() else 1)


def percent(share: Number | None, places: int = 0) -> str:
    """A share of one, as ``18 %``: ``0.183`` -> ``18 %``."""
    if share is None or not math.isfinite(share):
        return DASH
    return f"{_local(float(share) * 100, places)}{SPACE}%"


def delta(value: Number | None, before: Number | None, base: str = "", good: str = "") -> Markup:
    """The change from ``before`` to ``value`` with its base: ``+18 % vs four Thursdays``.

    Args:
        value: now.
        before: what it is compared with; None or 0 gives no percentage (there is nothing to divide by).
        base: what ``before`` is, in words; a change without its base says nothing.
        good: ``"up"`` or ``"down"`` where one direction is good and may be coloured; else the change stays in ink.
    """
    if value is None or before is None or not math.isfinite(value) or not math.isfinite(before):
        return Markup('<span class="delta">{}</span>').format(DASH)
    if before == 0:
        words, change = (_("new"), 1) if value else (_("no change"), 0)
    else:
        share = (float(value) - float(before)) / abs(float(before))
        change = round(share * 100)
        sign = "+" if change > 0 else ""
        words = f"{sign}{percent(change / 100)}" if change else _("no change")
    direction = "up" if change > 0 else "down" if change < 0 else ""
    meaning = ""
    if good and direction:
        meaning = " delta-good" if direction == good else " delta-bad"
    said = Markup('<span class="delta{}">{}</span>').format(meaning, words)
    return said if not base else Markup('{} <span class="delta-base">{}</span>').format(said, base)
