"""Whose work a queue gets: each market's share of it, so that what comes to a market lifts the right queues by the right part."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from watchfloor.identity.domain import system
from watchfloor.insight import queries


def shares(begin: datetime, end: datetime) -> dict[str, dict[str, float]]:
    """Each market's share of what a queue was given."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    span = queries.Span(start=begin, end=end)
    for each in queries.split(
        system("staffing"), span, ("queue", "market"), metrics=["incoming_manual"], limit=100_000
    ):
        queue, market = each.names
        found[queue][market] = each.values["incoming_manual"] or 0.0
    return {
        queue: {market: count / sum(counts.values()) for market, count in counts.items()}
        for queue, counts in found.items()
        if sum(counts.values())
    }
