"""Cases for the localiser: the public generator's, the real faults of the RobustSpot collection, and calm or outside ones of our own."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import polars as pl

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data"))
RISKLOC = os.environ.get(
    "WATCHFLOOR_RISKLOC", ""
)  # a checkout of github.com/shaido987/riskloc (MIT); needs pandas and numpy
_L = "--dims 10 24 10 15 --noise-level 0.0 0.1 --anomaly-severity 0.5 1.0 --anomaly-deviation 0.0 0.0 --num-anomaly 1 5"
SETS = {"S": "", "L": _L + " --num-anomaly-elements 1 1 --only-last-layer"}  # the paper's settings

Cause = frozenset[tuple[str, str]]


def generated(kind: str, cases: int, seed: int) -> Iterator[tuple[Path, set[Cause]]]:
    """Files of the public generator with their true causes; the columns are dimensions, ``real`` and ``predict``."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--num", str(cases), "--seed", str(seed), "--data-root", folder, "--dataset-name", kind]
        command = [sys.executable, "generate_dataset.py", *options, *SETS[kind].split()]
        subprocess.run(
            command, cwd=RISKLOC, check=False, capture_output=True
        )  # at some seeds it stops early: take what there is
        if not (Path(folder) / kind / "injection_info.csv").exists():
            return
        with (Path(folder) / kind / "injection_info.csv").open(newline="") as stream:
            for row in csv.DictReader(stream):
                true = {_cause(dict(part.split("=") for part in each.split("&"))) for each in row["set"].split(";")}
                yield Path(folder) / kind / f"{row['timestamp']}.csv", true


def real_faults() -> Iterator[tuple[str, pl.DataFrame, set[Cause]]]:
    """Day, leaf rows (dimensions, failures ``f`` of ``n`` requests, forecast ``f0`` of ``n0``) and true causes of each real fault.

    The forecast is the mean of the four minutes before, per leaf, as in the published comparison.
    """
    folder = DATA / "rs_early"
    for name, minute, causes in _labels(folder / "anomaly.yaml"):
        rows = pl.read_csv(folder / f"{name}.csv", infer_schema=False).cast(
            {"min": pl.Int64, "value": pl.Float64, "cnt": pl.Float64}
        )
        dims = [each for each in rows.columns if each not in ("min", "value", "cnt")]
        now = rows.filter(pl.col("min") == minute).group_by(dims).agg(f=pl.col("value").sum(), n=pl.col("cnt").sum())
        before = [minute - 60 * back for back in range(1, 5)]
        past = (
            rows.filter(pl.col("min").is_in(before))
            .group_by(dims)
            .agg(f0=pl.col("value").mean(), n0=pl.col("cnt").mean())
        )
        table = now.join(past, on=dims, how="left", maintain_order="left").fill_null(0.0).sort(dims)
        yield str(datetime.fromtimestamp(minute, UTC).date()), table, causes


def calm_or_not(seed: int) -> tuple[pl.DataFrame, str]:
    """Leaf rows of a rate and what is true of them: ``localised``, ``everywhere`` or ``none``.

    Sizes, rates and the share of missing leaves vary; the forecast is the count of a day as long; a cause multiplies the rate of a
    slice that holds at least 30 expected cases by 2 to 6, an outside one that of all leaves by 1.5 to 3.
    """
    chance = random.Random(seed)
    sizes = [chance.randint(2, 8) for _ in range(chance.randint(2, 4))]
    rows = [row for row in product(*map(range, sizes)) if chance.random() < 0.8]
    verdict = ("localised", "localised", "everywhere", "none")[seed % 4]
    rate = [min(chance.lognormvariate(-3, 0.5), 0.8) for _ in rows]
    volume = [round(chance.lognormvariate(5, 1.2)) + 1 for _ in rows]
    times = [1.0] * len(rows)
    if verdict == "everywhere":
        times = [chance.uniform(1.5, 3)] * len(rows)
    if verdict == "localised":
        found = False
        for _ in range(200):
            fixed = {
                dim: chance.randrange(sizes[dim]) for dim in chance.sample(range(len(sizes)), chance.randint(1, 2))
            }
            under = [all(row[dim] == code for dim, code in fixed.items()) for row in rows]
            expected = sum(r * v for r, v, u in zip(rate, volume, under, strict=True) if u)
            total = sum(r * v for r, v in zip(rate, volume, strict=True))
            if 30 <= expected <= total / 2:
                found, by = True, chance.uniform(2, 6)
                times = [by if u else 1.0 for u in under]
                break
        verdict = "localised" if found else "none"
    table = {f"d{dim}": [f"v{row[dim]}" for row in rows] for dim in range(len(sizes))}
    now = [_binomial(chance, v, min(r * t, 0.95)) for v, r, t in zip(volume, rate, times, strict=True)]
    past = [_binomial(chance, v, r) for v, r in zip(volume, rate, strict=True)]
    numbers = {"f": now, "n": volume, "f0": past, "n0": volume}
    return pl.DataFrame(
        {**table, **{key: [float(each) for each in values] for key, values in numbers.items()}}
    ), verdict


def _binomial(chance: random.Random, count: int, rate: float) -> int:
    if count < 200:
        return sum(chance.random() < rate for _ in range(count))
    mean, deviation = count * rate, (count * rate * (1 - rate)) ** 0.5
    if mean > 20:
        return min(count, max(0, round(chance.gauss(mean, deviation))))
    left, found = 1.0, -1
    floor = 2.718281828459045**-mean
    while left > floor:
        left *= chance.random()
        found += 1
    return min(found, count)


def _cause(where: dict[str, str]) -> Cause:
    return frozenset(where.items())


def _labels(path: Path) -> Iterator[tuple[str, int, set[Cause]]]:
    """The few lines of YAML the labels are written in: name, minute, one cause or a list of them."""
    for block in path.read_text("utf-8").split("- data: ")[1:]:
        lines = block.splitlines()
        minute = next(int(line.split(":")[1]) for line in lines if line.strip().startswith("timestamp:"))
        causes: list[dict[str, str]] = []
        inside = False
        for line in lines[1:]:
            if line.strip() == "cause:":
                inside = True
            elif inside and ":" in line:
                if line.strip().startswith("- ") or not causes:
                    causes.append({})
                key, _, value = line.strip().removeprefix("- ").partition(":")
                causes[-1][key.strip()] = value.strip().strip("'\"")
        yield lines[0].strip(), minute, {_cause(each) for each in causes}
