"""Interventions on the facts of five markets: planned, measured on their day, told in words with intervals, seen by whom they concern."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from django.test import Client
from tests.support.intake import FloorMade
from tests.support.markets import CHANGED, LEFT, SHOWN, TODAY, WEEKS, written
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import system
from watchfloor.insight import facts, lake
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing
from watchfloor.programme.improvements import benefits
from watchfloor.programme.improvements import words as improvement_words
from watchfloor.programme.improvements.actions import delivering
from watchfloor.programme.improvements.benefits import Benefit
from watchfloor.programme.improvements.events import ImprovementPlanned
from watchfloor.programme.improvements.models import Proposal, Quantity
from watchfloor.programme.interventions import actions, money, queries, tasks, words
from watchfloor.programme.interventions.domain import Planned
from watchfloor.programme.interventions.models import Intervention
from watchfloor.vendors.actions.contracts import save_contract
from watchfloor.vendors.domain.terms import Rate, Terms
from watchfloor.workforce import actions as workforce
from watchfloor.workforce.models import PublishedWeek

pytestmark = pytest.mark.django_db
EDIT = {"programme.view", "programme.edit", "insight.view"}


@pytest.fixture(scope="module")
def markets(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """The facts are written once; the tests change nothing of them."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        written()
        yield
        transaction.set_rollback(True)
    import shutil

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()


def planned(**more: object) -> Planned:
    given = {
        "title": "A rule for link farms", "metric": "incoming_total", "expected_change": -0.3, "happened_at": CHANGED,
        "measure_on": CHANGED + timedelta(days=21), "filters": {"market": ["DE"]}, "by": "market", **more,
    }  # fmt: skip
    return Planned(**given)  # type: ignore[arg-type]


def begun(**more: object) -> Intervention:
    with clock.at(CHANGED - timedelta(days=1)), writing(system("test")) as w:
        return actions.begin(w, system("test"), planned(**more))


def test_it_is_measured_on_its_day_against_what_it_did_not_touch(markets: None) -> None:
    row, calm = begun(), begun(filters={"market": ["FR"]}, others=["ES", "IT", "PL"], title="Nothing at all")
    with clock.at(CHANGED + timedelta(days=20)):
        assert tasks.measure() == 0
    with clock.at(TODAY):
        assert tasks.measure() == 1 and tasks.measure() == 1 and tasks.measure() == 0
    row.refresh_from_db()
    found = queries.result(row)
    assert found is not None and row.outcome == "reversed" and row.state == "measured"
    told = found.effect
    assert told.low is not None and told.high is not None and told.relative is not None
    assert told.relative == pytest.approx(LEFT - 1, abs=0.08)
    assert told.high < 0
    assert sum(told.weights.values()) == pytest.approx(1, abs=1e-5) and set(told.weights) <= {"FR", "ES", "IT", "PL"}
    assert len(found.actual) == len(told.counterfactual) == 49 + 21
    said = words.verdict(found, row.metric)
    assert said.startswith("Reversed: ") and "fewer a month [" in said and "–" in said
    calm.refresh_from_db()
    nothing = queries.result(calm)
    assert (
        nothing is not None
        and calm.outcome == "not_reversed"
        and nothing.effect.p is not None
        and nothing.effect.p > 0.05
    )
    event = Event.objects.get(type="intervention.measured", subject=f"intervention:{row.pk}")
    assert (event.data["outcome"], event.data["low"]) == ("reversed", told.low)
    assert "link farms" not in str(
        list(Event.objects.filter(subject=f"intervention:{row.pk}").values_list("data", "changes"))
    )


