"""The small plots on a page: a line from zero on a scale shared by all of its kind, in the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from watchfloor.insight.boards.drawing.axes import runs

WIDTH, HEIGHT, PAD = 200.0, 64.0, 3.0


def small_plot(values: Sequence[float | None], top: float, target: float | None, label: str) -> Markup:
    """One line; gaps stay gaps. ``top`` is the greatest value among all the plots beside it."""
    most = max(top, target or 0) or 1.0
    step = (WIDTH - 2 * PAD) / max(1, len(values) - 1)

    def y(value: float) -> float:
        return round(HEIGHT - PAD - max(0.0, value) / most * (HEIGHT - 2 * PAD), 1)

    parts: list[Markup] = [Markup('<path class="plot-zero" d="M0 {0}H{1}"/>').format(y(0), WIDTH)]
    if target is not None:
        parts.append(Markup('<path class="plot-target" d="M0 {0}H{1}"/>').format(y(target), WIDTH))
    for run in runs(
        [(round(PAD + place * step, 1), None if value is None else y(value)) for place, value in enumerate(values)]
    ):
        way = " ".join(f"{x},{at}" for x, at in run)
        parts.append(
            Markup('<polyline class="spark-line" points="{}"/>').format(way if len(run) > 1 else f"{way} {way}")
        )
    return Markup('<svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        f"{WIDTH:g}", f"{HEIGHT:g}", Markup("").join(parts)
    )
