"""What comes first: severity x reach x time-to-due, in points that people can add up.

One point doubles: the score is the base-2 logarithm of the product, so its parts *add*. Time runs alike for all: every
``hours_per_point`` hours nearer to (or past) its due time give each job one point more. Hence the order of two waiting jobs
never changes by waiting alone, the sort key can be stored and indexed, no sweep has to refresh it, and nothing starves.

*Why nothing starves.* Write a job's key as ``still - due / h`` (``still``: its points but for time, at most ``most_points``, M;
``due``: its due time; ``h``: hours per point; nothing is due before it comes in). Another job that comes in at ``t`` is handed out
before ours only if ``still' - due' / h > still - due / h``; as ``still' <= M`` and ``due' >= t`` this needs

    t < due + h * (M - still)          (``safe_after``)

So from that moment on nothing that comes in can go before ours, whatever it is. If ``n`` jobs are ahead now and harder work comes
in at ``a`` per hour at most, ours is handed out after no more than ``n + a * (safe_after - now)`` others. Both are property-tested.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_, Say, english

MAX_REACH_POINTS: Final = 24.0  # sixteen thousand million views; without an end to it something could wait for ever
MAX_BOOST: Final = 24.0
TOGETHER: Final = 1.0  # a cluster as one job: it comes before the jobs of its own cases, which it spares
MAX_CREDIT: Final = 1.0  # the reporters' record counts a doubling at most, either way
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)

SEVERITIES: Final = (
    N_("a nuisance"), N_("low severity"), N_("medium severity"), N_("high severity"), N_("severe severity"), N_("a threat to life"),
)  # fmt: skip


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What weighs how much.

    Attributes:
        hours_per_point: hours nearer to the due time that are worth one point.
        severity: points of severities 0 to 5. As shipped, a threat to life is worth four days of lateness of a nuisance.
        reach_unit: views that give the first point; each doubling one more.
        trusted: points when a body with standing reported it.
        reports: the most that many reports give; a crowd may hurry a case, but must not steer the floor.
    """

    hours_per_point: float = 6.0
    severity: tuple[float, float, float, float, float, float] = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
    reach_unit: float = 1000
    trusted: float = 2.0
    reports: float = 3.0

    @property
    def most_points(self) -> float:
        """The most that a job can have but for time."""
        return max(self.severity) + MAX_REACH_POINTS + self.reports + self.trusted + MAX_CREDIT + MAX_BOOST + TOGETHER


DEFAULT_WEIGHTS: Final = Weights()


