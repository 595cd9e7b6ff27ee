"""The star: every number of the catalogue that it is for, counted again in plain SQL; exports on exports."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from tests.support.day import START, work

from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.insight import facts, lake, queries
from watchfloor.insight.queries import Span
from watchfloor.insight.star import making, writing
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger import sequencer

pytestmark = pytest.mark.django_db

KPIS = {
    "incoming_total": "SELECT count(*) FROM fact_case",
    "incoming_manual": "SELECT count(*) FROM fact_stay WHERE began_by = 'job.ready' AND cause IN ('new', 'reopened')",
    "solved_total": "SELECT count(*) FROM fact_solve",
    "solved_manual": "SELECT count(*) FROM fact_solve WHERE solved_by <> 'rule'",
    "aas": "SELECT avg(age_ms) FROM fact_solve",
    "aht": "SELECT sum(handling_ms) / count(*) FROM fact_job WHERE decided_at IS NOT NULL",
    "touch_time": "SELECT avg(minutes) * 60000 FROM fact_handling_minutes",
    "backlog": "SELECT count(*) FROM fact_stay WHERE started_at < $t AND (ended_at IS NULL OR ended_at >= $t)",
    "backlog_age_p50": "SELECT quantile_cont(epoch_ms($t) - epoch_ms(case_opened_at), 0.5) FROM fact_stay "
                       "WHERE started_at < $t AND (ended_at IS NULL OR ended_at >= $t)",
    "backlog_age_max": "SELECT max(epoch_ms($t) - epoch_ms(case_opened_at)) FROM fact_stay "
                       "WHERE started_at < $t AND (ended_at IS NULL OR ended_at >= $t)",
    "sla": "SELECT avg((coalesce(decided_at <= due_at, false))::INT) FROM fact_job "
           "WHERE due_at < $t AND (cancelled_at IS NULL OR cancelled_at > due_at)",
    "reports": "SELECT count(*) FROM fact_report",
    "appeals_in_time": "SELECT avg(in_time::INT) FROM fact_appeal WHERE decided_at IS NOT NULL",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    yield
    lake.forget()


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """As a stranger reads it: by folders, with the manifest for nothing but a check."""
    found = duckdb.connect(":memory:")
    manifest = writing.read_manifest(folder)
    for name, table in manifest["tables"].items():
        if table["files"]:
            found.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}/**/*.parquet')")
            assert found.execute(f"SELECT count(*) FROM {name}").fetchone() == (table["rows"],)
    return found


def rows(folder: Path) -> dict[str, list[str]]:
    base, tables = opened(folder), writing.read_manifest(folder)["tables"]
    found = {name: base.execute(f"SELECT * FROM {name}").fetchall() for name in tables if tables[name]["files"]}
    return {name: sorted(map(repr, each)) for name, each in found.items()}


def test_the_numbers_are_the_catalogues_and_exports_add_up(tmp_path: Path) -> None:
    end = work(1) + timedelta(hours=1)
    sequencer.catch_up()

    def killed(table: str, _done: int, _of: int) -> None:
        if table == "fact_decision":
            raise KeyboardInterrupt

    facts.export(limit=250)
    with clock.at(end):
        writing.export(system("test"), tmp_path / "steps")
        facts.export()
        with pytest.raises(KeyboardInterrupt):
            writing.export(system("test"), tmp_path / "steps", tick=killed)
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "steps" / "fact_case").rglob("*.parquet")}
        writing.export(system("test"), tmp_path / "steps")
        assert before == {path: path.stat().st_mtime_ns for path in before}  # what was done is not done again
    with clock.at(end):
        writing.export(system("test"), tmp_path / "whole")
        kpis = queries.kpis(system("test"), Span(start=START, end=end), metrics=list(KPIS), compare=False)
    base = opened(tmp_path / "whole")
    for kpi in kpis:
        t = {"t": end.replace(tzinfo=None)} if "$t" in KPIS[kpi.key] else {}
        counted = base.execute(KPIS[kpi.key], t).fetchone()
        assert counted and counted[0] == pytest.approx(kpi.value), kpi.key
        assert kpi.value, kpi.key

    assert rows(tmp_path / "steps") == rows(tmp_path / "whole")
    again = writing.export(system("test"), tmp_path / "whole")
    assert again.written == len([each for each in making.TABLES.values() if not each.measures])

    # every key leads somewhere, once
    for table in making.MEASURES:
        for column in table.columns:
            if column.name.endswith("_key"):
                of = column.name.removesuffix("_key")
                lost = base.execute(
                    f"SELECT count(*) FROM {table.name} AS m LEFT JOIN (SELECT {of}_key, count(*) AS n FROM dim_{of} GROUP BY 1) AS d "
                    f"USING ({of}_key) WHERE n IS NULL OR n <> 1"
                ).fetchone()
                assert lost == (0,), (table.name, column.name)


def test_what_an_export_leaves_out_and_where_it_will_not_write(tmp_path: Path) -> None:
    """Nobody may be exported who may not ask; a folder with something else in it stays as it is."""
    nobody = Actor(kind="system", id="x", scopes=(Scope(role="x", permissions=frozenset({"insight.view"})),))
    with pytest.raises(Forbidden):
        writing.export(nobody, tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput):
        writing.export(system("test"), tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]
