"""The lake: what rules read as typed columns, small files into one, and what must be forgotten is gone."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from watchfloor.detection import lakes
from watchfloor.engines import sml
from watchfloor.intake import lake, lake_care
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def row(number: int, data: dict[str, Any], *, minutes: int = 0, author: str = "ann", item: str = "") -> lake.Row:
    at = NOON + timedelta(minutes=minutes)
    name = item or f"m{number}"
    whole = {
        "item": {"type": "message", "id": name, "data": data},
        "author": {"type": "account", "id": author},
        "event": {"app": "a"},
    }
    return lake.Row(
        event=sml.Event(number, "message_posted", at, whole), id=f"evt_{number:026}", source="test", item_type="message",
        item_id=name, item_version="v", market="US", language="en", received_at=at,
    )  # fmt: skip


def test_types_differ_between_files_and_nothing_is_read_wrongly(tmp_path: Path) -> None:
    lake.write([row(1, {"text": "a", "tags": ["x"]}), row(2, {"text": "b", "odd key": True})], tmp_path)
    lake.write([row(3, {"text": 7, "tags": []}, minutes=61)], tmp_path)
    lake.write([row(4, {"text": "c", "n": 3}, minutes=125), row(5, {"text": "d", "n": "x"}, minutes=125)], tmp_path)
    found = lakes.frames(root=tmp_path).collect().sort("action_id")
    # text is a number in one hour, n mixed within one: where there is no value, the row says that data has one.
    assert found["$.item.data.tags"].to_list() == [["x"], None, [], None, None]
    assert found["$.item.data['odd key']"].to_list() == [None, True, None, None, None]
    assert found["$.item.data.text"].to_list() == ["a", "b", None, "c", "d"]
    named = [each.to_list() if each is not None else [] for each in found["untyped"]]
    assert (
        "$.item.data.text" in named[2] and "$.item.data.n" in [*named[3], *named[4]] and not named[0] and not named[1]
    )
    assert [msgspec.json.decode(text)["item"]["data"]["text"] for text in found["data"]] == ["a", "b", 7, "c", "d"]
    assert lakes.untyped(lakes.files(root=tmp_path)) == {"$.item.data.text", "$.item.data.n"}
    first = lakes.frames(NOON, NOON + timedelta(hours=1), root=tmp_path).collect()
    assert sorted(first["$.item.data.text"].to_list()) == ["a", "b"]


def test_a_span_reads_its_hours_only(tmp_path: Path) -> None:
    lake.write([row(number, {"text": "a"}, minutes=number * 20) for number in range(9)], tmp_path)
    files = lakes.files(NOON + timedelta(minutes=60), NOON + timedelta(minutes=120), root=tmp_path)
    assert [each.rows for each in files] == [3]
    span = lakes.frames(NOON + timedelta(minutes=20), NOON + timedelta(minutes=120), root=tmp_path).collect()
    assert sorted(span["action_id"]) == [1, 2, 3, 4, 5]  # the end is exclusive
    assert len(lakes.frames(NOON - timedelta(days=2), NOON, root=tmp_path).collect()) == 0


def test_compaction_keeps_every_row_once_whenever_it_stops(tmp_path: Path) -> None:
    for number in range(5):
        lake.write([row(number, {"text": "a"}), row(number + 100, {"text": "b", "k": number})], tmp_path)
    lake.write([row(0, {"text": "a"})], tmp_path)  # written again after a crash
    before = [each.path for each in lakes.files(root=tmp_path)]
    with clock.at(NOON + timedelta(days=1)):
        assert lake_care.compact(root=tmp_path) == 1
        assert lake_care.compact(root=tmp_path) == 0
    assert all(path.exists() for path in before)  # queries under way may still read them
    [merged] = lakes.files(root=tmp_path)
    assert merged.rows == 10
    assert lake_care.sweep(root=tmp_path) == 0
    old = merged.path.stat().st_mtime - 1_000
    os.utime(merged.path, (old, old))
    assert lake_care.sweep(root=tmp_path) == 6
    assert lakes.frames(root=tmp_path).collect()["$.item.data.k"].drop_nulls().sort().to_list() == [0, 1, 2, 3, 4]


def test_what_was_replaced_twice_never_comes_back(tmp_path: Path) -> None:
    def compacted() -> Path:
        with clock.at(NOON + timedelta(days=1)):
            assert lake_care.compact(root=tmp_path) == 1
        [merged] = lakes.files(root=tmp_path)
        old = merged.path.stat().st_mtime - 1_000
        os.utime(merged.path, (old, old))  # no query can still be reading what it replaced
        return merged.path

    for number in (1, 2):
        lake.write([row(number, {"text": "a"})], tmp_path)
    once = compacted()
    lake.write([row(3, {"text": "a"})], tmp_path)
    twice = compacted()
    assert once.exists() and once != twice
    assert lake_care.sweep(root=tmp_path) == 4
    assert [each.path for each in lakes.files(root=tmp_path)] == [twice]
    assert sorted(lakes.frames(root=tmp_path).collect()["action_id"]) == [1, 2, 3]


def test_compaction_of_files_that_disagree_says_what_it_cannot_type(tmp_path: Path) -> None:
    lake.write([row(1, {"text": "a"})], tmp_path)
    lake.write([row(2, {"text": 2})], tmp_path)
    with clock.at(NOON + timedelta(days=1)):
        lake_care.compact(root=tmp_path)
    [merged] = lakes.files(root=tmp_path)
    assert merged.untyped == {"$.item.data.text"}
    found = lakes.frames(root=tmp_path).collect().sort("action_id")
    known = [value if value is not None else msgspec.json.decode(data)["item"]["data"]["text"]
             for value, data in found.select("$.item.data.text", "data").rows()]  # fmt: skip
    assert known == ["a", 2]


def test_what_is_erased_is_in_no_file(tmp_path: Path) -> None:
    lake.write(
        [row(1, {"text": "keep"}), row(2, {"text": "person"}, author="bob"), row(3, {"text": "item"}, item="gone")],
        tmp_path,
    )
    lake.write([row(4, {"text": "person"}, author="bob", minutes=70)], tmp_path)
    lake.write([row(5, {"text": "keep"})], tmp_path)
    with clock.at(NOON + timedelta(days=1)):
        lake_care.compact(root=tmp_path)  # leaves the replaced files for a while
    assert lake_care.erase(items=[("message", "gone")], persons=["bob"], root=tmp_path) == 3
    left = pl.concat(
        [pl.read_parquet(path, hive_partitioning=False) for path in tmp_path.rglob("*.parquet")], how="diagonal"
    )
    assert sorted(left["action_id"]) == [1, 5]
    assert lake_care.erase(persons=["bob"], root=tmp_path) == 0


def test_retention(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.write([row(1, {"text": "old"}), row(2, {"text": "new"}, minutes=60 * 24 * 9)], tmp_path)
    monkeypatch.setenv(lake_care.KEEP_DAYS, "5")
    with clock.at(NOON + timedelta(days=10)):
        assert lake_care.sweep(root=tmp_path) == 1
    assert lakes.frames(root=tmp_path).collect()["action_id"].to_list() == [2]
    monkeypatch.setenv(lake_care.KEEP_DAYS, "some")
    with pytest.raises(BadInput):
        lake_care.sweep(root=tmp_path)