def test_what_cannot_be_told_is_said_and_it_can_be_measured_again(markets: None) -> None:
    row = begun(by="", filters={"market": ["PL"]}, measure_on=CHANGED + timedelta(days=30))
    with clock.at(CHANGED + timedelta(days=2)), writing(system("test")) as w:
        row = actions.measure(w, row)
    found = queries.result(row)
    assert found is not None and (row.outcome, row.state) == ("unknown", "waiting")
    assert (
        words.verdict(found, row.metric)
        == "Cannot be told: Too early: 2 steps after the change, at least 3 are needed."
    )
    with clock.at(TODAY), writing(system("test")) as w:
        row = actions.measure(w, row)
        again = queries.result(row)
    assert again is not None and again.effect.method == "before_after" and again.effect.enough
    with clock.at(TODAY), writing(system("test")) as w:
        actions.withdraw(w, row.pk)
    with pytest.raises(Conflict), writing(system("test")) as w:
        actions.measure(w, row)
    with writing(system("test")) as w:
        assert actions.withdraw(w, row.pk, withdrawn=False).state == "waiting"
        assert actions.withdraw(w, row.pk, withdrawn=False).state == "waiting"
    never = begun(metric="sla_completed", by="", filters={})
    with clock.at(TODAY), writing(system("test")) as w:
        assert actions.measure(w, never).outcome == "unknown"


def test_a_plan_stays_as_it_was_fixed_and_within_ones_limits(markets: None) -> None:
    row = begun()
    with clock.at(CHANGED), writing(system("test")) as w:
        assert actions.change(w, system("test"), row.pk, planned(expected_change=-0.2)).expected_change == -0.2
    with clock.at(TODAY), pytest.raises(Conflict), writing(system("test")) as w:
        actions.change(w, system("test"), row.pk, planned(expected_change=-0.1))
    local = actor_of(member(EDIT, "Lotte Local", markets=["FR"]))
    for more, where in (
        ({}, "filters"), ({"metric": "nonsense"}, "metric"), ({"filters": {"moon": ["x"]}, "by": ""}, "filters"),
    ):  # fmt: skip
        with clock.at(CHANGED), pytest.raises(BadInput) as caught, writing(local) as w:
            actions.begin(w, local, planned(**more))
        assert caught.value.where == where
    assert queries.log(local) == []
    with pytest.raises(NotFound):
        queries.one(local, row.pk)
    with clock.at(CHANGED), writing(local) as w:
        mine = actions.begin(w, local, planned(filters={"market": ["FR"]}))
    assert [each.pk for each in queries.log(local)] == [mine.pk]
    assert queries.log(actor_of(member({"insight.view"}, "Nina Nobody"))) == []


def test_pages_and_programs(markets: None) -> None:
    spike = Spike.objects.create(
        metric="incoming_total", kind="spike", where={"market": "DE"}, starts_at=CHANGED - timedelta(days=5), found_by="system:test",
        last_at=CHANGED - timedelta(days=2), found_at=CHANGED - timedelta(days=5), value=90, expected=60,
    )  # fmt: skip
    person = member(EDIT, "Petra Planner")
    web, other = signed_in(person), signed_in(member({"programme.view"}, "Rita Reader"))
    with clock.at(CHANGED):
        form = web.get(f"/programme/interventions/new?about=spike:{ids.encode('spk', spike.pk)}").content.decode()
        assert f'value="spike:{spike.pk}"' in form and 'value="DE"' in form
        given = {
            "title": "Rule <b>r12</b>", "metric": "incoming_total", "expected_change": "-30", "happened_at": "2026-11-02T00:00",
            "measure_on": "2026-11-22T00:00", "market": "DE", "by": "market", "about": f"spike:{spike.pk}", "owner": str(person.pk),
        }  # fmt: skip
        bad = web.post("/programme/interventions/new", given | {"expected_change": "much", "note": "kept"})
        assert (bad.status_code, "Write a number." in bad.content.decode(), "kept" in bad.content.decode()) == (
            422,
            True,
            True,
        )
        assert other.get("/programme/interventions/new").status_code == 403
        made = web.post("/programme/interventions/new", given)
    assert made.status_code == 302
    with clock.at(TODAY):
        address = made["location"]
        assert "Not measured yet" in web.get(address).content.decode()
        assert other.post(address, {"do": "measure"}).status_code == 404
        assert web.post(address, {"do": "measure"}).status_code == 302
        page = web.get(address).content.decode()
        assert (
            "Reversed: " in page and "Where nothing happened" in page and "<b>r12" not in page and "without it" in page
        )
        turned = web.get("/programme/turned").content.decode()
        assert "Reversed" in turned and "Rule" in turned
        lines = b"".join(web.get("/programme/interventions?format=csv").streaming_content).decode().splitlines()
        assert len(lines) == 2 and "reversed" in lines[1]
        assert len(b"".join(web.get("/programme/turned?format=csv").streaming_content).decode().splitlines()) == 2

        def token(*permissions: str) -> dict[str, str]:
            with writing(system("test")) as w:
                _row, secret = create_token(
                    w, system("test"), name="tool", permissions=list(permissions), source="tool"
                )
            return {"authorization": f"Bearer {secret}"}

        api, tool, reader = Client(), token("programme.view", "programme.edit"), token("programme.view")
        body = {
            "title": "By a program", "metric": "incoming_total", "expected_change": -0.3, "happened_at": "2026-11-02T00:00:00Z",
            "measure_on": "2026-11-23T00:00:00Z", "filters": {"market": ["DE"]}, "by": "market",
        }  # fmt: skip
        assert api.post("/v1/programme/interventions", body, "application/json", headers=reader).status_code == 403
        said = api.post("/v1/programme/interventions", body | {"expected_change": 0}, "application/json", headers=tool)
        assert (said.status_code, said.json()["error"]["where"]) == (422, "expected_change")
        posted = api.post("/v1/programme/interventions", body, "application/json", headers=tool)
        assert posted.status_code == 201
        one = f"/v1/programme/interventions/{posted.json()['id']}"
        measured = api.post(f"{one}/measure", headers=tool).json()
        assert measured["outcome"] == "reversed" and measured["result"]["low"] < measured["result"]["high"] < 0
        assert api.get(one, headers=reader).json() == measured
        assert len(api.get("/v1/programme/interventions?outcome=reversed", headers=reader).json()["interventions"]) == 2
    sequencer.catch_up()
    assert not [each for each in check().differences if each.table.startswith("programme_")]


