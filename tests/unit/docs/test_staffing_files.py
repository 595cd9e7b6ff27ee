"""The examples of the page on files of staffing do what the page says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.docs.conftest import ROOT

from watchfloor.cli.staffing import staffing

pytest.importorskip("highspy")


def run(*words: object) -> str:
    result = CliRunner().invoke(staffing, list(map(str, words)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_every_example_runs(tmp_path: Path) -> None:
    page = (ROOT / "docs/reference/staffing-files.md").read_text("utf-8")
    files = {}
    examples = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    for name, text in zip(("backlog", "floor", "what-if", "rates", "week", "day"), examples, strict=True):
        files[name] = tmp_path / f"{name}.json"
        files[name].write_text(text, encoding="utf-8")
    result = json.loads(run("backlog", files["backlog"], "--json"))
    assert [each["meets"] for each in result["classes"]] == [True, True]
    run("backlog", files["backlog"], "--need", "flat")
    words = ("--plain", "--replications", 2, "--against", files["what-if"], "--rates", files["rates"], "--json")
    told = json.loads(run("simulate", files["floor"], *words))
    assert told["money"]["against"]["money"].keys() == {"EUR", "PHP"}
    assert told["money"]["against"]["unpriced"]["value"] == told["against"]["teams"][2]["paid_hours"]["value"]  # relief
    assert told["scenario"]["automated"]["value"] > 0 and told["scenario"]["queues"][1]["abandoned"]["value"] >= 0
    assert [each["name"] for each in told["against"]["queues"]] == ["hate.de", "live", "spam", "hate.at"]
    roster = tmp_path / "roster.json"
    run("roster", files["week"], "--out", roster)
    run("roster", files["week"], "--check", roster)
    assert "people change" in run("roster", files["week"], "--replan", roster, "--day", files["day"])
