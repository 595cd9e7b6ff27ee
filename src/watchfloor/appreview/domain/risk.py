"""Named, capped weights whose sum orders attention: every part of the number is shown, none can drown the others.

A weight is points per occurrence up to a cap, or points taken off for what speaks for the developer. The sum is no verdict:
it says who reads first and how soon, and stands beside its parts.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from watchfloor.appreview.domain.catalogue import SHIPPED, Catalogue
from watchfloor.appreview.domain.checks import Asked, Finding, Known
from watchfloor.appreview.domain.scopes import SENSITIVE, WRITE
from watchfloor.kernel.words import N_


class Factor(msgspec.Struct, frozen=True):
    """A weight by name. ``each``: points per occurrence; ``cap``: the most (or, below zero, the least) it can add."""

    name: str
    each: int
    cap: int


FACTORS: dict[str, Factor] = {
    "write_scopes": Factor(N_("Scopes that write"), 10, 30),
    "sensitive_scopes": Factor(N_("Sensitive scopes"), 25, 100),
    "unsafe_redirects": Factor(N_("Redirect addresses that are not safe"), 40, 80),
    "blocked_domains": Factor(N_("Blocked redirect domains"), 150, 150),
    "unneeded_scopes": Factor(N_("Scopes the use case does not speak of"), 20, 60),
    "missing_reasons": Factor(N_("Scopes without a reason"), 10, 30),
    "name": Factor(N_("A name like another's"), 80, 80),
    "unclear": Factor(N_("Use, data or volume not clear"), 15, 45),
    "refusals": Factor(N_("Earlier refusals of the developer"), 15, 60),
    "suspended_apps": Factor(N_("Suspended apps of the developer"), 100, 200),
    "drift": Factor(N_("Alarms about what the app does"), 60, 180),
    "verified": Factor(N_("The developer is verified"), -30, -30),
    "approved_apps": Factor(N_("Approved apps of the developer"), -10, -30),
}  # fmt: skip
LEVELS = ((175, "high"), (90, "raised"), (0, "low"))
DRIFT_HOURS = 24  # an app that changed is live while it waits


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """What one factor added: ``count`` occurrences, ``points`` after the cap."""

    key: str
    count: int
    points: int
    capped: bool


_BY_CHECK = {"scopes": "unneeded_scopes", "reasons": "missing_reasons", "name": "name"}


def weigh(
    asked: Asked, findings: list[Finding], known: Known, *, alarms: int = 0, by: Catalogue = SHIPPED
) -> list[Weight]:
    """Every factor that adds or takes something, heaviest first."""
    grades = [by.grade_of(each.scope) for each in asked.scopes]
    counts = {
        "write_scopes": grades.count(WRITE), "sensitive_scopes": grades.count(SENSITIVE), "refusals": known.refusals,
        "suspended_apps": known.suspended_apps, "verified": int(known.is_verified), "approved_apps": known.approved_apps,
        "drift": alarms,
    }  # fmt: skip
    for finding in findings:
        key = _BY_CHECK.get(finding.check, "unclear")
        if finding.check == "redirects":
            key = "blocked_domains" if finding.violation == "AR-103" else "unsafe_redirects"
        counts[key] = counts.get(key, 0) + 1
    weights = []
    for key, factor in FACTORS.items():
        if count := counts.get(key, 0):
            whole = count * factor.each
            points = min(whole, factor.cap) if factor.cap > 0 else max(whole, factor.cap)
            weights.append(Weight(key=key, count=count, points=points, capped=points != whole))
    return sorted(weights, key=lambda each: -each.points)


def total(weights: list[Weight]) -> int:
    """The sum, never below zero."""
    return max(0, sum(each.points for each in weights))


def level(points: int) -> str:
    """low, raised (from 90) or high (from 175)."""
    return next(name for least, name in LEVELS if points >= least)


def clock(tier: str, *, drift: bool = False, by: Catalogue = SHIPPED) -> timedelta:
    """How long an application may wait: by tier, or a day for an app that changed while it runs."""
    return timedelta(hours=DRIFT_HOURS if drift else by.tiers.get(tier, by.tiers["small"]).hours)
