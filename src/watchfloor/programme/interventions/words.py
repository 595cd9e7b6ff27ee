"""Results of interventions in words. No estimate without its interval, and no verdict beyond what the interval can bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from watchfloor.insight import catalogue
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.schema import DIMENSIONS
from watchfloor.programme.interventions.domain import Measured

OUTCOMES: dict[str, tuple[str, str, str]] = {
    "reversed": (N_("Reversed"), "green", "check"),
    "partly": (N_("Partly reversed"), "amber", "adjustments"),
    "not_reversed": (N_("Not reversed"), "red", "x"),
    "unknown": (N_("Cannot be told"), "outline", "help-circle"),
    "": (N_("Not measured yet"), "outline", "clock"),
}
METHODS: dict[str, str] = {
    "before_after": N_("Before and after, by its own past"),
    "did": N_("Against the mean of what was not touched (difference in differences)"),
    "synthetic": N_("Against a weighted mean of what was not touched (synthetic control)"),
}


def outcome(key: str) -> tuple[str, str, str]:
    """Its name, the tone of its chip, its sign."""
    name, tone, sign = OUTCOMES[key]
    return _(name), tone, sign


def title(metric: str) -> str:
    """What a metric is called."""
    found = catalogue.metrics().get(metric)
    return metric if found is None else found.title if found.own else _(found.title)


def touched(filters: Mapping[str, Sequence[str]]) -> str:
    """What it touches, in words."""
    parts = [f"{_(DIMENSIONS[name])}: {', '.join(values)}" for name, values in filters.items() if name in DIMENSIONS]
    return "; ".join(parts) or _("the whole floor")


def verdict(found: Measured, metric: str) -> str:
    """The result as one sentence."""
    name = outcome(found.outcome)[0]
    told = found.effect
    if not told.enough or told.estimate is None or told.low is None or told.high is None:
        return f"{name}: {told.why}"
    said = amounts(found, catalogue.metrics().get(metric))
    if found.outcome == "unknown":
        return _("%(name)s: %(said)s. That may be nothing, and may be all that was hoped for.") % {
            "name": name,
            "said": said,
        }
    return f"{name}: {said}"


def amounts(found: Measured, metric: Metric | None) -> str:
    """The estimate with its interval: by the month where steps add up, else as a change of the value."""
    told = found.effect
    assert told.estimate is not None and told.low is not None and told.high is not None
    month = found.a_month
    estimate, low, high = month or (told.estimate, told.low, told.high)
    unit, times, places = scale(metric.unit if metric else "number", estimate, low, high)
    value, ends = abs(estimate) * times, sorted((low * times, high * times))
    if estimate < 0:
        ends = sorted((-ends[0], -ends[1]))
    span = f"[{numeral(ends[0], places)}–{numeral(ends[1], places)}]"
    shown = numeral(value, places)
    if month is not None:
        words = (
            _("%(n)s fewer %(unit)s a month %(span)s") if estimate < 0 else _("%(n)s more %(unit)s a month %(span)s")
        )
    else:
        words = _("%(n)s %(unit)s less %(span)s") if estimate < 0 else _("%(n)s %(unit)s more %(span)s")
    said = " ".join((words % {"n": shown, "unit": unit, "span": span}).split())
    if told.relative is not None and abs(told.relative) < 10:
        said += f", {told.relative * 100:+.0f} %"
    return said


def paid(found: Measured, month: tuple[float, float, float]) -> str:
    """The same in money."""
    estimate, low, high = month
    ends = sorted((-low, -high)) if estimate < 0 else [low, high]
    words = _("%(n)s %(unit)s less a month %(span)s") if estimate < 0 else _("%(n)s %(unit)s more a month %(span)s")
    span = f"[{numeral(ends[0], 0)}–{numeral(ends[1], 0)}]"
    said = words % {"n": numeral(abs(estimate), 0), "unit": found.currency, "span": span}
    rates = sorted({found.rate[0], found.rate[2]})
    hour = "–".join(numeral(each, 2) for each in rates)
    return _("%(said)s, at %(rate)s %(unit)s an hour by the contracts then in force") % {
        "said": said, "rate": hour, "unit": found.currency,
    }  # fmt: skip


def scale(unit: str, *values: float) -> tuple[str, float, int]:
    """How a unit is written: its name, what a value is multiplied by, digits behind the point."""
    most = max(abs(each) for each in values)
    if unit == "ms":
        if most >= 3 * 3_600_000:
            return _("hours"), 1 / 3_600_000, 0 if most >= 36e6 else 1
        if most >= 3 * 60_000:
            return _("min"), 1 / 60_000, 0 if most >= 6e5 else 1
        return _("s"), 1 / 1000, 0 if most >= 1e4 else 1
    if unit == "share":
        return _("percentage points"), 100.0, 1
    return "", 1.0, 0 if most >= 10 else 2


def numeral(value: float, places: int) -> str:
    return str(number_format(value, decimal_pos=places, force_grouping=True))
