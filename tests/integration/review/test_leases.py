"""Leases: order, who gets what, tokens that go stale, skipping, heartbeats, the sweep."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.floor import LEAD, REVIEWER, SPAM, Floor, someone

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, queries
from watchfloor.review.actions.claims import sweep_leases
from watchfloor.review.events import QueueSaved
from watchfloor.review.models import Job, Queue
from watchfloor.workforce.models import Reviewer

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def work_as(actor: Actor, **values: object) -> None:
    """Put a reviewer on the roster."""
    with writing(system("test")) as w:
        row = w.create(Reviewer, id=uuid.UUID(actor.id), **{"vendor_key": "acme", **values})
        w.event(QueueSaved(key="-"), row)


def test_the_most_urgent_comes_first_and_next_up_knows_it(floor: Floor) -> None:
    spam, threat = floor.report(), floor.report(reason="threat")
    reviewer = someone()
    assert [job.case_id for job in queries.next_up(reviewer)] == [threat.pk, spam.pk]
    assert floor.claim(reviewer).case_id == threat.pk


def test_scopes_limit_what_is_given(floor: Floor) -> None:
    floor.report(reason="threat")
    floor.report(reason="child-abuse")
    assert actions.claim(someone(queues=frozenset({"spam.en"}))) is None
    assert actions.claim(someone(markets=frozenset({"DE"}))) is None
    assert actions.claim(someone(max_severity=3)) is None
    assert floor.claim(someone()).queue_key == "violence"
    assert actions.claim(someone()) is None
    assert floor.claim(someone(clearances=frozenset({"child_safety"}))).queue_key == "child-safety"


def test_the_roster_limits_what_is_given(floor: Floor) -> None:
    floor.report()
    for limits in ({"languages": ["es"]}, {"markets": ["DE"]}, {"skills": ["hate"]}, {"queues": ["hate.en"]}):
        reviewer = someone()
        work_as(reviewer, **limits)
        assert actions.claim(reviewer) is None
    fit = someone()
    work_as(fit, languages=["en"], markets=["US"], skills=["spam"], queues=["spam.en"])
    assert floor.claim(fit).queue_key == "spam.en"
    assert Event.objects.get(type="job.leased").data["vendor"] == "acme"


def test_who_left_the_roster_or_has_no_role_gets_nothing(floor: Floor) -> None:
    gone = someone()
    work_as(gone, active=False)
    with pytest.raises(Forbidden):
        actions.claim(gone)
    with pytest.raises(Forbidden):
        actions.claim(someone(frozenset({"floor.view"})))


def test_one_queue_can_be_asked_for_and_a_paused_one_gives_nothing(floor: Floor) -> None:
    floor.report()
    floor.report(reason="threat")
    reviewer = someone()
    with pytest.raises(NotFound):
        actions.claim(reviewer, queue="nowhere")
    with writing(system("test")) as w:
        actions.save_queue(w, key="violence", paused=True)
    assert actions.claim(reviewer, queue="violence") is None
    assert floor.claim(reviewer).queue_key == "spam.en"


def test_a_skipped_job_goes_to_somebody_else(floor: Floor) -> None:
    floor.report()
    reviewer = someone()
    lease = floor.claim(reviewer)
    with pytest.raises(BadInput):
        actions.skip(reviewer, lease.job_id, lease.token, "no mood")
    actions.skip(reviewer, lease.job_id, lease.token, "language")
    assert actions.claim(reviewer) is None
    assert floor.claim(someone()).job_id == lease.job_id
    assert Event.objects.get(type="job.released").data["detail"] == "language"


def test_a_released_job_may_come_back(floor: Floor) -> None:
    floor.report()
    reviewer = someone()
    lease = floor.claim(reviewer)
    actions.release(reviewer, lease.job_id, lease.token)
    again = floor.claim(reviewer)
    assert (again.job_id, again.token) == (lease.job_id, lease.token + 1)


def test_every_verb_refuses_a_stale_token(floor: Floor) -> None:
    floor.report()
    reviewer, other = someone(LEAD), someone()
    with clock.at(START):
        old = floor.claim(reviewer)
    with clock.at(START + timedelta(minutes=6)):
        new = floor.claim(other)  # the lease ran out and nobody has swept it: claimable all the same
        assert new.job_id == old.job_id
        assert new.token > old.token
        for verb in (
            lambda: actions.heartbeat(reviewer, old.job_id, old.token, 1),
            lambda: actions.extend(reviewer, old.job_id, old.token),
            lambda: actions.release(reviewer, old.job_id, old.token),
            lambda: actions.skip(reviewer, old.job_id, old.token, "other"),
            lambda: actions.decide(reviewer, old.job_id, old.token, SPAM),
            lambda: actions.escalate(reviewer, old.job_id, old.token, "why"),
            lambda: actions.decide(reviewer, old.job_id, new.token, SPAM),  # the right token, another's
            lambda: actions.decide(other, old.job_id, old.token, SPAM),
        ):
            with pytest.raises(Conflict) as error:
                verb()
            assert error.value.code == "stale_lease"
        actions.decide(other, new.job_id, new.token, SPAM)
    why = [event.data["why"] for event in Event.objects.filter(type="job.released")]
    assert why == ["expired"]


def test_heartbeats_keep_the_lease_and_count_focus_within_reason(floor: Floor) -> None:
    floor.report()
    reviewer = someone()
    with clock.at(START):
        lease = floor.claim(reviewer)
        events = Event.objects.count()
    with clock.at(START + timedelta(minutes=4)):
        until = actions.heartbeat(reviewer, lease.job_id, lease.token, 10**9)
    assert until == START + timedelta(minutes=9)
    with clock.at(START + timedelta(minutes=8)):
        actions.heartbeat(reviewer, lease.job_id, lease.token, 300_000)
        assert Event.objects.count() == events
        actions.decide(reviewer, lease.job_id, lease.token, SPAM)
    # Four minutes could be believed of the first claim; then one more; 20 s at the end are less than what is known.
    assert Job.objects.get().active_ms == 300_000


def test_a_lease_is_not_extended_for_ever(floor: Floor) -> None:
    floor.report()
    reviewer = someone()
    with clock.at(START):
        lease = floor.claim(reviewer)
        assert actions.extend(reviewer, lease.job_id, lease.token, seconds=10**6) == START + timedelta(minutes=60)


def test_the_sweep_returns_what_ran_out(floor: Floor) -> None:
    floor.report()
    with clock.at(START):
        floor.claim(someone())
        assert sweep_leases() == 0
    with clock.at(START + timedelta(minutes=6)):
        assert sweep_leases() == 1
        assert sweep_leases() == 0
    job = Job.objects.get()
    assert (job.state, job.lease_holder, job.lease_token) == ("ready", None, 1)


def test_late_jobs_say_so_once(floor: Floor) -> None:
    with clock.at(START):
        floor.report(reason="threat")
    with clock.at(START + timedelta(hours=5)):
        assert actions.sweep_breaches() == 1
        assert actions.sweep_breaches() == 0
    assert Event.objects.filter(type="job.breached").count() == 1


def test_a_waiting_job_is_moved_by_who_may(floor: Floor) -> None:
    floor.report()
    job = Job.objects.get()
    with pytest.raises(Forbidden):
        actions.transfer(someone(REVIEWER), [job.pk], "scam", "overflow")
    assert actions.transfer(someone(LEAD), [job.pk], "scam", "overflow") == 1
    job.refresh_from_db()
    assert job.queue_key == "scam"
    floor.claim(someone())
    with pytest.raises(Conflict):
        actions.transfer(someone(LEAD), [job.pk], "spam.en", "back")
    assert Queue.objects.get(key="scam").archived_at is None
