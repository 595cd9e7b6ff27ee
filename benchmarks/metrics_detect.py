"""Unusual points: the Numenta score of one causal detector, cost a point, and the false discoveries of 10,000 slices.

    WATCHFLOOR_DATA=<folder> [WATCHFLOOR_NAB=<checkout>] python -m benchmarks.metrics_detect [--seeds 3]

Input: the series of the Numenta Anomaly Benchmark (MIT) in ``nab/`` of the data folder, or all of a checkout of github.com/numenta/NAB
named by WATCHFLOOR_NAB (with ``data/`` and ``labels/``); then its own sweeper (``nab.sweeper``) scores the same results beside
ours and must agree. One threshold for all series, the best for the profile, as that benchmark does for each of its detectors. Our
constants were chosen on a half of the series (even SHA-256 of the name): the other half is told apart, also at the threshold of the
first (it was in sight, so its figure flatters a little too). Of the watch as it ships (alarm at 7) the alarms on realTweets are
counted, without any threshold of the benchmark's. Beside ours: a running Gaussian (its simplest entrant: 6,400 points back) written
here. Then slices: Poisson counts with a week, 64 days, 2 % of slices moved on the last day.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from watchfloor.engines.metrics import detect, watch_slices

ALARM = (
    5.5  # log odds that start the quiet: this benchmark wants one alarm in each of few windows, whatever else is told
)
DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data"))
NAB = os.environ.get("WATCHFLOOR_NAB", "")
PROFILES = {"standard": (0.11, 1.0), "low FP": (0.22, 1.0), "low FN": (0.11, 2.0)}
Window = tuple[str, str]


class Series(NamedTuple):
    name: str
    times: list[str]
    values: list[float]
    windows: list[Window]


def series() -> list[Series]:
    folder = Path(NAB) / "data" if NAB and (Path(NAB) / "data").exists() else DATA / "nab"
    labels = (
        folder.parent / "labels/combined_windows.json" if folder.name == "data" else folder / "combined_windows.json"
    )
    windows: dict[str, list[Window]] = json.loads(labels.read_text("utf-8"))
    found = []
    for path in sorted(folder.glob("*/*.csv")):
        with path.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        name = f"{path.parent.name}/{path.name}"
        spans = [(start[:19], end[:19]) for start, end in windows.get(name, [])]
        found.append(
            Series(name, [row["timestamp"][:19] for row in rows], [float(row["value"]) for row in rows], spans)
        )
    return found


def sigmoid(position: float) -> float:
    return -1.0 if position > 3 else 2 / (1 + math.exp(5 * position)) - 1


def worth(one: Series, false_cost: float) -> list[tuple[float, str | None]]:
    """What an alarm at each point is worth, and its window: "" in the probation, None outside of windows."""
    first: dict[str, int] = {}
    for place, moment in enumerate(one.times):
        first.setdefault(moment, place)
    probation = min(math.floor(0.15 * len(one.times)), 750)
    left, inside, before = list(one.windows), None, None
    found: list[tuple[float, str | None]] = []
    for place, moment in enumerate(one.times):
        if left and moment == left[0][0]:
            start, end = left.pop(0)
            inside = (start, first[end], first[end] - first[start] + 1)
        name = None
        if inside:
            value = sigmoid(-(inside[1] - place + 1) / inside[2]) / sigmoid(-1)
            name = f"{one.name}|{inside[0]}"
        else:
            value = false_cost * (-1.0 if before is None else sigmoid((place - before[0]) / (before[1] - 1)))
        found.append((value, name if place >= probation else ""))
        if inside and place == inside[1]:
            before, inside = (place, inside[2]), None
    return found


class Result(NamedTuple):
    score: float
    threshold: float
    hits: int
    windows: int
    false: int


def judged(corpus: list[Series], scores: dict[str, list[float]], false_cost: float, miss: float) -> Result:
    """The score at the best single threshold, 0 for saying nothing and 100 for perfection."""
    points: list[tuple[float, float, str | None]] = []
    best_of: dict[str, float] = {}
    for one in corpus:
        for (value, window), score in zip(worth(one, false_cost), scores[one.name], strict=True):
            if window == "":
                continue
            if window:
                best_of[window] = -miss
            points.append((score, value, window))
    points.sort(key=lambda each: -each[0])
    floor = total = -miss * len(best_of)
    best = Result(floor, 2.0, 0, len(best_of), 0)
    hit: set[str] = set()
    false = at = 0
    while at < len(points):
        score = points[at][0]
        while at < len(points) and points[at][0] == score:
            _, value, window = points[at]
            at += 1
            if window is None:
                total, false = total + value, false + 1
            elif value > best_of[window]:
                total += value - best_of[window]
                best_of[window] = value
                hit.add(window)
        if total > best.score:
            best = Result(total, score, len(hit), len(best_of), false)
    scale = len(best_of) * (1 + miss)
    return best._replace(score=100 * (best.score - floor) / scale)


def numenta(corpus: list[Series], scores: dict[str, list[float]]) -> float:
    """The standard profile by the benchmark's own sweeper."""
    sys.path.insert(0, NAB)
    from nab.sweeper import Sweeper  # type: ignore[import-not-found]

    sweeper = Sweeper(0.15, {"tpWeight": 1.0, "fpWeight": 0.11, "fnWeight": 1.0, "tnWeight": 1.0})
    points: list[Any] = []
    for one in corpus:
        times = [datetime.fromisoformat(each) for each in one.times]
        windows = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in one.windows]
        points += sweeper.calcSweepScore(times, scores[one.name], windows, one.name)
    rows = sweeper.calcScoreByThreshold(points)
    windows_in_all = len({point.windowName for point in points if point.windowName not in (None, "probationary")})
    return 100 * (max(row.score for row in rows) + windows_in_all) / (2 * windows_in_all)


