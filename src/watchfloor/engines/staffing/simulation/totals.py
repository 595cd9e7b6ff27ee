"""What one run counted: whole numbers only (items, milliseconds), so that two programs can agree to the last digit."""

from __future__ import annotations

from dataclasses import dataclass

QUEUE = (
    "arrived",
    "automated",
    "solved",
    "abandoned",
    "due",
    "met",
    "age",
    "waited",
    "handled",
    "oldest",
    "open",
    "started",
)
"""Columns of ``queues``: items but for age, waited and handled (ms summed over the solved), oldest (ms, the largest age at solving)."""

TEAM = ("busy", "idle", "breaks", "exposed", "most_exposed", "solved", "spent")
"""Columns of ``teams``: ms, most_exposed the most of one person in one shift, items solved, times a budget was used up."""


@dataclass(frozen=True)
class Totals:
    """One run. ``came`` and ``gone`` are items by queue and interval, from the very start; ``paid`` ms by team."""

    events: int
    queues: list[list[int]]
    teams: list[list[int]]
    came: list[list[int]]
    gone: list[list[int]]
    paid: list[int]
