"""What a proposal can be sized by: for each quantity the questions it asks of the floor's figures and the unit it is told in.

The first metric is the base that is multiplied by the share a person estimates; the others are shown beside it. ``to_unit`` turns the
metric's own unit into the quantity's (milliseconds into minutes). ``each``: a person also says how many minutes are lost each time.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity."""

    key: str
    metrics: tuple[str, ...]
    to_unit: float
    unit: str  # minutes | count | money
    each: bool = False


_MINUTE: Final = 1 / 60_000
KINDS: Final[dict[str, Kind]] = {
    each.key: each
    for each in (
        Kind(key="agent_minutes", metrics=("effort", "jobs_solved", "aht"), to_unit=_MINUTE, unit="minutes"),
        Kind(key="lost_minutes", metrics=("jobs_solved", "effort"), to_unit=1.0, unit="minutes", each=True),
        Kind(key="breaches", metrics=("breaches",), to_unit=1.0, unit="count"),
        Kind(key="wrongful", metrics=("wrongly_enforced_cases", "overturned_per_decision"), to_unit=1.0, unit="count"),
        Kind(key="errors", metrics=("jobs_solved", "qa_accuracy"), to_unit=1.0, unit="count"),  # times quality's share of wrong ones
        Kind(
            key="exposure", metrics=("exposure_severe", "exposure_3", "exposure_4", "exposure_5"), to_unit=_MINUTE, unit="minutes",
        ),
        Kind(key="cost", metrics=("effort",), to_unit=_MINUTE, unit="money"),
    )
}  # fmt: skip
QUALITY: Final = "quality"  # stands where a fact has its metric: the share of wrong decisions in quality's sample
JOBS: Final = "jobs_solved"  # what "touched" counts
# What is looked at again after delivery: the metric, and what turns its unit into the quantity's.
MEASURED: Final[dict[str, tuple[str, float]]] = {
    "agent_minutes": ("effort", _MINUTE), "lost_minutes": ("effort", _MINUTE), "breaches": ("breaches", 1.0),
    "wrongful": ("wrongly_enforced_cases", 1.0), "exposure": ("exposure_severe", _MINUTE), "cost": ("effort", _MINUTE),
}  # fmt: skip
FILTERS: Final = ("queue", "policy", "vendor", "market")
