"""A real service desk's event log is imported by the command; its figures are those that Polars counts straight from the file.

By default the first 150 incidents of ``WATCHFLOOR_INCIDENT_LOG`` (a CSV in the form of the UCI incident log), or a small log of the same
form made here; ``WATCHFLOOR_INCIDENTS=all`` imports the whole.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from watchfloor.cli.main import cli
from watchfloor.interop.history import figures, keeping
from watchfloor.interop.models import HistoryReject, HistorySource, HistoryStep
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
HEAD = ("number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,opened_at,sys_updated_at,contact_type,"
        "category,priority,assignment_group,resolved_at,closed_at")  # fmt: skip
MADE = f"""{HEAD}
INC1,New,TRUE,0,0,0,TRUE,29-02-2016 01:16,29-02-2016 01:23,Phone,Category 1,3 - Moderate,Group 1,02-03-2016 11:29,05-03-2016 12:00
INC1,Active,TRUE,2,0,2,TRUE,29-02-2016 01:16,29-02-2016 08:53,Phone,Category 1,3 - Moderate,Group 3,02-03-2016 11:29,05-03-2016 12:00
INC1,Resolved,TRUE,2,0,3,FALSE,29-02-2016 01:16,01-03-2016 08:53,Phone,Category 1,3 - Moderate,Group 3,02-03-2016 11:29,05-03-2016 12:00
INC1,Active,TRUE,3,1,4,FALSE,29-02-2016 01:16,02-03-2016 09:00,Phone,Category 1,3 - Moderate,Group 2,02-03-2016 11:29,05-03-2016 12:00
INC1,Closed,FALSE,3,1,6,FALSE,29-02-2016 01:16,05-03-2016 12:00,Phone,Category 1,3 - Moderate,Group 2,02-03-2016 11:29,05-03-2016 12:00
INC2,New,TRUE,0,0,0,TRUE,01-03-2016 10:00,01-03-2016 10:01,Phone,Category 2,1 - Critical,Group 1,01-03-2016 12:00,06-03-2016 12:00
INC2,Closed,FALSE,0,0,2,TRUE,01-03-2016 10:00,06-03-2016 12:00,Phone,Category 2,1 - Critical,Group 1,01-03-2016 12:00,06-03-2016 12:00
INC3,New,TRUE,0,0,0,TRUE,02-03-2016 10:00,02-03-2016 10:01,Phone,Category 2,1 - Critical,Group 1,?,07-03-2016 12:00
INC3,Closed,FALSE,1,0,1,TRUE,02-03-2016 10:00,07-03-2016 12:00,Phone,Category 2,1 - Critical,Group 2,?,07-03-2016 12:00
"""


def log(folder: Path) -> Path:
    """The log to import."""
    given, file = os.environ.get("WATCHFLOOR_INCIDENT_LOG", ""), folder / "incidents.csv"
    if not given:
        file.write_text(MADE, encoding="utf-8")
        return file
    rows = pl.read_csv(given, infer_schema_length=0)
    if os.environ.get("WATCHFLOOR_INCIDENTS", "") != "all":
        first = rows["number"].unique(maintain_order=True).head(150)
        rows = rows.filter(pl.col("number").is_in(first.to_list()))
    rows.write_csv(file)
    return file


def counted(file: Path, by: str = "") -> dict[str, dict[str, Any]]:
    """The figures by Polars, from the columns alone."""
    rows = pl.read_csv(file, infer_schema_length=0)
    times = {
        name: pl.col(name).replace("?", None).str.to_datetime("%d-%m-%Y %H:%M")
        for name in ("opened_at", "resolved_at", "sys_updated_at")
    }
    rows = rows.with_columns(**times, solved=pl.coalesce(times["resolved_at"], pl.when(
        pl.col("incident_state").is_in(["Resolved", "Closed"])).then(times["sys_updated_at"])),
        reopens=pl.col("reopen_count").cast(pl.Int64), moves=pl.col("reassignment_count").cast(pl.Int64))  # fmt: skip
    cases = rows.group_by("number", maintain_order=True).agg(
        pl.col("opened_at").first(), pl.col("solved").max(), pl.col("reopens").max(), pl.col("moves").max(),
        (pl.col("made_sla") == "FALSE").any().alias("missed"),
    )  # fmt: skip
    gone = cases.filter(pl.col("solved").is_not_null()).with_columns(
        age=(pl.col("solved") - pl.col("opened_at")).dt.total_seconds()
    )
    if not by:
        return {"": {
            "incoming": cases.height, "solved": gone.height, "reopened": cases["reopens"].sum(), "reassigned": cases["moves"].sum(),
            "aas": gone["age"].mean(), "sla": 1 - gone["missed"].mean(),
        }}  # fmt: skip
    made: dict[str, dict[str, Any]] = {}
    for day, part in cases.group_by(pl.col("opened_at").dt.strftime("%Y-%m-%d")):
        made.setdefault(str(day[0]), {})["incoming"] = part.height
    for day, part in gone.group_by(pl.col("solved").dt.strftime("%Y-%m-%d")):
        made.setdefault(str(day[0]), {}).update(
            solved=part.height, aas=part["age"].mean(), sla=1 - part["missed"].mean()
        )
    return made


def test_the_figures_are_those_of_an_independent_count(tmp_path: Path) -> None:
    file = log(tmp_path)
    asked = ["import-history", str(file), "--source", "desk", "--ready", "servicenow", "--json"]
    answer = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert told["rejected"] == 0 and told["rows"] == told["accepted"]
    [whole], want = told["figures"], counted(file)[""]
    assert {name: whole[name] for name in ("incoming", "solved", "reopened", "reassigned")} == {
        name: want[name] for name in ("incoming", "solved", "reopened", "reassigned")
    }  # fmt: skip
    assert whole["aas_seconds"] == pytest.approx(want["aas"]) and whole["sla"] == pytest.approx(want["sla"])
    source = HistorySource.objects.get()
    by_day = {each.slice: each for each in figures.figures(source, by="day")}
    for day, each in counted(file, by="day").items():
        mine = by_day[day]
        assert (mine.incoming, mine.solved) == (each.get("incoming", 0), each.get("solved", 0)), day
        if "aas" in each:
            assert mine.aas_seconds == pytest.approx(each["aas"]) and mine.sla == pytest.approx(each["sla"])
    rows = pl.read_csv(file, infer_schema_length=0)
    missed = rows.filter(pl.col("made_sla") == "FALSE")["number"].n_unique()
    assert HistoryStep.objects.filter(kind="sla_missed").count() == missed

    again = json.loads(CliRunner().invoke(cli, asked, catch_exceptions=False).output)
    assert again["added"] == 0 and again["figures"] == told["figures"]
    assert Event.objects.filter(type="history.imported").count() == 1
    with writing("system:test") as w:
        assert keeping.forget(w, source.pk) > 0
    assert not HistoryStep.objects.exists()


def test_bad_rows_are_put_aside_and_bad_questions_answered(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    lines = MADE.splitlines()
    bad = [
        lines[1].replace("29-02-2016 01:16", "31-02-2016 01:16"), lines[2].replace(",2,0,2,", ",many,0,2,"), lines[3].replace("INC1", ""),
        lines[4].replace("02-03-2016 11:29", "02-03-2015 11:29"), lines[5].replace("FALSE,29", "MAYBE,29"),
    ]  # fmt: skip
    file.write_text("\n".join([lines[0], *bad, lines[6], "x,y"]) + "\n", encoding="utf-8")
    run = CliRunner()
    tried = json.loads(
        run.invoke(cli, ["import-history", str(file), "--ready", "servicenow", "--dry-run", "--json"]).output
    )
    assert (tried["accepted"], tried["rejected"]) == (1, 6) and not HistorySource.objects.exists()
    done = run.invoke(cli, ["import-history", str(file), "--ready", "servicenow"])
    assert (
        done.exit_code == 0
        and "Incoming 1" in done.output
        and "row 2: reassignment_count: 'many' is no count." in done.output
    )
    assert HistoryReject.objects.count() == 6
    kept = HistoryReject.objects.get(place="row 1")
    assert "31-02-2016" in kept.why and "caller_id" not in kept.row
    for wrong, says in (
        (["--ready", "other"], "There is no ready mapping"),
        (["--map", "case"], "is not FIELD=COLUMN"),
        (["--map", "case=number"], "Nothing says which column is opened_at"),
        (["--map", "case=nr", "--map", "opened_at=opened_at"], "no column 'nr'"),
        (["--ready", "servicenow", "--map", "colour=x"], "There is no field 'colour'"),
        (["--ready", "servicenow", "--zone", "Mars"], "no time zone"),
    ):
        answer = run.invoke(cli, ["import-history", str(file), *wrong])
        assert answer.exit_code != 0, wrong
        assert says in (answer.output + str(getattr(answer.exception, "message", ""))), (
            wrong,
            answer.output,
            answer.exception,
        )
