"""Backlogs against their own past: quiet ones ring seldom however they wander, one that is left to grow rings in its slice."""

from __future__ import annotations

import math
import os
import random
from datetime import datetime, timedelta

import polars as pl

from watchfloor.insight.spikes.domain import stocks
from watchfloor.insight.spikes.domain.watched import WATCHED
from watchfloor.insight.spikes.domain.watching import DAY, HOUR, WEEK, Alarm, threshold

BACKLOG = WATCHED["backlog"]
START = datetime(2026, 9, 7)  # noqa: DTZ001 - UTC without a zone, as facts are
WEEKS, LOOKED = 7, 24
END = START + WEEKS * WEEK
DAYS = int(os.environ.get("WATCHFLOOR_BACKLOG_DAYS", "20"))


def poisson(chance: random.Random, mean: float) -> int:
    if mean > 60:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count, product = count + 1, product * chance.random()
    return count


def queues(seed: int, *, stuck: str = "", busy: float = 1.15) -> pl.DataFrame:
    """Six queues whose people work by day: what is left over at night is done in the morning. One of them is ``stuck`` in its last
    twelve hours: nobody takes anything from it."""
    chance = random.Random(seed)
    rows = []
    for number, (market, policy) in enumerate((m, p) for m in ("ES", "GB", "DE") for p in ("spam", "hate")):
        name, level, rate = f"{policy}.{market}", 0, 4.0 * (1 + number)
        for place in range(WEEKS * 7 * 24 + LOOKED):
            hour = START + place * HOUR
            weekend = 0.7 if hour.weekday() >= 5 else 1.0
            came = poisson(chance, rate * weekend * (1 + 0.5 * math.sin((hour.hour - 9) / 24 * 2 * math.pi)))
            able = poisson(chance, rate * weekend * busy * (2.0 if 7 <= hour.hour < 19 else 0.0))
            left = 0 if name == stuck and hour >= END + timedelta(hours=LOOKED - 12) else min(level + came, able)
            level += came - left
            rows.append((hour, name, market, policy, float(came - left)))
    return pl.DataFrame(rows, schema=["hour", *BACKLOG.dims, "n"], orient="row").with_columns(
        pl.col("hour").cast(pl.Datetime("us"))
    )


def day(frame: pl.DataFrame, every: int = 1) -> list[Alarm]:
    """What rings on the last day, over all its looks."""
    hours = [END + place * HOUR for place in range(0, LOOKED, every)]
    found = [one for at in hours for one in stocks.watch_stock(frame.filter(pl.col("hour") <= at), BACKLOG, at)]
    limit = threshold([one.p for one in found], len(found), 0.05)
    return [one for one in found if one.p <= limit and one.worth]


def test_quiet_backlogs_ring_seldom_whether_there_is_slack_or_hardly_any() -> None:
    for busy in (1.3, 1.03):  # nearly all the time is needed: queues wander for days
        frames = [queues(seed, busy=busy) for seed in range(DAYS)]
        false = sum(bool(day(frame, every=6)) for frame in frames)
        assert false <= DAYS * 0.05 + 2 * math.sqrt(DAYS * 0.05), (busy, false)


def test_a_queue_that_nobody_works_on_rings_in_its_slice_from_the_hour_it_was_left() -> None:
    frame = queues(3, stuck="hate.GB")
    rung = day(frame)
    best = min(rung, key=lambda one: one.p)
    assert best.where in ({"queue": "hate.GB"}, {"market": "GB"}, {"policy": "hate"})
    assert {"queue": "hate.GB"} in [one.where for one in rung]
    assert all(one.up and "ES" not in "".join(one.where.values()) for one in rung)
    shifts = [back * WEEK for back in range(1, 6)]
    levels = stocks.course(frame, {"queue": "hate.GB"}, END - DAY, END + LOOKED * HOUR, shifts)
    began = levels[stocks.began([each[1] for each in levels], [each[2] for each in levels])][0]
    assert abs(began - (END + timedelta(hours=LOOKED - 12))) <= timedelta(hours=3)


def test_too_little_past_says_nothing_and_levels_are_sums_of_what_came_and_went() -> None:
    frame = queues(1).filter(pl.col("hour") >= END - 5 * DAY)
    assert stocks.watch_stock(frame, BACKLOG, END) == []
    rows = [(START, "a", 4.0), (START + 2 * HOUR, "a", -3.0), (START + HOUR, "b", 2.0)]
    few = pl.DataFrame(rows, schema=["hour", "queue", "n"], orient="row")
    ends = [START, START + HOUR, START + 3 * HOUR]
    assert stocks.levels(few, ("queue",), ends) == {("a",): [0.0, 4.0, 1.0], ("b",): [0.0, 0.0, 2.0]}
    assert stocks.levels(few, (), ends) == {("",): [0.0, 4.0, 3.0]}


def test_what_became_of_a_stock_is_held_against_other_weeks() -> None:
    change, low, high = stocks.turn((200.0, 40.0), [(100.0, 101.0), (90.0, 85.0), (110.0, 120.0), (95.0, 95.0)])
    assert low < change < high < 0
    change, low, high = stocks.turn((100.0, 40.0), [(100.0, 41.0), (90.0, 35.0), (110.0, 44.0), (95.0, 38.0)])
    assert low < 0 < high  # it empties by that hour every week
    assert abs(change) < 0.1
