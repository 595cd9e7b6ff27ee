"""Appeals, undo, escalations: everything that looks at a case again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.support.floor import CLEAN, LEAD, PLATFORM, SCAM, SENIOR, SPAM, UNSURE, Floor, someone

from watchfloor.enforcement.models import Action, Strike
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Appeal, Case, Decision, Escalation, Job, Report

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def appeal(decision: Decision, by: str = "author", appellant: str = "mallory") -> Appeal:
    return actions.file_appeal(PLATFORM, AppealIn(decision_id=decision.pk, by=by, appellant=appellant))


def test_an_appeal_never_goes_to_the_decider(floor: Floor) -> None:
    floor.report()
    decider = someone(SENIOR)
    row = appeal(floor.decide(decider, SPAM))
    job = Job.objects.get(kind="appeal")
    assert (row.state, job.queue_key, job.excluded) == ("queued", "appeals", [UUID(decider.id)])
    assert actions.claim(decider) is None
    assert floor.claim(someone(SENIOR)).job_id == job.pk


def test_not_even_when_the_row_says_they_hold_it(floor: Floor) -> None:
    floor.report()
    decider = someone(SENIOR)
    appeal(floor.decide(decider, SPAM))
    job = Job.objects.get(kind="appeal")
    until = clock.now() + timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(
        state="leased",
        lease_holder=UUID(decider.id),
        lease_token=9,
        lease_until=until,
        leased_at=clock.now(),
        excluded=[],
    )
    with pytest.raises(Forbidden):
        actions.decide(decider, job.pk, 9, CLEAN)
    job.refresh_from_db()
    assert job.state == "leased"


def test_reviewers_without_the_permission_get_no_appeals(floor: Floor) -> None:
    floor.report()
    appeal(floor.decide(someone(), SPAM))
    assert actions.claim(someone()) is None


def test_overturned_undoes_everything_at_once(floor: Floor) -> None:
    case = floor.report()
    first = floor.decide(someone(), SPAM)
    row = appeal(first)
    then = floor.decide(someone(SENIOR), CLEAN)
    row.refresh_from_db()
    first.refresh_from_db()
    case.refresh_from_db()
    assert (row.state, row.outcome_decision_id, then.supersedes_id) == ("overturned", then.pk, first.pk)
    assert first.superseded_at is not None
    assert case.last_decision_id == then.pk
    assert set(Strike.objects.values_list("state", flat=True)) == {"voided"}
    assert Action.objects.filter(inverse_of__decision_id=first.pk).count() == 1
    assert list(Report.objects.values_list("outcome", flat=True)) == ["rejected"]
    assert actions.remedy_done() == 0  # the platform has not confirmed yet
    Action.objects.filter(inverse_of__isnull=False).update(state="confirmed")
    assert actions.remedy_done() == 1
    row.refresh_from_db()
    assert row.state == "remedied"


def test_upheld_leaves_the_first_decision_standing(floor: Floor) -> None:
    floor.report()
    first = floor.decide(someone(), SPAM)
    row = appeal(first)
    actions_before = Action.objects.count()
    floor.decide(someone(SENIOR), SPAM)
    row.refresh_from_db()
    first.refresh_from_db()
    assert (row.state, first.superseded_at) == ("upheld", None)
    assert Action.objects.count() == actions_before


def test_modified_replaces_the_finding(floor: Floor) -> None:
    floor.report()
    first = floor.decide(someone(), SPAM)
    row = appeal(first)
    then = floor.decide(someone(SENIOR), SCAM)
    row.refresh_from_db()
    assert (row.state, then.policy_key, then.supersedes_id) == ("modified", "scam", first.pk)
    assert sorted(Strike.objects.values_list("state", flat=True)) == ["active", "voided"]


def test_an_unsure_appeal_goes_to_a_third_person(floor: Floor) -> None:
    floor.report()
    decider, second = someone(SENIOR), someone(SENIOR)
    row = appeal(floor.decide(decider, SPAM))
    floor.decide(second, UNSURE)
    assert actions.claim(decider) is None
    assert actions.claim(second) is None
    floor.decide(someone(SENIOR), CLEAN)
    row.refresh_from_db()
    assert row.state == "overturned"


def test_a_reporter_may_appeal_a_clean_decision(floor: Floor) -> None:
    floor.report(reporter="alice")
    row = appeal(floor.decide(someone(), CLEAN), "reporter", "alice")
    then = floor.decide(someone(SENIOR), SPAM)
    row.refresh_from_db()
    assert row.state == "overturned"
    assert Action.objects.filter(decision_id=then.pk).exists()
    assert list(Report.objects.values_list("outcome", flat=True)) == ["upheld"]


def test_one_appeal_a_side_and_false_attempts_do_not_count(floor: Floor) -> None:
    floor.report()
    first = floor.decide(someone(), SPAM)
    stranger = appeal(first, appellant="somebody else")
    assert (stranger.state, stranger.why) == ("ineligible", "The appellant is not the author.")
    assert appeal(first, "reporter", "alice").state == "ineligible"
    assert appeal(first).state == "queued"
    with pytest.raises(Conflict) as error:
        appeal(first)
    assert error.value.code == "appealed_already"


def test_too_late_or_fallen_decisions_are_not_heard(floor: Floor) -> None:
    with clock.at(START):
        floor.report()
        reviewer = someone()
        first = floor.decide(reviewer, SPAM)
        floor.report()
        other = floor.decide(reviewer, SPAM)
        actions.undo(reviewer, other.pk, "wrong key")
        assert appeal(other).why == "The decision no longer stands."
    with clock.at(START + timedelta(days=185)):
        assert appeal(first).why == "The time to object is over."


def test_a_withdrawn_appeal_ends_its_job(floor: Floor) -> None:
    floor.report()
    row = appeal(floor.decide(someone(), SPAM))
    actions.withdraw(PLATFORM, row.pk)
    assert Job.objects.get(kind="appeal").state == "cancelled"


def test_undo_takes_back_and_looks_again(floor: Floor) -> None:
    case = floor.report()
    reviewer = someone()
    first = floor.decide(reviewer, SPAM)
    undone = actions.undo(reviewer, first.pk, "wrong key")
    case.refresh_from_db()
    first.refresh_from_db()
    assert (undone.supersedes_id, undone.origin, case.state) == (first.pk, "undo", "open")
    assert first.superseded_at is not None
    assert set(Strike.objects.values_list("state", flat=True)) == {"voided"}
    assert Report.objects.get().outcome == ""
    assert Job.objects.get(state="ready").cause == "reopened"
    floor.decide(reviewer, CLEAN)
    with pytest.raises(Conflict):
        actions.undo(reviewer, first.pk, "again")


def test_undo_is_for_ones_own_within_half_an_hour_or_for_leads(floor: Floor) -> None:
    reviewer = someone()
    with clock.at(START):
        floor.report()
        first = floor.decide(reviewer, SPAM)
        with pytest.raises(Forbidden):
            actions.undo(someone(), first.pk, "no")
        with pytest.raises(NotFound):
            actions.undo(someone(markets=frozenset({"DE"})), first.pk, "no")
    with clock.at(START + timedelta(minutes=31)):
        with pytest.raises(Forbidden):
            actions.undo(reviewer, first.pk, "late")
        actions.undo(someone(LEAD), first.pk, "a lead may")


def test_undo_of_unsure_calls_the_second_look_off(floor: Floor) -> None:
    floor.report()
    reviewer = someone()
    first = floor.decide(reviewer, UNSURE)
    actions.undo(reviewer, first.pk, "I see it now")
    assert [(job.kind, job.state) for job in Job.objects.order_by("id")] == [
        ("review", "decided"),
        ("second", "cancelled"),
        ("review", "ready"),
    ]


def test_a_decision_under_appeal_is_not_undone(floor: Floor) -> None:
    floor.report()
    reviewer = someone()
    first = floor.decide(reviewer, SPAM)
    appeal(first)
    with pytest.raises(Conflict) as error:
        actions.undo(reviewer, first.pk, "oh")
    assert error.value.code == "under_appeal"


def test_a_case_handed_up_is_acknowledged_by_who_takes_it_and_resolved_by_who_decides(floor: Floor) -> None:
    with clock.at(START):
        case = floor.report()
        reviewer, lead = someone(), someone(LEAD)
        lease = floor.claim(reviewer)
        row = actions.escalate(reviewer, lease.job_id, lease.token, "a threat behind it", "escalations")
        assert actions.claim(reviewer) is None
    with clock.at(START + timedelta(minutes=3)):
        floor.decide(lead, SPAM, queue="escalations")
    row.refresh_from_db()
    case.refresh_from_db()
    assert (row.state, case.state) == ("resolved", "closed")
    assert row.acknowledged_at == START + timedelta(minutes=3)
    assert Event.objects.get(type="escalation.acknowledged").data["in_time"]


def test_a_case_can_be_handed_back(floor: Floor) -> None:
    case = floor.report()
    reviewer, lead = someone(), someone(LEAD)
    lease = floor.claim(reviewer)
    actions.escalate(reviewer, lease.job_id, lease.token, "unsure of the policy")
    lease = floor.claim(lead)
    with pytest.raises(BadInput):
        actions.decide(lead, lease.job_id, lease.token, UNSURE)
    job = actions.hand_back(lead, lease.job_id, lease.token, "see 4.2 b")
    case.refresh_from_db()
    assert (case.state, job.kind, job.state, Escalation.objects.get().state) == (
        "open",
        "review",
        "ready",
        "handed_back",
    )


def test_a_repeated_finding_is_not_punished_twice(floor: Floor) -> None:
    item, version = floor.item()
    with clock.at(START):
        floor.report(item, version)
        floor.decide(someone(), SPAM)
    with clock.at(START + timedelta(days=2)):
        floor.report(item, version)
        floor.decide(someone(), SPAM)
    assert Strike.objects.count() == 1
    assert [event.data["enforced"] for event in Event.objects.filter(type="decision.made").order_by("ordinal")] == [
        True,
        False,
    ]


def test_a_later_clean_finding_lets_the_earlier_one_fall(floor: Floor) -> None:
    item, version = floor.item()
    with clock.at(START):
        floor.report(item, version)
        first = floor.decide(someone(), SPAM)
    with clock.at(START + timedelta(days=2)):
        floor.report(item, version)
        floor.decide(someone(), CLEAN)
    first.refresh_from_db()
    assert first.superseded_at is not None
    assert Strike.objects.get().state == "voided"


def test_a_violation_of_another_market_is_refused(floor: Floor) -> None:
    floor.report(reason="hate-speech")
    reviewer = someone()
    lease = floor.claim(reviewer)
    german = SPAM.__class__(verdict="violating", violation_key="hate.incitement-de")
    with pytest.raises(BadInput) as error:
        actions.decide(reviewer, lease.job_id, lease.token, german)
    assert error.value.code == "wrong_market"
    assert Case.objects.get().state == "open"
