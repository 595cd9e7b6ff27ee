"""``watchfloor campaigns``: what it prints, what it writes, which rows it leaves out, and errors in one sentence."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from tests.support.rings import planted

from watchfloor.cli.campaign_rows import seconds_of, span_of
from watchfloor.cli.campaigns import campaigns
from watchfloor.kernel.errors import BadInput

POSTS = """id,body,who,at,fp
p1,"Cheap replica watches, fast delivery to your door from our shop",ann,2026-01-01T00:00:00Z,
p2,"CHEAP replica watches: fast delivery to your door from our shop!",ben,1767225660,d1
p3,Ask me about the garden show next spring,cem,1767225720000,d1
p3,The committee agreed on its minutes on Tuesday,dan,noon,
p5,,eve,1767225720,
p6,"Сheap reрlica wаtches, fast delivery to your door from our shop",fay,2026-01-01 00:05,
"""


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(campaigns, [str(each) for each in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_cluster_says_what_belongs_together_and_names_bad_rows(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text(POSTS, encoding="utf-8")
    given = [file, "--text", "body", "--account", "who", "--time", "at", "--id", "id", "--entity", "device=fp"]
    code, out, err = run("cluster", *given, "--out", tmp_path / "made", "--json")
    made = json.loads(out)
    assert code == 0 and made["texts"] == 5 and made["left_out"] == 3
    (campaign,) = made["campaigns"]
    assert (campaign["id"], campaign["texts"], campaign["accounts"]) == ("p1", ["p1", "p2", "p3", "p6"], 4)
    assert campaign["first"] == 1767225600 and campaign["last"] == 1767225900
    assert [(key["kind"], key["value"]) for key in campaign["keys"]] == [("device", "d1")]
    assert {edge["kind"] for edge in made["edges"]} == {"same", "device"}
    assert "posts.csv:6: left out: has no text" in err and "'noon' is no time" in err and "'p3' was there before" in err
    with (tmp_path / "made/members.csv").open(encoding="utf-8") as stream:
        assert [row["text"] for row in csv.DictReader(stream)] == campaign["texts"]
    code, out, _ = run("cluster", *given)
    assert "1 campaign with 4 of 5 texts." in out and "device d1" in out and "2026-01-01 00:00:00" in out


def test_cluster_reads_json_lines_and_parquet_alike(tmp_path: Path) -> None:
    rows = [{"body": f"Cheap replica watches, fast delivery to your door {number}"} for number in range(3)]
    lines, table = tmp_path / "posts.jsonl", tmp_path / "posts.parquet"
    lines.write_text("\n".join([*map(json.dumps, rows), "{broken", "[1]"]) + "\n")
    pl.DataFrame(rows).write_parquet(table)
    found = []
    for file in (lines, table):
        _, out, err = run("cluster", file, "--text", "body", "--json")
        found.append([each["size"] for each in json.loads(out)["campaigns"]])
        assert ("posts.jsonl:4: left out: is no JSON" in err) == (file is lines)
    assert found == [[3], [3]]


def test_coordinate_finds_a_ring_and_writes_its_ties(tmp_path: Path) -> None:
    made = planted(3_000, rings=1, size=5, objects=12, accounts=600, things=300)
    file = tmp_path / "acts.csv"
    made.frame.write_csv(file)
    with file.open("a") as stream:
        stream.write("x,,7\ny,o1,whenever\n")
    given = [file, "--account", "account", "--object", "object", "--time", "time"]
    code, out, err = run("coordinate", *given, "--out", tmp_path / "made", "--json")
    found = json.loads(out)
    assert code == 0 and [set(ring["accounts"]) for ring in found["rings"]] == [set(made.rings[0])]
    assert found["left_out_rows"] == 2
    last = len(made.frame) + 2
    assert f"acts.csv:{last}: left out: has no account or object" in err
    assert f"acts.csv:{last + 1}: left out: 'whenever' is no time" in err
    assert len((tmp_path / "made/ties.csv").read_text().splitlines()) == 11
    _, out, _ = run("coordinate", *given, "--window", "60s", "--window", "5m", "--json")
    assert [(each["window"], each["fdr"]) for each in json.loads(out)["windows"]] == [(60, 0.005), (300, 0.005)]
    code, out, _ = run("coordinate", *given, "--window", "0.001s")
    assert "Nobody acts together beyond chance." in out


def test_what_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("body\n\n")
    with pytest.raises(BadInput, match="No row"):
        run("cluster", file, "--text", "body")
    with pytest.raises(BadInput, match="no column 'text'"):
        run("cluster", file, "--text", "text")
    with pytest.raises(BadInput, match="no column 'who'"):
        run("coordinate", file, "--account", "who", "--object", "body", "--time", "body")
    with pytest.raises(BadInput, match="cannot be read"):
        run("coordinate", tmp_path / "none.csv", "--account", "a", "--object", "b", "--time", "c")
    with pytest.raises(BadInput, match="is no cap"):
        run("cluster", file, "--text", "body", "--cap", "domain")


def test_times_and_spans_as_people_write_them() -> None:
    assert seconds_of("2026-01-01T00:00:00Z") == seconds_of("2026-01-01 00:00") == 1767225600
    assert seconds_of("1767225600") == seconds_of("1767225600000") == seconds_of("1767225600000000") == 1767225600
    assert seconds_of("nan") is None and seconds_of("soon") is None
    assert [span_of(each) for each in ("60s", "5m", "1.5 h", "250ms", "90")] == [60, 300, 5400, 0.25, 90]
    with pytest.raises(BadInput, match="no span"):
        span_of("a while")