def test_exposure_is_measured_by_the_weeks_that_are_published(markets: None) -> None:
    with writing(system("test")) as w:
        for number in WEEKS:
            if number != -20:  # one that is not out has no value, which is not nought
                w.create(PublishedWeek, week=(CHANGED + timedelta(days=7 * number)).date())
        w.event(FloorMade(), ("week", "all"))
    shown = {"metric": "exposure_severe", "filters": {"vendor": ["north"]}, "by": "vendor", "expected_change": -0.3}
    for more, where in (
        ({"measure_on": CHANGED + timedelta(days=21)}, "measure_on"),
        ({"filters": {"vendor": ["north"], "queue": ["q"]}}, "filters"),
    ):
        with pytest.raises(BadInput) as caught:
            begun(**{**shown, "measure_on": CHANGED + timedelta(days=29), **more})
        assert caught.value.where == where
    row = begun(**shown, measure_on=CHANGED + timedelta(days=29))
    with clock.at(CHANGED + timedelta(days=28, hours=3)), writing(system("test")) as w:
        actions.measure(w, row)  # on the night to Monday: the last week is not out yet, and is not taken for nought
        early = queries.result(row := actions.locked(row.pk))
    assert early is not None and early.step == "week" and len(early.actual) == 26 + 3
    with clock.at(CHANGED + timedelta(days=29)), writing(system("test")) as w:
        row = actions.measure(w, row)
    found = queries.result(row)
    assert found is not None and row.outcome == "reversed" and found.filled == 1 and len(found.actual) == 26 + 4
    told = found.effect
    assert set(told.weights) <= {"south", "east", "west"} and told.relative == pytest.approx(SHOWN - 1, abs=0.06)
    low, high = words.verdict(found, row.metric).partition("[")[2].partition("]")[0].split("–")
    assert float(low) < 40 * (1 - SHOWN) * 365.25 / 84 < float(high), "hours a month"

    # A proposal that was sized by exposure is looked at again by the same engine.
    proposal, measured = _delivered("exposure", {"vendor": "north"}, [0.3, 0.4, 0.5], by="vendor", on="2026-12-01")
    assert measured.told and measured.low / 60 < 40 * (1 - SHOWN) * 365.25 / 84 < measured.high / 60
    assert (
        "h [" in improvement_words.benefit("exposure", msgspec.to_builtins(measured)) and proposal.state == "delivered"
    )


