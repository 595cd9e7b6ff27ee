"""The metrics engine as commands: shapes of the answers on plain files, errors in one sentence."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from benchmarks._leaves import planted
from click.testing import CliRunner

from watchfloor.cli.insight import insight
from watchfloor.kernel.errors import BadInput


def run(*args: str | Path) -> Any:
    result = CliRunner().invoke(insight, [str(each) for each in args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_locate_reads_any_table(tmp_path: Path, suffix: str) -> None:
    table, true = planted([6, 5, 8], 41, 1, severity=0.7)
    table = table.with_columns(pl.col("a", "b", "c").cast(pl.String))
    path = tmp_path / f"leaves{suffix}"
    {".csv": table.write_csv, ".parquet": table.write_parquet, ".jsonl": table.write_ndjson}[suffix](path)
    found = run("locate", path, "--real", "real", "--forecast", "predict")
    assert found["verdict"] == "localised" and found["causes"] == true and found["p"] < 0.05


def test_locate_a_ratio(tmp_path: Path) -> None:
    rows = [
        {
            "market": f"m{market}",
            "policy": f"p{policy}",
            "f": 90.0 if market == 2 else 20.0,
            "n": 400,
            "f0": 20,
            "n0": 400,
        }
        for market in range(5)
        for policy in range(4)
    ]
    path = tmp_path / "ratio.csv"
    pl.DataFrame(rows).write_csv(path)
    names = ("--real-num", "f", "--real-den", "n", "--forecast-num", "f0", "--forecast-den", "n0")
    found = run("locate", path, *names)
    assert found["causes"] == [{"market": "m2"}] and found["evidence"][0]["real"] == pytest.approx(0.225)


def test_detect_prints_a_line_for_each_row(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    values = [10 + math.sin(step) for step in range(200)] + [80.0, 80.0]
    pl.DataFrame({"timestamp": [f"2026-01-01 {step:05}" for step in range(202)], "value": values}).write_csv(path)
    result = CliRunner().invoke(insight, ["detect", str(path)], catch_exceptions=False)
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert len(lines) == 202 and lines[-2]["alarm"] and lines[-2]["kind"] == "spike"
    assert not lines[150]["alarm"] and not lines[-1]["alarm"]  # told once


def test_detect_watches_slices(tmp_path: Path) -> None:
    rows = [
        {
            "day": f"2026-{1 + day // 28:02}-{1 + day % 28:02}",
            "market": market,
            "count": 400 if (day, market) == (56, "de") else 50 + day % 7,
        }
        for day in range(57)
        for market in ("de", "fr")
        if day // 28 < 3
    ]
    path = tmp_path / "slices.csv"
    pl.DataFrame(rows).write_csv(path)
    found = run("detect", path, "--time", "day", "--value", "count", "--by", "market", "--json")
    assert {each["where"]["market"]: each["alarm"] for each in found} == {"de": True, "fr": False}


def test_decompose_each_dimension_and_chain(tmp_path: Path) -> None:
    path = tmp_path / "ratio.csv"
    path.write_text("market,vendor,f0,n0,f1,n1\nde,a,50,500,160,800\nfr,b,150,500,60,200\n")
    names = ("--before-num", "f0", "--before-den", "n0", "--after-num", "f1", "--after-den", "n1")
    found = run("decompose", path, *names)
    assert [each["by"] for each in found] == [["market"], ["vendor"], ["market", "vendor"]]
    assert found[0]["rate"] + found[0]["mix"] == pytest.approx(found[0]["change"])
    path.write_text("incoming_before,incoming_after,aht_before,aht_after\n100,200,0.5,0.5\n")
    assert run("decompose", path, "--factor", "incoming", "--factor", "aht")["parts"]["incoming"] == pytest.approx(50)


def test_forecast_and_effect(tmp_path: Path) -> None:
    path = tmp_path / "daily.csv"
    values = [100 + 20 * (day % 7) + (day * 37 % 11) for day in range(90)]
    pl.DataFrame({"timestamp": range(90), "value": values}).write_csv(path)
    found = run("forecast", path, "--horizon", "7", "--season", "7")
    assert len(found["ahead"]) == 7 and found["backtest"]["coverage"] > 0.5
    rows = [
        {
            "timestamp": f"{day:03}",
            "unit": unit,
            "value": day * 31 % 13 + day * step % 5 + (20 if unit == "de" and day >= 40 else 0),
        }
        for day in range(60)
        for step, unit in enumerate(("de", "fr", "jp", "br"), 2)
    ]
    pl.DataFrame(rows).write_csv(path)
    said = run("effect", path, "--touched", "de", "--at", "040")
    assert said["verdict"] == "effect" and said["low"] < 20 < said["high"]


def test_a_missing_column_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "leaves.csv"
    path.write_text("market,real\nde,1\n")
    with pytest.raises(BadInput, match="no column 'forecast'"):
        CliRunner().invoke(
            insight, ["locate", str(path), "--real", "real", "--forecast", "forecast"], catch_exceptions=False
        )


def test_forecast_of_parts_with_events_and_holidays(tmp_path: Path) -> None:
    path = tmp_path / "parts.csv"
    rows = [
        {
            "timestamp": str(date(2026, 1, 1) + timedelta(day)),
            "market": market,
            "policy": policy,
            "value": None if day >= 84 else 50 + 9 * (day % 7) + (day * size % 5) + 40 * (day % 20 == 8),
            "promotion": float(day % 20 == 8),
        }
        for day in range(91)
        for size, market in ((3, "de"), (7, "fr"))
        for policy in ("hate", "spam")
    ]
    pl.DataFrame(rows).write_csv(path)
    given = ("--horizon", "7", "--event", "promotion", "--by", "market")
    found = {tuple(each["path"]): each["ahead"] for each in run("forecast", path, *given, "--by", "policy")["branches"]}
    assert found[()][4]["value"] == pytest.approx(found["de",][4]["value"] + found["fr",][4]["value"])
    assert found[()][4]["value"] > found[()][3]["value"] + 100  # 84 + 4 is a day of the promotion
    one = pl.DataFrame([row for row in rows if (row["market"], row["policy"]) == ("de", "spam")])
    one.write_csv(path)
    said = run("forecast", path, "--horizon", "7", "--event", "promotion", "--holidays", "US")
    assert {each["name"] for each in said["events"]} == {"promotion", "holidays US"}
    with pytest.raises(BadInput, match="horizon is 14"):
        run("forecast", path, "--event", "promotion")
    one[:84].write_csv(path)
    with pytest.raises(BadInput, match="0 moments"):
        run("forecast", path, "--event", "promotion", "--horizon", "7")


def test_decompose_a_quantile(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    rows = [("w09", "short", 10, 5), ("w09", "long", 40, 5), ("w10", "short", 20, 1), ("w10", "long", 80, 9)]
    pl.DataFrame(rows, schema=["week", "kind", "seconds", "cases"], orient="row").write_csv(path)
    given = ("--quantile", "0.8", "--value", "seconds", "--count", "cases", "--period", "week=w09,w10")
    (found,) = run("decompose", path, *given)
    assert (found["by"], found["change"], found["rate"]["value"], found["mix"]["value"]) == (["kind"], 40, 40, 0)
    assert CliRunner().invoke(insight, ["decompose", str(path), "--quantile", "0.8"]).exit_code == 2


def test_detect_knows_the_holidays_of_a_market(tmp_path: Path) -> None:
    first, christmas = date(2026, 11, 1), date(2026, 12, 25)
    days = [first + timedelta(day) for day in range((christmas - first).days + 1)]
    rows = [
        {"day": str(day), "market": market, "count": 8 if day == christmas and market == "de" else 60 + day.day % 5}
        for day in days
        for market in ("de", "cn", "elsewhere")
    ]
    path = tmp_path / "days.csv"
    pl.DataFrame(rows).write_csv(path)
    given = ("--time", "day", "--value", "count", "--by", "market", "--json")
    blind = {each["where"]["market"]: each["alarm"] for each in run("detect", path, *given)}
    told = {each["where"]["market"]: each["alarm"] for each in run("detect", path, *given, "--market", "market")}
    assert blind == {"de": True, "cn": False, "elsewhere": False}
    assert not any(told.values())
