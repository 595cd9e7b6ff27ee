"""Numbers from plain files by the command line: the day by hand, and a real service desk's log of incidents, against a second query."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from tests.support.second_sql import Second
from tests.unit.insight.test_metrics import BY_HAND, the_day

from watchfloor.cli.insight import insight as main
from watchfloor.insight import plain
from watchfloor.insight.catalogue import metric, shipped
from watchfloor.insight.schema import SCHEMA
from watchfloor.kernel.errors import BadInput

UP_TO = int(
    os.environ.get("WATCHFLOOR_INCIDENTS", "300")
)  # the number of the last incident that is taken; 9999 takes all
LOG = Path(os.environ.get("WATCHFLOOR_DATA", "../shared/data")) / "incident_event_log.csv"


def test_the_command_gives_the_day_by_hand(tmp_path: Path) -> None:
    [file] = the_day().file(tmp_path)
    asked = ["metrics", file, "--from", "2026-11-02", "--to", "2026-11-03", "--json"]
    answer = CliRunner().invoke(main, asked)
    assert answer.exit_code == 0, answer.output
    [line] = json.loads(answer.output)
    assert line["values"] == pytest.approx(BY_HAND)
    split = CliRunner().invoke(main, [*asked, "--by", "queue", "--metric", "jobs_ready"])
    assert {one["names"]["queue"]: one["values"]["jobs_ready"] for one in json.loads(split.output)} == {
        "appeals": 1, "escalations": 1, "spam.en": 4,
    }  # fmt: skip


def test_a_process_of_its_own_needs_no_installation(tmp_path: Path) -> None:
    [file] = the_day().file(tmp_path)
    home = os.environ | {"WATCHFLOOR_HOME": str(tmp_path / "none"), "PYTHONPATH": os.pathsep.join(sys.path)}
    home.pop("DATABASE_URL", None)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        asked = [sys.executable, "-m", "watchfloor", "insight", *words]
        return subprocess.run(asked, env=home, capture_output=True, text=True, check=False)

    found = run("metrics", str(file), "--from", "2026-11-02", "--to", "2026-11-03", "--metric", "jobs_ready", "--json")
    assert json.loads(found.stdout)[0]["values"] == {"jobs_ready": BY_HAND["jobs_ready"]}, found.stderr
    unknown = run("metrics", str(file), "--metric", "nothing")
    assert unknown.returncode == 2 and "There is no metric 'nothing'" in unknown.stderr
    assert not (tmp_path / "none").exists(), "nothing is set up by asking"


def test_a_csv_with_few_columns_will_do(tmp_path: Path) -> None:
    file = tmp_path / "few.csv"
    file.write_text("moment,type,queue\n2026-11-02T09:00:00,job.ready,a\n2026-11-02T10:30:00,job.ready,\n")
    lines = plain.compute([file], [metric("jobs_ready")], by=("queue",))
    assert [(line.names["queue"], line.values["jobs_ready"]) for line in lines] == [("(none)", 1), ("a", 1)]
    file.write_text("when,type\n1,2\n")
    with pytest.raises(BadInput, match="no column 'moment'"):
        plain.compute([file], [metric("jobs_ready")])


def incidents() -> list[dict[str, object]]:
    """The log as facts: an incident is a case with one job in the group it is assigned to.

    Its first line opens it; another group transfers it; Resolved (or Closed, when it was never resolved) decides and closes it; a
    line of another state after that reopens it. Rows of the log stand in the order they happened; ``made_sla`` is not used.
    """
    found: list[dict[str, object]] = []
    state: dict[str, tuple[str, datetime, int]] = {}  # case -> group, opened, lives
    closed: set[str] = set()
    with LOG.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["number"][3:]) <= UP_TO]
    order = sorted(range(len(rows)), key=lambda place: (moment(rows[place]["sys_updated_at"]), place))
    for place in order:
        row = rows[place]
        case, at, group = row["number"], moment(row["sys_updated_at"]), row["assignment_group"]
        about = {
            "market": row["location"],
            "policy": row["category"],
            "channel": row["contact_type"],
            "severity": int(row["impact"][0]),
        }

        def add(
            type_: str, case: str = case, at: datetime = at, about: dict[str, object] = about, **data: object
        ) -> None:
            fact: dict[str, object] = dict.fromkeys(SCHEMA)
            group, _, life = state[case]
            job = {"job_id": f"{case}-{life}", "queue": group, "kind": "review"} if type_.startswith("job.") else {}
            fact |= {"leaf": len(found), "moment": at, "type": type_, "case_id": case, **about, **job, **data}
            found.append(fact)

        if case not in state or (case in closed and row["incident_state"] not in ("Resolved", "Closed")):
            again = case in state
            state[case] = (group, at, state[case][2] + 1 if again else 0)
            closed.discard(case)
            add("case.reopened" if again else "case.opened")
            add("job.ready", cause="reopened" if again else "new")
        if case not in closed and group != state[case][0]:
            add("job.transferred", queue=group, from_queue=state[case][0])
            state[case] = (group, *state[case][1:])
        if case not in closed and row["incident_state"] in ("Resolved", "Closed"):
            age = int((at - state[case][1]).total_seconds() * 1000)
            add("job.decided", solves=True, age_ms=age, active_total_ms=0, active_ms=0, verdict="clean", touches=1)
            add("decision.made", origin="human", verdict="clean")
            add("case.closed", how="manual", age_ms=age)
            closed.add(case)
    return found


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M")  # noqa: DTZ007  the log knows no zone


@pytest.mark.skipif(not LOG.exists(), reason="the incident log is not among the shared data")
def test_a_real_log_of_incidents_agrees_with_a_second_query(tmp_path: Path) -> None:
    facts = incidents()
    path = tmp_path / "incidents.parquet"
    pl.DataFrame([tuple(fact[name] for name in SCHEMA) for fact in facts], schema=SCHEMA, orient="row").write_parquet(
        path
    )
    start, end = datetime(2016, 2, 29), datetime(2016, 3, 4)  # noqa: DTZ001
    [line] = plain.compute([path], list(shipped().values()), start=start, end=end)
    second = Second(facts)
    expected = {key: second.ask(key, start, end, end) for key in shipped()}
    assert line.values == pytest.approx(expected)
    assert (
        line.values["incoming_total"]
        and line.values["backlog"]
        and line.values["transferred_in"]
        and line.values["aas"]
    )


LAKE = os.environ.get("WATCHFLOOR_LAKE", "")  # the folder lake/facts of a floor, as the replayed demo's


@pytest.mark.skipif(not LAKE, reason="WATCHFLOOR_LAKE names no folder of facts")
def test_a_floor_s_facts_agree_with_a_second_query(tmp_path: Path) -> None:
    """All of the catalogue over the last week but one day of it, with what came before it as history."""
    files = sorted(Path(LAKE).glob("date=*/hour=*/*.parquet"))
    facts = pl.concat([pl.read_parquet(file) for file in files]).unique("leaf").sort("leaf")
    path = tmp_path / "floor.parquet"
    facts.write_parquet(path)
    newest = facts["moment"].max()
    assert isinstance(newest, datetime)
    end = newest.replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    start = end - timedelta(days=6)
    [line] = plain.compute([path], list(shipped().values()), start=start, end=end)
    second = Second(facts.iter_rows(named=True))
    for key, metric_ in shipped().items():  # a millisecond has begun for one engine and is not over for the other
        expected = second.ask(key, start, end, end)
        assert line.values[key] == pytest.approx(expected, abs=1.0 if metric_.unit == "ms" else 1e-12), key
    assert line.values["incoming_total"] and line.values["backlog"] and line.values["aht"]
