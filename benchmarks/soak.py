"""An hour of ordinary work: does any process grow? What every role holds, as a slope with its interval, and what senders waited.

    python -m benchmarks.soak [--minutes 60] [--rate 40] [--json]

Reports come at a steady rate through one served floor, are worked, decided by rules and exported as on any day. Weights are taken every
few seconds; the first quarter of the time is left out (caches fill, indexes are loaded). A role is called flat when the interval of its
slope holds zero, or when the whole of it is below 1 MB an hour for each 10 MB it holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from benchmarks._served import Load, run, slope, weighed


async def soak(floor: Any, token: str, minutes: float, rate: float) -> dict[str, Any]:
    """The whole span."""
    seconds = minutes * 60
    load = Load(floor.port, token, rate=rate)
    heard, weights = await asyncio.gather(
        load.run(seconds), weighed(floor.process.pid, floor.home, seconds, max(1.0, seconds / 400))
    )
    roles = {}
    for role in sorted({name for _, each in weights for name in each}):
        points = [(at, each[role]) for at, each in weights if at > seconds / 4 and role in each]
        if not points:
            continue
        change, low, high = slope(points)
        mean = sum(value for _, value in points) / len(points)
        roles[role] = {
            "mb": round(mean, 1), "mb_an_hour": round(change, 2), "from": round(low, 2), "to": round(high, 2),
            "flat": low <= 0 <= high or high < mean / 10,
        }  # fmt: skip
    return {
        "minutes": minutes, "rate": rate, "taken": heard.status[202], "answers": dict(heard.status),
        "p50_ms": round(heard.quantile(0.5), 1), "p99_ms": round(heard.quantile(0.99), 1), "roles": roles,
        "waiting_at_the_end": waiting(floor),
    }  # fmt: skip


def waiting(floor: Any) -> int:
    """Rows of the spool that nobody had worked yet."""
    code = "from watchfloor.intake.models import Spooled; print(Spooled.objects.filter(state='waiting').count())"
    return int(floor.python(code))


def tell(found: dict[str, Any]) -> Iterator[str]:
    """In lines."""
    yield (
        f"{found['minutes']:g} min at {found['rate']:g} reports/s: {found['taken']:,} taken, p50 {found['p50_ms']} ms, "
        f"p99 {found['p99_ms']} ms, {found['waiting_at_the_end']:,} not yet worked at the end; {found['machine']}"
    )
    for role, each in found["roles"].items():
        verdict = "flat" if each["flat"] else "GROWS"
        yield f"  {role:<12} {each['mb']:>7} MB, {each['mb_an_hour']:+} MB/h ({each['from']:+} to {each['to']:+}): {verdict}"


if __name__ == "__main__":
    run(lambda *floor, **options: asyncio.run(soak(*floor, **options)), tell, minutes=60.0, rate=40.0)
