"""Slow changes over days: found where they are, called by their shape, and no more false ones than were asked for."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

import polars as pl

from watchfloor.insight.spikes.domain import drifting
from watchfloor.insight.spikes.domain.watched import WATCHED
from watchfloor.insight.spikes.domain.watching import threshold

END = datetime(2026, 11, 23)  # noqa: DTZ001 - UTC without a zone, as facts are
VENDORS = ("alder", "birch", "cedar", "inhouse")
AHT, COUNT = WATCHED["aht"], WATCHED["incoming_manual"]


def times(seed: int, *, factor: float = 1.0, restless: float = 0.03) -> pl.DataFrame:
    """Fourteen days of work; in the last seven one vendor takes ``factor`` times as long."""
    chance = random.Random(seed)
    rows = []
    for back in range(14):
        for vendor in VENDORS:
            level = 11.7 + chance.gauss(0, restless) + (math.log(factor) if vendor == "birch" and back < 7 else 0.0)
            logs = [chance.gauss(level, 0.5) for _ in range(40)]
            sums = (math.fsum(math.exp(each) for each in logs), 40.0, math.fsum(logs), math.fsum(x * x for x in logs))
            rows.append((back, "q", "m", "p", vendor, "l", *sums))
    return pl.DataFrame(rows, schema=["back", *AHT.dims, "n", "d", "m", "q"], orient="row")


def counts(seed: int, drift: float) -> pl.DataFrame:
    """Five weeks with a weekday's course; in the last week spam grows by ``drift`` of its usual from day to day."""
    chance = random.Random(seed)
    rows = []
    for back in range(35):
        for policy, mean in (("spam", 60.0), ("hate", 40.0), ("scam", 30.0)):
            usual = mean * (0.6 if (back % 7) < 2 else 1.0)
            more = 1 + drift * (7 - back) if policy == "spam" and back < 7 else 1.0
            n = max(0.0, round(chance.gauss(usual * more, math.sqrt(usual * more))))
            rows.append((END - timedelta(days=back, hours=12), "q", "m", policy, "user", "l", float(n)))
    return pl.DataFrame(rows, schema=["hour", *COUNT.dims, "n"], orient="row")


def ringing(alarms: list[drifting.Alarm]) -> list[drifting.Alarm]:
    limit = threshold([each.p for each in alarms], len(alarms), 0.05)
    return [each for each in alarms if each.p <= limit and each.worth]


def test_a_vendor_that_became_slower_rings_with_its_first_day_and_the_others_do_not() -> None:
    rung = ringing(drifting.drifts(times(1, factor=1.3), AHT, END))
    best = min(rung, key=lambda each: each.p)
    assert best.where == {"vendor": "birch"}
    assert (best.kind, best.up, best.slow) == ("step", True, True)
    assert abs(best.hours - 7 * 24) <= 24
    assert 1.15 < best.value / best.expected < 1.45
    assert {each.where.get("vendor") for each in rung} <= {"birch", None}


def test_quiet_days_ring_seldom_and_restless_ones_are_forgiven() -> None:
    seeds = range(60)
    for restless in (0.0, 0.1):
        false = sum(bool(ringing(drifting.drifts(times(seed, restless=restless), AHT, END))) for seed in seeds)
        assert false <= 6, (restless, false)  # 60 x 0.05 = 3 and two standard deviations
    assert sum(bool(ringing(drifting.drifts(counts(seed, 0.0), COUNT, END))) for seed in seeds) <= 6


def test_a_count_that_grows_from_day_to_day_is_a_trend() -> None:
    rung = ringing(drifting.drifts(counts(3, 0.12), COUNT, END))
    best = min(rung, key=lambda each: each.p)
    assert best.where == {"policy": "spam"}
    assert (best.kind, best.up) == ("trend", True)
    assert drifting.shape([1, 1, 1, 1, 2, 2, 2, 2], [1.0] * 8) == "step"
    assert drifting.shape([1, 1.2, 1.3, 1.5, 1.6, 1.8, 1.9, 2.1], [1.0] * 8) == "trend"


def test_two_weeks_are_the_least_for_counts_and_a_share_that_never_was_is_no_certainty() -> None:
    few = counts(1, 0.3).filter(pl.col("hour") > END - timedelta(days=10))
    assert drifting.drifts(few, COUNT, END) == []
    dead = WATCHED["action_dead_rate"]
    rows = [(back, "m", "p", float(back == 0), 30.0, float(back == 0), float(back == 0)) for back in range(14)]
    frame = pl.DataFrame(rows, schema=["back", *dead.dims, "n", "d", "m", "q"], orient="row")
    assert not ringing(drifting.drifts(frame, dead, END))
