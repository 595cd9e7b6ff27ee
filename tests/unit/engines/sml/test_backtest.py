"""A backtest reads files, keeps to its period, counts what counters count, and names what it cannot read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchfloor.engines import sml
from watchfloor.kernel.errors import NotFound

_START = datetime(2026, 3, 1, tzinfo=UTC)
_RULES = """
N: int = JsonData(path='$.n')
Who: Entity[str] = EntityJson(type='User', path='$.who')
Even = Rule(when_all=[N % 2 == 0], description='even')
Large = Rule(when_all=[N >= 6], description='large')
"""


def _files(folder: Path) -> list[Path]:
    events = [
        sml.Event(number, "post", _START + timedelta(hours=number), {"n": number if number != 3 else "x", "who": "u"})
        for number in range(8)
    ]
    made = []
    for part, name in ((events[5:], "b"), (events[:5], "a")):
        made.append(folder / f"{name}.parquet")
        sml.flatten(part).write_parquet(made[-1])
    return made


def test_counts(tmp_path: Path) -> None:
    rules = sml.compile_rules({"main.sml": _RULES})
    seen: list[tuple[int, int]] = []
    result = sml.backtest(rules, _files(tmp_path), bucket="4h", progress=lambda done, total: seen.append((done, total)))
    assert (result.events, result.hits, result.undecided) == (8, {"Even": 4, "Large": 2}, {"Even": 0, "Large": 1})
    assert result.series["Even"] == [(_START, 2), (_START + timedelta(hours=4), 2)]
    assert (result.overlap, result.alone) == ({("Even", "Large"): 1}, {"Even": 3, "Large": 1})
    assert result.samples == {"Even": [0, 2, 4, 6], "Large": [6, 7]}
    assert (result.start, result.end) == (_START, _START + timedelta(hours=7))
    assert seen == [(3, 8), (8, 8)]


def test_period_choice_and_unreadable_files(tmp_path: Path) -> None:
    rules = sml.compile_rules({"main.sml": _RULES})
    broken = tmp_path / "c.parquet"
    broken.write_bytes(b"no parquet")
    end = _START + timedelta(hours=7)
    result = sml.backtest(rules, [*_files(tmp_path), broken], start=_START, end=end, only=["Large"], samples=1)
    assert (result.hits, result.samples, result.errors) == ({"Large": 1}, {"Large": [6]}, {"c.parquet": 1})
    with pytest.raises(NotFound):
        sml.backtest(rules, [], only=["Nothing"])


def test_counters_are_replayed_in_order_of_time(tmp_path: Path) -> None:
    rules = sml.compile_rules(
        {"main.sml": _RULES + "Posts = Count(by=[Who], span='1d')\nMany = Rule(when_all=[Posts > 5], description='m')"}
    )
    result = sml.backtest(rules, _files(tmp_path), only=["Many", "Large"])
    assert result.samples == {"Large": [6, 7], "Many": [5, 6, 7]}
    assert set(result.by_rows) == {"Large", "Many"}
