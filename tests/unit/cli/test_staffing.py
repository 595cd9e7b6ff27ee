"""``watchfloor staffing`` on plain files: what it answers, and its one sentence for each mistake."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from watchfloor.cli.staffing import staffing
from watchfloor.kernel.errors import BadInput


def run(*words: object) -> Result:
    return CliRunner().invoke(staffing, list(map(str, words)), catch_exceptions=False)


def test_erlang_finds_the_fewest_agents_and_who_is_paid() -> None:
    words = ("erlang", "--rate", 200, "--aht", "3m", "--target", "80%", "--within", "20s", "--shrinkage", "30%")
    found = json.loads(run(*words, "--json").output)
    assert (found["agents"], found["paid"], found["model"]) == (14, 20, "Erlang C")
    assert "14 agents at work, 20 paid" in run(*words).output


def test_erlang_with_too_few_agents() -> None:
    with pytest.raises(BadInput, match="grows without end"):
        run("erlang", "--rate", 200, "--aht", "3m", "--agents", 9)
    assert (
        "leave unserved  21." in run("erlang", "--rate", 200, "--aht", "3m", "--agents", 9, "--patience", "1m").output
    )


def test_erlang_asks_for_one_question() -> None:
    assert run("erlang", "--rate", 200, "--aht", "3m").exit_code == 2
    assert run("erlang", "--rate", 200, "--aht", "3m", "--target", "80%").exit_code == 2
