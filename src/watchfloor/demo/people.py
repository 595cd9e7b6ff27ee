"""Who reviews on the demo floor: three vendors and an in-house team, their shifts, and how each of them works.

All simulated from the seed. How long a case takes and what is found are functions of (seed, reviewer, message) alone, so that a
replay gives the same answers in whatever order it asks.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import ClassVar

import msgspec

from watchfloor.demo.steps import CohortJoined, PolicyKey, ShiftEnded, ShiftStarted, Truth

IN_HOUSE = "Parley"
VENDORS = ("Alder", "Birch", "Cedar")
DRIFT_VENDOR = "Birch"
DRIFT_DAY = 8
DRIFT_FACTOR = 1.6
SHIFTS = {"early": 6, "late": 14, "night": 22}  # first hour in UTC; each is eight hours long

# Median seconds an experienced reviewer takes, and the spread (sigma of the logarithm).
HANDLE_SECONDS: dict[str, float] = {
    "spam": 110,
    "fraud": 210,
    "adult": 120,
    "harassment": 240,
    "other": 180,
    "none": 140,
}
_SPREAD = 0.45


class ReviewerWork(msgspec.Struct, frozen=True, kw_only=True):
    """One reviewer and the numbers behind their work.

    Attributes:
        vendor: a vendor's name, or that of the in-house team.
        markets: whose queues they work.
        policies: what they are certified for.
        tenure_days: on the first day of the fortnight; below zero for those who join later.
        starts_day: first day of the fortnight on which they work (1 to 15).
        speed: their handle time as a multiple of the usual.
        error_rate: share of decisions that are wrong.
        share: the part of a shift they spend on Parley (the rest goes to other platforms): after a case of 60 s they take the
            next one 60 / share seconds after they took the last.
        shift: early, late or night; off on ``days_off`` (0 is Monday).
    """

    id: str
    name: str
    vendor: str
    site: str
    markets: tuple[str, ...]
    policies: tuple[PolicyKey, ...]
    tenure_days: int
    starts_day: int
    speed: float
    error_rate: float
    share: float
    shift: str
    days_off: tuple[int, int]
    cohort: str = ""

    SIMULATED: ClassVar[bool] = True


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer decides: the policy it breaks or None, whether they would rather escalate, and whether it is right."""

    policy: PolicyKey | None
    escalate: bool
    right: bool


_NAMES = (
    "Amal Idris", "Bea Novak", "Chidi Obi", "Dana Weiss", "Elif Kaya", "Femi Ade", "Greta Lind", "Hugo Sanz",
    "Ines Prado", "Jun Mori", "Kofi Mensah", "Lena Brandt", "Mina Sato", "Nuno Reis", "Olga Petrova", "Paul Byrne",
    "Quim Serra", "Rosa Vidal", "Sami Haddad", "Tara Singh", "Uma Rao", "Vera Costa", "Wim Jansen", "Yara Lopes",
)  # fmt: skip
# team, site, shift, markets; the last six are Birch's new cohort
_WEST, _SOUTH, _EAST = ("US", "GB"), ("ES", "BR", "MX"), ("DE", "FR", "JP")
_PLACES = (
    (IN_HOUSE, "Dublin", "early", _WEST + _SOUTH + _EAST), (IN_HOUSE, "Dublin", "early", _WEST + _SOUTH + _EAST),
    (IN_HOUSE, "Austin", "late", _WEST + _SOUTH + _EAST), (IN_HOUSE, "Austin", "late", _WEST + _SOUTH + _EAST),
    (IN_HOUSE, "Austin", "night", _WEST + _SOUTH + _EAST),
    ("Alder", "Manila", "night", _WEST + _EAST), ("Alder", "Manila", "night", _WEST + _SOUTH), ("Alder", "Manila", "early", _WEST),
    ("Alder", "Manila", "early", _WEST + _EAST), ("Alder", "Manila", "late", _WEST),
    ("Birch", "Lisbon", "early", _SOUTH), ("Birch", "Lisbon", "late", _SOUTH), ("Birch", "Lisbon", "late", _SOUTH + _EAST),
    ("Birch", "Lisbon", "night", _SOUTH),
    ("Cedar", "Warsaw", "early", _EAST), ("Cedar", "Warsaw", "late", _EAST + _WEST), ("Cedar", "Warsaw", "late", _EAST),
    ("Cedar", "Warsaw", "night", _EAST + _SOUTH),
    *[("Birch", "Lisbon", "early", _SOUTH + _WEST)] * 6,
)  # fmt: skip


