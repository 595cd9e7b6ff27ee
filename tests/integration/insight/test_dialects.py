"""Every metric gives the same numbers in DuckDB, in ClickHouse's engine and in PostgreSQL: as a whole, by interval and split."""

from __future__ import annotations

import importlib.util
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support import engines
from tests.unit.insight.history import MONDAY, played
from tests.unit.insight.test_metrics import the_day

from watchfloor.identity.domain import Actor, Scope
from watchfloor.insight import catalogue, rights
from watchfloor.insight.compile import Ask, groups
from watchfloor.insight.dialects.expressions import Cases, In, Name, Value
from watchfloor.insight.flatten import naive

pytestmark = pytest.mark.django_db

no_chdb = pytest.mark.skipif(
    importlib.util.find_spec("chdb") is None,
    reason="ClickHouse's engine in process is not installed (pip install --group clickhouse)",
)
ENGINES = [
    pytest.param(engines.clickhouse, marks=no_chdb, id="clickhouse"),
    pytest.param(engines.postgresql, id="postgresql"),
]
START = naive(MONDAY)
REGIONS = Cases(((In(Name("market"), ("US", "O'Brien \\ %s")), Value("Americas")),), Value("it's \\ elsewhere %"))


def shapes(day: Any, now: Any) -> dict[str, Ask]:
    span = {"start": day, "end": day + timedelta(days=2), "asof": now}
    scope = Scope(role="x", permissions=frozenset({"insight.view"}), max_severity=4, markets=frozenset({"US"}))
    allowed, values = rights.expression(Actor(kind="user", id="1", scopes=(scope,)))
    return {
        "whole": Ask(**span),
        "hours": Ask(**span, interval="hour"),
        "weeks": Ask(**span, interval="week", by=("queue",)),
        "compared": Ask(**span, shifts=(timedelta(days=1), timedelta(days=2)), by=("queue", "vendor")),
        "limited": Ask(**span, where={"queue": ("spam.en", "(none)", "it's \\ %")}, rights=allowed, rights_values=values),
        "own": Ask(**span, by=("region",), where={"region": ("Americas", "it's \\ elsewhere %")}, own={"region": REGIONS}),
    }  # fmt: skip


def same(engine: Callable[..., engines.Rows], file: Path, now: Any, day: Any = START) -> None:
    for name, ask in shapes(day, now).items():
        for group in groups(list(catalogue.metrics().values())):
            expected, found = engines.duckdb(group, ask, file), engine(group, ask, file)
            assert len(found) == len(expected), (name, group[0].key)
            for ours, theirs in zip(sorted(expected, key=repr), sorted(found, key=repr), strict=True):
                for mine, other in zip(ours, theirs, strict=True):
                    if isinstance(mine, float):
                        assert other == pytest.approx(mine), (name, [metric.key for metric in group], ours, theirs)
                    else:
                        assert other == mine, (name, ours, theirs)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_day_by_hand_is_the_same_in_every_dialect(engine: Callable[..., engines.Rows], tmp_path: Path) -> None:
    [file] = the_day().file(tmp_path)
    same(engine, Path(file), START + timedelta(days=1))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(int(os.environ.get("WATCHFLOOR_DIALECT_SEEDS", "1"))))
def test_a_history_of_chance_is_the_same_in_every_dialect(
    engine: Callable[..., engines.Rows], seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    history = played([chance.randrange(582 * 5000) for _ in range(120)])
    [file] = history.file(tmp_path)
    same(engine, Path(file), naive(history.now))
