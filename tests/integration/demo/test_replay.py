"""A small fortnight through the real doors: afterwards the books balance, and the planted causes are in the numbers."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from watchfloor.appreview.models import ApiApp, AppDay
from watchfloor.console import install
from watchfloor.demo import (
    acting,
    api_apps,
    called,
    guarded,
    initiatives,
    legal,
    lessons,
    looks,
    measured,
    noticed,
    platform,
    rostered,
    turned,
    world,
)
from watchfloor.demo.clockwork import InStep
from watchfloor.demo.mail import Message
from watchfloor.demo.replay import Replay
from watchfloor.demo.scenario import Scenario, make_scenario
from watchfloor.demo.world import RULE_NAME, VIOLATION
from watchfloor.detection import lakes
from watchfloor.detection.campaigns.models import Campaign, Ring
from watchfloor.detection.likeness.models import Likeness
from watchfloor.detection.modelling.models import Draw, Plan
from watchfloor.enforcement import delivery, reconciling
from watchfloor.enforcement.actions import expire_due
from watchfloor.enforcement.models import Action, Endpoint
from watchfloor.identity.domain import system
from watchfloor.insight import facts, flow
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock
from watchfloor.law.models import Clock, Order
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.verify import verify
from watchfloor.ledger.writer import writing
from watchfloor.oncall.models import Incident, Page, Schedule
from watchfloor.oncall.queries import on_now
from watchfloor.platform import config
from watchfloor.programme.improvements.models import Proposal
from watchfloor.programme.interventions.models import Intervention
from watchfloor.programme.launches import asking
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.reviews import sending
from watchfloor.programme.reviews.models import Review
from watchfloor.programme.risks.models import Indicator
from watchfloor.programme.stakeholders.models import Objective
from watchfloor.programme.tracking.models import Action as Todo
from watchfloor.programme.tracking.models import Comment, Slip
from watchfloor.quality.actions.settling import is_wrong
from watchfloor.quality.models import Look, Scorecard
from watchfloor.review.models import Appeal, Case, Decision, Job
from watchfloor.staffing.models import RosterRow
from watchfloor.training.models import Attendance, UnitVersion
from watchfloor.transparency.models import TransparencyReport

END = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SPAM = (
    "Buy cheap viagra now at https://pills.example/{n} and be happy for the rest of your life, offer {n} ends soon, click here. "
    * 2
)
HAM = "Hello Anna, shall we meet on Tuesday at {n} to talk about the garden? The tomatoes are growing well."


def messages() -> list[Message]:
    """Forty plain spam mails and forty ordinary ones."""
    made = []
    for n in range(80):
        spam = n % 2 == 0
        made.append(
            Message(
                id=f"{'spam' if spam else 'ham'}-1/{n:05d}", sent_at=END - timedelta(days=400, hours=n), sender=f"s{n}@example.org",
                sender_name=f"Sender {n}", relay_ip="192.0.2.7", subject=f"Subject {n}", body_text=(SPAM if spam else HAM).format(n=n),
                links=(), language="en", label_spam=spam, thread=f"t{n}",
            )
        )  # fmt: skip
    return made


@pytest.fixture
def played(db: None, tmp_path: Path) -> Iterator[tuple[Scenario, world.World, dict[str, int]]]:
    """The scenario and what was done, with Parley listening on loopback."""
    settings.DEMO = True
    scenario = make_scenario(messages(), seed=7, end=END)
    with writing("system:test") as w:
        install.defaults(w)
    server = platform.serve(tmp_path, 0, replay=True)
    people = world.build(scenario, f"http://127.0.0.1:{server.server_address[1]}/hook")
    with clock.at(scenario.start):
        legal.before(scenario, people)
        guarded.before(scenario, people)
        acting.before(scenario)
    api_apps.before(scenario, people)
    (tmp_path / "keys").mkdir(exist_ok=True)
    (tmp_path / "keys" / "parley.webhook").write_text(Endpoint.objects.get(name="Parley").secrets[0])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        replay = Replay(scenario, people, InStep(), lambda moment, told: None)
        for at, act in (*legal.moments(scenario, people), *measured.moments(scenario, people)):
            replay.plan(at, act)
        counts = replay.run()
        acting.play(scenario, people, replay)
        legal.after(scenario, people)
        looks.after(scenario)
        guarded.after()
        for part in (lessons, initiatives, noticed, called):
            part.play(scenario, people)
        yield scenario, people, counts
    finally:
        server.shutdown()
        settings.DEMO = config.flag("WATCHFLOOR_DEMO")
        shutil.rmtree(lakes.folder(), ignore_errors=True)  # of events: rules of other tests would be tried on them
        lakes.forget()


def test_the_books_balance_after_a_replay(played: tuple[Scenario, world.World, dict[str, int]]) -> None:
    scenario, people, counts = played
    assert counts["messages"] >= 80
    assert counts["reports"] > 10
    assert counts["decisions"] > 5
    assert dict(ApiApp.objects.values_list("external_id", "state")) == {
        "app-04": "approved", "app-11": "approved", "app-17": "approved", "app-21": "waiting",
    }  # fmt: skip
    assert AppDay.objects.filter(app__external_id="app-11", alarms=[]).count() >= 13
    assert Campaign.objects.filter(state="open").exists()
    assert set(Ring.objects.values_list("kind", "members")) == {("ring", 7), ("brigade", 6)}
    assert Case.objects.count() > 10
    assert Likeness.objects.filter(case__isnull=False).count() == 2  # both impostors are looked at
    assert set(Job.objects.filter(policy_key="impersonation").values_list("queue_key", flat=True)) == {"identity"}
    assert Plan.objects.get().policy_key == measured.POLICY and set(
        Draw.objects.values_list("policy_key", flat=True)
    ) <= {"spam"}
    # every action that was due has reached the platform, none is lost
    assert Action.objects.exclude(state__in=["confirmed", "reversed", "expired", "held", "rejected"]).count() == 0
    assert Action.objects.filter(confirmed_at__isnull=False).exists()
    # and what the platform says is in force is what we say
    with clock.at(scenario.end + timedelta(hours=1)):
        while expire_due():
            pass
        delivery.deliver_due(1_000)
    with clock.at(scenario.end + timedelta(hours=2)):
        run = reconciling.pull(system("test"), Endpoint.objects.get(name="Parley"))
    assert run.theirs > 0 and (run.theirs, run.missing, run.extra, run.different) == (run.ours, 0, 0, 0)
    # an appeal is never decided by whoever decided before
    for appeal in Appeal.objects.exclude(outcome_decision_id=None).select_related("decision"):
        assert Decision.objects.get(pk=appeal.outcome_decision_id).decider != appeal.decision.decider
    assert not Job.objects.filter(state="leased", lease_until__lt=scenario.end).exists()
    sequencer.catch_up()
    assert verify().problems == []
    assert rebuild.check().differences == []
    while facts.export():
        pass
    assert flow.check() == []
    look_at_the_programme(scenario, people)
    # decisions were drawn and looked at: what quality finds wrong is what the simulated reviewers did wrong, and nothing else
    looked = Look.objects.filter(purpose="sample").exclude(
        state="void"
    )  # those that are made again wait for another person
    assert looked.exists() and not looked.filter(state="waiting").exists()
    for look in looked:
        message = Case.objects.values_list("item__external_id", flat=True).get(pk=look.case_id)
        if message not in scenario.posts:  # an authority's
            continue
        policy = scenario.posts[message].truth.policy
        assert is_wrong(look) == (look.violation_key != (VIOLATION[policy] if policy else ""))
    # the removal order was met within its hour and answered, the court's is being worked, the report over the fortnight adds up
    removal, court = Order.objects.order_by("received_at")
    assert (removal.kind, removal.state, removal.effect, court.state) == ("tco_removal", "answered", "done", "working")
    assert Clock.objects.get(about_id=removal.pk, rule_key="eu.tco.removal").state == "met"
    report = TransparencyReport.objects.get()
    assert (report.state, report.problems) == ("made", [])
    # and the planted cause of the spike is in the ledger, just before it
    [pause] = Event.objects.filter(type="rule.state_changed", data__rule=RULE_NAME, data__after="paused")
    spike = next(cause for cause in scenario.planted if cause.key == "volume_spike")
    assert timedelta(0) < spike.at - pause.at < timedelta(minutes=10)


def look_at_the_programme(scenario: Scenario, people: world.World) -> None:
    """What was planned, noticed and taught stands as its story says, and what rests on figures was read from them."""
    turned.after(scenario, people)
    rostered.after(scenario, people)
    assert set(RosterRow.objects.values_list("vendor_key", "state")) >= {("birch", "published")}
    now = scenario.end
    late = Todo.objects.filter(state__in=["open", "doing"], due__lt=now)
    assert [each.title for each in late] == ["Ask QuickBlast's makers what their app sent"]
    assert Todo.objects.filter(state="done").count() == 1 and Todo.objects.exclude(depends_on=[]).count() == 1
    assert Slip.objects.get().why and Comment.objects.get().mentions == [UUID(people.roles["program_manager"].id)]
    paged, room = Page.objects.get(), Incident.objects.get()
    assert (paged.state, paged.acknowledged_at - paged.raised_at) == (
        "resolved",
        timedelta(minutes=4),
    ) and {call.state for call in paged.calls.all()} == {"sent"}
    assert (room.state, room.corrections.count(), room.lines.count()) == (
        "closed",
        2,
        3,
    ) and room.reviewed_at is not None
    assert all(on_now(each, now) for each in Schedule.objects.all())
    proposal = Proposal.objects.get()
    assert proposal.suggestions.count() == 2 and proposal.quantities.get().result[0] > 0
    launch = Launch.objects.get()
    verdicts = {gate.key: gate.verdict for gate in asking.gates_of(launch)}
    assert {"volume", "abuse"} <= {key for key, verdict in verdicts.items() if verdict == "green"}
    assert {"policy", "training", "sign_offs"} <= {key for key, verdict in verdicts.items() if verdict == "red"}
    [done] = Intervention.objects.all()
    assert done.state == "measured" and done.about == f"spike:{Spike.objects.get().pk}"
    with clock.at(now):
        while sending.work():
            pass
    review = Review.objects.get()
    assert (review.published, review.ends_at - review.starts_at) == (0, timedelta(days=7))
    assert now - timedelta(days=7) < review.ends_at <= now
    assert Indicator.objects.get().state != "unknown" and Objective.objects.get().start is not None
    assert UnitVersion.objects.get().state == "published" and Scorecard.objects.get().live
    assert Counter(Attendance.objects.values_list("state", flat=True)) == {"there": 4, "late": 1, "absent": 1}
    sequencer.catch_up()
    assert rebuild.check().differences == []
