"""Roll-ups say what the facts say: counts and sums exactly, quantiles within the stated error, made at once and then little by little."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.insight.history import MONDAY, History, played

from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.insight import catalogue, facts, lake, queries
from watchfloor.insight.flatten import LedgerRow, flatten
from watchfloor.insight.models import FactCursor, FactFile, Generation
from watchfloor.insight.queries import Span
from watchfloor.insight.rollups import answer, build, care, generations, opened, shapes
from watchfloor.insight.rollups.sketch import ERROR
from watchfloor.insight.schema import DIGEST
from watchfloor.kernel import clock

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITED = Scope(role="x", permissions=frozenset({"insight.view"}), markets=frozenset({"US", "DE"}), max_severity=4)
SETS = ((), ("queue",), ("rule",), ("market", "policy"), ("market", "severity"), ("queue", "market", "vendor"))
ACTORS = {"all": system("test"), "limited": Actor(kind="user", id="1", scopes=(LIMITED,))}


@pytest.fixture(autouse=True)
def _empty_lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for folder in (facts.folder(), generations.folder()):
        shutil.rmtree(folder, ignore_errors=True)
    lake.forget()
    monkeypatch.setattr(lake, "HOT_ROWS", 0)
    monkeypatch.setattr(
        shapes, "SETS", SETS
    )  # a few of each kind: making a hundred small files takes longer than counting
    yield
    lake.forget()


def export(events: list[LedgerRow], first: int = 0) -> None:
    """These events as facts, as the exporter writes and lists them."""
    end = first + len(events)
    FactFile.objects.bulk_create(facts.write(first, end, (flatten(event, {}) for event in events)))
    FactCursor.objects.update_or_create(pk=1, defaults={"leaf": end, "columns": DIGEST})


def of_chance(seed: int, steps: int) -> History:
    chance = random.Random(seed)
    history = played([chance.randrange(582 * 5000) for _ in range(steps)])
    for place, event in enumerate(history.events):  # some variety of dimensions
        event.data["market"] = ("US", "DE", "", "BR")[hash(event.case_id) % 4]  # type: ignore[index]
        event.data["severity"] = 1 + (hash(event.case_id) // 7) % 5  # type: ignore[index]
        if place % 5 == 0:
            event.data["policy"] = "hate"  # type: ignore[index]
    return history


def everything(span: Span, actor: Actor) -> dict[str, Any]:
    keys = list(catalogue.metrics())
    totals = {kpi.key: (kpi.value, kpi.before) for kpi in queries.kpis(actor, span)}
    lines = queries.series(actor, span, list(catalogue.metrics().values()))
    series = {key: [point.value for point in line] for key, line in lines.items()}
    slices = {
        by: {each.names: each.values for each in queries.split(actor, span, by, metrics=keys)}
        for by in (("market", "policy"), ("queue", "vendor"))
    }
    return {"totals": totals, "series": series, "slices": slices}


def assert_same(ours: Any, theirs: Any, place: str = "") -> None:
    """Equal; numbers of quantiles within the sketch's error."""
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), place
        for key in ours:
            assert_same(ours[key], theirs[key], f"{place}/{key}")
    elif isinstance(ours, (list, tuple)):
        assert len(ours) == len(theirs), place
        for left, right in zip(ours, theirs, strict=True):
            assert_same(left, right, place)
    elif ours is None or theirs is None:
        assert ours == theirs, place
    else:
        loose = any(key in place for key, metric in catalogue.metrics().items() if metric.kind == "quantile")
        assert ours == pytest.approx(theirs, rel=ERROR * 1.0001 if loose else 1e-12), place


