"""How far an objective is: the way from where it began to its target, beside the time that has gone."""

from __future__ import annotations

from datetime import date

import msgspec


class Progress(msgspec.Struct, frozen=True):
    """``share``: of the way (1 is all, None unknown); ``time``: of the time; ``verdict``: reached | on | behind | missed | unknown."""

    share: float | None
    time: float
    verdict: str


def progress(start: float | None, now: float | None, target: float, begins: date, by: date, today: date) -> Progress:
    """The way gone, linearly. Without a start the target alone is asked, which any figure on its far side reaches: then only at the end."""
    whole = max(1, (by - begins).days)
    time = min(1.0, max(0.0, (today - begins).days / whole))
    if now is None or start is None:
        return Progress(None, time, "unknown")
    share = 1.0 if start == target else (now - start) / (target - start)
    if start == target:
        share = 1.0 if now == target else 0.0
    if share >= 1:
        return Progress(share, time, "reached")
    if today > by:
        return Progress(share, time, "missed")
    return Progress(share, time, "on" if share >= time else "behind")
