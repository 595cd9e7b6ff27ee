"""Export on the real ledger: every sequenced event is a fact once, in the hour of its own time, through crash and compaction."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import get_args, get_type_hints

import polars as pl
import pytest

from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.insight import facts, flatten, flow, lake, queries
from watchfloor.insight.models import FactCursor, FactFile
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import sequencer
from watchfloor.ledger.schema import LedgerEvent, registry
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Ready(LedgerEvent, tag="test.ready"):
    """Carries what ``job.ready`` carries, whatever its typed event demands beyond that."""

    queue: str
    market: str
    vendor: str = ""
    severity: int = 2
    policy: str = "spam"
    cause: str = "new"


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    yield
    lake.forget()


def happen(count: int, *, start: datetime = NINE, step: timedelta = timedelta(minutes=7), **dims: str) -> None:
    """Jobs made ready, one every seven minutes, and sequenced."""
    for number in range(count):
        with clock.at(start + number * step), writing(system("test")) as w:
            made = w.event(Ready(**{"queue": "q1", "market": "US", **dims}), ("job", f"{start:%H%M}-{number}-{dims}"))
            made.type = "job.ready"
    sequencer.catch_up()


def read_all() -> list[tuple[int, datetime, str]]:
    return lake.run("SELECT leaf, moment, market FROM facts ORDER BY leaf", {}, facts.files())


def test_every_event_is_a_fact_in_the_hour_of_its_time() -> None:
    happen(20)
    assert facts.export() == 20
    rows = read_all()
    assert [row[0] for row in rows] == list(range(rows[0][0], rows[0][0] + 20))
    assert rows[3][1:] == ((NINE + timedelta(minutes=21)).replace(tzinfo=None), "US")
    assert {str(entry.path)[:23] for entry in FactFile.objects.all()} == {
        f"date=2026-11-02/hour={hour:02d}" for hour in (9, 10, 11)
    }
    assert facts.export() == 0


def test_small_exports_give_the_same_facts_as_one_big() -> None:
    happen(25)
    while facts.export(limit=4):
        pass
    small = read_all()
    FactFile.objects.all().delete()
    FactCursor.objects.all().delete()
    facts.export()
    assert read_all() == small
    assert len(small) == 25


def test_rebuilding_gives_the_same_facts() -> None:
    happen(25)
    while facts.export(limit=4):
        pass
    before = read_all()
    assert facts.rebuild() == 25
    assert read_all() == before
    assert len(list(facts.folder().rglob("*.parquet"))) == 3


def test_facts_with_the_columns_of_a_former_release_are_written_again() -> None:
    happen(5)
    facts.export()
    before = read_all()
    for path in facts.files():
        pl.read_parquet(path).drop("detail").write_parquet(path)
    FactCursor.objects.update(columns="former")
    assert facts.export() == 5
    assert read_all() == before
    assert "detail" in pl.read_parquet_schema(facts.files()[0])
    assert facts.export() == 0


def test_killed_before_the_listing_the_same_files_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(12)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FactFile.objects, "bulk_create", die)
        with pytest.raises(KeyboardInterrupt):
            facts.export()
    orphans = {path: path.read_bytes() for path in facts.folder().rglob("*.parquet")}
    assert orphans and facts.files() == []
    assert facts.export() == 12
    assert {path: path.read_bytes() for path in facts.folder().rglob("*.parquet")} == orphans
    assert len(read_all()) == 12


def test_compaction_changes_files_and_nothing_else() -> None:
    happen(16, step=timedelta(minutes=1))
    while facts.export(limit=2):
        pass
    before = read_all()
    assert len(facts.files()) == 8
    assert facts.compact() == 1
    assert len(facts.files()) == 1
    assert read_all() == before
    assert len(list(facts.folder().rglob("*.parquet"))) == 9  # replaced files stay for those who read them
    FactFile.objects.filter(replaced_at__isnull=False).update(replaced_at=clock.now() - DAY)
    assert facts.sweep() == 8
    assert len(list(facts.folder().rglob("*.parquet"))) == 1
    assert read_all() == before


def test_dimensions_are_written_as_dictionaries() -> None:
    """In files of exports and in those that replace them: each value once, and a number in each row."""
    for minute in range(facts.COMPACT_FROM):
        happen(3, start=NINE + timedelta(minutes=minute), step=timedelta(seconds=1), vendor="north")
        facts.export()
    small = facts.files()
    assert facts.compact() == 1
    for path in (*small, *facts.files()):
        encodings = dict(
            lake.run(
                "SELECT path_in_schema, encodings FROM parquet_metadata($path) WHERE path_in_schema IN "
                "('type', 'queue', 'market', 'policy', 'severity', 'vendor')",
                {"path": path},
                [],
            )
        )
        assert len(encodings) == 6
        assert all("RLE_DICTIONARY" in found for found in encodings.values()), encodings


def test_a_late_event_lands_in_its_hour_and_moves_the_numbers() -> None:
    span = Span(start=NINE, end=NINE + HOUR, interval="hour")
    happen(3)
    facts.export()
    assert [k.value for k in queries.kpis(system("test"), span, metrics=["incoming_manual"])] == [3]
    happen(2, start=NINE + timedelta(minutes=30))
    facts.export()
    assert [k.value for k in queries.kpis(system("test"), span, metrics=["incoming_manual"])] == [5]
    assert queries.fresh().late_at is None  # the hour was still going on
    happen(1, start=NINE + 5 * HOUR)
    facts.export()
    happen(2, start=NINE + timedelta(minutes=50), step=timedelta(minutes=1), market="DE")
    facts.export()
    fresh = queries.fresh()
    assert (fresh.late_facts, fresh.late_from) == (2, NINE) and fresh.late_at is not None


def _remembered() -> int:
    """Bytes that the engine keeps of files beside what they hold, whatever it was asked before."""
    asked = "SELECT sum(memory_usage_bytes) FROM duckdb_memory() WHERE tag = 'OBJECT_CACHE'"
    return int(lake.lake().database.execute(asked).fetchone()[0])


def test_held_facts_and_files_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(30, market="US")
    happen(9, market="DE", queue="q2")
    facts.export()
    span = Span(start=NINE - DAY, end=NINE + DAY, interval="hour")
    before = _remembered()
    held = queries.kpis(system("test"), span)
    assert _remembered() - before < 30_000  # nothing of a file that is read once
    lake.forget()
    monkeypatch.setattr(lake, "HOT_ROWS", 0)
    assert queries.kpis(system("test"), span) == held
    assert next(k for k in held if k.key == "backlog").value == 39


def limited(**limits: object) -> Actor:
    scope = Scope(role="x", permissions=frozenset({"insight.view"}), **limits)  # type: ignore[arg-type]
    return Actor(kind="user", id="1", scopes=(scope,))


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (limited(), 12),
        (limited(markets=frozenset({"DE"})), 5),
        (limited(queues=frozenset({"q1"})), 7),
        (limited(queues=frozenset({"q1"}), markets=frozenset({"DE"})), 0),
        (limited(max_severity=1), 0),
        (limited(vendors=frozenset({"b"})), 5),  # the other seven are a's
        (Actor(kind="user", id="2"), 0),
    ],
)
def test_rights_filter_numbers_splits_and_rows_alike(actor: Actor, seen: int) -> None:
    happen(7, market="US", queue="q1", vendor="a")
    happen(5, market="DE", queue="q2", vendor="b")
    facts.export()
    span = Span(start=NINE - DAY, end=NINE + DAY)
    assert queries.kpis(actor, span, metrics=["incoming_manual"])[0].value == seen
    by = queries.split(actor, span, ("market",), metrics=["incoming_manual"])
    assert sum(each.values["incoming_manual"] or 0 for each in by) == seen
    rows = queries.rows_behind(actor, span, "incoming_manual")
    assert (rows.total, len(rows.rows)) == (seen, seen)


def test_names_from_outside_never_become_sql() -> None:
    happen(1)
    facts.export()
    hostile = "market) ; DROP TABLE hot.facts; --"
    with pytest.raises(BadInput, match="no dimension"):
        queries.split(system("test"), Span(start=NINE, end=NINE + DAY), (hostile,), metrics=["reports"])
    with pytest.raises(BadInput, match="no metric"):
        queries.kpis(system("test"), Span(start=NINE, end=NINE + DAY), metrics=[hostile])
    span = Span(start=NINE, end=NINE + DAY, where={"market": (hostile, "US")})
    assert queries.kpis(system("test"), span, metrics=["incoming_manual"])[0].value == 1


def test_a_day_is_compared_with_the_same_weekdays() -> None:
    for week, count in ((0, 4), (1, 8), (2, 9)):
        happen(count, start=NINE + 7 * DAY * week, step=timedelta(minutes=1))
    facts.export()
    today = Span(start=(NINE + 14 * DAY).replace(hour=0), end=(NINE + 15 * DAY).replace(hour=0))
    [kpi] = queries.kpis(system("test"), today, metrics=["incoming_manual"])
    # The first Monday has no facts before nine, so only the second is a whole day to compare with.
    assert (kpi.value, kpi.before, kpi.base) == (9, 8, "vs the Monday before")


def test_the_identity_is_also_held_against_the_tables() -> None:
    happen(3)
    facts.export()
    [wrong] = flow.check()  # the facts say three are open, and there is no such job
    assert "q1" in wrong and "3" in wrong


def test_every_event_fits_the_columns_its_fields_become() -> None:
    """A field that is named as a column of whole numbers holds them: else the event would tell the lake nothing, or nonsense."""
    fits = {**dict.fromkeys(flatten._WHOLE, (int, bool)), **dict.fromkeys(flatten._TRUTHS, (bool,))}
    wrong = [
        f"{tag}.{name}: {kind}"
        for tag, event in registry().items()
        for name, kind in get_type_hints(event).items()
        if (column := flatten.ALIASES.get(name, name)) in fits and not {*get_args(kind), kind} & {*fits[column]}
    ]
    assert not wrong


def test_a_value_that_does_not_fit_costs_only_itself() -> None:
    row = flatten.LedgerRow(
        7, "evt_1", "look.of_old", clock.now(), "user:1", "", None, {"right": "violating", "market": "DE"}
    )
    fact = flatten.flatten(row, {})
    assert (fact["good"], fact["market"]) == (None, "DE")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("job.transferred", {"queue": "spam.en"}),
        ("job.ready", {"allowed_ms": "soon"}),
        ("job.ready", {"allowed_ms": 10**30}),
        ("action.confirmed", {"seconds": "many"}),
        ("decision.made", {"reviewer": 7}),
    ],
)
def test_an_event_that_cannot_be_read_is_a_fact_that_it_happened(kind: str, data: dict[str, object]) -> None:
    row = flatten.LedgerRow(7, "evt_1", kind, clock.now(), "user:1", "job:2", None, data)
    fact = flatten.flatten(row, {})
    assert fact.keys() == flatten.SCHEMA.keys() and (fact["leaf"], fact["type"]) == (7, kind)
