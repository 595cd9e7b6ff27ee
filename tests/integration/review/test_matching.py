"""Who is given what: certificates, extra skills and their waiving, overflow, limits, offers, idle hands; and the words for it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.floor import LEAD, SPAM, Floor, someone

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.kernel.remembered import forget_all
from watchfloor.ledger import rebuild, schema, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy.models import PolicyVersion
from watchfloor.review import actions, queries
from watchfloor.review.actions import people, push
from watchfloor.review.events import JobLeased
from watchfloor.review.models import Job
from watchfloor.workforce import actions as workforce
from watchfloor.workforce import defaults as workforce_defaults
from watchfloor.workforce.contracts import Limits
from watchfloor.workforce.models import Presence

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def staff(actor: Actor, **values: Any) -> uuid.UUID:
    """Put somebody on the roster."""
    with writing(system("test")) as w:
        workforce_defaults.install(w)
        return workforce.save_reviewer(w, uuid.UUID(actor.id), vendor_key="inhouse", **values).pk


def certify(actor: Actor, policy: str, version: int = 1, **more: Any) -> uuid.UUID:
    """Give a certificate."""
    with writing(system("test")) as w:
        return workforce.grant_certificate(w, uuid.UUID(actor.id), policy, version=version, how="exam", **more).pk


def test_one_statement_says_what_a_writer_would_have_said(floor: Floor) -> None:
    with clock.at(START):
        floor.report(reason="threat")
    reviewer = someone()
    staff(reviewer, languages=["en"])
    with clock.at(START + timedelta(minutes=7)):
        lease = floor.claim(reviewer)
    event = Event.objects.get(type="job.leased")
    job = Job.objects.get(pk=lease.job_id)
    assert set(event.data) == set(JobLeased.__struct_fields__)
    typed = schema.decode(event.type, event.data)
    assert isinstance(typed, JobLeased)
    assert (typed.queue, typed.policy, typed.severity) == (job.queue_key, job.policy_key, job.severity)
    assert (typed.reviewer, typed.vendor, typed.wait_ms, typed.age_ms) == (str(reviewer), "inhouse", 420_000, 420_000)
    assert (event.at, event.actor, event.subject) == (START + timedelta(minutes=7), str(reviewer), f"job:{job.pk}")
    assert event.case_id == job.case_id
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_certificates_count_and_what_a_manager_said_counts_until_there_are_any(floor: Floor) -> None:
    with clock.at(START):
        floor.report()
        reviewer = someone()
        staff(reviewer, skills=["spam"])
        assert floor.claim(reviewer).queue_key == "spam.en"
        actions.release(reviewer, *held(reviewer))
        certify(reviewer, "hate")
        assert actions.claim(reviewer) is None
        pk = certify(reviewer, "spam", expires_at=START + timedelta(days=9))
        assert floor.claim(reviewer).queue_key == "spam.en"
        actions.release(reviewer, *held(reviewer))
    with clock.at(START + timedelta(days=9)):
        assert actions.claim(reviewer) is None
    with clock.at(START + timedelta(days=1)):
        with writing(system("test")) as w:
            workforce.revoke_certificate(w, pk, "failed calibration")
        assert actions.claim(reviewer) is None
        assert [(row.policy_key, row.counts) for row in queries_of(reviewer)] == [("spam", False), ("hate", True)]


def held(actor: Actor) -> tuple[uuid.UUID, int]:
    job = Job.objects.get(lease_holder=uuid.UUID(actor.id), state="leased")
    return job.pk, job.lease_token


def queries_of(actor: Actor) -> list[Any]:
    from watchfloor.workforce.queries import certificates

    return certificates(uuid.UUID(actor.id))


def test_a_certificate_for_the_version_before_counts_for_the_days_of_grace(floor: Floor, settings: Any) -> None:
    settings.CERTIFICATE_GRACE_DAYS = 14
    reviewer = someone()
    staff(reviewer)
    number = PolicyVersion.objects.get(policy_key="spam", state="in_force").number
    with clock.at(START):
        floor.report()
        certify(reviewer, "spam", number)
        PolicyVersion.objects.filter(policy_key="spam", number=number).update(state="superseded")
        PolicyVersion.objects.create(
            policy_key="spam",
            number=number + 1,
            state="in_force",
            summary="",
            text="",
            in_force_from=START,
            written_by="-",
        )
    forget_all()
    with clock.at(START + timedelta(days=13)):
        assert queries.next_up(reviewer) != []
    with clock.at(START + timedelta(days=14)):
        assert queries.next_up(reviewer) == []
        assert queries.why_nothing(reviewer) != ""
        certify(reviewer, "spam", number + 1)
        assert queries.next_up(reviewer) != []


def test_extra_needs_are_asked_for_and_waived_in_time(floor: Floor) -> None:
    with clock.at(START):
        floor.report()
    Job.objects.update(needs=["graphic", "live"], relax_at=START + timedelta(minutes=30))
    plain, able = someone(), someone()
    staff(plain, extras=["graphic"])
    staff(able, extras=["graphic", "live"])
    with clock.at(START + timedelta(minutes=29)):
        assert queries.next_up(plain) == []
        assert "graphic, live" in queries.why_me(Job.objects.get(pk=floor.claim(able).job_id))
        actions.release(able, *held(able))
    with clock.at(START + timedelta(minutes=30)):
        lease = floor.claim(plain)
        said = queries.why(Job.objects.get(pk=lease.job_id)).me
    assert "It asks for live too; that was waived" in said
    assert Event.objects.filter(type="job.leased").order_by("ordinal").last().data["waived"] is True  # type: ignore[union-attr]


def test_a_queue_overflows_to_others_after_a_wait_and_never_beyond_rights(floor: Floor) -> None:
    with clock.at(START):
        floor.report()
    with writing(system("test")) as w:
        actions.save_queue(w, key="spam.en", overflow_to="scam", overflow_after=600)
    helper, bound, other = someone(), someone(queues=frozenset({"scam"})), someone()
    staff(helper, queues=["scam"], languages=["en"])
    staff(bound, queues=["scam"])
    staff(other, queues=["hate.en"])
    with clock.at(START + timedelta(minutes=9)):
        assert actions.claim(helper) is None
    with clock.at(START + timedelta(minutes=10)):
        assert actions.claim(other) is None
        assert actions.claim(bound) is None
        lease = floor.claim(helper)
        said = queries.why_me(Job.objects.get(pk=lease.job_id))
    assert "It came over from" in said
    assert "You read en" in said
    assert Event.objects.get(type="job.leased").data["overflow"] is True


def test_limits_of_well_being_are_kept(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.report(reason="threat")
    floor.report()
    reviewer = someone()
    limits = Limits()
    monkeypatch.setattr(people, "limits_of", lambda _: limits)
    limits = Limits(rest=True, why="Your break is due.")
    assert actions.claim(reviewer) is None
    assert queries.why_nothing(reviewer) == "Your break is due."
    limits = Limits(max_severity=2)
    assert floor.claim(reviewer).queue_key == "spam.en"
    limits = Limits(rest=True)
    assert floor.claim(reviewer).queue_key == "spam.en"  # what one holds is not taken away
    actions.release(reviewer, *held(reviewer))
    limits = Limits(avoid=("spam", Job.objects.get(queue_key="violence").policy_key))
    assert actions.claim(reviewer) is None
    assert queries.why_nothing(reviewer) == ""


def test_an_offer_is_accepted_or_goes_back_and_the_chair_counts_as_empty(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, off = someone(), someone()
    morning = [{"weekday": 0, "start": "06:00", "end": "12:00"}]
    staff(here, push=True, hours=morning)
    staff(off, push=True, hours=[{"weekday": 1, "start": "06:00", "end": "12:00"}])
    actors = {uuid.UUID(each.id): each for each in (here, off)}
    monkeypatch.setattr(push, "offer", lambda pk: push.offer_to(actors[pk]))
    with clock.at(START):
        floor.report()
        workforce.heartbeat(off)
        workforce.heartbeat(here)
        assert push.offer_next() == 1
        assert push.offer_next() == 0
        job = Job.objects.get()
        assert (job.lease_holder, job.lease_until) == (uuid.UUID(here.id), START + timedelta(seconds=60))
        assert "offered" in queries.why(job).me
    with clock.at(START + timedelta(seconds=61)):
        assert actions.sweep_leases() == 1
        assert Event.objects.get(type="job.released").data["why"] == "unaccepted"
        assert Presence.objects.get(pk=here.id).state == "away"
        assert push.offer_next() == 0
        workforce.heartbeat(here)
        assert push.offer_next() == 1
        until = actions.accept(here, *held(here))
        assert until == START + timedelta(seconds=361)
        assert Event.objects.filter(type="job.leased").order_by("ordinal").last().data["pushed"] is True  # type: ignore[union-attr]
    with clock.at(START + timedelta(minutes=8)):
        assert actions.sweep_leases() == 1  # accepted, then left: an ordinary lease that ran out
        assert Event.objects.filter(type="job.released").order_by("ordinal").last().data["why"] == "expired"  # type: ignore[union-attr]


def test_a_queue_that_pushes_offers_its_jobs_to_who_takes_work_themself(floor: Floor) -> None:
    reviewer = someone()
    staff(reviewer)
    floor.report(reason="threat")
    floor.report()
    assert push.offer_to(reviewer) is None
    with writing(system("test")) as w:
        actions.save_queue(w, key="spam.en", push=True)
    offered = push.offer_to(reviewer)
    assert offered is not None
    assert offered.queue_key == "spam.en"


def test_a_page_nobody_looks_at_gives_the_job_back(floor: Floor) -> None:
    with clock.at(START):
        floor.report()
        reviewer = someone()
        lease = floor.claim(reviewer)
    for minute in (3, 6, 9):
        with clock.at(START + timedelta(minutes=minute)):
            actions.heartbeat(reviewer, lease.job_id, lease.token, 60_000)  # focus grew once, at the third minute
    with clock.at(START + timedelta(minutes=12)):
        actions.heartbeat(reviewer, lease.job_id, lease.token, 60_000)
    with clock.at(START + timedelta(minutes=13)), pytest.raises(Conflict) as error:
        actions.heartbeat(reviewer, lease.job_id, lease.token, 60_000)
    assert error.value.code == "stale_lease"
    assert Event.objects.get(type="job.released").data["why"] == "idle"
    assert Job.objects.get().state == "ready"


def test_skips_are_counted_without_those_who_stepped_back(floor: Floor) -> None:
    floor.report()
    floor.report()
    floor.report(reason="child-abuse")
    one, other, cleared = someone(), someone(LEAD | {"floor.view"}), someone(clearances=frozenset({"child_safety"}))
    for actor, reason in ((one, "language"), (one, "wellbeing"), (other, "technical"), (cleared, "technical")):
        lease = floor.claim(actor)
        actions.skip(actor, lease.job_id, lease.token, reason)
    lease = floor.claim(other)
    actions.decide(other, lease.job_id, lease.token, SPAM)
    [spam] = queries.skips(other)
    assert (spam.key, spam.skips, spam.taken, spam.reasons) == ("spam.en", 2, 4, {"language": 1, "technical": 1})
    assert {row.key: row.skips for row in queries.skips(other, by="reviewer")} == {str(one): 1, str(other): 1}
    assert [row.key for row in queries.skips(one, by="reviewer")] == [str(one)]
    assert queries.skips(one) == []
    assert {row.key: row.rate for row in queries.skips(other, by="reason")} == {"language": 0.5, "technical": 0.5}