def make_reviewers(seed: int) -> tuple[ReviewerWork, ...]:
    """The 24 reviewers: 18 from the first day, six who join Birch on day 8."""
    chance = random.Random(f"{seed}:reviewers")
    reviewers = []
    for place, (name, (vendor, site, shift, markets)) in enumerate(zip(_NAMES, _PLACES, strict=True)):
        new = place >= 18
        certified: tuple[PolicyKey, ...] = ("spam", "fraud", "adult", "harassment", "other")
        if new:
            certified = ("spam", "fraud", "other")
        elif vendor != IN_HOUSE and chance.random() < 0.3:
            certified = ("spam", "fraud", "adult", "other")
        first = chance.randrange(7)
        reviewers.append(
            ReviewerWork(
                id=f"rev-{place + 1:02d}",
                name=name,
                vendor=vendor,
                site=site,
                markets=markets,
                policies=certified,
                tenure_days=1 - DRIFT_DAY if new else chance.randrange(60, 1200),
                starts_day=DRIFT_DAY if new else 1,
                # The cohort's speed is the planted factor itself: its spread comes from the cases alone.
                speed=DRIFT_FACTOR if new else round(chance.uniform(0.85, 1.15), 3),
                error_rate=round(chance.uniform(0.09, 0.14) if new else chance.uniform(0.02, 0.07), 3),
                share=0.08 if vendor == IN_HOUSE else 0.06,
                shift=shift,
                days_off=(first, (first + 1) % 7),
                cohort="birch-cohort-2" if new else "",
            )
        )
    return tuple(reviewers)


def shifts(
    reviewers: tuple[ReviewerWork, ...], start: datetime, end: datetime
) -> list[ShiftStarted | ShiftEnded | CohortJoined]:
    """Every sitting-down and leaving between start and end. From day 8 the cohort holds Birch's early shift: the old hands move to late."""
    steps: list[ShiftStarted | ShiftEnded | CohortJoined] = []
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    cohort = tuple(reviewer for reviewer in reviewers if reviewer.cohort)
    joined = midnight + timedelta(days=DRIFT_DAY - 1, hours=SHIFTS["early"])
    if cohort and start <= joined <= end:
        ids = tuple(reviewer.id for reviewer in cohort)
        steps.append(
            CohortJoined(
                at=joined, vendor=DRIFT_VENDOR, reviewer_ids=ids, why="Six new hires take over the early shift."
            )
        )
    for day in range(-1, (end - midnight).days + 1):
        for reviewer in reviewers:
            if day + 1 < reviewer.starts_day and not (day == -1 and reviewer.starts_day == 1):
                continue
            shift = shift_on(reviewer, day + 1)
            begins = midnight + timedelta(days=day, hours=SHIFTS[shift])
            if begins.weekday() in reviewer.days_off:
                continue
            ends = begins + timedelta(hours=8)
            if ends <= start or begins >= end:
                continue
            steps.append(
                ShiftStarted(at=max(begins, start), reviewer_id=reviewer.id, shift=shift, until=min(ends, end))
            )
            if ends <= end:
                steps.append(ShiftEnded(at=ends, reviewer_id=reviewer.id, shift=shift))
    return steps


def shift_on(reviewer: ReviewerWork, day: int) -> str:
    """The shift a reviewer works on a day of the fortnight (from 1)."""
    if reviewer.vendor == DRIFT_VENDOR and not reviewer.cohort and reviewer.shift == "early" and day >= DRIFT_DAY:
        return "late"
    return reviewer.shift


def handle_seconds(seed: int, reviewer: ReviewerWork, message_id: str, truth: Truth) -> float:
    """How long this reviewer takes over this message: log-normal around the policy's median, times their speed; 8 s at least."""
    chance = random.Random(f"{seed}:handle:{reviewer.id}:{message_id}")
    return max(8.0, HANDLE_SECONDS[truth.policy or "none"] * reviewer.speed * chance.lognormvariate(0.0, _SPREAD))


def finding(seed: int, reviewer: ReviewerWork, message_id: str, truth: Truth) -> Finding:
    """What this reviewer decides: the truth, but for their error rate. A wrong "violating" usually names spam."""
    chance = random.Random(f"{seed}:finding:{reviewer.id}:{message_id}")
    escalate = truth.policy in ("harassment", "fraud") and chance.random() < 0.04
    if chance.random() >= reviewer.error_rate:
        return Finding(policy=truth.policy, escalate=escalate, right=True)
    if truth.policy is None:
        return Finding(policy="spam" if chance.random() < 0.8 else "other", escalate=escalate, right=False)
    if truth.policy != "spam" and chance.random() < 0.5:
        return Finding(policy="spam", escalate=escalate, right=False)
    return Finding(policy=None, escalate=escalate, right=False)
