"""A backtest dealt out to workers gives the numbers of the local one, and refuses what would not."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from watchfloor.engines import sml
from watchfloor.engines.sml.columns import flatten
from watchfloor.engines.sml.columns.replay import parts
from watchfloor.engines.sml.columns.tally import Tally
from watchfloor.engines.sml.distributed import backtest_on_ray, count_files
from watchfloor.kernel.errors import BadInput, MissingExtra

RULES = {
    "main.sml": """
Text: str = JsonData(path='$.text')
Age: int = JsonData(path='$.age')
Prize = Rule(when_all=[RegexMatch(pattern=r'prize|lottery', target=Text)], description='prize')
Young = Rule(when_all=[Age < 3], description='young')
Both = Rule(when_all=[Prize, Young], description='both')
Odd = Rule(when_all=[StringLength(s=Text) % 7 == 3], description='odd length')
WhenRules(rules_any=[Prize, Young, Both, Odd], then=[DeclareVerdict(verdict='reject')])
"""
}
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Six files of unlike size; some ages are texts, some are missing."""
    found = []
    number = 0
    for place in range(6):
        events = []
        for _ in range(40 + 60 * place):
            number += 1
            data: dict[str, Any] = {"text": ("win a prize " if number % 5 == 0 else "hello ") * (1 + number % 4)}
            if number % 11:
                data["age"] = number % 9 if number % 13 else "unknown"
            events.append(sml.Event(number, "post", START + timedelta(minutes=7 * number), data))
        path = tmp_path / f"{place}.parquet"
        flatten(events).write_parquet(path)
        found.append(path)
    return found


def same(one: sml.Backtest, other: sml.Backtest) -> bool:
    """Byte for byte, but for the time it took."""
    return _bytes(one) == _bytes(other)


def _bytes(result: sml.Backtest) -> bytes:
    plain = msgspec.structs.asdict(msgspec.structs.replace(result, seconds=0.0))
    plain["overlap"] = {" ".join(pair): count for pair, count in result.overlap.items()}
    return msgspec.json.encode(plain)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_counts_made_in_parts_add_up_to_the_local_ones(files: list[Path], workers: int) -> None:
    local = sml.backtest(sml.compile_rules(RULES), files, samples=7)
    assert local.hits["Prize"] and local.undecided["Young"]
    total = Tally(tuple(local.hits), 7)
    for share in reversed(list(parts(files, workers))):
        total.add(count_files(RULES, {}, {"samples": 7}, None, None, share))
    assert same(total.finished(0.0), local)


def test_rules_that_count_are_refused_by_name() -> None:
    rules = {"main.sml": "User: str = JsonData(path='$.user')\nPosts = Count(by=[User], span='1h')\n"
             "Many = Rule(when_all=[Posts > 3], description='many')\n"
             "WhenRules(rules_any=[Many], then=[DeclareVerdict(verdict='reject')])\n"}  # fmt: skip
    with pytest.raises(BadInput, match=r"count over events \(Posts\)"):
        backtest_on_ray(rules, [])


def test_without_ray_the_answer_is_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] == "ray":
            raise ImportError(name)
        return ordinary(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtra) as caught:
        backtest_on_ray(RULES, [])
    assert caught.value.hint == 'pip install "watchfloor[compute]"'


@pytest.fixture
def ray_here() -> Iterator[None]:
    """Two local workers, ended afterwards."""
    ray = pytest.importorskip("ray", reason='Ray is not installed: pip install "watchfloor[compute]"')
    pytest.importorskip("ray.data", reason='Ray Data is not installed: pip install "watchfloor[compute]"')
    source = str(Path(__file__).parents[4] / "src")
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False,
        runtime_env={"env_vars": {"PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])}},
    )  # fmt: skip
    yield
    ray.shutdown()


@pytest.mark.slow
def test_two_ray_workers_give_the_same_bytes(ray_here: None, files: list[Path]) -> None:
    local = sml.backtest(sml.compile_rules(RULES), files, bucket="1h", samples=5, only=["Prize", "Young", "Odd"])
    found = backtest_on_ray(RULES, files, workers=2, bucket="1h", samples=5, only=["Prize", "Young", "Odd"])
    assert same(found, local)