class Urgency(msgspec.Struct, frozen=True, kw_only=True):
    """What the score is made from. ``severity`` 0 to 5, ``reach`` views or followers, counts of counted reports.

    ``credit`` says how far the reporters have been right so far, in points (``engines.agreement.points``), on average;
    ``boost`` are points that people gave for a time, -24 to 24; ``together``: one decision will do for many items.
    """

    severity: int
    reach: int
    reports: int
    trusted: int
    due_at: datetime
    credit: float = 0.0
    boost: float = 0.0
    together: bool = False


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Points at a moment: ``sum(parts.values()) == score``; ``key`` is what jobs are sorted by (it has no moment)."""

    score: float
    parts: dict[str, float]
    key: float


def score(urgency: Urgency, at: datetime, weights: Weights = DEFAULT_WEIGHTS) -> Score:
    """The score at a moment, with its parts; never lower for more severity, reach, reports, credit or an earlier due time."""
    reach = min(MAX_REACH_POINTS, math.log2(1 + max(0, urgency.reach) / weights.reach_unit))
    parts = {
        "severity": weights.severity[max(0, min(5, urgency.severity))],
        "reach": round(reach, 3),
        "reports": round(min(weights.reports, math.log2(max(1, urgency.reports)) / 2), 3),
        "trusted": weights.trusted if urgency.trusted > 0 else 0.0,
    }
    if urgency.credit:
        parts["reporters"] = round(max(-MAX_CREDIT, min(MAX_CREDIT, urgency.credit)), 3)
    if urgency.boost:
        parts["boost"] = max(-MAX_BOOST, min(MAX_BOOST, urgency.boost))
    if urgency.together:
        parts["together"] = TOGETHER
    still = sum(parts.values())
    parts["time"] = time_points(urgency.due_at, at, weights)
    key = still + _points(urgency.due_at, EPOCH, weights)
    return Score(score=sum(parts.values()), parts=parts, key=key)


def time_points(due_at: datetime, at: datetime, weights: Weights = DEFAULT_WEIGHTS) -> float:
    """Minus what is left, plus what it is late, in points: 0 when due now, -4 with a day left (as shipped)."""
    return round(_points(due_at, at, weights), 3)


def refreshed(
    parts: Mapping[str, float], due_at: datetime, at: datetime, weights: Weights = DEFAULT_WEIGHTS
) -> dict[str, float]:
    """Stored parts as they stand at another moment: only time has moved."""
    return {**parts, "time": time_points(due_at, at, weights)}


def safe_after(urgency: Urgency, weights: Weights = DEFAULT_WEIGHTS) -> datetime:
    """From when on nothing that comes in can be handed out before this job (the proof is at the head of this file)."""
    parts = score(urgency, urgency.due_at, weights).parts
    still = sum(points for name, points in parts.items() if name != "time")
    return urgency.due_at + timedelta(hours=weights.hours_per_point * (weights.most_points - still))


def check_weights(data: Mapping[str, object]) -> Weights:
    """Weights from their document; ``BadInput`` for what would turn the order around or let something wait for ever."""
    try:
        weights = msgspec.convert(dict(data), Weights, strict=False)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise BadInput("bad_weights", f"These weights cannot be read: {error}.", where="weights") from None
    if not 0.1 <= weights.hours_per_point <= 1000:
        raise BadInput("bad_weight", "One point is worth 0.1 to 1000 hours.", where="weights.hours_per_point")
    if (
        list(weights.severity) != sorted(weights.severity)
        or not 0 <= weights.severity[0] <= weights.severity[-1] <= 100
    ):
        raise BadInput("bad_weight", "Points of severities go up, from 0 to 100.", where="weights.severity")
    if not 1 <= weights.reach_unit <= 10**9:
        raise BadInput("bad_weight", "The first point of reach is worth 1 view or more.", where="weights.reach_unit")
    for name in ("trusted", "reports"):
        if not 0 <= getattr(weights, name) <= 50:
            raise BadInput("bad_weight", "Points go from 0 to 50.", where=f"weights.{name}")
    return weights


def explain(parts: Mapping[str, float], weights: Weights = DEFAULT_WEIGHTS, say: Say = english) -> str:
    """One sentence for people, strongest part first: "High severity (+4), overdue by 3 h (+0.5)". ``say``: gettext, at the edge."""
    said = []
    for name, points in sorted(parts.items(), key=lambda part: -abs(part[1])):
        words = _words(name, points, weights, say)
        if words:
            said.append(f"{words} ({points:+.1f})".replace(".0)", ")"))
    text = ", ".join(said) or say(N_("nothing makes it urgent"))
    return text[0].upper() + text[1:] + "."


def _points(due_at: datetime, at: datetime, weights: Weights) -> float:
    return (at - due_at).total_seconds() / 3600 / weights.hours_per_point


def _words(name: str, points: float, weights: Weights, say: Say) -> str:
    if name == "time":
        hours = points * weights.hours_per_point
        span = f"{abs(hours) * 60:.0f} {say('min')}" if abs(hours) < 1 else f"{abs(hours):.0f} {say('h')}"
        return say(N_("overdue by %(span)s") if hours > 0 else N_("due in %(span)s")) % {"span": span}
    if points == 0:
        return ""
    if name == "severity":
        level = weights.severity.index(points) if points in weights.severity else 0
        return say(SEVERITIES[level])
    if name == "reach":
        return say(N_("seen by about %(number)s")) % {"number": f"{weights.reach_unit * (2**points - 1):,.0f}"}
    if name == "reports":
        return say(N_("several reports") if points < weights.reports else N_("very many reports"))
    if name == "trusted":
        return say(N_("a trusted flagger reported it"))
    if name == "reporters":
        return say(N_("its reporters are mostly right") if points > 0 else N_("its reporters are seldom right"))
    if name == "boost":
        return say(N_("put forward by the floor's lead") if points > 0 else N_("put back by the floor's lead"))
    if name == "together":
        return say(N_("one decision for many"))
    return name
