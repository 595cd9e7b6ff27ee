"""Events are learnt and counted on; a whole and its parts add up and lean on the surer ones."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.metrics import forecast, forecast_tree
from watchfloor.engines.metrics.coherent import reconciled
from watchfloor.kernel.errors import BadInput


def with_holidays(seed: int, days: int = 140, ahead: int = 7) -> tuple[list[float], dict[str, list[float]]]:
    """Volume with a week; every holiday it falls to 37 %, and the fourth day ahead is one."""
    chance = random.Random(seed)
    days_off = [float((day % 31 == 20 and day < days) or day == days + 3) for day in range(days + ahead)]
    values = [
        (200 + 60 * math.sin(day * 2 * math.pi / 7)) * math.exp(chance.gauss(0, 0.05) - off)
        for day, off in enumerate(days_off)
    ]
    return values, {"holiday": days_off}


def test_a_known_holiday_is_counted_on() -> None:
    for seed in range(3):
        values, events = with_holidays(seed)
        known = forecast(values[:140], horizon=7, season=7, origins=0, events=events)
        blind = forecast(values[:140], horizon=7, season=7, origins=0)
        assert known.ahead[3].low <= values[143] <= known.ahead[3].high
        assert abs(known.ahead[3].value - values[143]) < abs(blind.ahead[3].value - values[143]) / 3
        (effect,) = known.events
        assert effect.times and effect.low <= math.exp(-1) * 1.05 and effect.high >= math.exp(-1) * 0.95


def test_an_event_without_effect_is_drawn_to_none() -> None:
    values, events = with_holidays(1)
    idle = {"idle": [float(day % 29 == 10) for day in range(147)]}
    calm = [value for value, off in zip(values, events["holiday"], strict=True) if not off][:135]
    (effect,) = forecast(calm, horizon=7, origins=0, events=idle).events
    assert effect.low < (1.0 if effect.times else 0.0) < effect.high


def test_what_is_no_event_is_refused() -> None:
    values, events = with_holidays(1)
    with pytest.raises(BadInput, match="147"):
        forecast(values[:140], horizon=7, season=7, events={"holiday": events["holiday"][:146]})
    with pytest.raises(BadInput, match="finite"):
        forecast(values[:140], horizon=7, season=7, events={"holiday": [math.nan] * 147})


SAID = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")),
    st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6)),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(SAID, st.randoms(use_true_random=False))
def test_reconciled_numbers_add_up_and_are_the_nearest_that_do(
    leaves: dict[tuple[str, str], tuple[float, float]], chance: random.Random
) -> None:
    said: dict[tuple[str, ...], float] = {path: value for path, (value, _) in leaves.items()}
    variance: dict[tuple[str, ...], float] = {path: each for path, (_, each) in leaves.items()}
    for above in {path[:1] for path in leaves} | {()}:
        said[above], variance[above] = chance.uniform(-1e6, 1e6), chance.uniform(1e-3, 1e6)
    found = reconciled(said, variance)

    def total(numbers: dict[tuple[str, ...], float], above: tuple[str, ...]) -> float:
        return math.fsum(numbers[path] for path in leaves if path[: len(above)] == above)

    def far(numbers: dict[tuple[str, ...], float]) -> float:
        return math.fsum((numbers[path] - said[path]) ** 2 / variance[path] for path in said)

    for above in said:
        assert found[above] == pytest.approx(total(found, above), rel=1e-9, abs=1e-6)
    for path in leaves:  # the oracle: no step away from it comes nearer
        for step in (-1.0, 1.0):
            other = {each: value + step * (path[: len(each)] == each) for each, value in found.items()}
            assert far(other) >= far(found) * (1 - 1e-9) - 1e-6


def test_a_tree_adds_up_and_earns_its_keep() -> None:
    chance = random.Random(3)
    leaves = {
        (market, policy): [
            max(0.0, chance.gauss(size * (1 + 0.3 * math.sin(day * 2 * math.pi / 7)), size / 8)) for day in range(80)
        ]
        for market, size in (("de", 90.0), ("fr", 40.0))
        for policy in ("hate", "spam")
    }
    found = forecast_tree(leaves, horizon=7, season=7, origins=2)
    by_path = {each.path: each.ahead for each in found.branches}
    for step in range(7):
        for market in ("de", "fr"):
            parts = sum(by_path[market, policy][step].value for policy in ("hate", "spam"))
            assert by_path[(market,)][step].value == pytest.approx(parts, rel=1e-9)
        assert by_path[()][step].value == pytest.approx(
            by_path[("de",)][step].value + by_path[("fr",)][step].value, rel=1e-9
        )
    assert found.backtest is not None and found.backtest.ratio < 1
    with pytest.raises(BadInput):
        forecast_tree({("de",): [1.0] * 80, ("de", "spam"): [1.0] * 80}, horizon=7)
