"""A plan is the sum of what its parts cost, grows as its demand does, and says what more machines do not help against."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.cli.size import size
from watchfloor.engines.sizing import Demand, Rate, plan, rates
from watchfloor.engines.sizing.rates import ROLES
from watchfloor.kernel.errors import BadInput


def rate(
    name: str, app: float, db: float = 0, *, wal: float = 0, row: float = 0, file: float = 0, events: float = 0
) -> Rate:
    def span(number: float) -> tuple[float, float, float]:
        return number / 2, number, number * 2

    return Rate(
        name=name, role=ROLES[name], app_ms=span(app), db_ms=span(db), wal_bytes=span(wal), row_bytes=span(row), file_bytes=span(file),
        ledger_events=events,
    )  # fmt: skip


BY_HAND = {
    "event accepted, in hundreds": rate("event accepted, in hundreds", 0.05, 0.01, wal=1000, row=500),
    "event accepted, single": rate("event accepted, single", 0.5),
    "verdict asked": rate("verdict asked", 0.3),
    "event worked": rate("event worked", 1.0, 0.5, wal=4000, row=1500, events=1),
    "report worked": rate("report worked", 3.0, 1.0, events=4),
    "item keyed": rate("item keyed", 0.5),
    "row to the lake": rate("row to the lake", 0.2, file=100),
    "decision at the bench": rate("decision at the bench", 60, 20, events=10),
    "ledger event sequenced": rate("ledger event sequenced", 0.25),
    "ledger event to facts": rate("ledger event to facts", 0.05, file=50),
}


def test_a_plan_worked_out_by_hand() -> None:
    """86.4 M events: 1,000 a second, 3,000 at the peak; half of a core may be busy."""
    found = plan(
        Demand(events_per_day=86.4e6, peak=3, busy=0.5, cores=10, database_cores=20, days=10, lake_days=100), BY_HAND
    )
    roles = {need.role: need for need in found.needs}
    assert roles["web"].mean_cores == pytest.approx(0.05)
    assert roles["web"].peak_cores == pytest.approx((0.15, 0.3, 0.6))
    assert roles["rules-worker"].peak_cores == pytest.approx((3, 6, 12)) and roles["rules-worker"].machines == 2
    assert roles["worker"].peak_cores[1] == pytest.approx(0.7 * 3 / 0.5)
    assert roles["scheduler"].peak_cores[1] == pytest.approx(0.3 * 3 / 0.5)
    assert roles["database"].peak_cores[1] == pytest.approx(0.51 * 3 / 0.5)
    assert found.log_mb_s == pytest.approx((7.5, 15, 30))
    assert found.rows_gb_day[1] == pytest.approx(172.8) and found.rows_tb_kept[1] == pytest.approx(1.728)
    assert found.lake_gb_day[1] == pytest.approx(150 * 86.4e6 / 1e9)
    # The sequencer does 1000 / 0.25 x 0.5 = 2,000 a second, and 3,000 come.
    assert found.first_wall.name == "the ledger's sequencer, one process"
    assert found.first_wall.share == pytest.approx(1.5) and found.first_wall.full_at_events_per_day == pytest.approx(
        57.6e6
    )


def test_people_are_counted_at_their_busiest_hour() -> None:
    found = plan(Demand(reviewers=1200, online=0.5, decisions_per_hour=60, peak=2, busy=1), BY_HAND)
    web = next(need for need in found.needs if need.role == "web")
    assert web.peak_cores[1] == pytest.approx(10 * 60 / 1000)  # 10 decisions a second
    assert found.a_second["ledger event sequenced"] == pytest.approx(10 * 10 / 2)
    assert all(math.isinf(wall.full_at_events_per_day) for wall in found.walls)


@given(st.floats(1e3, 1e9), st.floats(0, 1), st.floats(1.1, 5))
def test_more_asked_is_never_less_needed(events: float, recorded: float, times: float) -> None:
    less, more = (plan(Demand(events_per_day=each, recorded=recorded)) for each in (events, events * times))
    for one, other in zip(less.needs, more.needs, strict=True):
        assert other.machines >= one.machines
        assert other.peak_cores[0] <= other.peak_cores[1] <= other.peak_cores[2]
    assert more.first_wall.share >= less.first_wall.share


def test_every_measured_number_is_there_and_in_order() -> None:
    found = rates()
    assert set(found) == set(ROLES)
    for each in found.values():
        for three in (each.app_ms, each.db_ms, each.wal_bytes, each.row_bytes, each.file_bytes):
            assert 0 <= three[0] <= three[1] <= three[2]
        assert each.app_ms[0] > 0


def test_the_command_says_it_and_what_is_wrong() -> None:
    said = CliRunner().invoke(
        size, ["--events-per-day", "400e6", "--reviewers", "10000", "--json"], catch_exceptions=False
    )
    document = json.loads(said.output)
    assert document["walls"][0]["share"] > 1 and document["measured_by"] == "python -m benchmarks.sizing"
    assert "IT DOES NOT FIT" in CliRunner().invoke(size, ["--events-per-day", "400e6"]).output
    assert "IT DOES NOT FIT" not in CliRunner().invoke(size, ["--events-per-day", "1e6", "--reviewers", "50"]).output
    with pytest.raises(BadInput, match="not a share"):
        Demand(recorded=1.5)
    with pytest.raises(BadInput, match="not an amount"):
        msgspec.structs.replace(Demand(), events_per_day=float("nan"))
