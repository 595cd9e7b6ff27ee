"""A policy's launch on the real database: gates go green as facts change, a go puts it in force, a guard takes it back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.test import Client
from msgspec.structs import replace
from tests.support.floor import install, someone
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.identity.tokens import create_token
from watchfloor.insight import facts, lake
from watchfloor.insight.changes import between
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.models import Page
from watchfloor.policy import actions as policies
from watchfloor.policy import queries as policy_queries
from watchfloor.policy import texts
from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.launches import asking, tasks, watching
from watchfloor.programme.launches.actions import deciding, gating, planning, rolling
from watchfloor.programme.launches.baselines import freeze
from watchfloor.programme.launches.domain.document import Abuse, Document, Guard, Step, Volume
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.stakeholders import queries as stakeholders
from watchfloor.programme.stakeholders.actions.signing import sign
from watchfloor.programme.stakeholders.models import Letter
from watchfloor.programme.tracking import queries as tracking
from watchfloor.workforce import actions as workforce

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL = {
    "programme.view",
    "programme.edit",
    "programme.approve",
    "policy.approve",
    "policy.view",
    "insight.view",
    "rule.view",
}


class Opened(LedgerEvent, tag="test.case_opened"):
    """Carries what ``case.opened`` carries for the numbers."""

    market: str
    policy: str = "hate"
    severity: int = 2


class House(NamedTuple):
    """A manager, a policy specialist, a reviewer, and the version that is to be launched."""

    manager: User
    policy: User
    reviewer: User
    version: PolicyVersion


def open_cases(start: datetime, hours: int, hourly: int, market: str = "DE") -> None:
    """So many cases an hour, evenly."""
    with writing(system("test")) as w:
        for number in range(hours * hourly):
            at = start + number * HOUR / hourly
            made = w.event(Opened(market=market), ("case", f"{start.timestamp()}-{market}-{number}"))
            made.type, made.at = "case.opened", at
    sequencer.catch_up()
    facts.export()
    lake.forget()


@pytest.fixture
def house() -> Iterator[House]:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    install()
    with clock.at(MONDAY):
        manager, policy, reviewer = (
            member(ALL, "Mara Manager"),
            member(ALL, "Pia Policy"),
            member({"review.work"}, "Rui Reis"),
        )
        with writing(system("test")) as w:
            oncall.save_policy(
                w, key="floor", name="Floor", steps=[{"targets": [f"user:{manager.pk}"], "wait": 5}], repeat=1
            )
            oncall.save_matrix(w, [{"escalation_policy": "floor", "min_severity": 4}])
            workforce.save_vendor(w, key="alder", name="Alder", site="Manila", time_zone="Asia/Manila")
            workforce.save_reviewer(w, reviewer.pk, vendor_key="alder", languages=["de"], skills=["hate"])
        with writing(str(actor_of(policy))) as w:
            now = policy_queries.version_in_force("hate")
            assert now is not None
            document = texts.document_of(PolicyVersion.objects.get(pk=now.id))
            version = policies.draft_document(
                w, "hate", with_overlay(document), why="A symbol is forbidden in Germany."
            )
        yield House(manager, policy, reviewer, version)
    lake.forget()


def with_overlay(document: Any) -> Any:
    return replace(
        document, overlays={**document.overlays, "DE": "Symbols of unconstitutional organisations are removed at once."}
    )


def document_for(house: House, **more: Any) -> Document:
    values: dict[str, Any] = {
        "policy_key": "hate", "policy_number": house.version.number, "markets": ("DE",), "languages": ("en",), "queues": ("hate.other",),
        "vendors": ("alder",), "signers": (f"user:{house.policy.pk}",), "metrics": ("incoming_total",),
        "guards": (Guard(metric="incoming_total", limit=1.0, relative=True),),
        "steps": (Step(markets=("DE",), percent=10, starts_at=MONDAY + HOUR), Step(starts_at=MONDAY + 2 * HOUR)),
        "gates": ("policy", "volume", "training", "baseline", "legal", "abuse", "rollback", "sign_offs", "staffing"),
    }  # fmt: skip
    return Document(**{**values, **more})


def verdicts(row: Launch) -> dict[str, str]:
    return {gate.key: gate.verdict for gate in asking.gates_of(row)}


def planned(house: House, **more: Any) -> Launch:
    with writing(actor_of(house.manager)) as w:
        return planning.begin(
            w, kind="policy", title="German symbols", owner=f"user:{house.manager.pk}", document=document_for(house, **more),
            zone="Europe/Berlin",
        )  # fmt: skip


def mend(house: House, row: Launch) -> None:
    """Everything its gates ask for, but training and staffing."""
    with writing(actor_of(house.manager)) as w:
        policies.approve(w, house.version)
    whole = document_for(
        house, volumes=(Volume(queue="hate.other", market="DE", per_day=240),), no_clocks="Nothing starts one.", rollback="Bring it back.",
        abuse=(Abuse(case="Reports by a brigade.", answer="The brigade detector weighs them."),),
    )  # fmt: skip
    with writing(actor_of(house.manager)) as w:
        planning.change(
            w,
            row.pk,
            title=row.title,
            owner=row.owner,
            document=whole,
            zone=row.zone,
            seen=Launch.objects.get(pk=row.pk).revision,
        )
        freeze(w, row.pk, days=2)
    with writing(actor_of(house.policy)) as w:
        gating.say(w, row.pk, "abuse", holds=True, words="Read all of them.")
        gating.say(w, row.pk, "rollback", holds=True, words="Tried on the sandbox.")
    row.refresh_from_db()


def test_gates_turn_green_by_themselves_and_a_guard_takes_the_launch_back(house: House) -> None:
    manager, pia = actor_of(house.manager), actor_of(house.policy)
    open_cases(MONDAY - 2 * DAY, 48, 2)
    row = planned(house)
    plan = tracking.initiative_of(planning.about(row.pk))
    assert plan is not None and plan.kind == "launch"
    assert set(verdicts(row).values()) <= {"red", "unknown"}
    assert tasks.look_at_gates() == 9
    assert tasks.look_at_gates() == 0  # nothing turned: nothing is written

    with writing(manager) as w:
        planning.move(w, row.pk, "submit")
    mend(house, row)
    asked = stakeholders.sign_offs(planning.about(row.pk), planning.document_of(row).digest())
    with writing(pia) as w:
        sign(w, next(each.id for each in asked if each.state == "asked"))
    now = verdicts(row)
    assert now.pop("training") == "red" and now.pop("staffing") == "unknown"
    assert set(now.values()) == {"green"}, now
    with pytest.raises(Conflict, match="certified") as refused, writing(manager) as w:
        deciding.decide(w, manager, row.pk, go=True, why="Now.", seen=row.revision)
    assert refused.value.code == "gates_closed"

    with writing(system("test")) as w:  # the fact changes, and nobody touches the launch
        workforce.grant_certificate(w, house.reviewer.pk, "hate", version=house.version.number, how="exam")
    tasks.look_at_gates()
    assert row.gates.get(key="training").verdict == "green"
    with writing(manager) as w:
        gating.waive(w, row.pk, "staffing", "The volume is a tenth of what the floor takes.")
    clerk = someone(frozenset(ALL - {"policy.approve"}))
    with pytest.raises(Forbidden), writing(clerk) as w:
        deciding.decide(w, clerk, row.pk, go=True, why="Now.", seen=row.revision)
    with writing(manager) as w:
        record = deciding.decide(w, manager, row.pk, go=True, why="All is ready.", seen=row.revision)
    assert {gate["key"]: gate["verdict"] for gate in record.gates}["staffing"] == "waived"

    former = policy_queries.version_in_force("hate")
    assert former is not None
    assert tasks.begin_stages() == 0  # an hour early
    with clock.at(MONDAY + HOUR):
        assert tasks.begin_stages() == 1
        assert in_force() == former.number  # the first stage is written down only
    with clock.at(MONDAY + 2 * HOUR):
        assert tasks.begin_stages() == 1
        assert in_force() == house.version.number
        assert [
            change.title
            for change in between(MONDAY, clock.now())
            if change.kind == "policy" and change.source == "hand"
        ]

    open_cases(MONDAY + 2 * HOUR, 1, 4)  # twice the usual for an hour: it could be chance
    with clock.at(MONDAY + 3 * HOUR):
        assert [each.verdict for each in watching.guards_of(Launch.objects.get())] == ["calm"]
        assert tasks.read_guards() == 0
    open_cases(MONDAY + 3 * HOUR, 2, 60)
    with clock.at(MONDAY + 5 * HOUR):
        assert tasks.read_guards() == 1
        row = Launch.objects.get()
        assert (row.state, row.stopped_by) == ("rolled_back", "system:launches")
        assert row.stopped_by_guard["low"] > row.stopped_by_guard["limit"] == 2.0
        back = PolicyVersion.objects.get(policy_key="hate", state="in_force")
        assert (back.restores, back.overlays) == (former.number, former.overlays)
        assert [each["done"] for each in row.undone] == [True, True]
        assert Page.objects.get(key=f"launch:{row.pk}").words.startswith("Incoming")
        assert Letter.objects.get(key__startswith=f"launch:{row.pk}").person == house.manager.pk
        assert tasks.read_guards() == tasks.begin_stages() == 0
        with writing(manager) as w:
            planning.learn(w, row.pk, "The symbol is on every second football scarf.", close=False)
            planning.move(w, row.pk, "again")
        assert verdicts(Launch.objects.get())["baseline"] == "red"  # measured anew
    kinds = set(Event.objects.filter(subject=f"launch:{row.pk}").values_list("type", flat=True))
    assert {"launch.gate_turned", "launch.decided", "launch.stage_turned", "launch.stopped", "launch.closed"} <= kinds
    sequencer.catch_up()
    assert rebuild.check().differences == []


def in_force() -> int:
    found = policy_queries.version_in_force("hate")
    assert found is not None
    return found.number


def test_what_somebody_signed_or_reviewed_does_not_outlive_a_change(house: House) -> None:
    row = planned(house)
    with writing(actor_of(house.manager)) as w:
        planning.move(w, row.pk, "submit")
    mend(house, row)
    digest = planning.document_of(row).digest()
    with writing(actor_of(house.policy)) as w:
        sign(
            w, next(each.id for each in stakeholders.sign_offs(planning.about(row.pk), digest) if each.state == "asked")
        )
    assert [verdicts(row)[key] for key in ("abuse", "rollback", "sign_offs")] == ["green"] * 3
    with writing(actor_of(house.manager)) as w:
        row = planning.change(
            w, row.pk, title=row.title, owner=row.owner, zone=row.zone, seen=row.revision,
            document=document_for(house, abuse=(Abuse(case="Another.", answer="Nothing yet."),), rollback="Bring it back."),
        )  # fmt: skip
    assert [verdicts(row)[key] for key in ("abuse", "rollback", "sign_offs")] == ["red", "green", "red"]
    with pytest.raises(Conflict), writing(actor_of(house.manager)) as w:
        planning.change(w, row.pk, title="x", owner=row.owner, zone="UTC", seen=1, document=document_for(house))
    with pytest.raises(Conflict), writing(actor_of(house.manager)) as w:  # one's own launch is not reviewed by oneself
        gating.say(w, row.pk, "abuse", holds=True, words="I wrote it.")
    with pytest.raises(Conflict), writing(actor_of(house.manager)) as w:
        rolling.start(w, row.pk, 1)
    with writing(actor_of(house.manager)) as w:  # dropped, and taken up again with its plan
        planning.move(w, row.pk, "drop", "Not this year.")
        assert planning.move(w, row.pk, "again").state == "planned"
    plan = tracking.initiative_of(planning.about(row.pk))
    assert plan is not None and (plan.state, plan.ended_at) == ("planned", None)
    with writing(actor_of(house.manager)) as w:
        market = planning.begin(
            w, kind="market", title="Spain", owner="", document=Document(markets=("ES",), languages=("es",))
        )
    assert verdicts(market)["translations"] == "red"  # of every policy in force


def test_who_sees_what(house: House) -> None:
    row = planned(house)
    with writing(system("test")) as w:
        workforce.save_vendor(w, key="birch", name="Birch", site="Lisbon", time_zone="Europe/Lisbon")
        other = member({"review.work"}, "Ola")
        workforce.save_reviewer(w, other.pk, vendor_key="birch", languages=["de"], skills=["hate"])
        planning.change(
            w, row.pk, title=row.title, owner=row.owner, zone=row.zone, seen=row.revision,
            document=document_for(house, vendors=("alder", "birch")),
        )  # fmt: skip
    page, part = f"/programme/launches/{row.number}", f"/programme/launches/{row.number}/gates/training"
    french = signed_in(member({"programme.view", "programme.edit"}, "Flo", markets=["FR"]))
    for path in (page, f"{page}/gates", part, f"{page}/edit"):
        assert french.get(path).status_code == french.get(path.replace(f"/{row.number}", "/77")).status_code == 404
    assert "German symbols" not in french.get("/programme/launches").content.decode()
    assert french.post("/programme/launches/new", {"kind": "tooling", "title": "x", "markets": "DE"}).status_code == 422
    birch = signed_in(member({"programme.view", "programme.approve"}, "Bo", vendors=["birch"]))
    shown = birch.get(part).content.decode()
    assert "Birch" in shown and "Alder" not in shown
    assert post(birch, page, do="drop", back_why="x") == 404  # of one of its two vendors
    reader = signed_in(member({"programme.view"}, "Rae"))
    answer = reader.get(page).content.decode()
    assert "Alder" in reader.get(part).content.decode() and "not yours to see" in answer
    assert post(reader, page, do="submit") == 404 and post(reader, part, do="waive", why="x") == 404
    assert signed_in(member({"review.work"}, "Nobody")).get(page).status_code == 403


def test_pages_and_api(house: House) -> None:
    open_cases(MONDAY - 2 * DAY, 48, 2)
    manager = signed_in(house.manager)
    assert "No launch yet" in manager.get("/programme/launches").content.decode()
    typed = {
        "kind": "policy", "title": "German symbols", "version": f"hate:{house.version.number}", "owner": house.manager.email,
        "zone": "Europe/Berlin", "markets": "de", "languages": "de", "queues": ["hate.other"], "volume:hate.other:DE": "240", "signers": "",
        "guard_metric": ["incoming_total", ""], "guard_side": ["above", "above"], "guard_limit": ["20", ""],
        "guard_unit": ["relative", "own"], "step_markets": ["DE", ""], "step_percent": ["50", ""],
        "step_start": ["2027-03-28T02:30", ""], "hypercare_days": "14", "metrics": ["incoming_total"], "need-training": "90",
    }  # fmt: skip
    wrong = manager.post("/programme/launches/new", {**typed, "guard_limit": ["many", ""]})
    assert (
        wrong.status_code == 422
        and "This is no number" in wrong.content.decode()
        and "German symbols" in wrong.content.decode()
    )
    for field, value in (
        ("owner", "nobody@nowhere.test"),
        ("zone", "Mars/Crater"),
        ("step_start", ["soon", ""]),
        ("kind", "party"),
    ):
        assert manager.post("/programme/launches/new", {**typed, field: value}).status_code == 422, field
    assert post(manager, "/programme/launches/new", **typed) == 302
    row = Launch.objects.get()
    document = planning.document_of(row)
    assert document.needs == {"training": 0.9} and document.guards[0].limit == 0.2 and document.missing_volumes() == []
    assert document.steps[0].starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 02:30 is left out that night
    assert post(manager, f"/programme/launches/{row.number}/edit", **{**typed, "seen": "1", "title": "Symbols"}) == 302
    page = f"/programme/launches/{row.number}"
    assert post(manager, page, do="freeze") == 302 and post(manager, page, do="submit") == 302
    shown = manager.get(page).content.decode()
    for word in ("Symbols", "240 items a day are expected.", "1 of 1 metrics are frozen.", "Hypercare", "Go or no-go"):
        assert word in shown, word
    assert post(manager, page, do="go", why="x", seen="2") == 422
    assert post(manager, page, do="go", why="x", seen="two") == 422
    assert post(manager, page, do="withdraw", back_why="") == 422
    assert post(manager, f"{page}/gates/legal", do="waive", why="Asked counsel.") == 302
    csv = b"".join(manager.get(f"{page}/gates?format=csv")).decode()
    assert "Asked counsel." in csv and csv.count("\n") == 14
    first = manager.get(f"{page}/gates").content.decode()
    seen = first.partition("?seen=")[2][:16]
    assert manager.get(f"{page}/gates?seen={seen}").status_code == 204
    assert b"".join(manager.get("/programme/launches?format=csv")).decode().count("Symbols") == 1

    headers = {"HTTP_AUTHORIZATION": f"Bearer {token({'programme.view'})}"}
    api = Client()
    assert [each["title"] for each in api.get("/v1/launches", **headers).json()["launches"]] == ["Symbols"]
    assert api.get(f"/v1/launches/{row.number}", **headers).json()["state"] == "gated"
    told = api.get(f"/v1/launches/{row.number}/gates", **headers).json()
    assert told["open"] is False
    assert {each["key"]: each["verdict"] for each in told["gates"]}["legal"] == "waived"
    assert api.get("/v1/launches/99999999999", **headers).status_code == 404
    assert api.get("/v1/launches", HTTP_AUTHORIZATION=f"Bearer {token({'item.read'})}").status_code == 403


def post(client: Client, path: str, **fields: Any) -> int:
    return client.post(path, fields).status_code


def token(permissions: set[str]) -> str:
    with writing(system("test")) as w:
        return create_token(w, system("test"), name="t", source="test", permissions=sorted(permissions))[1]
