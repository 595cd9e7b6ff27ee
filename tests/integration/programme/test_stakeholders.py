"""The people around the work: the map, who answers for what, sign-offs that expire, updates by audience, questions, objectives."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from tests.support.floor import install
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import system
from watchfloor.insight import facts, lake
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.knowledge.models import Article
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.programme.stakeholders import actions, letters, queries
from watchfloor.programme.stakeholders.models import Objective, Question, SignOff, Stakeholder, Update
from watchfloor.programme.stakeholders.pages.objectives import show
from watchfloor.programme.tracking import actions as tracking
from watchfloor.programme.tracking.actions import Started

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = timedelta(days=1)
EDITS = frozenset({"programme.view", "programme.edit", "insight.view"})


def test_what_was_signed_holds_for_that_and_no_longer() -> None:
    ana, bo = member(EDITS, "Ana"), member({"programme.suggest"}, "Bo")
    with clock.at(NOW), writing(f"user:{ana.pk}") as w:
        plan = tracking.begin_initiative(w, Started(kind="launch", title="Hate 5", owner=ana.pk))
        about = f"initiative:{plan.pk}"
        [hers, his] = actions.ask_sign_off(w, about, "v1", [ana.pk, bo.pk], "Please read it")
        assert actions.ask_sign_off(w, about, "v1", [bo.pk]) == [his]  # asked already
    with pytest.raises(NotFound), writing(f"user:{ana.pk}") as w:
        actions.sign(w, his)  # nobody signs for another
    page = signed_in(bo)
    assert "Please read it" in page.get("/programme/yours").content.decode()
    assert page.post("/programme/yours", {"do": "refuse", "sign_off": str(his.pk)}).status_code == 422  # why not?
    assert page.post("/programme/yours", {"do": "sign", "sign_off": str(hers.pk)}).status_code == 404
    with clock.at(NOW + DAY):
        assert page.post("/programme/yours", {"do": "sign", "sign_off": str(his.pk)}).status_code == 302
    assert {each.person: each.state for each in queries.sign_offs(about, "v1")} == {ana.pk: "asked", bo.pk: "given"}
    assert {each.state for each in queries.sign_offs(about, "v2")} == {"expired"}
    with clock.at(NOW + 2 * DAY), writing(f"user:{ana.pk}") as w:
        [newer] = actions.ask_sign_off(w, about, "v2", [bo.pk])
    with pytest.raises(Conflict), writing(f"user:{bo.pk}") as w:
        actions.sign(w, his)
    with writing(f"user:{bo.pk}") as w:
        actions.refuse(w, newer, "The roll-back is not rehearsed")
    assert {each.person: each.state for each in queries.sign_offs(about, "v2")} == {ana.pk: "expired", bo.pk: "refused"}
    assert {each.person: each.state for each in queries.sign_offs(about, "v1")}[bo.pk] == "given"
    assert SignOff.objects.count() == 3
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_the_map_and_who_answers_for_what() -> None:
    ana = member(EDITS, "Ana Ruiz")
    hers, limited = signed_in(ana), signed_in(member({"programme.view"}, "Vic", vendors=["birch"]))
    who = {
        "do": "add",
        "name": "Legal",
        "kind": "group",
        "inside": "1",
        "interest": "3",
        "influence": "3",
        "zone": "UTC",
        "hears": "mail",
    }
    kept = hers.post("/programme/stakeholders", {**who, "influence": "9"})
    assert kept.status_code == 422 and 'value="Legal"' in kept.content.decode()
    assert hers.post("/programme/stakeholders", {**who, "address": "no address"}).status_code == 422
    assert hers.post("/programme/stakeholders", who).status_code == 302
    assert (
        hers.post(
            "/programme/stakeholders", {**who, "name": "=Press", "user": str(ana.pk), "interest": "1"}
        ).status_code
        == 302
    )
    legal, press = Stakeholder.objects.order_by("pk")
    assert (
        hers.post("/programme/stakeholders", {**who, "user": str(ana.pk)}).status_code == 422
    )  # is on the map already
    with writing(actor_of(ana)) as w:
        plan = tracking.begin_initiative(w, Started(kind="initiative", title="Appeals", owner=ana.pk))
    one = f"/programme/initiatives/{plan.pk}"
    page = hers.get(one).content.decode()
    assert "Nobody answers for it yet (A)." in page and "Legal has great influence" in page
    for row in (legal, press):
        assert hers.post(one, {"do": "letter", "stakeholder": str(row.pk), "letter": "A"}).status_code == 302
    assert queries.letters_of(plan.pk) == {legal.pk: "R", press.pk: "A"}  # exactly one answers for it
    assert "has great influence" not in hers.get(one).content.decode()
    assert "Legal" in hers.get(f"/programme/stakeholders/{legal.pk}").content.decode()
    assert limited.get(f"/programme/stakeholders/{legal.pk}").status_code == 404
    assert "Legal" not in limited.get("/programme/stakeholders").content.decode()
    csv = b"".join(hers.get("/programme/stakeholders?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=Press" in csv
    assert hers.post(f"/programme/stakeholders/{legal.pk}", {"do": "end"}).status_code == 302
    assert list(queries.stakeholders(actor_of(ana))) == [press]


def test_each_audience_reads_its_own() -> None:
    install()
    ana, bo, kim = member(EDITS, "Ana"), member({"programme.suggest"}, "Bo"), member({"programme.view"}, "Kim")
    with clock.at(NOW), writing(actor_of(ana)) as w:
        one = actions.save_stakeholder(w, name="Bo", user=bo.pk)
        other = actions.save_stakeholder(w, name="Kim", user=kim.pk, hears="here")
        outside = actions.save_stakeholder(w, name="Agency", inside=False, address="a@agency.example")
        near = actions.save_audience(w, "vendors", name="Vendors", members=[one.pk, outside.pk])
        actions.save_audience(w, "leads", name="Leads", members=[other.pk])
        draft = actions.draft_update(w, near.pk, title="New queue", text="From Monday.")
    hers, his, kims = signed_in(ana), signed_in(bo), signed_in(kim)
    assert "New queue" not in his.get("/programme/yours").content.decode()  # a draft
    assert "New queue" in hers.get("/programme/updates").content.decode()
    assert his.get("/programme/updates").status_code == kims.get("/programme/updates").status_code == 403
    assert hers.post("/programme/updates", {"do": "send", "update": str(draft.pk)}).status_code == 302
    with pytest.raises(Conflict), writing(actor_of(ana)) as w:
        actions.send_update(w, draft.pk)
    assert "From Monday." in his.get("/programme/yours").content.decode()
    assert "From Monday." not in kims.get("/programme/yours").content.decode()
    assert list(queries.updates(actor_of(kim))) == [] and Update.objects.get().told == 2
    while letters.send_due():
        pass
    assert sorted(each.to[0] for each in mail.outbox) == sorted(["a@agency.example", bo.email])


def test_a_question_is_answered_and_becomes_knowledge() -> None:
    install()
    ana, bo = member(EDITS, "Ana"), member({"programme.suggest"}, "Bo")
    hers, his = signed_in(ana), signed_in(bo)
    ask = {"do": "ask", "of": str(bo.pk), "text": "How many appeals wait in Lisbon?", "due": "2026-11-27T12:00"}
    with clock.at(NOW):
        assert hers.post("/programme/yours", {**ask, "due": "2026-11-20T12:00"}).status_code == 422
        assert hers.post("/programme/yours", ask).status_code == 302
        row = Question.objects.get()
        answer = {
            "do": "answer",
            "question": str(row.pk),
            "answer": "Forty, all of spam.",
            "article": "Appeals in Lisbon",
        }
        assert his.post("/programme/yours", ask).status_code == 422  # who only suggests asks nobody
        assert his.post("/programme/yours", answer).status_code == 422  # of which policy?
        assert his.post("/programme/yours", {**answer, "policy": "spam"}).status_code == 302
        assert "Forty, all of spam." in hers.get("/programme/yours").content.decode()
    row.refresh_from_db()
    assert Article.objects.get(pk=row.article_id).title == "Appeals in Lisbon"


class Ready(LedgerEvent, frozen=True, tag="test.programme_ready"):
    """Carries what a ready job carries."""

    market: str
    queue: str = "q1"
    policy: str = "spam"
    cause: str = "new"


def _ready(at: datetime, **markets: int) -> None:
    with clock.at(at), writing(system("test")) as w:
        for market, count in markets.items():
            for number in range(count):
                w.event(Ready(market=market), ("job", f"{at:%d}-{market}-{number}")).type = "job.ready"
    sequencer.catch_up()
    facts.export()


def test_an_objective_is_a_figure_of_the_catalogue() -> None:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    _ready(NOW - 5 * DAY, DE=8, US=3)
    _ready(NOW + 10 * DAY, DE=4, US=9)
    ana = member(EDITS, "Ana")
    hers = signed_in(ana)
    given = {"do": "save", "title": "Less from Germany", "metric": "incoming_manual", "dimension": "market", "values": "DE", "days": "28",
             "target": "2", "by": "2027-01-05"}  # fmt: skip
    with clock.at(NOW):
        for wrong in (
            {"target": "lots"},
            {"target": "nan"},
            {"by": "2026-01-01"},
            {"days": "500"},
            {"metric": "nothing"},
        ):
            assert hers.post("/programme/objectives", {**given, **wrong}).status_code == 422, wrong
        assert hers.post("/programme/objectives", given).status_code == 302
    row = Objective.objects.get()
    assert (row.start, row.target, row.filters) == (8, 2, {"market": ["DE"]})
    with clock.at(NOW + 30 * DAY):
        page = hers.get("/programme/objectives").content.decode()
        [line] = [show(actor_of(ana), row)]
    assert (line.now, round(line.way.share or 0, 3), line.way.time, line.way.verdict) == (4, 0.667, 0.75, "behind")
    assert "Behind" in page and "Less from Germany" in page
    assert hers.post("/programme/objectives", {"do": "end", "objective": str(row.pk)}).status_code == 302
    assert "Less from Germany" in hers.get("/programme/objectives?ended=1").content.decode()
    with pytest.raises(BadInput, match="dimension"), writing(system("test")) as w:
        actions.save_objective(
            w, system("test"), title="x", metric="incoming_manual", target=1, by=date(2027, 1, 1), filters={"planet": ["x"]}
        )  # fmt: skip
    lake.forget()
