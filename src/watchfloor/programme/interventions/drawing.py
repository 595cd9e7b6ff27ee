"""What the page of an intervention draws: its course beside the one without it, and what the method finds where nothing happened."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from watchfloor.engines.effects import Effect
from watchfloor.programme.interventions.domain import STEP, Measured


def chart(found: Measured, name: str) -> dict[str, Any] | None:
    """Actual against counterfactual with its band, for ``ui.line_chart``."""
    told = found.effect
    if not found.actual or len(told.counterfactual) != len(found.actual):
        return None
    size = STEP[found.step]
    times = [int((found.start + place * size).timestamp()) for place in range(len(found.actual))]
    low = max(0.0, min(found.actual))  # what was never below nought is not drawn below it
    floor = 0.0 if low >= 0 and min(found.actual) >= 0 else None

    def held(value: float) -> float:
        return round(max(value, floor) if floor is not None else value, 6)

    return {
        "times": times,
        "series": [{"name": name, "values": [round(each, 6) for each in found.actual]}],
        "before": {"name": _("without it"), "values": [held(each) for each in told.counterfactual]},
        "band": {
            "low": [held(each - told.band) for each in told.counterfactual],
            "high": [held(each + told.band) for each in told.counterfactual],
        },
        "band_name": _("where single steps would lie without it"),
        "marks": [{"at": times[found.at], "label": _("The change")}] if found.at < len(times) else [],
    }  # fmt: skip


def placebos(told: Effect) -> dict[str, Any] | None:
    """Estimates with intervals on one scale from least to most: dates before the change in order, then the change itself."""
    if told.estimate is None or told.low is None or told.high is None or not told.placebo.time:
        return None
    rows = [(each.estimate, each.low, each.high, False) for each in told.placebo.time]
    rows.append((told.estimate, told.low, told.high, True))
    low, high = min(0.0, *(row[1] for row in rows)), max(0.0, *(row[2] for row in rows))
    reach = (high - low) or 1.0
    width, height = 30.0 * len(rows), 120.0

    def y(value: float) -> float:
        return round(6 + (high - value) / reach * (height - 12), 1)

    marks = [
        {"x": 15 + 30 * place, "y": y(row[0]), "low": y(row[1]), "high": y(row[2]), "real": row[3]}
        for place, row in enumerate(rows)
    ]
    return {"width": width, "height": height, "zero": y(0.0), "marks": marks}