def compare(history: History) -> None:
    now = history.now + HOUR
    asked = (
        ("all", Span(start=MONDAY, end=now + DAY, interval="day")),
        (
            "limited",
            Span(
                start=MONDAY + DAY, end=MONDAY + DAY + 7 * HOUR, interval="hour", where={"queue": ("spam.en", "(none)")}
            ),
        ),
    )
    with clock.at(now):
        rolled = [everything(span, ACTORS[name]) for name, span in asked]
        state = lake.state()
        assert state.folder is not None
        for name, span in asked:  # stocks come from the midnights that are kept, not from every stay
            ask = queries._ask(ACTORS[name], span, interval=span.interval)
            assert opened.stock_query([catalogue.metric("backlog")], ask, state.folder) is not None
        Generation.objects.update(shape="none")
        lake.forget()
        assert lake.state().folder is None
        raw = [everything(span, ACTORS[name]) for name, span in asked]
    assert_same(rolled, raw)


@pytest.mark.parametrize("seed", range(int(os.environ.get("WATCHFLOOR_ROLLUP_SEEDS", "1"))))
def test_little_by_little_and_late_they_equal_facts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three times, the first put together of many parts; the second has events of hours that were counted before."""
    monkeypatch.setattr(build, "PORTION", 4)
    monkeypatch.setattr(build, "HOURS", 4)
    history = of_chance(seed, 80)
    chance, first = random.Random(seed), 0
    cuts = sorted(chance.sample(range(10, len(history.events) - 10), 2))
    for low, high in zip([0, *cuts], [*cuts, len(history.events)], strict=True):
        export(history.events[low:high], first)
        first = high
        made = care.make()
        assert made is not None
    assert Generation.objects.filter(replaced_at__isnull=True).count() == 1
    compare(history)


def test_a_lake_without_facts_is_rolled_up_and_goes_on_from_there() -> None:
    """An installation that was just made: rebuilt, gone on with, and the first facts come after."""
    FactCursor.objects.update_or_create(pk=1, defaults={"leaf": 0, "columns": DIGEST})
    assert [care.make(again=again).rows for again in (True, False)] == [0, 0]  # type: ignore[union-attr]
    history = of_chance(3, 80)
    export(history.events)
    assert care.make() is not None
    compare(history)


def test_late_facts_are_counted_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    history = History()
    for number in range(30):
        history.now = MONDAY + number * HOUR
        history.open(f"c{number}")
    on_time, late = history.events, []
    for number in range(5):
        history.add("case.opened", f"case:l{number}", f"l{number}", at=MONDAY + 3 * HOUR, by="report", manual=True)
    on_time, late = history.events[:30], history.events[30:]
    export(on_time)
    care.make()
    export(late, 30)
    made = care.make()
    assert made is not None and (made.late_hours, made.late_from) == (1, MONDAY + 3 * HOUR)
    span = Span(start=MONDAY, end=MONDAY + DAY, interval="hour")
    with clock.at(history.now + HOUR):
        line = queries.series(system("test"), span, [catalogue.metric("incoming_total")])["incoming_total"]
    assert [point.value for point in line] == [6 if hour == 3 else 1 for hour in range(24)]


def test_which_questions_a_roll_up_answers() -> None:
    from watchfloor.insight.compile import Ask
    from watchfloor.insight.flatten import naive

    start = naive(MONDAY)
    ask = Ask(start=start, end=start + DAY, asof=start + 2 * DAY)

    def sets(key: str, **more: Any) -> tuple[str, ...] | None:
        import msgspec

        found = answer.fit(catalogue.metric(key), msgspec.structs.replace(ask, **more))
        return found.names if found else None

    assert sets("reports") == ()
    assert sets("reports", by=("queue",)) == ("queue",)
    assert sets("aas", by=("queue",), where={"market": ("US",)}) == ("queue", "market", "vendor")
    assert sets("aas_p90", by=("queue",), where={"market": ("US",)}) == shapes.EVERY  # of triples no sketch is kept
    assert sets("aas_p90", by=("policy",), where={"market": ("US",)}) == ("market", "policy")
    assert sets("reports", by=("reviewer",)) is None
    assert sets("reports", start=start + timedelta(minutes=1)) is None
    assert sets("solved_items") == () and sets("wrongly_enforced_cases") is None and sets("backlog") is None
    assert sets("sla") == () and sets("sla", asof=start + DAY / 2) is None  # what is due later is not settled