def test_agents_time_is_told_in_money_where_a_contract_names_a_rate(markets: None) -> None:
    effort = {"metric": "effort", "filters": {"market": ["DE"]}, "by": "market"}
    with clock.at(CHANGED):
        row = begun(**effort)
    with clock.at(TODAY), writing(system("test")) as w:
        row = actions.measure(w, row)
    plain = queries.result(row)
    assert plain is not None and row.outcome == "reversed" and plain.rate == [] and money.a_month(plain) is None
    with clock.at(CHANGED), writing(system("test")) as w:
        workforce.save_vendor(w, key="north", name="North", site="Oslo", time_zone="UTC")
        rates = (Rate("reviewer", 10, Decimal(12)), Rate("lead", 5, Decimal(18)))
        save_contract(w, "north", Terms(currency="EUR", rates=rates), CHANGED.date())
    with clock.at(TODAY), writing(system("test")) as w:
        row = actions.measure(w, row)
    found = queries.result(row)
    assert found is not None and found.rate == [12, 14, 18]
    month, paid = found.a_month, money.a_month(found)
    assert month is not None and paid is not None
    hours = [each / 3_600_000 for each in month]
    assert paid == pytest.approx((hours[0] * 14, hours[1] * 18, hours[2] * 12)) and paid[1] < paid[0] < paid[2] < 0

    manager = member(EDIT | {"vendor.view"}, "Vera Vendors")
    knows, others = signed_in(manager), signed_in(member(EDIT, "Petra Planner"))
    at = f"/programme/interventions/{row.pk}"
    with clock.at(TODAY):
        assert "EUR less a month [" in (page := knows.get(at).content.decode()) and "at 12.00–18.00 EUR an hour" in page
        assert "EUR" not in others.get(at).content.decode()
    assert not money.may_see(actor_of(member(EDIT | {"vendor.view"}, "Lo Limited", vendors=["south"])), row)

    # A proposal that was sized in money is told in money, at the rates it was sized by.
    proposal, measured = _delivered("cost", {"market": "DE"}, [0.2, 0.3, 0.4], by="market", on="2026-11-23")
    assert measured.told and measured.low < measured.value < measured.high
    minutes = -hours[0] * 60
    assert measured.value == pytest.approx(minutes * (0.2 + 4 * 0.25 + 0.3) / 6, rel=0.02)
    assert (
        " EUR [" in improvement_words.benefit("cost", msgspec.to_builtins(measured)) and proposal.measure_kind == "cost"
    )


def _delivered(kind: str, filters: dict[str, str], share: list[float], *, by: str, on: str) -> tuple[Proposal, Benefit]:
    """A proposal that was sized so, is in use since the change, and was measured on its day."""
    each, currency = ([0.2, 0.25, 0.3], "EUR") if kind == "cost" else ([], "")
    with clock.at(CHANGED + timedelta(hours=1)), writing(system("test")) as w:
        row = w.create(
            Proposal, number=1, state="accepted", title="Less of it", made_by="system:test", made_at=clock.now()
        )
        w.create(
            Quantity, proposal=row, kind=kind, filters=filters, starts_on=CHANGED - timedelta(days=28), ends_on=CHANGED - timedelta(days=1),
            base=[1, 1, 1], reach=1, share=share, each=each, result=[1, 1, 1], currency=currency, facts=[], basis="", seed=1,
            read_by="system:test", read_at=clock.now(),
        )  # fmt: skip
        w.event(ImprovementPlanned(planned=True), row)
        given = {"kind": kind, "shipped_on": CHANGED.date().isoformat(), "measure_on": on, "by": by}
        row = delivering.deliver(w, system("test"), row.pk, given)
    with clock.at(datetime.fromisoformat(f"{on}T09:00:00Z")), writing(system("test")) as w:
        row = delivering.measure(w, system("test"), row.pk)
    found = benefits.of(row)
    assert found is not None
    return row, found
