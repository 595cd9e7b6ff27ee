"""Facts: what a number was, what it is now and why, and who may see it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import Actor, Scope, system
from watchfloor.insight import facts as lake_facts
from watchfloor.insight import lake
from watchfloor.insight.own_metrics import keeping
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger import sequencer
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.programme.facts import actions, queries
from watchfloor.programme.facts.contracts import Question
from watchfloor.programme.facts.models import Fact

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = 7 * DAY
THEN = START + 5 * WEEK


class Readied(LedgerEvent, tag="test.readied"):
    """Carries what ``job.ready`` or ``job.decided`` carries."""

    queue: str = "q1"
    market: str = "US"
    vendor: str = ""
    reviewer: str = ""
    team: str = ""
    clearance: str = ""
    severity: int = 2
    policy: str = "spam"
    cause: str = "new"
    solves: bool = True
    active_total_ms: int = 0
    late_ms: int = 0
    in_time: bool = True
    kind: str = "review"


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    shutil.rmtree(lake_facts.folder(), ignore_errors=True)
    lake.forget()
    yield
    lake.forget()


def happen(count: int, at: datetime, *, type_: str = "job.ready", **dims: Any) -> None:
    """So many of one kind within an hour, sequenced."""
    for number in range(count):
        with clock.at(at + number * timedelta(seconds=30)), writing(system("test")) as w:
            made = w.event(Readied(**dims), ("job", f"{type_}-{at:%m%d%H}-{number}-{dims}"))
            made.type = type_


def settle() -> None:
    sequencer.catch_up()
    lake_facts.export()


def someone(*permissions: str, **limits: Any) -> Actor:
    scope = Scope(role="x", permissions=frozenset({"insight.view", *permissions}), **limits)
    return Actor(kind="user", id="01900000-0000-7000-8000-000000000001", scopes=(scope,))


def freeze(actor: Actor, metric: str = "incoming_manual", *, at: datetime = THEN, **more: Any) -> Fact:
    question = Question(**{"metric": metric, "start": START + 4 * WEEK, "end": START + 5 * WEEK, **more})
    with clock.at(at), writing(actor) as w:
        return actions.freeze(w, actor, question, about="launch:1")


def test_a_fact_keeps_its_answer_and_says_why_it_moved() -> None:
    for week in range(5):
        for day in range(7):
            happen(10 if week < 4 else 16, START + week * WEEK + day * DAY, market="US" if day % 2 else "DE")
    settle()
    row = freeze(someone(), by="market", interval="day")
    answer = queries.answer_of(row)
    assert (answer.value, answer.before, answer.rows, answer.base) == (112, 70, 112, "vs four weeks")
    assert answer.change_low is not None and answer.change_high is not None
    assert 0 < answer.change_low < 0.6 < answer.change_high
    assert {cell.names[0]: (cell.value, cell.before) for cell in answer.table} == {"DE": (64, 40), "US": (48, 30)}
    assert [point.value for point in answer.series] == [16] * 7
    assert (row.unit, row.read_by, row.about) == ("count", str(someone()), "launch:1") and row.leaf > 0
    with clock.at(THEN + DAY):
        same = queries.again(someone(), row)
        assert (same.drift, same.why) == (0, ())
        happen(3, START + 4 * WEEK + 9 * timedelta(hours=1))
        settle()
        moved = queries.again(someone(), row)
    assert moved.now is not None and (moved.now.value, moved.drift) == (115, 3)
    assert [(why.code, why.count) for why in moved.why] == [("late", 3)]
    assert queries.answer_of(Fact.objects.get(pk=row.pk)).value == 112
    assert "incoming_manual" in queries.rows_url(row)


def test_a_regrouped_dimension_and_an_unfinished_span_are_named() -> None:
    happen(6, START + 4 * WEEK, market="US")
    happen(4, START + 4 * WEEK, market="DE")
    settle()
    chief = someone("metric.define")
    keeping.save_dimension(chief, key="region", title="Region", base="market", groups={"DE": "EU"}, otherwise="Rest")
    row = freeze(chief, filters={"region": "EU"}, at=START + 4 * WEEK + DAY)
    assert queries.answer_of(row).value == 4
    keeping.save_dimension(chief, key="region", title="Region", base="market", groups={"DE": "EU", "US": "EU"})
    with clock.at(START + 4 * WEEK + DAY):
        found = queries.again(chief, row)
    assert found.drift == 6 and [why.code for why in found.why] == ["regrouped", "open"]
    keeping.save_dimension(chief, key="region", title="Region", base="market", groups={"DE": "EU"}, archived=True)
    assert queries.again(chief, row).why[0].code == "gone"


def test_who_sees_less_than_the_number_counts_does_not_see_it() -> None:
    happen(6, START + 4 * WEEK, market="US", vendor="north")
    happen(4, START + 4 * WEEK, market="DE", vendor="south")
    happen(5, START + 4 * WEEK, market="DE", clearance="csam")
    settle()
    everyone, german = someone(clearances=frozenset({"csam"})), someone(markets=frozenset({"DE"}))
    whole, narrow = freeze(everyone), freeze(everyone, filters={"market": "DE"})
    assert queries.answer_of(whole).value == 10  # restricted work is in no fact, whoever asks
    assert (queries.may_see(german, whole), queries.may_see(german, narrow)) == (False, True)
    assert queries.answer_of(freeze(german)).value == 4 == queries.answer_of(narrow).value
    assert [row.pk for row in queries.about(german, "launch:1")] != []
    assert whole.pk not in [row.pk for row in queries.about(german, "launch:1")]
    assert queries.may_see(someone(), freeze(german)) and not queries.may_see(someone(max_severity=3), whole)
    with pytest.raises(Forbidden):
        queries.again(german, whole)
    nobody = Actor(kind="user", id="2", scopes=(Scope(role="y", permissions=frozenset({"programme.view"})),))
    assert not queries.may_see(nobody, narrow)
    with pytest.raises(Forbidden):
        freeze(nobody)


def test_no_fact_speaks_of_single_persons() -> None:
    for number in range(8):
        happen(3, START + 4 * WEEK, type_="job.decided", reviewer=f"r{number}", team="big" if number < 6 else "small",
               active_total_ms=1000 * (number + 1))  # fmt: skip
    settle()
    with pytest.raises(BadInput, match="single persons"):
        freeze(someone(), "aht", by="reviewer")
    with pytest.raises(BadInput, match="single persons"):
        freeze(someone(), "aht", filters={"reviewer": "r1"})
    with pytest.raises(BadInput, match="Fewer than 5"):
        freeze(someone(), "jobs_solved", filters={"team": "small"})
    cells = {cell.names[0]: cell for cell in queries.answer_of(freeze(someone(), "jobs_solved", by="team")).table}
    assert cells["small"].hidden and cells["small"].value is None and cells["big"].value == 18


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"metric": "none_such"}, "metric"),
        ({"end": START}, "end"),
        ({"by": "mood"}, "by"),
        ({"compare": "luck"}, "compare"),
        ({"interval": "hour", "start": START - 10 * WEEK}, "interval"),
        ({"filters": {"market": "x" * 300}}, "filters"),
        ({"start": START.replace(tzinfo=None), "end": THEN.replace(tzinfo=None)}, "start"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(change: dict[str, Any], where: str) -> None:
    with pytest.raises(BadInput) as refused:
        freeze(someone(), **change)
    assert refused.value.where == where


def test_the_pages_and_the_api_say_it_to_whom_it_is_open() -> None:
    happen(6, START + 4 * WEEK, market="US")
    happen(2, START + 4 * WEEK, market="DE")
    settle()
    manager = member({"insight.view", "programme.view"}, "Mia Manager")
    row = freeze(actor_of(manager), by="market", interval="day")
    narrow = member({"insight.view", "programme.view"}, "Gerd German", markets=["DE"])
    page = signed_in(manager).get(queries.url(row))
    said = page.content.decode()
    assert page.status_code == 200 and "Mia Manager" in said and "It says the same now." in said and ">8<" in said
    assert queries.rows_url(row).replace("&", "&amp;") in said
    hidden = signed_in(narrow).get(queries.url(row))
    assert (
        hidden.status_code == 200
        and "not open to you" in hidden.content.decode()
        and ">8<" not in hidden.content.decode()
    )
    assert "not open to you" in signed_in(narrow).get("/programme/facts").content.decode()
    assert b"incoming_manual" in signed_in(manager).get("/programme/facts?format=csv").getvalue()
    assert b"incoming_manual" not in signed_in(narrow).get("/programme/facts?format=csv").getvalue()
    assert signed_in(member({"case.view"})).get(queries.url(row)).status_code == 403
    assert signed_in(manager).get("/programme/facts/nonsense").status_code == 404
    for permissions, status in ((["insight.view", "programme.view"], 200), (["programme.view"], 404)):
        with writing(system("test")) as w:
            _row, secret = create_token(w, system("test"), name="t", source="t", permissions=permissions)
        browser, url = Client(headers={"authorization": f"Bearer {secret}"}), f"/v1{queries.url(row)}"
        assert browser.get(url).status_code == status
        if status == 200:
            assert browser.get(url).json()["answer"]["value"] == 8
            assert browser.get(f"{url}/again").json() == {"now": 8, "drift": 0, "why": []}
