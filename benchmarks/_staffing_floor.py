"""The floor that the staffing benchmarks share: a week, 500 agents in 24 teams over the clock, 40 queues of very unlike size."""

from __future__ import annotations

import math
import random

from watchfloor.engines.staffing.simulation.scenario import Queue, Scenario, Shift, Team

QUEUES, AGENTS, ITEMS, LOAD = 40, 500, 400_000, 0.85


def scenario(days: int = 7, agents: int = AGENTS) -> Scenario:
    """The reference workload; with fewer agents the items shrink with them."""
    rng = random.Random(8)
    sizes = [(place + 1) ** -0.9 for place in range(QUEUES)]
    items_a_day = ITEMS / 7 * agents / AGENTS
    hours = agents * 5 / 7 * 7.0  # at work a day: five shifts a week of eight hours with an hour of breaks
    handle = LOAD * hours * 3600 / items_a_day
    queues = []
    for place, size in enumerate(sizes):
        peak = rng.uniform(0, 24)
        day = [1 + 0.6 * math.cos(2 * math.pi * (hour - peak) / 24) for hour in range(24)]
        share = size / sum(sizes) * items_a_day
        queues.append(
            Queue(
                name=f"q{place:02}", arrivals=[share * each / 24 for each in day], aht=handle, due=rng.choice([3600, 4 * 3600, 86400]),
                spread="exponential", priority=1 + place % 4, skills=[f"s{place:02}"], exposure=0.3 if place % 5 == 0 else 0.0,
            )
        )  # fmt: skip
    teams = []
    starts = range(0, 24, 1)
    for number, start in enumerate(starts):
        many = agents // 24 + (number < agents % 24)
        skills = sorted(
            {f"s{place:02}" for place in rng.sample(range(QUEUES), 5)}
            | {f"s{number % QUEUES:02}", f"s{(number + 24) % QUEUES:02}"}
        )
        if many:
            shift = Shift(
                start=f"{start:02}:00",
                hours=8,
                agents=many,
                days_per_week=5,
                breaks=[("2h", "15m"), ("4h", "30m"), ("6h", "15m")],
            )
            teams.append(
                Team(name=f"team {number:02}", vendor="AB"[number % 2], skills=skills, shifts=[shift], cost=20)
            )
    return Scenario(start="2026-11-23T00:00Z", days=days, queues=queues, teams=teams)
