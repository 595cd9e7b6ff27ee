"""The routing table as a function, as columns and tried rule by rule: one answer, whatever the rules and the cases."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.routing import LISTS, NO_RULE, NUMBERS, TEXT, Facts, compile_rules, explain, routed
from watchfloor.engines.routing.replay import replay

WORDS = ("", "a", "b", "c")
SIGNALS = ("rule:A", "rule:B", "model:C")
RANGES = {"severity": (0, 5), "reach": (0, 30), "reports": (0, 9), "hour": (0, 23), "weekday": (1, 7)}
NAMES = [*TEXT[:5], "kind", "severity", "reach", "reports", "hour", "weekday", "signals"]


def members(values: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    return st.lists(values, min_size=1, max_size=3, unique=True)


@st.composite
def condition(draw: st.DrawFn, key: str) -> object:
    if key in NUMBERS:
        low, high = RANGES[key]
        number = st.integers(low, high)
        shape = draw(st.sampled_from(("list", "not", "range", "min")))
        if shape == "range":
            ends = [draw(number), draw(number)]
            if key not in ("hour", "weekday"):
                ends.sort()
            return {"min": ends[0], "max": ends[1]}
        if shape == "min":
            return {"min": draw(number)}
        values = draw(members(number))
        return {"not": values} if shape == "not" else values
    values = draw(members(st.sampled_from(SIGNALS if key in LISTS else WORDS)))
    return {"not": values} if draw(st.booleans()) else values


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, object]]:
    rules = []
    for number in range(draw(st.integers(0, 24))):
        keys = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
        rule: dict[str, object] = {
            "name": f"r{number}", "queue": f"q{draw(st.integers(0, 4))}", "when": {key: draw(condition(key)) for key in keys},
        }  # fmt: skip
        if draw(st.integers(0, 9)) == 0:
            rule["off"] = True
        rules.append(rule)
    return rules


word = st.sampled_from(WORDS)
facts = st.builds(
    Facts, policy=word, harm_group=word, market=word, language=word, channel=word, kind=word,
    signals=st.lists(st.sampled_from(SIGNALS), unique=True, max_size=3).map(tuple),
    **{key: st.integers(low, high) for key, (low, high) in RANGES.items()},
)  # fmt: skip


@settings(max_examples=60)
@given(tables(), st.lists(facts, max_size=12))
def test_function_columns_and_explanation_agree(rules: list[dict[str, object]], past: list[Facts]) -> None:
    route = compile_rules(rules, otherwise="z")
    rows = [msgspec.to_builtins(each) for each in past]
    schema = {
        **dict.fromkeys(TEXT, pl.String),
        **dict.fromkeys(NUMBERS, pl.Int64),
        **dict.fromkeys(LISTS, pl.List(pl.String)),
    }
    found = routed(pl.DataFrame(rows, schema=schema), rules, otherwise="z")
    for place, each in enumerate(past):
        answer = route(each)
        assert (answer.rule, answer.queue) == tuple(found.row(place))
        first = next((tried for tried in explain(rules, each) if not tried.fails and not tried.off), None)
        assert answer.rule == (first.name if first else NO_RULE)


START = datetime(2026, 3, 2)  # noqa: DTZ001
moment = st.integers(0, 47 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(moment, st.integers(1, 600)), max_size=30), st.lists(st.integers(0, 4), min_size=48, max_size=48)
)
def test_the_replay_is_a_queue_worked_off_in_order(jobs: list[tuple[datetime, int]], able: list[int]) -> None:
    """Against a simulation that takes one job at a time, hour by hour."""
    start, end = START, START + timedelta(days=2)
    arrived = [at for at, _ in jobs]
    due = [at + timedelta(minutes=allowed) for at, allowed in jobs]
    found = replay(
        pl.Series(arrived, dtype=pl.Datetime("us")), pl.Series(due, dtype=pl.Datetime("us")),
        pl.Series(able, dtype=pl.Float64), start, end,
    )  # fmt: skip
    waiting = sorted(zip(arrived, due, strict=True), key=lambda job: job[0])
    solved = []
    for hour, most in enumerate(able):
        begin = start + timedelta(hours=hour)
        for place in range(most):
            if not waiting or waiting[0][0] >= begin + timedelta(hours=1):
                break
            at, by = waiting.pop(0)
            solved.append((at, by, max(at, begin + timedelta(hours=1) * (place + 1) / most)))
    left = [(at, by, end) for at, by in waiting]
    assert (found.jobs, found.left) == (len(jobs), len(left))
    ages = [(until - at) / timedelta(milliseconds=1) for at, _by, until in solved + left]
    assert abs(found.aas_ms - (sum(ages) / len(ages) if ages else 0)) < 2
    late = sum(until - by > timedelta(milliseconds=1) for _at, by, until in solved + left)
    edge = sum(abs(until - by) <= timedelta(milliseconds=1) for _at, by, until in solved + left)
    assert late <= found.breaches <= late + edge
