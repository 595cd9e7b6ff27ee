"""What comes first: severity x reach x time-to-due, in points that people can add up.

One point doubles: the score is the base-2 logarithm of the product, so its parts *add*. Time runs alike for all: every
``HOURS_PER_POINT`` hours nearer to (or past) its due time give each job one point more. Hence the order of two waiting jobs
never changes by waiting alone, the sort key can be stored and indexed, no sweep has to refresh it, and nothing starves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

HOURS_PER_POINT: Final = 6.0
# A threat to life is worth four days of lateness of a nuisance.
SEVERITY_POINTS: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
REACH_UNIT: Final = 1000  # views that give the first point; each doubling one more
TRUSTED_POINTS: Final = 2.0
MAX_REPORT_POINTS: Final = 3.0  # a crowd may hurry a case, but must not steer the floor
MAX_CREDIT: Final = 1.0  # the reporters' record counts a doubling at most, either way
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)

SEVERITY_NAMES: Final = ("a nuisance", "low", "medium", "high", "severe", "a threat to life")


class Urgency(msgspec.Struct, frozen=True, kw_only=True):
    """What the score is made from. ``severity`` 0 to 5, ``reach`` views or followers, counts of counted reports."""

    severity: int
    reach: int
    reports: int
    trusted: int
    due_at: datetime
    credit: float = (
        0.0  # how far the reporters have been right so far, in points (engines.agreement.points), on average
    )


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Points at a moment: ``sum(parts.values()) == score``; ``key`` is what jobs are sorted by (it has no moment)."""

    score: float
    parts: dict[str, float]
    key: float


def score(urgency: Urgency, at: datetime) -> Score:
    """The score at a moment, with its parts; never lower for more severity, reach, reports, credit of the
    reporters, or an earlier due time."""
    parts = {
        "severity": SEVERITY_POINTS[max(0, min(5, urgency.severity))],
        "reach": round(math.log2(1 + max(0, urgency.reach) / REACH_UNIT), 3),
        "reports": round(min(MAX_REPORT_POINTS, math.log2(max(1, urgency.reports)) / 2), 3),
        "trusted": TRUSTED_POINTS if urgency.trusted > 0 else 0.0,
        "time": time_points(urgency.due_at, at),
    }
    if urgency.credit:
        parts["reporters"] = round(max(-MAX_CREDIT, min(MAX_CREDIT, urgency.credit)), 3)
    still = sum(points for name, points in parts.items() if name != "time")
    return Score(score=sum(parts.values()), parts=parts, key=still + _points(urgency.due_at, EPOCH))


def time_points(due_at: datetime, at: datetime) -> float:
    """Minus what is left, plus what it is late, in points: 0 when due now, -4 with a day left."""
    return round(_points(due_at, at), 3)


def refreshed(parts: Mapping[str, float], due_at: datetime, at: datetime) -> dict[str, float]:
    """Stored parts as they stand at another moment: only time has moved."""
    return {**parts, "time": time_points(due_at, at)}


def explain(parts: Mapping[str, float]) -> str:
    """One sentence for people, strongest part first: "High severity (+4), overdue by 3 h (+0.5)"."""
    said = []
    for name, points in sorted(parts.items(), key=lambda part: -abs(part[1])):
        words = _words(name, points)
        if words:
            said.append(f"{words} ({points:+.1f})".replace(".0)", ")"))
    text = ", ".join(said) or "nothing makes it urgent"
    return text[0].upper() + text[1:] + "."


def _points(due_at: datetime, at: datetime) -> float:
    return (at - due_at).total_seconds() / 3600 / HOURS_PER_POINT


def _words(name: str, points: float) -> str:
    if name == "time":
        hours = points * HOURS_PER_POINT
        span = f"{abs(hours) * 60:.0f} min" if abs(hours) < 1 else f"{abs(hours):.0f} h"
        return f"overdue by {span}" if hours > 0 else f"due in {span}"
    if points == 0:
        return ""
    if name == "severity":
        level = SEVERITY_POINTS.index(points) if points in SEVERITY_POINTS else 0
        return SEVERITY_NAMES[level] if level == 5 else f"{SEVERITY_NAMES[level]} severity"
    if name == "reach":
        return f"seen by about {REACH_UNIT * (2**points - 1):,.0f}"
    if name == "reports":
        return "several reports" if points < MAX_REPORT_POINTS else "very many reports"
    if name == "trusted":
        return "a trusted flagger reported it"
    if name == "reporters":
        return "its reporters are mostly right" if points > 0 else "its reporters are seldom right"
    return name
