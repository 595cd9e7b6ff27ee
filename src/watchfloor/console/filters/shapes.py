"""Small pictures drawn by the server as SVG: they print, need no script and can be tested."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from markupsafe import Markup

from watchfloor.console.filters.numbers import number


def sparkline(values: Sequence[float | None], width: int = 88, height: int = 28, label: str = "") -> Markup:
    """A word-sized line: oldest value first; a gap (None) breaks the line; a flat series lies in the middle.

    Read aloud it says its first, last, lowest and highest value.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known), max(known)
    pad = 3.0
    step = (width - 2 * pad) / (len(values) - 1)

    def at(index: int, value: float) -> tuple[float, float]:
        share = 0.5 if high == low else (value - low) / (high - low)
        return round(pad + index * step, 1), round(height - pad - share * (height - 2 * pad), 1)

    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(at(index, value))
    parts = []
    for run in runs:
        if not run:
            continue
        line = " ".join(f"{x},{y}" for x, y in run)
        parts.append(
            Markup('<polygon class="spark-area" points="{},{h} {} {},{h}"/>').format(
                run[0][0], line, run[-1][0], h=height
            )
        )
        parts.append(Markup('<polyline class="spark-line" points="{}"/>').format(line))
    last_index = max(index for index, value in enumerate(values) if value is not None)
    x, y = at(last_index, known[-1])
    parts.append(Markup('<circle class="spark-end" cx="{}" cy="{}" r="2.5"/>').format(x, y))
    said = label or _("from %(first)s to %(last)s, lowest %(low)s, highest %(high)s") % {
        "first": number(known[0]), "last": number(known[-1]), "low": number(low), "high": number(high),
    }  # fmt: skip
    return Markup(
        '<svg class="spark" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{}">{}</svg>'
    ).format(said, Markup("").join(parts), w=width, h=height)


def bar(share: float, series: str = "", low: float | None = None, high: float | None = None) -> Markup:
    """One horizontal bar of a bar chart: ``share`` of the full width (0..1), with an interval as a whisker where given."""
    x = _at(share)
    parts = [
        Markup('<rect class="bar-track" width="1000" height="14" rx="3"/>'),
        Markup('<rect class="bar{}" width="{}" height="14" rx="3"/>').format(f" bar-{series}" if series else "", x),
    ]
    if low is not None and high is not None:
        left, right = _at(low), _at(high)
        parts.append(Markup('<path class="bar-whisker" d="M{0} 7H{1}M{0} 3V11M{1} 3V11"/>').format(left, right))
    return Markup('<svg viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        Markup("").join(parts)
    )


def _at(share: float) -> float:
    return round(1000 * min(1.0, max(0.0, share)), 1)
