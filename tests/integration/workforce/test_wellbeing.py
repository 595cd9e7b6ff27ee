"""From what a page says it showed to what a person is given next; what a step back does to everybody's numbers; weeks of groups."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from django.urls import reverse
from tests.support.floor import LEAD, REVIEWER, SPAM, Floor, install, someone
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.remembered import forget_all
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.contracts import LeaseOut
from watchfloor.review.models import Job
from watchfloor.review.pages.seen import facts
from watchfloor.workforce import defaults, exposure, paces, weeks, wellbeing, wellbeing_actions
from watchfloor.workforce.actions import save_reviewer, save_vendor
from watchfloor.workforce.contracts import NO_LIMITS, JobFacts, Limits
from watchfloor.workforce.domain.budgets import Budget
from watchfloor.workforce.domain.exposure import Shown
from watchfloor.workforce.limits import limits_of, used_up
from watchfloor.workforce.models import Exposure, Rest, Touch, WeekCell

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def floor(db: None) -> Floor:
    install()
    with writing(system("test")) as w:
        defaults.install(w)
        wellbeing_actions.save_budget(
            w, "default", Budget(day={4: 10}, week={4: 30}, reserve=1, severe_break=6, break_minutes=5)
        )
    forget_all()
    return Floor()


def reviewer(floor: Floor, *, vendor: str = "inhouse", team: str = "") -> Actor:
    actor = someone(REVIEWER)
    with writing(system("test")) as w:
        save_reviewer(w, UUID(actor.id), vendor_key=vendor, team=team)
    return actor


def job_of(lease: LeaseOut) -> JobFacts:
    return facts(Job.objects.select_related("case").get(pk=lease.job_id))


def held(severity: int, at: datetime) -> JobFacts:
    """A job in hand, as the workbench describes it."""
    return JobFacts(
        job=UUID(int=severity * 10**12 + int(at.timestamp())), token=1, case=UUID(int=1), leased_at=at, queue="gore", policy="graphic",
        market="US", language="en", severity=severity,
    )  # fmt: skip


def look(actor: Actor, minutes: int, *, severity: int = 4, start: datetime = MONDAY, team: str = "") -> datetime:
    """One touch that shows a picture for so long, told every minute; returns when it ended."""
    job = held(severity, start)
    for minute in range(1, minutes + 1):
        with clock.at(start + minute * MINUTE):
            shown = [Shown(kind="image", severity=severity, ms=minute * 60_000, reveals=1, filters=("blur", "grey"))]
            exposure.record(actor, job, shown, page="p", worked_ms=minute * 60_000, ended=minute == minutes)
    forget_all()
    return start + minutes * MINUTE


def limits_at(actor: Actor, at: datetime) -> Limits:
    forget_all()
    with clock.at(at):
        return limits_of(UUID(actor.id))


def test_a_touch_is_one_event_that_names_nobody(floor: Floor) -> None:
    rita = reviewer(floor)
    look(rita, 3)
    [event] = Event.objects.filter(type="exposure.seen")
    assert event.data["lines"] == [
        {"kind": "image", "severity": 4, "filters": ["blur", "grey"], "ms": 180_000, "reveals": 1}
    ]
    assert (event.data["ms"], event.data["revealed"], event.data["vendor"]) == (180_000, 1, "inhouse")
    assert rita.id not in json.dumps([event.actor, event.subject, event.data, event.changes, str(event.case_id)])
    assert not Touch.objects.exists()
    row = Exposure.objects.get()
    assert (row.ms, row.filtered_ms, row.reveals) == (180_000, 180_000, 1)  # filters are noted, never discounted


def test_the_same_sums_again_and_boasts_change_nothing(floor: Floor) -> None:
    rita, job = reviewer(floor), held(4, MONDAY)
    with clock.at(MONDAY + 10 * timedelta(seconds=1)):
        line = Shown(kind="image", severity=4, ms=3_600_000)
        assert exposure.record(rita, job, [line], page="p") == 10_000
        assert exposure.record(rita, job, [line], page="p") == 0
        assert exposure.record(rita, job, [line], page="another tab") == 0
    with clock.at(MONDAY + 15 * timedelta(seconds=1)):
        mild = Shown(kind="image", severity=0, ms=2_000)
        assert exposure.record(rita, job, [msgspec.structs.replace(line, ms=10_000), mild], page="p") == 2_000
    assert set(Exposure.objects.values_list("severity", flat=True)) == {4}  # a thing is as severe as its case


def test_a_page_nobody_speaks_of_any_more_still_becomes_an_event(floor: Floor) -> None:
    rita, job = reviewer(floor), held(5, MONDAY)
    with clock.at(MONDAY + MINUTE):
        exposure.record(rita, job, [Shown(kind="live", severity=5, ms=30_000)], page="p")
    with clock.at(MONDAY + 2 * timedelta(hours=1)):
        assert exposure.close_stale() == 1
    assert Event.objects.get(type="exposure.seen").data["ms"] == 30_000


def test_text_counts_from_severity_three(floor: Floor) -> None:
    rita = reviewer(floor)
    for severity, believed in ((2, 0), (3, 5_000)):
        with clock.at(MONDAY + MINUTE):
            line = Shown(kind="text", severity=severity, ms=5_000)
            assert exposure.record(rita, held(severity, MONDAY), [line], page="p", ended=True) == believed


def test_restricted_media_is_an_event_for_each_look_and_names_who(floor: Floor) -> None:
    rita, job = reviewer(floor), held(5, MONDAY)
    assert exposure.reveal(rita, job, "med_1", kind="image", how="held") is None
    restricted = msgspec.structs.replace(job, clearance="csam", case=floor.report().pk)
    for how in ("held", "opened"):
        exposure.reveal(rita, restricted, "med_1", kind="image", how=how, filters=("grey",))
    looks = list(Event.objects.filter(type="media.revealed").order_by("ordinal"))
    assert [(look.actor, look.data["how"], look.data["filters"]) for look in looks] == [
        (str(rita), "held", ["grey"]), (str(rita), "opened", ["grey"]),
    ]  # fmt: skip
    with pytest.raises(BadInput):
        exposure.reveal(rita, restricted, "med_1", kind="image", how="guessed")


def test_the_budget_of_the_day_and_of_the_week_is_capacity(floor: Floor) -> None:
    rita = reviewer(floor)
    assert limits_at(rita, MONDAY) == NO_LIMITS
    at = MONDAY
    for _ in range(3):  # three minutes at a time with pauses between: no break becomes due
        at = look(rita, 3, start=at) + 10 * MINUTE
    limit = limits_at(rita, at)
    assert limit.max_severity == 3  # nine of ten minutes are gone, one is the reserve
    assert "Today" in limit.why
    assert limits_at(rita, at + timedelta(days=1)) == NO_LIMITS
    for day in (1, 2, 3):
        at = MONDAY + timedelta(days=day)
        for _ in range(3):
            at = look(rita, 3, start=at) + 10 * MINUTE
    later = limits_at(rita, MONDAY + timedelta(days=4))
    assert later.max_severity == 3
    assert "week" in later.why
    assert limits_at(rita, MONDAY + timedelta(days=7)) == NO_LIMITS


def test_the_day_ends_at_ones_own_midnight(floor: Floor) -> None:
    user = member(REVIEWER)
    user.time_zone = "Asia/Tokyo"
    user.save()
    hana = actor_of(user)
    evening = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)  # 23:30 there
    at = look(hana, 5, start=evening)
    assert limits_at(hana, at + 6 * MINUTE) == NO_LIMITS
    at = look(hana, 5, start=at + 6 * MINUTE)  # 23:41 to 23:46
    assert limits_at(hana, at + 8 * MINUTE).max_severity == 3
    assert limits_at(hana, datetime(2026, 11, 18, 15, 1, tzinfo=UTC)) == NO_LIMITS  # tomorrow, there


def test_a_break_is_due_after_severe_content_and_a_pause_is_one(floor: Floor) -> None:
    rita = reviewer(floor)
    at = look(rita, 6)
    assert limits_at(rita, at).rest
    assert not limits_at(rita, at + 5 * MINUTE).rest  # she paused as long, without a button
    look(rita, 1, start=at + 6 * MINUTE)
    [row] = Rest.objects.filter(kind="due")
    assert row.taken_at == at


def test_a_break_by_the_button_holds_work_back_until_it_is_had(floor: Floor) -> None:
    rita = reviewer(floor)
    at = look(rita, 6)
    forget_all()
    with clock.at(at):
        assert paces.take_break(rita).kind == "due"
    assert limits_at(rita, at + MINUTE).rest
    with clock.at(at + 2 * MINUTE):
        assert paces.come_back(rita) == 3 * MINUTE
    assert limits_at(rita, at + 2 * MINUTE).rest
    forget_all()
    with clock.at(at + 3 * MINUTE):
        paces.take_break(rita)
    with clock.at(at + 8 * MINUTE):
        assert not paces.come_back(rita)
    assert limits_at(rita, at + 8 * MINUTE) == NO_LIMITS
    assert Rest.objects.filter(kind="due", taken_at__isnull=False, ended_at__isnull=False).count() == 1


def test_a_planned_break_is_at_ones_own_time(floor: Floor) -> None:
    rita = actor_of(member(REVIEWER))
    wellbeing_actions.choose(rita, budget=Budget(schedule=("09:02",), reserve=0))
    look(rita, 1)
    assert limits_at(rita, MONDAY + 3 * MINUTE).rest
    assert not limits_at(rita, MONDAY + 8 * MINUTE).rest
    look(rita, 1, start=MONDAY + 9 * MINUTE)
    assert Rest.objects.get(kind="planned").taken_at is not None


def test_what_a_person_chose_is_theirs(floor: Floor) -> None:
    rita = actor_of(member(REVIEWER))
    wellbeing_actions.choose(
        rita, avoid=["spam"], budget=Budget(day={4: 5}, reserve=0), filters={"grey": False, "sepia": True}
    )
    limit = limits_at(rita, MONDAY)
    assert limit.avoid == ("spam",)
    assert limit.why == ""
    who = wellbeing.profile(UUID(rita.id))
    assert (who.budget.day, who.filters.grey, who.filters.blur) == ({4: 5}, False, True)
    told = json.dumps(list(Event.objects.filter(type="wellbeing.chosen").values("data", "changes", "reason")))
    assert "spam" not in told
    assert "grey" not in told
    with pytest.raises(BadInput) as refused:
        wellbeing_actions.choose(rita, budget=Budget(day={4: 11}, reserve=0))
    assert refused.value.where == "day_4"
    wellbeing_actions.agree(rita, "spam", yes=True)
    assert limits_at(rita, MONDAY).avoid == ()


def test_a_team_has_its_own_budget_and_its_vendor_another(floor: Floor) -> None:
    day, night = reviewer(floor, team="day"), reviewer(floor, team="night")
    with writing(system("test")) as w:
        wellbeing_actions.save_budget(w, "vendor:inhouse", Budget(day={4: 20, 5: 9}), support="Call Ana.")
        wellbeing_actions.save_budget(
            w, "team:inhouse/night", Budget(day={4: 8}), filters={"grey": True}, hold_filters=True
        )
        with pytest.raises(BadInput):
            wellbeing_actions.save_budget(w, "team:inhouse/lunch", Budget())
    assert wellbeing.profile(UUID(day.id)).budget.day == {4: 20, 5: 9}
    both = wellbeing.profile(UUID(night.id))
    assert (both.budget.day, both.filters.locked, both.support) == (
        {4: 8, 5: 9},
        ("blur", "grey", "mute", "small"),
        "Call Ana.",
    )


def test_a_step_back_counts_nowhere(floor: Floor) -> None:
    rita, sam = reviewer(floor), reviewer(floor)
    floor.report()
    with clock.at(clock.now() - 2 * MINUTE):
        lease = floor.claim(rita)
        job = job_of(lease)
    actions.heartbeat(rita, lease.job_id, lease.token, 60_000)
    exposure.record(rita, job, [Shown(kind="image", severity=4, ms=5_000)], page="p")
    actions.step_back(rita, lease.job_id, lease.token)
    [event] = Event.objects.filter(type="job.released")
    assert (event.data["why"], event.data["reviewer"], event.data["vendor"], event.data["active_ms"], event.data["held_ms"]) == (
        "stepped_back", "", "", 0, 0,
    )  # fmt: skip
    assert event.actor == "system:floor"  # nor does the case's timeline say who it was
    row = Job.objects.get(pk=lease.job_id)
    assert (row.state, row.touches, row.active_ms, row.touch_ms) == ("ready", 0, 0, 0)
    assert actions.claim(rita) is None  # not the same one again
    again = floor.claim(sam)
    actions.decide(sam, again.job_id, again.token, SPAM)
    decided = Event.objects.get(type="job.decided").data
    assert decided["touches"] == 1  # as if nobody had had it before
    assert decided["active_total_ms"] == decided["active_ms"]
    assert Event.objects.filter(type="exposure.seen").count() == 1  # what was shown was shown
    with pytest.raises(Conflict):
        actions.step_back(rita, lease.job_id, lease.token)
    floor.report()
    lease = floor.claim(rita)
    actions.skip(rita, lease.job_id, lease.token, "wellbeing", active_ms=9_000)  # the same by another name
    assert Event.objects.filter(type="job.released", data__why="skipped").count() == 0
    assert Rest.objects.filter(kind="step_back").count() == 2
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_a_week_is_told_of_five_and_more_and_once(floor: Floor) -> None:
    with writing(system("test")) as w:
        save_vendor(w, key="acme", name="Acme")
    people = [reviewer(floor, team="day") for _ in range(6)] + [reviewer(floor, vendor="acme") for _ in range(2)]
    for person in people:
        look(person, 2)
        with clock.at(MONDAY + 30 * MINUTE):
            if person in people[:5]:
                paces.stepped_back(UUID(person.id))
    with clock.at(MONDAY + timedelta(days=6)):
        assert weeks.publish_due() == 0  # the week is not over
    with clock.at(MONDAY + timedelta(days=8)):
        assert weeks.publish_due() == 1
        look(people[0], 2, start=MONDAY + timedelta(hours=3))
        assert weeks.publish_due() == 0  # once and for all
        assert weeks.publish(date(2026, 11, 16)) == 0
        figures = weeks.figures(system("test"))
        mine = weeks.figures(someone(frozenset({"wellbeing.view"}), vendors=frozenset({"acme"})))
    assert [(each.measure, each.severity, each.vendor, each.team, each.amount, each.people) for each in figures] == [
        ("step_backs", 0, "inhouse", "", 5, 5),
        ("exposure", 4, "several", "", 8 * 120_000, 8),  # six and two: the two would be what is left of eight
    ]  # fmt: skip
    assert mine == []
    published = Event.objects.filter(type="wellbeing.week")
    assert published.count() == WeekCell.objects.count() == 2
    with clock.at(MONDAY + timedelta(days=60)):
        assert exposure.erase_old() > 0
    assert not Exposure.objects.exists()
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_pages_and_json_tell_of_groups_only(floor: Floor) -> None:
    rita, lead = member(REVIEWER), member({"wellbeing.view", "wellbeing.manage"})
    for _ in range(6):
        look(reviewer(floor), 2)
    with clock.at(MONDAY + timedelta(days=8)):
        weeks.publish_due()
        forget_all()
        desk = signed_in(lead)
        page = desk.get(reverse("wellbeing-team")).content.decode()
        assert "12" in page
        assert "fewer than five people" in page
        sheet = desk.get(reverse("wellbeing-team"), {"format": "csv"}).getvalue().decode("utf-8-sig")
        assert sheet.splitlines()[1] == "2026-11-16,inhouse,,exposure,4,720000,6"
        assert signed_in(rita).get(reverse("wellbeing-team")).status_code == 403
        assert signed_in(rita).get(reverse("wellbeing-budgets")).status_code == 403
        mine = signed_in(rita).get(reverse("wellbeing"))
        assert mine.status_code == 200
    typed = {"scope": "default", "day_4": "no", "break_minutes": "10", "support": "Call Ana."}
    wrong = desk.post(reverse("wellbeing-budgets"), typed)
    assert wrong.status_code == 422
    assert "Call Ana." in wrong.content.decode()
    assert desk.post(reverse("wellbeing-budgets"), {**typed, "day_4": "45", "grey": "on"}).status_code == 302
    assert wellbeing.houses()["default"].budget.day == {4: 45}
    assert "Call Ana." in signed_in(rita).get(reverse("wellbeing-pause")).content.decode()
    own = signed_in(rita).post(reverse("wellbeing"), {"part": "budget", "day_4": "50"})
    assert own.status_code == 422
    assert "lower" in own.content.decode()
    assert signed_in(rita).post(reverse("wellbeing"), {"part": "avoid", "avoid": ["spam"]}).status_code == 302
    answer = signed_in(rita).post(reverse("wellbeing-filters"), '{"grey": false}', content_type="application/json")
    assert answer.status_code == 204
    who = wellbeing.profile(rita.pk)
    assert (who.avoid, who.filters.grey) == (("spam",), False)


def test_severe_work_is_told_and_asked_first_and_no_costs_nothing(floor: Floor) -> None:
    rita = member(REVIEWER)
    case = floor.report()
    Job.objects.filter(case=case).update(severity=5)
    client = signed_in(rita)
    where = client.post(reverse("review-next"))["Location"]
    page = client.get(where).content.decode()
    assert "Before you see any of it" in page
    assert "text 1" not in page  # nothing of the item
    job = Job.objects.get(case=case)
    assert client.post(where, {"token": job.lease_token, "step": "agree"}).status_code == 302
    assert "text 1" in client.get(where).content.decode()
    seen = {"page": "p", "token": job.lease_token, "worked_ms": 0, "lines": [{"kind": "text", "severity": 5, "ms": 1}]}
    with clock.at(clock.now() + MINUTE):
        said = client.post(reverse("review-seen", args=[job.pk]), json.dumps(seen), content_type="application/json")
        assert said.status_code == 204
        assert Exposure.objects.get().severity == 5
        back = client.post(where, {"token": job.lease_token, "step": "back", "shown": "{broken"})
    assert back["Location"] == reverse("wellbeing-pause")
    wellbeing_actions.agree(actor_of(rita), case.policy_key, yes=False)
    assert limits_at(actor_of(rita), clock.now()).avoid == (case.policy_key,)


def test_a_lead_opens_severe_work_too_only_after_being_asked(floor: Floor) -> None:
    lead = member(LEAD)
    case = floor.report()
    Job.objects.filter(case=case).update(severity=4)
    client = signed_in(lead)
    where = client.post(reverse("review-next"))["Location"]
    job = Job.objects.get(case=case)
    assert client.post(where, {"token": job.lease_token, "step": "decline"}).status_code == 302
    assert Job.objects.get(case=case).state == "ready"
    assert wellbeing.profile(lead.pk).avoid == (case.policy_key,)


def test_those_who_have_nothing_left_are_found_among_many(floor: Floor) -> None:
    rita, ravi, ruth = (reviewer(floor) for _ in range(3))
    look(rita, 9)
    look(ravi, 2)
    with clock.at(MONDAY + 20 * MINUTE):
        assert used_up([UUID(each.id) for each in (rita, ravi, ruth)]) == [UUID(rita.id)]
    with clock.at(MONDAY + timedelta(days=1)):
        assert used_up([UUID(rita.id)]) == []
