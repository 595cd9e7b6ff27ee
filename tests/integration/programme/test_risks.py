"""Risks: the register with its history, indicators that turn and are told once, the horizon, the calendar that staffing counts on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from django.test import Client
from tests.support.people import actor_of, member, signed_in

from watchfloor.cli.main import cli
from watchfloor.identity.actions import create_token
from watchfloor.identity.domain import Actor, system
from watchfloor.insight import coming as calendars
from watchfloor.insight.changes import queries as changes
from watchfloor.insight.spikes import telling
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.models import Page
from watchfloor.programme.risks import access, palette, upcoming
from watchfloor.programme.risks.actions import coming, indicators, practices, register
from watchfloor.programme.risks.domain import EventIn, IndicatorIn, RiskIn
from watchfloor.programme.risks.models import CalendarEvent, Horizon, Indicator, PracticeLevel, Risk
from watchfloor.programme.tracking import queries as tracking

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
VIEW, EDIT = {"programme.view", "insight.view"}, {"programme.view", "programme.edit", "insight.view"}
GOOD = RiskIn(
    title="Coordinated reports empty the queue of appeals", cause="Anyone may report", event="Thousands report one account",
    effect="Wrongful removals", likelihood=4, impact=4, residual_likelihood=3, residual_impact=3, review_on=date(2026, 12, 1),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def written(actor: Actor | None = None, **more: Any) -> Risk:
    actor = actor or system("test")
    with writing(actor) as w:
        return register.write(w, actor, msgspec.structs.replace(GOOD, **more))


def test_the_register_keeps_what_a_risk_was_and_shows_each_their_own() -> None:
    owner = member(EDIT, "Olga Owner")
    row, local, of_vendor = written(owner=str(owner.pk)), written(market="DE"), written(vendor="")
    me = actor_of(owner)
    with writing(me) as w:
        register.change(w, me, row.pk, msgspec.structs.replace(GOOD, residual_likelihood=1), said="A rule catches it")
        register.review(w, me, row.pk, said="Still so", next_on=date(2027, 1, 1))
        control = register.set_control(
            w, me, row.pk, text="Reporters are weighed", works="works", tested_on=date(2026, 11, 1)
        )
        register.remove_control(w, me, row.pk, control.pk)
        register.remove_control(w, me, row.pk, control.pk, removed=False)
        register.close(w, me, row.pk, why="Reports are weighed now")
        register.reopen(w, me, row.pk)
    history = list(row.versions.order_by("number").values_list("what", "residual_likelihood"))
    assert history == [("written", 3), ("changed", 1), ("reviewed", 1), ("closed", 1), ("reopened", 1)]
    assert (row.number, local.number, of_vendor.number) == (1, 2, 3)
    said = str(list(Event.objects.filter(type__startswith="risk.").values_list("data", "changes")))
    assert "Thousands report" not in said and "weighed" not in said

    german, french = actor_of(member(EDIT, markets=["DE"])), actor_of(member(EDIT, markets=["FR"]))
    assert list(access.risks(german)) == [local] and list(access.risks(french)) == []
    assert list(access.risks(actor_of(member({"insight.view"})))) == []
    with pytest.raises(NotFound), writing(french) as w:
        register.change(w, french, local.pk, GOOD)
    for more, where in (
        ({"event": " "}, "event"), ({"likelihood": 6}, "likelihood"),
        ({"residual_impact": 5, "residual_likelihood": 5}, "residual_likelihood"),
        ({"review_on": date(2026, 1, 1)}, "review_on"), ({"owner": "nobody"}, "owner"), ({"vendor": "moon"}, "vendor"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            written(**more)
        assert caught.value.where == where
    with pytest.raises(BadInput):
        written(german, market="FR")
    sequencer.catch_up()
    assert not [each for each in check().differences if each.table.startswith("programme_")]


def test_an_indicator_turns_with_hysteresis_and_is_told_once_to_the_owner() -> None:
    owner, other = actor_of(member(VIEW, "Olga Owner")), actor_of(member(EDIT, "Otto Other"))
    row = written(owner=owner.id)
    with writing(system("test")) as w:
        layer = {"name": "primary", "people": [owner.id], "begins": "2026-01-05T09:00:00"}
        oncall.save_schedule(w, key="leads", name="Leads", zone="UTC", layers=[layer])
        oncall.save_policy(w, key="severe", name="Severe", steps=[{"targets": ["schedule:leads"], "wait": 5}])
        oncall.save_matrix(w, [{"escalation_policy": "severe", "min_severity": 4}])
        made = indicators.save(
            w, system("test"), row.pk, IndicatorIn(metric="sla_completed", amber=0.9, red=0.8, page=True, filters={"queue": ["q1"]})
        )  # fmt: skip

    def turn(value: float | None) -> str | None:
        with writing(system("test")) as w:
            return indicators.turn(w, made.pk, value, [value])

    assert turn(None) is None
    assert turn(0.95) == "green" and telling.mine(owner) == []
    assert turn(0.89) == "amber"
    assert [each.headline for each in telling.mine(owner)] == [f"Risk indicator amber: {_title()} ({row.title})"]
    assert telling.mine(other) == []
    assert turn(0.905) is None  # a little better is not better
    assert turn(None) is None
    assert turn(0.79) == "red" and Page.objects.filter(key=f"risk-indicator:{made.pk}").count() == 1
    assert turn(0.78) is None and turn(0.805) is None
    assert len(telling.mine(owner)) == 1
    assert turn(1.0) == "green" and telling.mine(owner) == []
    states = list(
        Event.objects.filter(type="risk.indicator_turned").order_by("ordinal").values_list("data__state", flat=True)
    )
    assert states == ["green", "amber", "red", "green"]
    for given, where in (
        (IndicatorIn(metric="sla_completed", amber=1, red=1), "red"), (IndicatorIn(metric="moon", amber=1, red=2), "metric"),
        (IndicatorIn(metric="sla_completed", amber=1, red=2, span="year"), "span"),
        (IndicatorIn(metric="sla_completed", amber=1, red=2, filters={"reviewer": ["x"]}), "filters"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught, writing(system("test")) as w:
            indicators.save(w, system("test"), row.pk, given)
        assert caught.value.where == where


def _title() -> str:
    from watchfloor.insight import catalogue

    return catalogue.metric("sla_completed").title


def test_the_calendar_is_in_the_change_log_and_staffing_counts_on_it() -> None:
    german = actor_of(member(EDIT, markets=["DE"]))
    start = NOW + timedelta(days=3)
    given = EventIn(
        title="Bundestag vote",
        kind="election",
        market="DE",
        starts_at=start,
        ends_at=start + timedelta(days=1),
        uplift=0.5,
    )
    with writing(german) as w:
        row = coming.write_event(w, german, given)
        coming.write_event(w, german, msgspec.structs.replace(given, uplift=0.6), event_id=row.pk)
    [told] = changes.between(start, start + timedelta(days=2))
    assert (told.kind, told.title, told.scope, told.effect) == ("world", "Bundestag vote", {"market": ["DE"]}, "more")
    everything, week = system("staffing"), (NOW, NOW + timedelta(days=7))
    assert [(each.title, each.market, each.uplift) for each in calendars.between(everything, *week)] == [
        ("Bundestag vote", "DE", 0.6)
    ]
    assert upcoming.known(everything, NOW, NOW + timedelta(days=2)) == []
    assert upcoming.known(actor_of(member(VIEW, markets=["FR"])), *week) == []
    with writing(german) as w:
        coming.cancel_event(w, german, row.pk)
    assert changes.between(start, start + timedelta(days=2)) == [] and calendars.between(everything, *week) == []
    with writing(german) as w:
        coming.cancel_event(w, german, row.pk, cancelled=False)
    assert len(changes.between(start, start + timedelta(days=2))) == 1
    with pytest.raises(BadInput), writing(german) as w:
        coming.write_event(w, german, msgspec.structs.replace(given, market="FR"))
    french = member(VIEW, markets=["FR"])
    page = signed_in(member(EDIT, markets=["DE"])).get("/programme/calendar").content.decode()
    assert "Bundestag vote" in page and "Bundestag" not in signed_in(french).get("/programme/calendar").content.decode()
    address = page.split('value="http')[1].split('"')[0].split("/programme/")[1]
    feed = Client().get(f"/programme/{address}")
    assert feed["content-type"].startswith("text/calendar") and "SUMMARY:Bundestag vote (DE)" in feed.content.decode()
    assert Client().get("/programme/feed/nonsense.ics").status_code == 404
    sequencer.catch_up()
    assert not [each for each in check().differences if each.table.startswith("programme_")]


def test_pages_and_programs() -> None:
    web, reader = signed_in(member(EDIT, "Petra")), signed_in(member(VIEW, "Rita"))
    form = {name: str(value) for name, value in msgspec.to_builtins(GOOD).items()}
    bad = web.post("/programme/risks/new", form | {"event": "", "cause": "kept <i>so</i>"})
    assert (
        bad.status_code == 422
        and "Say what would happen." in bad.content.decode()
        and "kept &lt;i&gt;so" in bad.content.decode()
    )
    assert web.post("/programme/risks/new", form | {"likelihood": "x"}).status_code == 422
    made = web.post("/programme/risks/new", form)
    at = made["location"]
    assert reader.get("/programme/risks/new").status_code == 403
    assert reader.post(at, {"do": "close", "why": "so"}).status_code == 404
    for given in (
        {"do": "control", "text": "Weigh reporters", "works": "works", "tested_on": "2026-11-01", "test_by": "2026-11-10"},
        {"do": "indicator", "metric": "sla_completed", "span": "day", "amber": "90", "red": "80", "queue": "q1"},
        {"do": "action", "action_title": "Weigh them twice", "due": "2026-12-01T10:00"},
        {"do": "review", "said": "Looked", "next_on": "2026-12-24"},
    ):  # fmt: skip
        assert web.post(at, given).status_code == 302, given
    wrong = web.post(at, {"do": "control", "text": "Another", "works": "works"})
    assert (
        wrong.status_code == 422
        and "Say when it was tried." in wrong.content.decode()
        and "Another" in wrong.content.decode()
    )
    row = Risk.objects.get()
    assert Indicator.objects.get().amber == 0.9 and len(tracking.of(f"risk:{row.pk}")) == 1
    page = reader.get(at).content.decode()
    assert all(
        text in page
        for text in ("Weigh reporters", "Test overdue", "Weigh them twice", "90.0 percentage points", "Looked")
    )
    assert "Close the risk" not in page
    for address in (
        "/programme/risks",
        "/programme/indicators",
        "/programme/horizon",
        "/programme/calendar",
        "/programme/practices",
    ):
        assert reader.get(address).status_code == 200 and reader.get(f"{address}?format=csv").status_code == 200, (
            address
        )
    lines = b"".join(reader.get("/programme/risks?format=csv").streaming_content).decode().splitlines()
    assert len(lines) == 2 and "Thousands report one account" in lines[1]
    assert "3x3" in reader.get("/programme/risks").content.decode()
    assert GOOD.title not in reader.get("/programme/risks?cell=1x1").content.decode()
    edited = web.post(f"{at}/edit", form | {"residual_likelihood": "1", "said": "Smaller"})
    assert edited.status_code == 302 and "Smaller" in reader.get(at).content.decode()

    near = {
        "do": "write",
        "kind": "law",
        "title": "A new act",
        "review_on": "2026-12-01",
        "impact": "Reports within a day",
        "market": "DE",
    }
    assert web.post("/programme/horizon", near | {"review_on": ""}).status_code == 422
    assert web.post("/programme/horizon", near).status_code == 302
    ahead = Horizon.objects.get()
    assert web.get(f"/programme/horizon?edit={ahead.pk}").content.decode().count("A new act") >= 2
    assert web.post("/programme/horizon", {"do": "done", "id": str(ahead.pk)}).status_code == 302
    assert "A new act" not in web.get("/programme/horizon").content.decode()
    assess = {"do": "assess", "practice": "governance.register", "level": "2", "evidence": "Looked through each month"}
    assert web.post("/programme/practices", assess | {"evidence": ""}).status_code == 422
    assert web.post("/programme/practices", assess).status_code == 302 and PracticeLevel.objects.get().level == 2
    with pytest.raises(NotFound), writing(system("test")) as w:
        practices.assess(w, "moon", level=0)
    assert signed_in(member(VIEW, markets=["DE"])).get("/programme/practices").status_code == 404
    event = {
        "do": "write",
        "title": "Final",
        "kind": "sport",
        "market": "DE",
        "uplift": "30",
        "starts_at": "2026-11-22T18:00",
    }
    assert web.post("/programme/calendar", event | {"ends_at": "2026-11-22T17:00"}).status_code == 422
    assert web.post("/programme/calendar", event | {"ends_at": "2026-11-22T22:00"}).status_code == 302
    assert CalendarEvent.objects.get().uplift == 0.3

    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="tool", permissions=sorted(EDIT), source="tool")
    api, head = Client(), {"authorization": f"Bearer {secret}"}
    body = {
        **form,
        **{name: getattr(GOOD, name) for name in ("likelihood", "impact", "residual_likelihood", "residual_impact")},
    }
    refused = api.post("/v1/programme/risks", body | {"likelihood": 9}, "application/json", headers=head)
    assert refused.json()["error"]["where"] == "likelihood"
    posted = api.post("/v1/programme/risks", body, "application/json", headers=head).json()
    assert (posted["band"], posted["residual_band"], posted["overdue"]) == ("high", "medium", False)
    watched = {"metric": "sla_completed", "amber": 0.9, "red": 0.8}
    one = f"/v1/programme/risks/{posted['id']}"
    assert api.post(f"{one}/indicators", watched, "application/json", headers=head).status_code == 201
    assert (
        api.put(one, body | {"residual_likelihood": 1}, "application/json", headers=head).json()["residual_band"]
        == "low"
    )
    assert api.get(one, headers=head).json()["indicators"][0]["state"] == "unknown"
    assert len(api.get("/v1/programme/risks", headers=head).json()["risks"]) == 2
    assert api.get("/v1/programme/horizon", headers=head).json() == {"horizon": []}
    assert len(api.get("/v1/programme/calendar?market=DE", headers=head).json()["events"]) == 1


def test_risks_from_the_command_line_and_in_the_palette() -> None:
    owner, stranger = member(EDIT, "Olga Owner"), actor_of(member(VIEW, markets=["FR"]))
    me = actor_of(owner)
    row, local = written(owner=str(owner.pk)), written(market="DE", title="A strike of moderators", residual_impact=1)
    with writing(me) as w:
        register.set_control(w, me, row.pk, text="A rule on bursts", works="works", tested_on=date(2026, 11, 2))
        indicators.save(w, me, row.pk, IndicatorIn(metric="sla_completed", amber=0.9, red=0.8))
        register.review(w, me, row.pk, said="Still so", next_on=date(2026, 11, 30))

    run = CliRunner().invoke
    listed = json.loads(run(cli, ["risk", "list", "--json"]).output)["risks"]
    assert [(each["number"], each["residual_band"]) for each in listed] == [
        (row.number, "medium"),
        (local.number, "low"),
    ]
    assert [
        each["number"] for each in json.loads(run(cli, ["risk", "list", "--market", "de", "--json"]).output)["risks"]
    ] == [local.number]
    told = run(cli, ["risk", "list"]).output
    assert "Olga Owner" in told and told.index("Coordinated") < told.index("A strike")
    assert "No risk like that" in run(cli, ["risk", "list", "--closed"]).output
    with clock.at(NOW + timedelta(days=11)):
        assert [
            each["number"] for each in json.loads(run(cli, ["risk", "list", "--overdue", "--json"]).output)["risks"]
        ] == [row.number]
    one = json.loads(run(cli, ["risk", "show", str(row.number), "--json"]).output)
    assert (one["controls"][0]["text"], one["indicators"][0]["metric"], one["history"][-1]["said"]) == (
        "A rule on bursts", "sla_completed", "Still so",
    )  # fmt: skip
    text = run(cli, ["risk", "show", str(row.number)]).output
    assert all(
        words in text for words in (row.title, "A rule on bursts", "Still so", "Olga Owner", "Cause: Anyone may report")
    )
    assert run(cli, ["risk", "show", "0"]).exit_code == 2
    assert isinstance(run(cli, ["risk", "show", "999"]).exception, NotFound)

    def offered(actor: Actor, query: str) -> list[str]:
        return [each["title"] for each in palette.provide(actor, query)]

    assert (
        offered(me, "appeals coordinated") == offered(me, f"risk {row.number}") == [f"Risk {row.number}: {row.title}"]
    )
    assert offered(me, f"r{local.number}") == [f"Risk {local.number}: {local.title}"]
    assert offered(me, "prac") == ["Practices"] and "New risk" in offered(me, "risk")
    assert offered(stranger, "strike") == offered(stranger, str(local.number)) == []
    assert offered(actor_of(member({"training.learn"})), "risk") == [] and offered(me, "9" * 40) == []
