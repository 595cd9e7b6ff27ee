"""One open case per item and harm group: joining, the cool-down, changed items, mass reports, signals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.floor import CLEAN, SPAM, Floor, someone

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.contracts import SignalIn
from watchfloor.review.models import Case, Job, Report

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_reports_of_one_item_meet_in_one_case_and_hurry_it(floor: Floor) -> None:
    item, version = floor.item()
    first = floor.report(item, version, reach=100)
    before = first.jobs.get().priority
    second = floor.report(item, version, reach=50_000)
    job = second.jobs.get()
    assert first.pk == second.pk
    assert (second.report_count, second.reach) == (2, 50_000)
    assert job.priority > before
    assert second.jobs.count() == 1


def test_another_harm_group_is_another_case(floor: Floor) -> None:
    item, version = floor.item()
    assert floor.report(item, version).pk != floor.report(item, version, reason="hate-speech").pk


def test_the_same_receipt_twice_changes_nothing(floor: Floor) -> None:
    item, version = floor.item()
    receipt = new_id()
    floor.report(item, version, id=receipt)
    events = Event.objects.count()
    case = floor.report(item, version, id=receipt)
    assert case.report_count == 1
    assert Event.objects.count() == events


def test_one_reporter_counts_once_on_a_case(floor: Floor) -> None:
    item, version = floor.item()
    for _ in range(5):
        case = floor.report(item, version, reporter="eager")
    assert case.report_count == 1
    assert Report.objects.filter(case=case).count() == 5
    assert Report.objects.filter(case=case, counted=True).count() == 1


def test_a_report_during_the_cool_down_is_kept_but_does_not_reopen(floor: Floor) -> None:
    item, version = floor.item()
    with clock.at(START):
        floor.report(item, version)
        floor.decide(someone(), SPAM)
    with clock.at(START + timedelta(hours=23)):
        case = floor.report(item, version)
    assert case.state == "closed"
    assert list(Report.objects.filter(case=case).values_list("outcome", flat=True)) == ["upheld", "upheld"]
    assert not Job.objects.filter(state="ready").exists()


def test_after_the_cool_down_a_report_reopens(floor: Floor) -> None:
    item, version = floor.item()
    with clock.at(START):
        floor.report(item, version)
        floor.decide(someone(), CLEAN)
    later = START + timedelta(hours=25)
    with clock.at(later):
        case = floor.report(item, version)
    assert (case.state, case.reopened_at, case.report_count) == ("open", later, 1)
    assert case.due_at > later
    assert Job.objects.get(state="ready").cause == "reopened"


def test_a_changed_item_reopens_at_once(floor: Floor) -> None:
    item, version = floor.item("one", id="m")
    with clock.at(START):
        floor.report(item, version)
        floor.decide(someone(), CLEAN)
        item, changed = floor.item("two", id="m")
        case = floor.report(item, changed)
    assert (case.state, case.item_version) == ("open", changed)


def test_bodies_with_standing_have_half_the_time_and_their_own_queue(floor: Floor) -> None:
    with clock.at(START):
        user = floor.report(reason="scam")
        flagger = floor.report(reason="scam", reporter_kind="trusted_flagger", channel="trusted_flagger")
    assert user.due_at - START == timedelta(hours=8)
    assert flagger.due_at - START == timedelta(hours=4)
    assert flagger.jobs.get().queue_key == "trusted"
    assert flagger.trusted_count == 1


def test_signals_join_the_open_case(floor: Floor) -> None:
    item, version = floor.item()
    case = floor.report(item, version)
    signals = [SignalIn(source="rule:R12", policy_key="spam", reason="same link in 40 messages", score=0.9)]
    with writing(system("detection")) as w:
        joined = actions.receive_signals(w, item.pk, version, signals, open_case=False)
    assert joined is not None
    assert joined.pk == case.pk
    assert joined.signal_count == 1
    assert joined.jobs.count() == 1


def test_signals_open_a_case_only_when_told(floor: Floor) -> None:
    item, version = floor.item()
    signals = [SignalIn(source="model:spam", policy_key="spam", reason="looks like spam", score=0.7, severity=3)]
    with writing(system("detection")) as w:
        assert actions.receive_signals(w, item.pk, version, signals, open_case=False) is None
        case = actions.receive_signals(w, item.pk, version, signals, open_case=True, channel="model")
    assert case is not None
    assert (case.channel, case.severity, case.jobs.get().state) == ("model", 3, "ready")


def test_a_rule_decides_without_a_person(floor: Floor) -> None:
    item, version = floor.item()
    signals = [SignalIn(source="rule:R1", policy_key="spam", reason="known bad link")]
    with writing(system("detection")) as w:
        case = actions.receive_signals(w, item.pk, version, signals, open_case=True, make_job=False)
        assert case is not None
        decision = actions.decide_by_rule(w, case, SPAM, rule="R1")
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.closed_how, decision.decider, decision.origin) == ("closed", "auto", "rule:R1", "rule")
    assert not Job.objects.exists()


def test_a_rule_takes_the_case_off_the_floor_but_not_out_of_a_leads_hands(floor: Floor) -> None:
    case = floor.report()
    reviewer = someone()
    lease = floor.claim(reviewer)
    with writing(system("detection")) as w:
        actions.decide_by_rule(w, case, SPAM, rule="R1")
    with pytest.raises(Conflict, match="no longer hold"):
        actions.decide(reviewer, lease.job_id, lease.token, CLEAN)
    other = floor.report()
    lease = floor.claim(reviewer)
    actions.escalate(reviewer, lease.job_id, lease.token, "threat behind it")
    with pytest.raises(Conflict) as error, writing(system("detection")) as w:
        actions.decide_by_rule(w, other, SPAM, rule="R1")
    assert error.value.code == "case_not_open"


def test_an_unknown_reason_is_told_with_the_known_ones(floor: Floor) -> None:
    with pytest.raises(BadInput) as error:
        floor.report(reason="zzz")
    assert "spam" in error.value.hint
