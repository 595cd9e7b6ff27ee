"""Appeals: terms, who hears them, what everyone is told, disputes outside, misuse, and the platform's own way in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.support.floor import CLEAN, LEAD, PLATFORM, SENIOR, Floor, someone

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.models import Action, Notice, Strike
from watchfloor.identity.domain import system
from watchfloor.identity.tokens import create_token
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, appeal_find, blind
from watchfloor.review.actions import complainants, disputes
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.review.models import Appeal, Case, Decision, Dispute, Report

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HATE = DecisionIn(verdict="violating", violation_key="hate.slur", active_ms=9_000, rationale="It is a slur.")
WORSE = DecisionIn(verdict="violating", violation_key="hate.dehumanising", active_ms=9_000)
MANAGER = LEAD | {"appeal.manage"}


def file(decision: Decision, by: str = "author", appellant: str = "mallory", **more: Any) -> Appeal:
    return actions.file_appeal(PLATFORM, AppealIn(decision_id=decision.pk, by=by, appellant=appellant, **more))


def decided(floor: Floor, finding: DecisionIn = HATE, reason: str = "hate-speech", **more: Any) -> Decision:
    floor.report(reason=reason, **more)
    return floor.decide(someone(), finding)


def told(**wanted: Any) -> list[str]:
    return list(Notice.objects.filter(**wanted).order_by("id").values_list("template", flat=True))


def test_the_window_is_data_and_what_a_notice_promised_stays_promised(floor: Floor) -> None:
    boss = someone(MANAGER)
    with clock.at(START):
        promised = decided(floor)
        actions.save_terms(boss, {"days": 14, "windows": [{"days": 183, "market": "DE"}]})
        short = decided(floor)
    with clock.at(START + timedelta(days=15)):
        assert file(promised).state == "queued"
        refused = file(short)
        assert (refused.state, refused.why_code, refused.terms) == ("ineligible", "late", 1)
    with pytest.raises(BadInput, match="six months"):
        actions.save_terms(boss, {"windows": [{"days": 30, "market": "FR"}]})
    with pytest.raises(Forbidden):
        actions.save_terms(someone(LEAD), {})
    assert actions.restore_terms(boss, 0).document == {}


def test_bodies_outside_are_named_in_the_notice(floor: Floor) -> None:
    actions.save_terms(
        someone(MANAGER), {"bodies": [{"name": "Fair House", "url": "https://fair.example", "markets": []}]}
    )
    decided(floor)
    assert "- Fair House: https://fair.example" in Notice.objects.get(to="author").body


def test_an_overturned_appeal_withdraws_the_statement_and_tells_everyone(floor: Floor) -> None:
    first = decided(floor, reporter="bob")
    row = file(first)
    assert told(to="author") == ["author_violating", "appeal_received"]
    floor.decide(someone(SENIOR), CLEAN)
    row.refresh_from_db()
    stated = enforcement.statement(first.pk)
    assert stated is not None
    assert (row.state, stated.state, stated.why_ended) == ("overturned", "withdrawn", "appeal")
    assert Strike.objects.get().state == "voided"
    assert told(to="author")[2:] == ["author_reversed"]
    assert told(to="reporter", recipient="bob") == ["reporter_violating", "reporter_reversed"]
    lesson = Event.objects.get(type="appeal.lesson").data
    assert (lesson["how"], lesson["outcome"], lesson["first_violation"]) == ("appeal", "overturned", "hate.slur")
    assert lesson["first_decider"] == first.decider


def test_a_changed_decision_is_one_notice_and_a_new_statement(floor: Floor) -> None:
    first = decided(floor)
    file(first)
    then = floor.decide(someone(SENIOR), WORSE)
    old, new = enforcement.statement(first.pk), enforcement.statement(then.pk)
    assert old is not None and new is not None
    assert (old.state, new.state, new.violation_key) == ("withdrawn", "made", "hate.dehumanising")
    assert told(to="author") == ["author_violating", "appeal_received", "author_modified"]
    assert {row.state for row in Action.objects.filter(decision_id=first.pk)} == {"reversed"}


def test_an_upheld_appeal_is_answered_with_the_redress_that_is_left(floor: Floor) -> None:
    row = file(decided(floor), language="es")
    floor.decide(someone(SENIOR), HATE)
    answer = Notice.objects.get(template="appeal_upheld")
    assert (answer.language, answer.recipient) == ("es", "mallory")
    assert "tribunales" in answer.body
    assert ids.encode("apl", row.pk) in answer.body


def test_a_reporter_who_was_right_after_all_hears_so_and_so_does_the_author(floor: Floor) -> None:
    case = floor.report(reason="hate-speech", reporter="bob")
    first = floor.decide(someone(), CLEAN)
    file(first, by="reporter", appellant="bob")
    floor.decide(someone(SENIOR), HATE)
    assert told(to="reporter") == ["reporter_clean", "appeal_received", "reporter_violating"]
    assert told(to="author") == ["author_violating"]
    assert Report.objects.get(case=case).outcome == "upheld"


def test_the_reasons_of_the_first_are_hidden_from_whoever_hears_it_as_the_terms_say(floor: Floor) -> None:
    case = Case.objects.get(pk=decided(floor).case_id)
    file(Decision.objects.get())
    hearer = someone(SENIOR)
    floor.claim(hearer)
    assert blind.hides_reasoning(hearer, case)
    assert not blind.hides_reasoning(someone(SENIOR), case)
    actions.save_terms(someone(MANAGER), {"blind": "some", "blind_policies": ["spam"]})
    assert not blind.hides_reasoning(hearer, case)


def test_whoever_agreed_to_what_was_done_does_not_hear_the_appeal(floor: Floor) -> None:
    from watchfloor.enforcement import actions as enforce

    first = decided(floor, DecisionIn(verdict="violating", violation_key="hate.slur", actions=("suspend",)))
    second = someone(SENIOR)
    with writing(second) as w:
        enforce.approve(w, Action.objects.get(state="held").pk)
    file(first)
    assert actions.claim(second) is None
    assert actions.claim(someone(SENIOR)) is not None


def test_texts_are_handed_in_with_it_and_after_it_until_it_is_decided(floor: Floor) -> None:
    row = file(decided(floor), texts=(("proof.txt", "I wrote\x00 it in 1999."),))
    actions.add_text(PLATFORM, row.pk, "And here is more.")
    assert list(row.texts.order_by("id").values_list("text", flat=True)) == ["I wrote it in 1999.", "And here is more."]
    assert "1999" not in json.dumps([event.changes for event in Event.objects.filter(subject__startswith="appeal:")])
    with pytest.raises(BadInput, match="At most"):
        actions.add_text(PLATFORM, row.pk, "x" * 20_001)
    floor.decide(someone(SENIOR), CLEAN)
    with pytest.raises(Conflict):
        actions.add_text(PLATFORM, row.pk, "Too late.")


def test_a_body_outside_overturns_and_everything_is_undone(floor: Floor) -> None:
    boss = someone(MANAGER)
    with clock.at(START):
        first = decided(floor)
        file(first)
        floor.decide(someone(SENIOR), HATE)  # upheld: the person goes outside
        dispute = disputes.open_dispute(
            boss, first.pk, kind="out_of_court", body="Fair House", case_number="FH-1", by="author"
        )
        assert dispute.due_at == START + timedelta(days=90)
        with pytest.raises(Conflict):
            disputes.open_dispute(boss, first.pk, kind="court", body="Fair House", case_number="FH-1", by="author")
        assert disputes.extend(boss, dispute.pk, "Hard questions.").due_at == START + timedelta(days=180)
        with pytest.raises(Conflict):
            disputes.extend(boss, dispute.pk, "Again.")
    with clock.at(START + timedelta(days=100)):
        done = disputes.conclude(
            boss, dispute.pk, "overturned", cost_cents=15_000, currency="eur", note="We find for them."
        )
        first.refresh_from_db()
        assert first.superseded_at is not None
        assert (done.carried_out_at, done.currency) == (clock.now(), "EUR")
        assert Strike.objects.get().state == "voided"
        stated = enforcement.statement(first.pk)
        assert stated is not None and stated.state == "withdrawn"
        event = Event.objects.get(type="dispute.decided").data
        assert (event["in_time"], event["carried_out"], event["cost_cents"]) == (True, True, 15_000)
        assert Event.objects.get(type="appeal.lesson").data["how"] == "out_of_court"
        with pytest.raises(Conflict):
            disputes.conclude(boss, dispute.pk, "upheld")


def test_a_court_answers_the_appeal_that_still_waits(floor: Floor) -> None:
    boss, first = someone(MANAGER), decided(floor)
    row = file(first)
    dispute = disputes.open_dispute(
        boss, first.pk, kind="court", body="Regional court", case_number="3 O 1/26", by="author"
    )
    assert dispute.due_at is None
    with pytest.raises(BadInput, match="modified, not overturned"):
        disputes.conclude(boss, dispute.pk, "overturned", finding=WORSE)
    disputes.conclude(boss, dispute.pk, "modified", finding=WORSE)
    row.refresh_from_db()
    assert row.state == "modified"
    assert actions.claim(someone(SENIOR)) is None
    with pytest.raises(Forbidden):
        disputes.open_dispute(someone(LEAD), first.pk, kind="court", body="b", case_number="2", by="author")


def test_misuse_is_warned_of_first_and_then_suspended_for_a_while(floor: Floor) -> None:
    boss = someone(MANAGER)
    actions.save_terms(boss, {"abuse": {"least": 2, "share": 0.5, "suspend_days": 30}})

    def unfounded() -> None:
        row = file(decided(floor))
        hearer = someone(SENIOR)
        floor.decide(hearer, HATE)
        with pytest.raises(Forbidden):
            complainants.mark_unfounded(someone(SENIOR), row.pk, True)
        complainants.mark_unfounded(hearer, row.pk, True)

    with clock.at(START):
        unfounded()
        unfounded()
        assert complainants.record_of("author", "mallory").proposed == "warning"
        with pytest.raises(Conflict, match="without a warning"):
            complainants.suspend(boss, "author", "mallory", "why", gravity="g")
        complainants.warn(boss, "author", "mallory", "Your last appeals gave no reason at all.")
        assert "gave no reason" in Notice.objects.get(template="appellant_warned").body
        with pytest.raises(Conflict, match="Since the warning"):
            complainants.suspend(boss, "author", "mallory", "why", gravity="g")
    with clock.at(START + timedelta(days=1)):
        unfounded()
        assert [row.proposed for row in complainants.records(show="proposed")] == ["suspension"]
        complainants.suspend(boss, "author", "mallory", "It went on.", gravity="It costs hours.", intent="To delay.")
        refused = file(decided(floor))
        assert (refused.state, refused.why_code) == ("ineligible", "suspended")
        assert (
            file(decided(floor, CLEAN, reporter="mallory"), by="reporter").state == "queued"
        )  # the other side is free
    with clock.at(START + timedelta(days=32)):
        assert not complainants.is_suspended("author", "mallory")


def test_trusted_flaggers_hear_that_their_report_has_arrived(floor: Floor) -> None:
    floor.report(
        reason="hate-speech", reporter_kind="trusted_flagger", channel="trusted_flagger", reporter="hotline.example"
    )
    floor.report(reason="hate-speech", reporter="bob")
    receipt = Notice.objects.get(template="reporter_received")
    assert (receipt.recipient, receipt.decision_id) == ("hotline.example", None)
    assert ids.encode("rpt", Report.objects.get(reporter="hotline.example").pk) in receipt.body


def test_the_list_and_its_figures(floor: Floor) -> None:
    boss = someone(MANAGER)
    with clock.at(START):
        upheld, fell, waits = file(decided(floor)), file(decided(floor)), file(decided(floor))
    with clock.at(START + timedelta(hours=2)):
        job = floor.claim(someone(SENIOR))
        assert job
        hearer = someone(SENIOR)
        floor.decide(hearer, CLEAN)
        figures = appeal_find.figures(appeal_find.appeals(boss, {}))
    assert (figures.waiting, figures.heard, figures.fell, figures.median_hours) == (2, 1, 1, 2.0)
    assert appeal_find.appeals(boss, {"state": "fell"}).count() == 1
    assert appeal_find.appeals(boss, {"q": ids.encode("apl", waits.pk)}).get() == waits
    assert appeal_find.appeals(boss, {"q": "mallory"}).count() == 3
    nobody = someone(frozenset({"case.view"}), markets=frozenset({"ZZ"}))
    assert not appeal_find.appeals(nobody, {}).exists()
    with pytest.raises(NotFound):
        appeal_find.appeal(nobody, upheld.pk)
    assert fell.case_id != upheld.case_id


@pytest.fixture
def api(floor: Floor) -> Any:
    with writing(system("test")) as w:
        _row, secret = create_token(w, system("test"), name="t", source="t", permissions=["appeal.submit", "case.view"])
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(path: str, body: Any = None, status: int = 200) -> Any:
        answer = (
            client.get(f"/v1/{path}")
            if body is None
            else client.post(f"/v1/{path}", body, content_type="application/json")
        )
        assert answer.status_code == status, (path, answer.content)
        return answer.json()

    return ask


def test_by_api(floor: Floor, api: Any) -> None:
    first = decided(floor)
    body = {
        "decision": ids.encode("dec", first.pk), "by": "author", "appellant": "mallory", "grounds": "No.",
        "texts": [{"name": "a.txt", "text": "More."}],
    }  # fmt: skip
    filed = api("appeals", body, 201)
    assert (filed["state"], filed["outcome"], filed["statement"]) == ("queued", "", "made")
    assert api("appeals", body, 409)["error"]["code"] == "appealed_already"
    assert api(f"appeals/{filed['id']}/texts", {"text": "Still more."}, 201)["characters"] == 11
    floor.decide(someone(SENIOR), CLEAN)
    now = api(f"appeals/{filed['id']}")
    assert (now["state"], now["outcome"], now["statement"]) == ("overturned", "overturned", "withdrawn")
    assert [row["id"] for row in api("appeals?state=fell")["appeals"]] == [filed["id"]]
    assert api(f"appeals/{filed['id']}/withdraw", {}, 409)
    other = api("appeals", {**body, "decision": ids.encode("dec", decided(floor).pk)}, 201)
    assert api(f"appeals/{other['id']}/withdraw", {})["state"] == "withdrawn"
    api(f"appeals/{ids.encode('apl', ids.new_id())}", status=404)


def test_the_pages(floor: Floor) -> None:
    from django.urls import reverse
    from tests.support.people import member, signed_in

    row = file(decided(floor), texts=(("<b>.txt", "<script>1</script>"),))
    boss, reader = signed_in(member(MANAGER)), signed_in(member(frozenset({"case.view"})))
    page = reader.get(reverse("appeals") + "?state=waiting").content.decode()
    assert ids.short(row.case_id) in page and "Terms of appeals" not in page
    assert b"".join(reader.get(reverse("appeals") + "?format=csv").streaming_content).count(b"\n") == 2
    assert reader.get(reverse("appeals") + "?since=never").status_code == 422
    one = reverse("appeal", args=[ids.encode("apl", row.pk)])
    seen = reader.get(one).content.decode()
    assert (
        "&lt;script&gt;1&lt;/script&gt;" in seen and "Statement of reasons" in seen and "Record a dispute" not in seen
    )
    assert (
        reader.post(one, {"step": "dispute", "kind": "court", "body": "Court", "case_number": "1"}).status_code == 422
    )
    assert boss.post(one, {"step": "dispute", "kind": "court", "body": "", "case_number": "7 K 1"}).status_code == 422
    assert (
        boss.post(one, {"step": "dispute", "kind": "out_of_court", "body": "Fair", "case_number": "1"}).status_code
        == 302
    )
    dispute = Dispute.objects.get()
    assert boss.post(one, {"step": "extend", "dispute": dispute.pk, "why": "Hard."}).status_code == 302
    wrong = {"step": "conclude", "dispute": dispute.pk, "outcome": "overturned", "cost": "1.2.3"}
    assert boss.post(one, wrong).status_code == 422
    assert boss.post(one, {**wrong, "cost": "150,5", "currency": "eur"}).status_code == 302
    dispute.refresh_from_db()
    assert (dispute.outcome, dispute.cost_cents, dispute.carried_out_at is not None) == ("overturned", 15_050, True)
    assert "stands no longer" in reader.get(one).content.decode()

    terms = reverse("appeal-terms")
    assert reader.get(terms).status_code == 404 or reader.get(terms).status_code == 403
    form = {
        "default_days": "200", "days": ["30", ""], "side": ["reporter", ""], "market": ["US", ""], "policy": ["", ""],
        "notice": ["", ""], "blind": "none", "receipts": ["trusted_flagger", "email"], "abuse_least": "3", "abuse_share": "50",
        "abuse_days": "90", "suspend_days": "14", "bodies": "Fair House | https://fair.example | DE, FR", "step": "save",
    }  # fmt: skip
    assert boss.post(terms, {**form, "default_days": "soon"}).status_code == 422
    assert boss.post(terms, form).status_code == 302
    from watchfloor.review import appeal_terms

    now = appeal_terms.current()
    assert (now.days, now.windows[0].days, now.blind, now.abuse.share, now.bodies[0].markets) == (
        200,
        30,
        "none",
        0.5,
        ("DE", "FR"),
    )
    assert "Fair House" in boss.get(terms).content.decode()
    assert boss.post(terms, {"step": "restore", "number": "0"}).status_code == 302

    people = reverse("complainants")
    Appeal.objects.update(unfounded=True)
    assert "mallory" in boss.get(people).content.decode()
    assert boss.post(people, {"step": "warn", "side": "author", "appellant": "mallory", "why": ""}).status_code == 422
    assert (
        boss.post(people, {"step": "warn", "side": "author", "appellant": "mallory", "why": "Please."}).status_code
        == 302
    )
    assert b"mallory" not in b"".join(boss.get(people + "?format=csv").streaming_content)


def test_whoever_decides_on_the_case_while_the_appeal_waits_is_not_handed_it(floor: Floor) -> None:
    with clock.at(START):
        first = decided(floor)
        file(first)
    with clock.at(START + timedelta(hours=30)):
        floor.report(Case.objects.get().item, reason="hate-speech")  # the case is open again
        later = someone(SENIOR)
        job = next(row for row in Case.objects.get().jobs.filter(state="ready") if row.kind == "review")
        lease = actions.claim(later, queue=job.queue_key)
        assert lease is not None and lease.job_id == job.pk
        actions.decide(later, job.pk, lease.token, WORSE)
        assert actions.claim(later) is None
        assert Event.objects.filter(type="appeal.kept_from").count() == 1
        assert floor.claim(someone(SENIOR)).job_id != job.pk
