"""The pages that run the day, as a browser asks for them: each does what it says after it has counted, within the viewer's rights."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.floor import LEAD, Floor, install, someone
from tests.support.people import member, signed_in

from watchfloor.identity.domain import system
from watchfloor.insight import handover, live, solve_plan, wall
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as oncall
from watchfloor.review import actions, surge
from watchfloor.review.models import Boost, Job, Move, Playbook, Queue, ServicePlan, Surge
from watchfloor.workforce import actions as workforce

pytestmark = pytest.mark.django_db
MANAGER = frozenset({"floor.view", "review.reassign", "queue.manage", "insight.view"})
BOSS = system("test")


@pytest.fixture
def floor() -> Floor:
    """Five reports of spam, one of them in Germany; two decided."""
    install()
    found, rita = Floor(), someone(LEAD)
    for market in ("US", "US", "US", "US", "DE"):
        found.report(market=market)
    found.decide(rita)
    found.decide(rita)
    return found


def manager(**limits: Any) -> Client:
    return signed_in(member(MANAGER, **limits))


def text(client: Client, name: str, *args: Any, **query: Any) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def test_the_wall_is_the_sum_of_what_one_may_see(floor: Floor) -> None:
    whole = live.floor(BOSS)
    assert (whole.backlog, whole.solved_hour, whole.in_hour) == (3, 2, 5)
    germany = live.floor(someone(frozenset({"floor.view"}), markets=frozenset({"DE"})))
    us = live.floor(BOSS, market="US")
    assert germany.backlog + us.backlog == 3
    assert live.floor(someone(frozenset({"case.view"}))).backlog == 0
    for by in live.BY:
        rows = live.floor(BOSS, by=by).queues
        assert sum(row.solved_hour for row in rows) == 2, by


def test_at_risk_is_what_the_pure_function_says(floor: Floor) -> None:
    from watchfloor.review.domain import risk

    now = clock.now()
    ready = list(Job.objects.filter(state="ready").order_by("-priority", "due_at", "pk"))
    Job.objects.filter(pk=ready[0].pk).update(due_at=now + timedelta(minutes=2))
    Job.objects.filter(pk=ready[-1].pk).update(due_at=now + timedelta(hours=3))
    counted = wall.count()
    expected = 0
    for queue in {job.queue_key for job in ready}:
        pace = risk.Pace(*counted.paces[queue])
        waiting = Job.objects.filter(state="ready", queue_key=queue).order_by("-priority", "due_at", "pk")
        for ahead, job in enumerate(waiting):
            left = (job.due_at - now) / timedelta(hours=1)
            expected += left > 0 and risk.breach_probability(ahead, left, pace) > 0.5
    assert sum(group.at_risk for group in counted.groups) == expected > 0


def test_a_big_floor_is_counted_by_the_loop_and_says_how_old_it_is(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "SMALL", 0)
    first = wall.wall()
    wall._kept.forget()
    floor.report()
    assert wall.wall() == first
    later = clock.now() + timedelta(seconds=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert wall.keep_up() == 0
    assert wall.wall().open == first.open + 1
    much_later = clock.now() + timedelta(minutes=30)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    assert wall.wall().at == much_later  # the loop does not run: counted here


def test_move_and_boost_count_first_and_are_undone(floor: Floor) -> None:
    client = manager()
    page = text(client, "floor-act", do="move", queue="spam.en", to_queue="other")
    assert "3 jobs" in page and not Move.objects.exists()
    client.post(reverse("floor-act"), {"step": "move", "queue": "spam.en", "to_queue": "other", "why": "overflow"})
    moved = Move.objects.get()
    assert (moved.moved, Job.objects.filter(queue_key="other").count()) == (3, 3)
    client.post(reverse("floor-act"), {"step": "undo", "id": str(moved.pk)})
    assert not Job.objects.filter(queue_key="other", state="ready").exists()
    said = text(client, "floor-act", do="boost", policy="spam", points="4", hours="2")
    assert "3 jobs" in said and not Boost.objects.exists()
    wrong = client.post(
        reverse("floor-act"),
        {"step": "boost", "policy": "spam", "points": "many", "hours": "2", "why": "x", "do": "boost"},
    )
    assert wrong.status_code == 422 and "Write a number" in wrong.content.decode()
    client.post(reverse("floor-act"), {"step": "boost", "policy": "spam", "points": "4", "hours": "2", "why": "a wave"})
    client.post(reverse("floor-act"), {"step": "end", "id": str(Boost.objects.get().pk)})
    assert Boost.objects.get().ended_at is not None
    assert signed_in(member({"floor.view"})).get(reverse("floor-act")).status_code == 403


def test_a_playbook_is_written_seen_started_and_ended(floor: Floor) -> None:
    client = manager()
    form = {"name": "A wave", "key": "wave", "hours": "2", "steps": "boost policy=spam points=4\npause queues=hate.en"}
    wrong = client.post(reverse("surges"), {**form, "steps": "dance"})
    assert wrong.status_code == 422 and "Line 1" in wrong.content.decode()
    client.post(reverse("surges"), form)
    assert Playbook.objects.get().steps[1] == {"kind": "pause_queues", "queues": ["hate.en"]}
    assert "pause queues=hate.en" in text(client, "surges", change="wave")
    page = text(client, "surge", "wave")
    assert "Open jobs that get points" in page and not Surge.objects.exists()
    assert client.post(reverse("surge", args=["wave"]), {"why": "", "hours": "2"}).status_code == 422
    client.post(reverse("surge", args=["wave"]), {"why": "spam everywhere", "hours": "2"})
    assert "spam everywhere" in text(client, "floor")
    assert Queue.objects.get(key="hate.en").paused
    client.post(reverse("surges"), {"step": "end", "id": str(Surge.objects.get().pk)})
    assert not Queue.objects.get(key="hate.en").paused
    assert "spam everywhere" not in text(client, "floor")
    assert client.get(reverse("surge", args=["nothing"])).status_code == 404


def test_due_times_are_counted_put_live_and_restored(floor: Floor) -> None:
    Queue.objects.update(target_minutes=None)
    client = manager()
    form = {
        "step": "preview", "target-0-name": "spam", "target-0-policy": "spam", "target-0-hours": "1,5", "target-0-calendar": "office",
        "calendar-0-key": "office", "calendar-0-time_zone": "Europe/Madrid", "calendar-0-country": "ES",
        "calendar-0-exceptions": "2026-12-24 09:00-12:00\n2026-12-31", "warn_minutes": "30", "weight_severity": "0 1 2 4 8 16",
        "weight_hours_per_point": "6", "weight_reach_unit": "1000", "weight_trusted": "2", "weight_reports": "3",
        **{f"calendar-0-{day}": "09:00-13:00 14:00-18:00" for day in ("mon", "tue", "wed", "thu", "fri")},
    }  # fmt: skip
    page = client.post(reverse("service-plan"), form).content.decode()
    assert "3 of the open jobs" in page and not ServicePlan.objects.exists()
    wrong = client.post(reverse("service-plan"), {**form, "calendar-0-time_zone": "Mars"})
    assert wrong.status_code == 422 and "no time zone" in wrong.content.decode() and "1.5" in wrong.content.decode()
    import html
    import re

    document = html.unescape(re.search(r'name="document" value="([^"]*)"', page).group(1))  # type: ignore[union-attr]
    client.post(reverse("service-plan"), {"step": "save", "document": document, "note": "new contract"})
    saved = ServicePlan.objects.get()
    assert saved.document["targets"][0]["minutes"] == 90
    assert saved.document["calendars"][0]["exceptions"] == {"2026-12-24": ["09:00-12:00"], "2026-12-31": []}
    assert "new contract" in text(client, "service-plan")
    actions.save_plan(BOSS, {})
    client.post(reverse("service-plan"), {"step": "restore", "number": "1"})
    assert ServicePlan.objects.get(live=True).document == saved.document
    reader = signed_in(member({"floor.view"}))
    assert reader.get(reverse("service-plan")).status_code == 200
    assert reader.post(reverse("service-plan"), form).status_code == 403


def test_the_plan_is_put_in_and_compared_with(floor: Floor) -> None:
    client = manager()
    assert "no plan" in text(client, "floor")
    client.post(reverse("solve-plan"), {"rows": "queue,day,hour,solved\nspam.en,,,80\nspam.en,sun,3,5"})
    assert live.floor(BOSS).planned_hour in (80, 5)
    assert "no plan" not in text(client, "floor")
    assert "spam.en,sun,3,5" in client.get(reverse("solve-plan"), {"format": "csv"}).content.decode()
    wrong = client.post(reverse("solve-plan"), {"rows": "queue,day,hour,solved\nspam.en,someday,,80"})
    assert wrong.status_code == 422 and "Line 2" in wrong.content.decode() and "someday" in wrong.content.decode()
    for bad in (
        "queue\nx",
        "queue,day,hour,solved\nnowhere,,,1",
        "queue,day,hour,solved\nspam.en,,-25,1",
        "queue,day,hour,solved\n",
    ):
        with pytest.raises(BadInput):
            solve_plan.read(bad)


def test_the_note_writes_itself_is_edited_signed_and_found(floor: Floor) -> None:
    user = member(MANAGER, name="Mona Manager")
    client = signed_in(user)
    with writing(BOSS) as w:
        surge.save_playbook(w, key="wave", name="A wave", steps=[{"kind": "pause_queues", "queues": ["hate.en"]}])
    surge.start_surge(BOSS, "wave", why="spam everywhere")
    page = text(client, "handover")
    assert "spam everywhere" in page and "Came in" in page
    start, end = clock.now() - timedelta(hours=2), clock.now() + timedelta(minutes=1)
    shift = {"from": f"{start:%Y-%m-%dT%H:%M}", "to": f"{end:%Y-%m-%dT%H:%M}", "site": ""}
    client.post(reverse("handover"), {**shift, "text": "Watch *spam*", "step": "save"})
    assert handover.latest(BOSS) is None
    assert (
        client.post(reverse("handover"), {**shift, "to": shift["from"], "text": "kept", "step": "save"}).status_code
        == 422
    )
    client.post(reverse("handover"), {**shift, "text": "Watch *spam*\nand hate", "step": "sign"})
    note = handover.latest(BOSS)
    assert note is not None
    assert {fact.key: fact.value for fact in handover.facts_of(note) if fact.key in ("came_in", "solved", "backlog")} == {
        "came_in": 5, "solved": 2, "backlog": 3,
    }  # fmt: skip
    shown = text(client, "floor")
    assert "Watch *spam*" in shown and "Mona Manager" in shown
    markdown = client.get(reverse("handover-note", args=[note.pk]), {"format": "md"}).content.decode()
    assert "> Watch \\*spam\\*" in markdown and "- Came in: 5" in markdown
    assert "came in" in text(client, "handover-note", note.pk).lower()
    limited = signed_in(member({"floor.view"}, markets=["DE"]))
    assert limited.get(reverse("handover-note", args=[note.pk])).status_code == 404
    assert "and hate" not in text(limited, "floor")


def test_who_stepped_back_is_counted_from_five_up(floor: Floor) -> None:
    people = [member(LEAD, name=f"P{n}") for n in range(5)]
    with writing(BOSS) as w:
        workforce.save_vendor(w, key="acme", name="Acme", site="Lisbon")
        for person in people:
            workforce.save_reviewer(w, person.pk, vendor_key="acme", team="night")
    from tests.support.people import actor_of

    for person in people[:4]:
        workforce.heartbeat(actor_of(person), "stepped_back")
    assert live.floor(BOSS).stepped_back is None
    workforce.heartbeat(actor_of(people[4]), "working")
    now = live.floor(BOSS, site="Lisbon", team="night", vendor="acme")
    assert (now.stepped_back, len(now.people)) == (4, 5)
    assert live.floor(BOSS, site="Porto").people == []
    assert {row.key: row.staffed for row in live.floor(BOSS, by="site").queues}["Lisbon"] == 1


def test_the_floor_says_what_is_skipped_and_what_is_on_fire_and_its_table_is_a_file(floor: Floor) -> None:
    rita = someone(LEAD)
    lease = actions.claim(rita)
    assert lease
    actions.skip(rita, lease.job_id, lease.token, "language")
    oncall.open_incident(BOSS, title="A wave of scams", severity=3)
    oncall.open_incident(BOSS, title="Only of Germany", severity=3, market="DE")
    boss = signed_in(member(MANAGER | {"oncall.view"}, name="Boss"))
    page = text(boss, "floor")
    assert "A wave of scams" in page
    assert "A wave of scams" not in text(signed_in(member(MANAGER, name="Other")), "floor")
    assert re.search(r"33\s*%", page)  # one of the three jobs that were taken
    client = signed_in(member(MANAGER | {"oncall.view"}, markets=["US"]))
    assert "Only of Germany" not in text(client, "floor")
    lines = list(
        csv.DictReader(io.StringIO(boss.get(reverse("floor"), {"format": "csv"}).getvalue().decode("utf-8-sig")))
    )
    spam = next(line for line in lines if line["key"] == "spam.en")
    assert (spam["open"], spam["solved_hour"], spam["skips_week"], spam["taken_week"]) == ("3", "2", "1", "3")
