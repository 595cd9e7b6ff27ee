"""Volumes forecast hour by hour for a week, on real series, against the seasonal naive forecast (the same hour a week ago).

    python -m benchmarks.staffing_forecast

Series: messages about ten companies and taxi rides of New York (Numenta Anomaly Benchmark, AGPL-3.0, anomalies left in), and the tickets
of an incident log (UCI 498, CC BY 4.0; 63 hours of it are at hand, so one day is forecast from the day before). Each of the last four
weeks is forecast from what came before it. An error is the mean absolute one by hour; "held" is the share of hours in their 90 %
interval.

Then the first week: from twelve random moments of each series but the log a day is forecast out of the last 26 to 165 hours alone, against
repeating the day before. The rules of the first days were chosen by these, with the log's own figure in sight.
Files are looked for in ``WATCHFLOOR_DATA``; what is missing is said.
"""

from __future__ import annotations

import csv
import math
import os
import random
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from watchfloor.engines.staffing.calibration import ahead

DATA = Path(os.environ.get("WATCHFLOOR_DATA", "../shared/data"))
_HOUR = timedelta(hours=1)
Series = tuple[str, list[float], int]


def hourly(name: str, rows: Iterable[tuple[datetime, float]]) -> Series:
    """Sums by whole hour; the last, unfinished one is left out."""
    known = sorted(rows)
    begin = known[0][0].replace(minute=0, second=0)
    counts = [0.0] * (int((known[-1][0] - begin) / _HOUR) + 1)
    for moment, value in known:
        counts[int((moment - begin) / _HOUR)] += value
    return name, counts[:-1], begin.weekday() * 24 + begin.hour


def all_series() -> list[Series]:
    """What is there."""
    found = []
    files = [DATA / "nab/realKnownCause/nyc_taxi.csv", *sorted((DATA / "nab/realTweets").glob("*.csv"))]
    for path in files:
        if not path.is_file():
            print(f"{path.name} is not there: left out")
            continue
        with path.open(newline="") as lines:
            found.append(
                hourly(
                    path.stem,
                    [(datetime.fromisoformat(row["timestamp"]), float(row["value"])) for row in csv.DictReader(lines)],
                )
            )
    log = DATA / "incident_event_log.csv"
    if log.is_file():
        with log.open(newline="") as lines:
            opened = {row["number"]: row["opened_at"] for row in csv.DictReader(lines)}
        found.append(
            hourly("incident log", [(datetime.strptime(at, "%d-%m-%Y %H:%M"), 1.0) for at in opened.values()])  # noqa: DTZ007
        )
    else:
        print("incident_event_log.csv is not there: left out")
    return found


def first_week(series: list[Series]) -> None:
    """How forecasts of a day fare that know less than a week."""
    print("known hours  ratio   held")
    for known in (26, 38, 50, 74, 98, 122, 146, 165):
        rng = random.Random(known)
        logs, inside, hours = [], 0, 0
        for _name, counts, first in series:
            for _turn in range(12):
                origin = rng.randrange(known, len(counts) - 24)
                past, real = counts[origin - known : origin], counts[origin : origin + 24]
                said = ahead(past, (first + origin - known) % 168, horizon=24, tried=0).hours
                error = math.fsum(abs(hour.value - value) for hour, value in zip(said, real, strict=True))
                naive = math.fsum(abs(last - value) for last, value in zip(past[-24:], real, strict=True))
                if error and naive:
                    logs.append(math.log(error / naive))
                inside += sum(hour.low <= value <= hour.high for hour, value in zip(said, real, strict=True))
                hours += 24
        print(f"{known:11} {math.exp(math.fsum(logs) / len(logs)):6.2f} {inside / hours:6.1%}")


def main() -> None:
    """Run it."""
    found = all_series()
    print(
        f"{'series':22} {'hours':>6} {'tried':>10} {'error':>9} {'naive':>9} {'ratio':>6} {'by day':>7} {'held':>6} {'s':>6}"
    )
    ratios, held = [], []
    for name, counts, first in found:
        began = time.perf_counter()
        fared = ahead(counts, first).fared
        took = time.perf_counter() - began
        if fared is None or fared.ratio is None or fared.daily_ratio is None:
            print(f"{name:22} {len(counts):6,}  too short to try")
            continue
        tried = f"{fared.turns} x {fared.span} h"
        print(
            f"{name:22} {len(counts):6,} {tried:>10} {fared.error:9,.1f} {fared.naive:9,.1f} {fared.ratio:6.2f} {fared.daily_ratio:7.2f} "
            f"{fared.coverage:6.1%} {took:6.2f}"
        )
        if fared.span == 168:
            ratios.append(fared.ratio)
            held.append(fared.coverage)
    if ratios:
        mean = math.exp(math.fsum(map(math.log, ratios)) / len(ratios))
        print(
            f"geometric mean of the ratios over {len(ratios)} series by the week: {mean:.2f}; held {sum(held) / len(held):.1%} of 90 %"
        )
    long = [each for each in found if len(each[1]) > 500]
    if long:
        first_week(long)


if __name__ == "__main__":
    main()