def running_gaussian(values: Iterable[float]) -> list[float]:
    past: list[float] = []
    found = []
    total = square = 0.0
    for value in values:
        count = len(past)
        score = 0.0
        if count > 1:
            centre = total / count
            deviation = math.sqrt(max(square / count - centre * centre, 1e-12))
            score = 1 - math.erfc(abs(value - centre) / deviation / math.sqrt(2)) / 2
        found.append(score)
        past.append(value)
        total, square = total + value, square + value * value
        if count >= 6_400:
            gone = past.pop(0)
            total, square = total - gone, square - gone * gone
    return found


def slices(
    seed: int, count: int = 10_000, days: int = 64, moved: float = 0.02, rate: float = 0.05
) -> tuple[float, float, float]:
    """False share of the alarms, share of moved slices found, and processor seconds."""
    chance = random.Random(seed)
    start = date(2026, 1, 1)
    moments = [start + timedelta(each) for each in range(days)]
    names, times, values, truth = [], [], [], set()
    for number in range(count):
        base = chance.lognormvariate(1, 1.5)
        by = 1.0
        if chance.random() < moved:
            truth.add(str(number))
            by = chance.choice((4.0, 0.1))
        for day in range(days):
            level = base * math.exp(0.4 * math.sin(day * 2 * math.pi / 7)) * (by if day == days - 1 else 1)
            values.append(float(poisson(chance, level)))
        names += [number] * days
        times += moments
    frame = pl.DataFrame({"slice": names, "day": times, "count": values})
    begin = time.process_time()
    found = watch_slices(frame, time="day", value="count", by=["slice"], rate=rate)
    cost = time.process_time() - begin
    alarms = {each.where["slice"] for each in found if each.alarm}
    return len(alarms - truth) / max(1, len(alarms)), len(alarms & truth) / max(1, len(truth)), cost


def poisson(chance: random.Random, level: float) -> int:
    if level > 60:
        return max(0, round(chance.gauss(level, math.sqrt(level))))
    limit, product, found = math.exp(-level), chance.random(), 0
    while product > limit:
        product *= chance.random()
        found += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    corpus = series()
    points = sum(len(one.values) for one in corpus)
    print(
        f"Detect: {len(corpus)} series, {points:,} points, {sum(len(one.windows) for one in corpus)} labelled windows"
    )
    rivals: list[tuple[str, Callable[[list[float]], list[float]]]] = [
        ("watchfloor", lambda values: [each.score for each in detect(values, alarm=ALARM)]),
        ("running Gaussian", running_gaussian),
    ]
    for name, run in rivals:
        begin = time.process_time()
        scores = {one.name: run(one.values) for one in corpus}
        cost = (time.process_time() - begin) / points * 1e6
        said = {profile: judged(corpus, scores, *weights) for profile, weights in PROFILES.items()}
        best = said["standard"]
        print(f"  {name:17} " + ", ".join(f"{profile} {each.score:.1f}" for profile, each in said.items()), end="")
        print(f"; {best.hits} of {best.windows} windows, {best.false} false points; {cost:.1f} us a point")
        for folder in sorted({one.name.split("/")[0] for one in corpus}):
            part = [one for one in corpus if one.name.startswith(folder)]
            hit, false = alarms_at(part, scores, best.threshold)
            print(
                f"    {folder}: {hit} of {sum(len(one.windows) for one in part)} windows, {false} false points at that threshold"
            )
        chosen, held = halves(corpus)
        first = judged(chosen, scores, *PROFILES["standard"])
        second = judged(held, scores, *PROFILES["standard"])
        moved = judged(
            held,
            {name: [float(each >= first.threshold) for each in given] for name, given in scores.items()},
            *PROFILES["standard"],
        )
        print(
            f"    half {first.score:.1f} ({len(chosen)} series), other half {second.score:.1f} ({len(held)} series),"
            f" {moved.score:.1f} at the threshold of the first"
        )
        if NAB:
            print(f"    the benchmark's own sweeper: {numenta(corpus, scores):.4f} (ours {best.score:.4f})")
    tweets = [one for one in corpus if one.name.startswith("realTweets")]
    alarms = {one.name: [float(each.alarm) for each in detect(one.values)] for one in tweets}
    for said_of, part in (("all", tweets), *zip(("half", "other half"), halves(tweets), strict=True)):
        hit, false_points = alarms_at(part, alarms, 1.0)
        windows = sum(len(one.windows) for one in part)
        print(f"  realTweets as shipped, {said_of}: {hit} of {windows} windows, {false_points} false points")
    for seed in range(seeds):
        false, found, cost = slices(seed)
        print(
            f"  10,000 slices, seed {seed}: {false:.1%} of alarms false (5 % said), {found:.0%} of moved found, {cost:.2f} s"
        )


def halves(corpus: list[Series]) -> tuple[list[Series], list[Series]]:
    """The series that constants were chosen on, and those that were held out."""
    odd = [hashlib.sha256(one.name.encode()).digest()[-1] % 2 for one in corpus]
    first, second = ([one for one, half in zip(corpus, odd, strict=True) if half == which] for which in (0, 1))
    return first, second


def alarms_at(part: list[Series], scores: dict[str, list[float]], threshold: float) -> tuple[int, int]:
    hit, false = set(), 0
    for one in part:
        for (_, window), score in zip(worth(one, 0.11), scores[one.name], strict=True):
            if score >= threshold and window:
                hit.add(window)
            false += score >= threshold and window is None
    return len(hit), false


if __name__ == "__main__":
    main()
