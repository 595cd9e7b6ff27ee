"""``watchfloor insight topics`` on plain files: what it prints, and errors in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from watchfloor.cli.insight import insight
from watchfloor.kernel.errors import BadInput

END = datetime(2026, 5, 20, tzinfo=UTC)


def rows() -> list[dict[str, str]]:
    found = [
        {
            "note": f"word{n} thing{n * 7 % 90} other{n * 13 % 80}",
            "at": (END - timedelta(hours=2 * n)).isoformat(),
            "market": "DE",
        }
        for n in range(120)
    ]
    found += [
        {
            "note": f"toll road text asks number{n} for card",
            "at": (END - timedelta(hours=n)).isoformat(),
            "market": "FR",
        }
        for n in range(9)
    ]
    return found


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_new_topic_comes_first_with_its_words(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"reports{suffix}"
    frame = pl.DataFrame(rows())
    (frame.write_csv if suffix == ".csv" else frame.write_ndjson)(path)
    result = CliRunner().invoke(
        insight,
        ["topics", str(path), "--text", "note", "--time", "at", "--by", "market", "--json"],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    first = found["topics"][0]
    assert found["texts"] == 129 and (first["kind"], first["texts"], first["now"]) == ("new", 9, 9)
    assert "toll" in first["words"] and "toll road" in first["examples"][0]
    plain = CliRunner().invoke(insight, ["topics", str(path), "--text", "note"], catch_exceptions=False)
    assert "toll" in plain.output and "new" not in plain.output  # without times nothing is new


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("note,at\nhello there,yesterday\n")
    with pytest.raises(BadInput, match="is no moment"):
        CliRunner().invoke(insight, ["topics", str(path), "--text", "note", "--time", "at"], catch_exceptions=False)
    with pytest.raises(BadInput, match="no column"):
        CliRunner().invoke(insight, ["topics", str(path), "--text", "words"], catch_exceptions=False)
