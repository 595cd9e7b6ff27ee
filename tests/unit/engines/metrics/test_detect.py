"""Unusual points: causal, quiet after an alarm, kinds named; slices under one rate of false alarms."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl
import pytest
from benchmarks.metrics_detect import ALARM, DATA, PROFILES, judged, poisson, series, slices

from watchfloor.engines.metrics import Detector, detect, watch_slices
from watchfloor.kernel.errors import BadInput


def noise(seed: int, count: int = 3_000, level: float = 100.0) -> list[float]:
    chance = random.Random(seed)
    return [chance.gauss(level, 5) for _ in range(count)]


def test_a_point_is_judged_by_those_before_it_alone() -> None:
    values = noise(1)
    values[2_000:2_010] = [300.0] * 10
    whole = detect(values)
    assert detect(values[:2_005]) == whole[:2_005]


@pytest.mark.parametrize(
    ("kind", "change"),
    [("spike", 40.0), ("dip", -40.0), ("step", 25.0)],
)
def test_what_happened_is_seen_and_named(kind: str, change: float) -> None:
    values = noise(2)
    end = 2_003 if kind != "step" else 3_000
    values[2_000:end] = [each + change for each in values[2_000:end]]
    alarms = [(place, seen) for place, seen in enumerate(detect(values)) if seen.alarm and 2_000 <= place < 2_060]
    assert alarms and (kind in {seen.kind for _, seen in alarms} or kind == "step")


def test_what_was_ordinary_once_stays_so_and_a_drift_is_told() -> None:
    values = noise(2)
    for again in (800, 2_000):
        values[again : again + 3] = [each + 60 for each in values[again : again + 3]]
    seen = detect(values)
    assert any(each.alarm for each in seen[800:806]) and not any(each.alarm for each in seen[1_990:2_020])
    values = noise(9)
    values[1_500:] = [each + 0.3 * place for place, each in enumerate(values[1_500:])]
    assert any(each.kind == "trend" for each in detect(values)[1_500:])


def test_a_change_of_roughness_is_seen() -> None:
    chance = random.Random(3)
    values = noise(3)
    values[2_000:] = [chance.gauss(100, 20) for _ in values[2_000:]]
    assert any(seen.alarm for seen in detect(values)[2_000:2_060])


def test_quiet_series_are_left_alone() -> None:
    alarms = sum(seen.alarm for seed in range(8) for seen in detect(noise(seed + 10)))
    assert alarms <= 24  # of 24,000 points; 7 is log odds of one in about a thousand


def test_after_an_alarm_only_what_exceeds_it_is_told() -> None:
    values = noise(4)
    values[2_000:2_040] = [160.0] * 40
    assert sum(seen.alarm for seen in detect(values)[2_000:2_300]) <= 3


def test_a_season_is_learnt_and_taken_off() -> None:
    values = [each + 80 * (place % 24 >= 12) for place, each in enumerate(noise(5))]
    values[2_400:2_403] = [values[at] + 60 for at in range(2_400, 2_403)]  # at night: no more than a usual day
    assert any(seen.alarm for seen in detect(values, season=24)[2_400:2_406])
    assert detect(values, season=24)[2_000].expected == pytest.approx(100 + 80 * (2_000 % 24 >= 12), abs=15)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput):
        Detector().see(float("nan"))


@pytest.mark.skipif(not (DATA / "nab").exists(), reason="the Numenta series are not here")
def test_the_numenta_score_stays_where_it_was() -> None:
    part = [one for one in series() if "CRM" in one.name or "ec2" in one.name or "rogue" in one.name]
    scores = {one.name: [seen.score for seen in detect(one.values, alarm=ALARM)] for one in part}
    assert judged(part, scores, *PROFILES["standard"]).score > 60


def test_false_alarms_over_slices_keep_to_their_rate() -> None:
    false, found, _ = slices(11, count=1_500, days=57, moved=0.04)
    assert false <= 0.12  # 5 % expected, of some twenty alarms
    assert found > 0.1


def test_slices_have_gaps_kinds_and_unfinished_days() -> None:
    chance = random.Random(6)
    days = [date(2026, 3, 1) + timedelta(each) for each in range(57)]
    rows = [
        {"market": market, "day": day, "count": float(poisson(chance, 50))}
        for market in ("de", "fr", "jp")
        for day in days
        if market != "jp" or day.day % 2
    ]
    table = pl.DataFrame(rows)
    now = pl.col("day") == days[-1]
    jump = table.with_columns(pl.when(now & (pl.col("market") == "de")).then(200.0).otherwise("count").alias("count"))
    found = {each.where["market"]: each for each in watch_slices(jump, time="day", value="count", by=["market"])}
    assert (found["de"].alarm, found["de"].kind) == (True, "spike") and not found["fr"].alarm
    half = table.with_columns(pl.when(now).then(25.0).otherwise("count").alias("count"))
    early = watch_slices(half.filter(pl.col("market") != "jp"), time="day", value="count", by=["market"], elapsed=0.5)
    late = watch_slices(half.filter(pl.col("market") != "jp"), time="day", value="count", by=["market"])
    assert not any(each.alarm for each in early) and all(each.kind == "dip" for each in late if each.alarm)
    assert any(each.alarm for each in late)


def test_holidays_are_compared_with_holidays() -> None:
    chance = random.Random(8)
    days = [date(2026, 1, 1) + timedelta(each) for each in range(71)]
    off = {days[20], days[41], days[56], days[70]}  # the last day is one; 56 is the same weekday two weeks before

    def table(today: float, last: int) -> pl.DataFrame:
        rows = [
            {
                "market": market,
                "day": day,
                "count": float(poisson(chance, 80 * (0.3 if market == "de" and day in off else 1))),
            }
            for market in ("de", "fr")
            for day in days[: last + 1]
        ]
        frame = pl.DataFrame(rows)
        now = (pl.col("day") == days[last]) & (pl.col("market") == "de")
        return frame.with_columns(pl.when(now).then(today).otherwise("count").alias("count"))

    def seen(today: float, last: int = 70, known: bool = True) -> tuple[bool, str, float]:
        calendar = {"de": off} if known else {}
        found = watch_slices(
            table(today, last), time="day", value="count", by=["market"], holidays=calendar, market="market"
        )
        slices = {each.where["market"]: each for each in found}
        assert not slices["fr"].alarm
        return slices["de"].alarm, slices["de"].kind, slices["de"].expected

    assert seen(24.0)[0] is False and seen(24.0, known=False)[0]
    assert seen(24.0)[2] == pytest.approx(24, rel=0.2)
    assert seen(80.0)[:2] == (True, "spike")  # as many as on any other day is many
    assert seen(4.0)[:2] == (True, "dip")
    assert seen(80.0, last=63)[2] > seen(80.0, last=63, known=False)[2]  # a usual day does not mind that 56 was one
    assert not seen(24.0, last=20)[0]  # the first of its kind: fewer are no news
    with pytest.raises(BadInput, match="dimensions"):
        watch_slices(table(1.0, 70), time="day", value="count", by=["market"], holidays={}, market="policy")
