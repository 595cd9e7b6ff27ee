"""Figures of an exam from a plain file, without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchfloor.cli.training import training
from watchfloor.kernel.errors import BadInput


def test_figures_of_a_plain_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    lines = [f"p{score},q{n},{int(n < score)}" for score in range(5) for n in range(4)]
    file.write_text("person,item,right\n" + "\n".join(lines) + "\n")
    told = CliRunner().invoke(training, ["analyse", str(file), "--json"])
    found = json.loads(told.output)
    assert (found["sittings"], found["items"][0]["item"], found["items"][0]["p"]) == (5, "q3", 0.2)
    assert found["forms"][0]["kr20"] == pytest.approx(0.8)
    assert "KR-20 0.80 over 5 sittings" in CliRunner().invoke(training, ["analyse", str(file)]).output


@pytest.mark.parametrize(
    ("text", "code"),
    [("person,item\na,b\n", "missing_column"), ("person,item,right\na,b,yes\n", "bad_answer"), ("person,item,right\n", "no_answers")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text)
    found = CliRunner().invoke(training, ["analyse", str(file)])
    assert isinstance(found.exception, BadInput)
    assert found.exception.code == code
