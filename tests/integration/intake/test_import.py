"""Files: the same checks and spool as the API, bad rows beside the file, the same file twice adds nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from tests.support.intake import event, report

from watchfloor.cli.imports import import_
from watchfloor.console import prepare
from watchfloor.intake import mapping
from watchfloor.intake.models import Spooled
from watchfloor.kernel.errors import BadInput

CSV = """message_id,sender,body,category,country,views
m-1,a-1,"Win, now",spam,DE,12
m-2,a-2,Hello,nonsense,DE,
m-3,a-3,Hi,spam,Germany and so on,1
m-4,a-4,Ho,spam,BR,x
m-5,a-5
m-6,a-6,"two
lines",spam,,
"""


@pytest.fixture
def command(intake: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(prepare, "django", lambda: None)  # the tests' database is up

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(import_, [*arguments, "--json"])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return json.loads(result.stdout)

    return run


def test_csv_with_guessed_columns(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "reports.csv"
    file.write_text(CSV)
    said = command(str(file), "--set", "item.type=message")
    assert (said["rows"], said["accepted"], said["rejected"]) == (6, 2, 4)
    bodies = [json.loads(bytes(row.body)) for row in Spooled.objects.order_by("id")]
    assert bodies[0] == {
        "item": {"type": "message", "id": "m-1", "author": {"id": "a-1"}, "data": {"text": "Win, now"}},
        "reason": "spam", "market": "DE", "reach": 12,
    }  # fmt: skip
    assert bodies[1]["item"]["data"]["text"] == "two\nlines"
    with Path(said["rejected_file"]).open(newline="") as rejected:
        found = list(csv.DictReader(rejected))
    assert [(row["rejected_row"], row["rejected_where"]) for row in found] == [
        ("2", "reason"), ("3", "market"), ("4", "reach"), ("5", ""),
    ]  # fmt: skip
    assert found[0]["body"] == "Hello" and "There is no reason 'nonsense'." in found[0]["rejected_error"]

    again = command(str(file), "--set", "item.type=message")
    assert (again["accepted"], again["duplicates"]) == (2, 2)
    assert Spooled.objects.count() == 2


def test_jsonl_in_the_apis_shape(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    lines = [json.dumps(report(1)), "{oops", json.dumps(report(2, id="mine")), "7", json.dumps(report(3, id="mine"))]
    file.write_text("\n".join(lines) + "\n")
    said = command(str(file))
    assert (said["rows"], said["accepted"], said["rejected"]) == (5, 2, 3)
    rejected = [json.loads(line) for line in Path(said["rejected_file"]).read_text().splitlines()]
    assert sorted(row["row"] for row in rejected) == [2, 4, 5]
    assert set(Spooled.objects.values_list("source", flat=True)) == {"import"}


def test_parquet_events_with_a_mapping(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "events.parquet"
    good = event(1)
    pl.DataFrame({"n": [1, 2], "what": ["post.created", "bad name!"], "t": ["hi", "ho"]}).write_parquet(file)
    arguments = [
        "--kind",
        "event",
        "--map",
        "item.id=n",
        "--map",
        "name=what",
        "--map",
        "item.data.text=t",
        "--set",
        "item.type=post",
    ]
    assert command(str(file), *arguments, "--dry-run")["accepted"] == 1
    assert Spooled.objects.count() == 0
    said = command(str(file), *arguments)
    assert (said["accepted"], said["rejected"]) == (1, 1)
    body = json.loads(bytes(Spooled.objects.get().body))
    assert body == {"name": good["name"], "item": {"type": "post", "id": "1", "data": {"text": "hi"}}}


def test_what_cannot_be_mapped_is_said(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match=r"item.type and which is item.id and which is reason"):
        command(str(file))
    with pytest.raises(BadInput, match="no column 'c'"):
        command(str(file), "--map", "item.id=c")
    with pytest.raises(BadInput, match=r"no field 'item.x'"):
        command(str(file), "--map", "item.x=a")


def test_columns_are_guessed_once_each() -> None:
    found = mapping.guess(["Message ID", "timestamp", "text", "Reporter", "lang", "type"], "report")
    assert found == {
        "item.id": "Message ID", "item.type": "type", "reporter.id": "Reporter", "language": "lang",
        "reported_at": "timestamp", "item.data.text": "text",
    }  # fmt: skip
