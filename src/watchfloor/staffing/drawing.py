"""Need against roster by the hour as one picture: drawn by the server, so that it prints, needs no script and can be tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.utils.formats import date_format
from markupsafe import Markup

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 1000, 300, 44, 12, 28


def coverage(
    need: Sequence[float], there: Sequence[float], start: datetime, label: str, now: int | None = None
) -> Markup:
    """An area for who is there, a line for who is needed, hatched where fewer are there than needed.

    Args:
        need: people by the hour, as ``there``.
        start: of the first hour; days are named below.
        label: what the picture says in one sentence, for whoever does not see it.
        now: the hour that is now, as a line.
    """
    top = max([*need, *there, 1.0]) * 1.08
    wide = (WIDTH - LEFT) / max(1, len(need))

    def x(place: float) -> float:
        return round(LEFT + place * wide, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)

    def steps(values: Sequence[float]) -> str:
        return " ".join(f"{x(place)},{y(value)} {x(place + 1)},{y(value)}" for place, value in enumerate(values))

    floor = y(0)
    parts = [_grid(top, y)]
    for hour in range(0, len(need) + 1, 24):
        parts.append(Markup('<path class="cover-day" d="M{0} {1}V{2}"/>').format(x(hour), TOP, floor))
        if hour < len(need):
            named = date_format(start + timedelta(hours=hour), "D j")
            parts.append(
                Markup('<text class="cover-word" x="{}" y="{}">{}</text>').format(x(hour) + 6, HEIGHT - 8, named)
            )
    parts.append(
        Markup('<polygon class="cover-there" points="{},{} {} {},{}"/>').format(LEFT, floor, steps(there), WIDTH, floor)
    )
    for place, (wanted, have) in enumerate(zip(need, there, strict=True)):
        if wanted > have + 0.05:
            parts.append(
                Markup('<rect class="cover-short" x="{}" y="{}" width="{}" height="{}"/>').format(
                    x(place), y(wanted), round(wide, 1), round(y(have) - y(wanted), 1)
                )
            )
    parts.append(Markup('<polyline class="cover-need" points="{}"/>').format(steps(need)))
    if now is not None:
        parts.append(Markup('<path class="cover-now" d="M{0} {1}V{2}"/>').format(x(now), TOP, floor))
    return Markup('<svg class="cover" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, label, Markup("").join(parts)
    )


def _grid(top: float, y: Callable[[float], float]) -> Markup:
    lines = []
    step = _round_step(top / 4)
    value = 0.0
    while value <= top:
        at = y(value)
        lines.append(
            Markup('<path class="cover-line" d="M{} {}H{}"/><text class="cover-word" x="0" y="{}">{}</text>').format(
                LEFT, at, WIDTH, at + 4, f"{value:g}"
            )
        )
        value = round(value + step, 6)
    return Markup("").join(lines)


def _round_step(about: float) -> float:
    """1, 2 or 5 times a power of ten, nearest above."""
    power = 1.0
    while power * 10 <= about:
        power *= 10
    while power > about and power > 0.1:
        power /= 10
    return next(power * each for each in (1, 2, 5, 10) if power * each >= about)
