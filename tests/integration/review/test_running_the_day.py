"""Due times by plan, clocks that stand still, boosts and moves: done, seen in the ledger, and put back exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.floor import LEAD, REVIEWER, Floor, someone

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.models import Event
from watchfloor.review import actions
from watchfloor.review.actions import boosts as boost_actions
from watchfloor.review.models import Boost, Job, Queue, ServicePlan

pytestmark = pytest.mark.django_db
NOW = timedelta(0)
BOSS = system("test")
OFFICE = {
    "key": "office", "time_zone": "Europe/Madrid", "week": {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
}  # fmt: skip


@pytest.fixture
def monday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Monday 2 March 2026, 09:00 UTC, and the clock stands there."""
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    return at


def go_to(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def job_of(case: Any) -> Job:
    return Job.objects.get(case=case)


def settle() -> None:
    while actions.settle_plan(2, grace=NOW):
        pass
    while actions.sweep_boosts(2, grace=NOW):
        pass


def types_of(case: Any) -> list[str]:
    return list(Event.objects.filter(case_id=case.pk).order_by("ordinal").values_list("type", flat=True))


def test_a_target_in_business_time(floor: Floor, monday: datetime) -> None:
    Queue.objects.update(target_minutes=None)
    plan = {
        "calendars": [OFFICE],
        "targets": [{"name": "office", "policy": "spam", "minutes": 600, "calendar": "office"}],
    }
    actions.save_plan(BOSS, plan)
    # 10:00 in Madrid: seven hours today, three tomorrow.
    assert job_of(floor.report()).due_at == datetime(2026, 3, 3, 11, tzinfo=UTC)
    # A trusted flagger's notice has half the time.
    assert job_of(floor.report(reporter_kind="trusted_flagger")).due_at == datetime(2026, 3, 2, 14, tzinfo=UTC)


def test_a_new_version_moves_open_jobs_and_restoring_puts_them_back_exactly(floor: Floor, monday: datetime) -> None:
    Queue.objects.update(target_minutes=None)
    cases = [floor.report() for _ in range(5)]
    other = floor.report(reason="scam")
    before = {job.pk: (job.due_at, job.priority) for job in Job.objects.all()}
    actions.save_plan(BOSS, {"targets": [{"name": "spam", "policy": "spam", "minutes": 90}]})
    settle()
    assert {job_of(case).due_at for case in cases} == {monday + timedelta(minutes=90)}
    assert job_of(other).due_at == before[job_of(other).pk][0]
    assert types_of(cases[0])[-1] == "job.rescheduled"
    assert types_of(other)[-1] == "job.ready"
    saved = ServicePlan.objects.get(number=1)
    assert (saved.moved, saved.settled_at) == (5, monday)
    actions.restore_plan(BOSS, 0)
    settle()
    assert {job.pk: (job.due_at, job.priority) for job in Job.objects.all()} == before


def test_a_version_that_comes_while_the_last_is_half_way(floor: Floor, monday: datetime) -> None:
    Queue.objects.update(target_minutes=None)
    cases = [floor.report() for _ in range(5)]
    before = {job.pk: job.due_at for job in Job.objects.all()}
    actions.save_plan(BOSS, {"targets": [{"name": "a", "policy": "spam", "minutes": 90}]})
    assert actions.settle_plan(2, grace=NOW) == 2
    actions.save_plan(BOSS, {"targets": [{"name": "b", "policy": "spam", "minutes": 60}]})
    settle()
    assert {job_of(case).due_at for case in cases} == {monday + timedelta(minutes=60)}
    actions.restore_plan(BOSS, 0)
    settle()
    assert {job.pk: job.due_at for job in Job.objects.all()} == before


def test_weights_are_part_of_the_plan(floor: Floor, monday: datetime) -> None:
    job = job_of(floor.report(reporter_kind="trusted_flagger"))
    actions.save_plan(BOSS, {"weights": {"trusted": 9}})
    settle()
    after = job_of(job.case)
    assert after.priority_parts["trusted"] == 9
    assert after.priority == pytest.approx(job.priority + 7)
    assert after.due_at == job.due_at


def test_only_who_manages_queues_changes_the_plan(floor: Floor) -> None:
    with pytest.raises(Forbidden):
        actions.save_plan(someone(LEAD), {})
    with pytest.raises(BadInput, match="minutes"):
        actions.save_plan(BOSS, {"targets": [{"name": "x", "minutes": 0}]})
    with pytest.raises(NotFound):
        actions.restore_plan(BOSS, 77)


def test_a_pause_stops_the_clock_and_nobody_is_given_the_job(
    floor: Floor, monday: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, rita = floor.report(), someone(LEAD)
    due = job_of(case).due_at
    lease = floor.claim(rita)
    actions.pause(rita, lease.job_id, "reporter", token=lease.token, why="asked for the link")
    assert job_of(case).state == "waiting"
    assert actions.claim(rita) is None
    go_to(monkeypatch, due + timedelta(hours=5))
    assert actions.sweep_breaches() == 0  # its clock stands
    actions.resume(rita, lease.job_id)
    job = job_of(case)
    assert (job.state, job.paused_at) == ("ready", None)
    assert job.due_at - clock.now() == due - monday  # what was left is left
    assert types_of(case)[-3:] == ["job.paused", "job.resumed", "job.rescheduled"]
    assert floor.claim(rita).job_id == job.pk
    with pytest.raises(Conflict):
        actions.resume(rita, job.pk)


def test_a_paused_job_ends_with_its_case_and_hears_of_new_reports(floor: Floor, monday: datetime) -> None:
    item, version = floor.item()
    case = floor.report(item, version)
    actions.pause(BOSS, job_of(case).pk, "authority")
    floor.report(item, version)
    assert Job.objects.filter(case=case).count() == 1
    with pytest.raises(BadInput):
        actions.pause(BOSS, job_of(case).pk, "godot")
    with pytest.raises(NotFound):
        actions.resume(Actor(kind="user", id="nobody"), job_of(case).pk)


def test_what_is_due_soon_says_so_once(floor: Floor, monday: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    case = floor.report()
    assert actions.sweep_warnings() == 0
    go_to(monkeypatch, job_of(case).due_at - timedelta(minutes=59))
    assert (actions.sweep_warnings(), actions.sweep_warnings()) == (1, 0)
    go_to(monkeypatch, job_of(case).due_at + timedelta(seconds=1))
    assert actions.sweep_breaches() == 1
    assert types_of(case)[-2:] == ["job.due_soon", "job.breached"]


def test_a_boost_lifts_what_waits_and_what_comes_and_ends_by_itself(
    floor: Floor, monday: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [floor.report() for _ in range(5)]
    before = {job.pk: job.priority for job in Job.objects.all()}
    actions.boost(BOSS, {"policy": "spam"}, 4, hours=2, why="a wave of spam")
    settle()
    cases.append(floor.report())
    assert [job_of(case).priority_parts.get("boost") for case in cases] == [4.0] * 6
    assert job_of(cases[0]).priority == pytest.approx(before[job_of(cases[0]).pk] + 4)
    go_to(monkeypatch, monday + timedelta(hours=3))
    settle()
    assert [job_of(case).boost for case in cases] == [0.0] * 6
    assert {pk: pytest.approx(was) for pk, was in before.items()} == {
        job.pk: job.priority for job in Job.objects.filter(pk__in=before)
    }
    assert Event.objects.filter(type="boost.ended").count() == 1


def test_a_boost_is_for_those_who_may_reprioritise_all_of_it(floor: Floor) -> None:
    floor.report()
    mine = someone(LEAD, queues=frozenset({"spam.en"}))
    assert boost_actions.fitting(mine, {"policy": "spam"}).jobs == Job.objects.filter(queue_key="spam.en").count()
    actions.boost(mine, {"queue": "spam.en"}, 2, hours=1, why="mine")
    for wrong in ({"policy": "spam"}, {"queue": "hate.en"}):
        with pytest.raises(Forbidden):
            actions.boost(mine, wrong, 2, hours=1, why="not mine")
    for points, hours, why in ((0, 1, "x"), (99, 1, "x"), (2, 0, "x"), (2, 1, " ")):
        with pytest.raises(BadInput):
            actions.boost(BOSS, {"queue": "spam.en"}, points, hours=hours, why=why)
    with pytest.raises(BadInput):
        actions.boost(BOSS, {}, 2, hours=1, why="everything")
    actions.end_boost(mine, Boost.objects.get().pk)
    with pytest.raises(Conflict):
        actions.end_boost(mine, Boost.objects.get().pk)


def test_a_move_is_counted_first_and_undone_where_it_still_waits(floor: Floor) -> None:
    for _ in range(4):
        floor.report()
    home = Job.objects.first()
    assert home is not None
    lead = someone(LEAD)
    said = actions.preview_move(lead, {"queue": home.queue_key}, "other")
    assert (said.jobs, said.stay, said.limited) == (4, 0, False)
    moved = actions.move(lead, {"queue": home.queue_key}, "other", why="overflow", most=3)
    assert moved.moved == 3
    assert Job.objects.filter(queue_key="other").count() == 3
    floor.claim(lead, queue="other")
    back = actions.undo_move(lead, moved.pk)
    assert back.put_back == 2
    assert Job.objects.filter(queue_key=home.queue_key).count() == 3
    with pytest.raises(Conflict):
        actions.undo_move(lead, moved.pk)
    with pytest.raises(NotFound):
        actions.move(lead, {"queue": home.queue_key}, "nowhere", why="x")
    assert actions.move(someone(REVIEWER), {"queue": home.queue_key}, "other", why="not mine").moved == 0
