"""Ten times what the floor can take: what is refused, how, what the lanes that are never shed feel of it, and what every process weighs.

    python -m benchmarks.overload [--seconds 20] [--times 10] [--json]

First the capacity is measured (batches of 100 reports, a few connections, closed loop). Then three spans of the same length: half of it;
``times`` as much, offered whether or not it is taken (open loop); half of it again. Through all three single child-safety reports come
five times a second, and what they wait is the number that must not change. Weights are what each role's processes hold for themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any

from benchmarks._served import Heard, Load, machine, served, weighed

BATCH = 100
URGENT_RATE = 5.0


async def capacity(port: int, token: str, seconds: float) -> float:
    """Rows a second that are taken when a few senders send as fast as they are answered."""
    heard = await Load(port, token, rate=10_000, batch=BATCH, lines=4).run(seconds)
    return heard.rows / seconds


async def span(floor: Any, token: str, rows: float, seconds: float) -> dict[str, Any]:
    """One span under so many rows a second, with urgent ones beside."""
    ordinary = Load(floor.port, token, rate=max(rows / BATCH, 0.5), batch=BATCH, lines=400)
    urgent = Load(floor.port, token, rate=URGENT_RATE, urgent=True)
    heard, first, weights = await asyncio.gather(
        ordinary.run(seconds), urgent.run(seconds), weighed(floor.process.pid, floor.home, seconds, 1.0)
    )
    heaviest = {
        role: max(each.get(role, 0.0) for _, each in weights) for role in {name for _, each in weights for name in each}
    }
    return {
        "offered_rows_s": round(rows), "taken_rows_s": round(heard.rows / seconds), "late": heard.late,
        "refused": heard.status[503], "status": dict(heard.status),
        "refused_without_retry_after": heard.refusals_without_retry_after + first.refusals_without_retry_after,
        "urgent": told(first), "heaviest_mb": heaviest,
    }  # fmt: skip


def told(heard: Heard) -> dict[str, Any]:
    """Of the lane that is never shed."""
    return {
        "sent": sum(heard.status.values()), "taken": heard.status[202], "p50_ms": round(heard.quantile(0.5), 1),
        "p99_ms": round(heard.quantile(0.99), 1),
    }  # fmt: skip


async def measure(floor: Any, token: str, seconds: float, times: float) -> dict[str, Any]:
    """Capacity, then the three spans."""
    await capacity(floor.port, token, 2)
    most = await capacity(floor.port, token, min(seconds, 8))
    found: dict[str, Any] = {"capacity_rows_s": round(most)}
    for name, share in (("half", 0.5), ("over", times), ("half again", 0.5)):
        found[name] = await span(floor, token, most * share, seconds)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--times", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with served() as (floor, token):
        found = asyncio.run(measure(floor, token, options.seconds, options.times))
    found["machine"] = machine()
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"capacity {found['capacity_rows_s']:,} reports/s in batches of {BATCH}; {found['machine']}")
    for name in ("half", "over", "half again"):
        each = found[name]
        print(
            f"  {name:<10} offered {each['offered_rows_s']:>7,}/s, taken {each['taken_rows_s']:>6,}/s, {each['refused']:>5,} refused "
            f"({each['refused_without_retry_after']} of them without Retry-After); child safety {each['urgent']['taken']} of "
            f"{each['urgent']['sent']}, p50 {each['urgent']['p50_ms']} ms, p99 {each['urgent']['p99_ms']} ms; MB {each['heaviest_mb']}"
        )


if __name__ == "__main__":
    main()
