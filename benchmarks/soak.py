"""An hour of ordinary work: does any process grow? What every role holds, as a slope with its interval, and what senders waited.

    python -m benchmarks.soak [--minutes 60] [--rate 40] [--json]

Reports come at a steady rate through one served floor, are worked, decided by rules and exported as on any day. Weights are taken every
few seconds. Warming up (caches fill, indexes are loaded, each loop runs for the first time) is told from growth by halves: the slope of the
first is printed as what warming took, that of the last is judged. A role is called flat when the interval of that slope holds zero, or
when the whole of it is below 1 MB an hour for each 10 MB it holds. The interval is by pieces of the time, since a weight is much like
the one before. Of the database what its processes hold for themselves counts; its shared buffers are as large as they are set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from statistics import fmean
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
        every = [(at, each[role]) for at, each in weights if role in each]
        warming, points = ([each for each in every if (each[0] > seconds / 2) is late] for late in (False, True))
        if not points:
            continue
        change, low, high = slope(pieces(points))
        mean = sum(value for _, value in points) / len(points)
        roles[role] = {
            "mb": round(mean, 1), "warming_mb_an_hour": round(slope(warming)[0], 2),
            "mb_an_hour": round(change, 2), "from": round(low, 2), "to": round(high, 2),
            "flat": low <= 0 <= high or high < mean / 10,
        }  # fmt: skip
    return {
        "minutes": minutes, "rate": rate, "taken": heard.status[202], "answers": dict(heard.status),
        "p50_ms": round(heard.quantile(0.5), 1), "p99_ms": round(heard.quantile(0.99), 1), "roles": roles,
        "waiting_at_the_end": waiting(floor),
    }  # fmt: skip


def pieces(points: list[tuple[float, float]], count: int = 12) -> list[tuple[float, float]]:
    """The means of so many pieces of the time: neighbours in it say nearly the same, and would make the interval too narrow."""
    size = max(1, len(points) // count)
    parts = [points[at : at + size] for at in range(0, len(points) - size + 1, size)]
    return [(fmean(at for at, _ in part), fmean(mb for _, mb in part)) for part in parts]


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
        yield (
            f"  {role:<12} {each['mb']:>7} MB, {each['mb_an_hour']:+} MB/h ({each['from']:+} to {each['to']:+}): {verdict}; "
            f"while warming {each['warming_mb_an_hour']:+} MB/h"
        )


if __name__ == "__main__":
    run(lambda *floor, **options: asyncio.run(soak(*floor, **options)), tell, minutes=60.0, rate=40.0)
