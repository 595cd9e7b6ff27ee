"""What a change is made of, what comes next, what a measure did: hand-computed examples, planted truths, refusals."""

from __future__ import annotations

import math
import os
import random

import polars as pl
import pytest

from watchfloor.engines.metrics import chain, decompose, effect, forecast
from watchfloor.engines.metrics.effect import student_p, student_quantile
from watchfloor.kernel.errors import BadInput

SIMULATIONS = int(os.environ.get("WATCHFLOOR_SIMULATIONS", "60"))
COLUMNS = {"before_num": "f0", "before_den": "n0", "after_num": "f1", "after_den": "n1"}


def table(rows: list[tuple[str, float, float, float, float]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["market", "f0", "n0", "f1", "n1"], orient="row")


def test_kitagawa_by_hand() -> None:
    # Shares .5/.5 -> .8/.2, rates .1/.3 -> .2/.3: rate .65*.1 = .065, mix .3*(.15-.21) + -.3*(.3-.21) = -.045.
    found = decompose(table([("de", 50, 500, 160, 800), ("fr", 150, 500, 60, 200)]), **COLUMNS, by=["market"])
    assert (found.before, found.after) == (pytest.approx(0.2), pytest.approx(0.22))
    assert found.rate == pytest.approx(0.065) and found.mix == pytest.approx(-0.045)
    assert found.rate_low < 0.065 < found.rate_high and not found.simpson


def test_simpson_is_flagged() -> None:
    # Each market improves, the whole gets worse, because volume moves to the harder one.
    found = decompose(table([("de", 10, 900, 0.5, 100), ("fr", 50, 100, 400, 900)]), **COLUMNS, by=["market"])
    assert found.change > 0 and found.rate < 0 and found.simpson


def test_slices_that_come_and_go_are_mix() -> None:
    found = decompose(
        table([("de", 50, 500, 100, 1000), ("fr", 100, 500, 0, 0), ("jp", 0, 0, 30, 100)]), **COLUMNS, by=["market"]
    )
    status = {each.where["market"]: (each.status, each.rate) for each in found.parts}
    assert status["fr"] == ("gone", 0.0) and status["jp"] == ("appeared", 0.0)
    assert found.rate == pytest.approx(0.0) and found.mix == pytest.approx(found.change)


def test_intervals_of_rate_and_mix_hold_the_truth() -> None:
    chance = random.Random(1)
    truth = decompose(table([("de", 100, 1000, 180, 1200), ("fr", 150, 500, 120, 400)]), **COLUMNS, by=["market"])
    inside = 0
    for _ in range(SIMULATIONS):
        rows = []
        for name, f0, n0, f1, n1 in [("de", 100, 1000, 180, 1200), ("fr", 150, 500, 120, 400)]:
            drawn = [float(sum(chance.random() < f / n for _ in range(n))) for f, n in ((f0, n0), (f1, n1))]
            rows.append((name, drawn[0], float(n0), drawn[1], float(n1)))
        found = decompose(table(rows), **COLUMNS, by=["market"])
        inside += found.rate_low <= truth.rate <= found.rate_high
    assert 0.88 <= inside / SIMULATIONS <= 1.0


def test_a_chain_by_hand() -> None:
    parts = chain([{"incoming": (100.0, 200.0), "hours": (0.5, 0.5)}])
    assert parts == {"incoming": pytest.approx(50.0), "hours": pytest.approx(0.0)}


def test_students_t() -> None:
    assert student_quantile(0.95, 10) == pytest.approx(2.228139, abs=1e-6)
    assert student_p(2.228139, 10) == pytest.approx(0.05, abs=1e-6)


def weekly(seed: int, count: int) -> list[float]:
    chance = random.Random(seed)
    return [200 + place / 5 + 60 * math.sin(place * 2 * math.pi / 7) + chance.gauss(0, 10) for place in range(count)]


def test_a_forecast_beats_repeating_the_last_season_and_says_how_sure() -> None:
    hits = tried = 0
    for seed in range(5):
        values = weekly(seed, 127)
        found = forecast(values[:113], horizon=14, season=7, origins=1)
        assert found.backtest is not None and found.backtest.ratio < 1
        hits += sum(each.low <= real <= each.high for each, real in zip(found.ahead, values[113:], strict=True))
        tried += 14
    assert 0.85 <= hits / tried <= 1.0


def test_counts_are_never_forecast_below_nought() -> None:
    chance = random.Random(9)
    found = forecast([float(chance.random() < 0.2) for _ in range(80)], horizon=7, season=7)
    assert all(each.low >= 0 for each in found.ahead)


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(BadInput, match="too few"):
        forecast([1.0] * 20, horizon=14, season=7)


Panel = dict[str, list[float]]


def panel(
    chance: random.Random, planted: float, steps: int = 60, at: int = 40, drift: float = 0.0
) -> tuple[Panel, Panel]:
    """Two touched units and six that are not, with common ups and downs of their own."""
    common, level = [], 0.0
    for step in range(steps):
        level += chance.gauss(0, 0.5)
        common.append(level + 3 * math.sin(step * 2 * math.pi / 7))

    def unit() -> list[float]:
        own, before = chance.gauss(100, 10), chance.gauss(0, 1)
        found = []
        for each in common:
            before = 0.2 * before + chance.gauss(0, 1)
            found.append(own + each + 2 * before)
        return found

    touched = {f"touched {number}": unit() for number in range(2)}
    for values in touched.values():
        for step in range(steps):
            values[step] += drift * step + planted * (step >= at)
    return touched, {f"control {number}": unit() for number in range(6)}


def test_intervals_of_an_effect_hold_the_truth_and_placebos_show_none() -> None:
    chance = random.Random(4)
    inside = asked = 0
    false = []
    for _ in range(SIMULATIONS):
        found = effect(*panel(chance, 1.0), at=40)
        false.append(found.placebo_false or 0.0)
        if found.verdict != "refused":
            asked += 1
            assert found.low is not None and found.high is not None
            inside += found.low <= 1.0 <= found.high
    assert asked >= 0.85 * SIMULATIONS
    assert 0.88 <= inside / asked <= 1.0
    assert sum(false) / len(false) <= 0.09


def test_unlike_trends_before_the_change_are_refused() -> None:
    chance = random.Random(5)
    found = [effect(*panel(chance, 1.0, drift=0.15), at=40) for _ in range(20)]
    refused = [each for each in found if each.verdict == "refused"]
    assert len(refused) >= 18
    assert all(each.effect is None and each.low is None and each.why for each in refused)


def test_a_synthetic_control_finds_those_that_track() -> None:
    chance = random.Random(6)
    touched, controls = panel(chance, 8.0)
    strays = {f"stray {number}": [chance.gauss(50, 30) for _ in range(60)] for number in range(4)}
    found = effect(touched, {**controls, **strays}, at=40, method="synthetic")
    assert found.verdict == "effect" and found.low is not None and found.low <= 8.0 <= (found.high or 0)
    assert sum(weight for name, weight in found.weights.items() if name.startswith("control")) > 0.9
    assert sum(found.weights.values()) == pytest.approx(1.0, abs=1e-4)
