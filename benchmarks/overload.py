"""Ten times what the floor can take: what is refused, how, what the lanes that are never shed feel of it, and what every process weighs.

    python -m benchmarks.overload [--seconds 20] [--times 10] [--rounds 3] [--urgent 10] [--json]

First the capacity is measured (batches of 100 reports, a few connections, closed loop). Then two kinds of spans take turns: half of the
capacity, and ``times`` as much, offered whether or not it is taken (open loop). Through all of them single reports of child safety and of
a threat to life come, each ``urgent`` times a second; what they wait is what must not change. The flood is sent by processes of their own
(``_flood``: bodies made before, pipelined) that give way to all others, so that what sending costs is not counted as waiting; how
much of the flood was really sent is printed as a multiple of the capacity. Weights are what each role's processes hold for themselves.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from benchmarks import _flood
from benchmarks._served import Heard, Load, apart, run, weighed

BATCH = 100
SENDERS = 2  # processes
LINES = 64  # connections of each
LANES = {"child safety": "child-abuse", "threat to life": "threat"}


async def span(floor: Any, token: str, pool: ProcessPoolExecutor, rows: float, seconds: float, urgent: float) -> Any:
    """One span under so many rows a second, with urgent ones beside: the flood's answers, the lanes', the weights."""
    rate = max(rows / BATCH, 0.5) / SENDERS
    loop = asyncio.get_running_loop()
    lanes = [Load(floor.port, token, rate=urgent, reason=reason) for reason in LANES.values()]
    weights, *told = await asyncio.gather(
        weighed(floor.process.pid, floor.home, seconds, 2.0),
        *(later(at * 0.5 / urgent, lane, seconds) for at, lane in enumerate(lanes)),
        *(
            loop.run_in_executor(pool, _flood.apart, floor.port, token, rate, BATCH, LINES, seconds)
            for _ in range(SENDERS)
        ),
    )
    lanes_told, floods = told[: len(lanes)], told[len(lanes) :]
    return sum(floods, start=_flood.Told()), lanes_told, weights


async def later(pause: float, lane: Load, seconds: float) -> Heard:
    """A lane whose reports do not come at the same moments as the other's."""
    await asyncio.sleep(pause)
    return await lane.run(seconds)


async def overload(floor: Any, token: str, seconds: float, times: float, rounds: int, urgent: float) -> dict[str, Any]:
    """Capacity, then the spans in turns."""
    with ProcessPoolExecutor(SENDERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        for length in (2.0, min(seconds, 8.0)):  # the first is to warm up
            taken = await asyncio.get_running_loop().run_in_executor(
                pool, apart, Load(floor.port, token, rate=10_000, batch=BATCH, lines=4), length
            )
        most = taken.rows / length
        spans: dict[str, list[Any]] = {"half": [], "over": []}
        for _ in range(rounds):
            for name, share in (("half", 0.5), ("over", times)):
                spans[name].append(await span(floor, token, pool, most * share, seconds, urgent))
    found: dict[str, Any] = {"capacity_rows_s": round(most), "seconds": seconds, "rounds": rounds}
    for name, share in (("half", 0.5), ("over", times)):
        found[name] = {"offered_rows_s": round(most * share), **summed(spans[name], seconds)}
        found[name]["sent_times_capacity"] = round(found[name]["sent_rows_s"] / most, 1)
    found["p99_over_to_half"] = {
        lane: ratio(
            *([time for _, told, _ in spans[name] for time in told[at].times] for name in ("over", "half"))
        )
        for at, lane in enumerate(LANES)
    }  # fmt: skip
    return found


def summed(spans: list[Any], seconds: float) -> dict[str, Any]:
    """All spans of a kind as one."""
    floods = [heard for heard, _, _ in spans]
    status: Counter[int] = sum((heard.status for heard in floods), start=Counter())
    lanes = {}
    for at, lane in enumerate(LANES):
        told = Heard()
        for _, each, _ in spans:
            told.status += each[at].status
            told.times += each[at].times
        lanes[lane] = {
            "sent": told.status.total(), "taken": told.status[202], "p50_ms": round(told.quantile(0.5), 1),
            "p99_ms": round(told.quantile(0.99), 1), "p99_ms_of_each": [round(each[at].quantile(0.99), 1) for _, each, _ in spans],
        }  # fmt: skip
    roles = {role for _, _, weights in spans for _, each in weights for role in each}
    return {
        "sent_rows_s": round(BATCH * sum(heard.sent for heard in floods) / len(spans) / seconds),
        "answered_rows_s": round(BATCH * status.total() / len(spans) / seconds),
        "senders_processor_share": round(sum(heard.processor for heard in floods) / len(spans) / seconds, 2),
        "taken_rows_s": round(sum(heard.rows for heard in floods) / len(spans) / seconds),
        "refused": status[503], "status": dict(status),
        "refused_without_retry_after": sum(
            each.refusals_without_retry_after for heard, told, _ in spans for each in (heard, *told)
        ),
        "lanes": lanes,
        "heaviest_mb": {
            role: [max(each.get(role, 0.0) for _, each in weights) for _, _, weights in spans] for role in sorted(roles)
        },
    }  # fmt: skip


def ratio(over: list[float], half: list[float]) -> list[float]:
    """p99 of the first by that of the second, and its 95 % interval (bootstrap)."""

    def p99(times: list[float]) -> float:
        return sorted(times)[min(len(times) - 1, int(0.99 * len(times)))]

    if not over or not half:
        return []
    chance = random.Random(1)
    drawn = sorted(p99(chance.choices(over, k=len(over))) / p99(chance.choices(half, k=len(half))) for _ in range(400))
    return [round(each, 2) for each in (p99(over) / p99(half), drawn[10], drawn[389])]


def tell(found: dict[str, Any]) -> Iterator[str]:
    """In lines."""
    yield f"capacity {found['capacity_rows_s']:,} reports/s in batches of {BATCH}; {found['machine']}"
    for name in ("half", "over"):
        each = found[name]
        yield (
            f"  {name:<5} offered {each['offered_rows_s']:>7,}/s, sent {each['sent_rows_s']:>7,}/s (x{each['sent_times_capacity']}), "
            f"taken {each['taken_rows_s']:>6,}/s, "
            f"{each['refused']:>6,} requests refused ({each['refused_without_retry_after']} of them without Retry-After)"
        )
        for lane, told in each["lanes"].items():
            yield (
                f"        {lane:<14} {told['taken']:,} of {told['sent']:,} taken, p50 {told['p50_ms']} ms, p99 {told['p99_ms']} ms "
                f"(each span {told['p99_ms_of_each']})"
            )
        yield f"        heaviest MB of each span {each['heaviest_mb']}"
    for lane, values in found["p99_over_to_half"].items():
        yield f"  p99 of {lane}, over : half = {values[0]} ({values[1]} to {values[2]})"


if __name__ == "__main__":
    run(
        lambda *floor, **options: asyncio.run(overload(*floor, **options)),
        tell, seconds=20.0, times=10.0, rounds=3, urgent=10.0,
    )  # fmt: skip
