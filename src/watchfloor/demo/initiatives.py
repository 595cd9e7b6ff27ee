"""The demo's programme, work under way: the plan that followed the spike, who answers for it, and a policy on its way to be launched.

People and plans are simulated and say so; what the gates of the launch say is read from the fortnight that was played.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import RULE_NAME, World
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.policy.actions import draft_document
from watchfloor.policy.domain.document import Document as PolicyText
from watchfloor.policy.texts import document_of, version_of
from watchfloor.programme.launches.actions import gating, planning
from watchfloor.programme.launches.domain.document import Abuse, Document, Guard, Step, Volume
from watchfloor.programme.launches.models import Launch
from watchfloor.programme.stakeholders.actions import people as stakeholders
from watchfloor.programme.stakeholders.actions import signing
from watchfloor.programme.stakeholders.models import SignOff
from watchfloor.programme.tracking import actions as tracking
from watchfloor.programme.tracking.actions import Started, Todo
from watchfloor.programme.tracking.models import Initiative

DAY: Final = timedelta(days=1)
PLAN: Final = "Campaigns from one app are stopped within the hour (simulated)"
LAUNCH: Final = "Spam: newsletters people signed up for (simulated)"


def play(scenario: Scenario, world: World) -> None:
    """Once the fortnight is played: everything at its own moment of the last days."""
    spike = scenario.planted[0].until
    with clock.at(spike + timedelta(hours=14)):
        made = _begin(scenario, world)
    _work(scenario, world, made)
    _answering(scenario, world, made)
    _launch(scenario, world)


def _begin(scenario: Scenario, world: World) -> Initiative:
    """The morning after the spike."""
    manager = world.roles["program_manager"]
    with writing(manager, reason="demo") as w:
        return tracking.begin_initiative(
            w,
            Started(
                kind="initiative", title=PLAN, owner=manager.id, sponsor=world.roles["administrator"].id, state="running",
                zone="Europe/Dublin", market="ES",
                aim="Near-copies that one app sends are found and held within the hour, also while a rule is paused. (Simulated)",
            ),
        )  # fmt: skip


def _work(scenario: Scenario, world: World, made: Initiative) -> None:
    """Two milestones, one of which slipped; five actions: done, doing, late, waiting for another, and still open."""
    manager, policy, quality = (world.roles[key] for key in ("program_manager", "policy_specialist", "quality_lead"))
    begun, end = made.made_at, scenario.end
    with clock.at(begun + timedelta(minutes=20)), writing(manager, reason="demo") as w:
        on = tracking.add_milestone(w, made, "The paused rule is on, and a pause tells the lead", begun + DAY)
        near = tracking.add_milestone(w, made, "Near-copies are found whatever app they come from", end - 0.5 * DAY)
        page = tracking.add_action(
            w, Todo(title="Page the escalation lead when a rule is paused", owner=manager.id,
                    due=begun + DAY, milestone=on, text="A pause of a rule that enforces is told at once. (Simulated)")
        )  # fmt: skip
        rule = tracking.add_action(
            w, Todo(title="Write the near-copy rule without the app in its condition", owner=policy.id, due=end + 3 * DAY,
                    milestone=near, text="Start from BulkSenderNearCopies. (Simulated)")
        )  # fmt: skip
        tracking.add_action(
            w, Todo(title="Run the new rule in shadow for two days", owner=quality.id, due=end + 6 * DAY, milestone=near,
                    depends_on=(rule.pk,))
        )  # fmt: skip
        tracking.add_action(
            w, Todo(title="Ask QuickBlast's makers what their app sent", owner=manager.id, due=end - 1.2 * DAY, initiative=made)
        )  # fmt: skip
        tracking.add_action(
            w, Todo(title="Tell Birch's early shift how the campaign looks", owner=world.roles["vendor_manager"].id,
                    due=end + 2 * DAY, initiative=made)
        )  # fmt: skip
    with clock.at(begun + timedelta(hours=9)), writing(manager, reason="demo") as w:
        tracking.move(w, page, state="done")
        tracking.move_milestone(w, on, reached=True)
    with clock.at(end - 1.5 * DAY), writing(policy, reason="demo") as w:
        tracking.move(w, rule, state="doing")
        said = (
            f"Half of the near-copies share no link, so {RULE_NAME} alone misses them. "
            f'@"{manager.name}", I need two more days. (Simulated)'
        )
        tracking.comment(w, f"action:{rule.pk}", said)
    with clock.at(end - 1.4 * DAY), writing(manager, reason="demo") as w:
        why = "Half of the copies share no link: the rule needs the fingerprint of the text as well. (Simulated)"
        tracking.move_milestone(w, near, due=end + 6 * DAY, why=why)


def _answering(scenario: Scenario, world: World, made: Initiative) -> None:
    """Who is on the map, and who answers for what."""
    manager = world.roles["program_manager"]
    with clock.at(made.made_at + timedelta(hours=1)), writing(manager, reason="demo") as w:
        author = stakeholders.save_stakeholder(
            w, name=world.roles["policy_specialist"].name, user=world.roles["policy_specialist"].id, inside=True, interest=3, influence=2,
            hears="here", organisation="Parley", zone="Europe/Dublin",
        )  # fmt: skip
        product = stakeholders.save_stakeholder(
            w, name="Parley's API product team (simulated)", kind="group", inside=True, interest=2, influence=3, hears="meeting",
            organisation="Parley", zone="Europe/Madrid", note="Decides what an app may send in an hour. (Simulated)",
        )  # fmt: skip
        own = stakeholders.save_stakeholder(
            w, name=manager.name, user=manager.id, inside=True, interest=3, influence=3, hears="here", organisation="Parley",
            zone="Europe/Dublin",
        )  # fmt: skip
        for who, letter in ((own, "A"), (author, "R"), (product, "C")):
            stakeholders.set_letter(w, made.pk, who.pk, letter)


def _launch(scenario: Scenario, world: World) -> None:
    """A new version of the spam policy is drafted and planned: some of its gates are open by now, others are not."""
    end = scenario.end
    policy, manager = world.roles["policy_specialist"], world.roles["program_manager"]
    quality, vendors = world.roles["quality_lead"], world.roles["vendor_manager"]
    held = policies.version_in_force("spam")
    assert held is not None  # it is shipped
    with clock.at(end - 4 * DAY), writing(policy, reason="demo") as w:
        text = _clearer(document_of(version_of("spam", held.number)))
        row = draft_document(w, "spam", text, why="Reviewers took newsletters for spam. (Simulated)")
    with clock.at(end - 3 * DAY):
        with writing(manager, reason="demo") as w:
            document = _document(row.number, end, (policy, quality, vendors))
            launch = planning.begin(
                w, kind="policy", title=LAUNCH, owner=str(policy), document=document, zone="Europe/Dublin"
            )
            planning.move(w, launch.pk, "submit")
        _say(world, launch)


def _say(world: World, launch: Launch) -> None:
    """What people said of it: one looked at the abuse cases, and two of three signed."""
    with clock.at(clock.now() + timedelta(hours=5)):
        with writing(world.roles["quality_lead"], reason="demo") as w:
            said = "Read against last week's appeals: both cases are answered. (Simulated)"
            gating.say(w, launch.pk, "abuse", holds=True, words=said)
        for role in ("policy_specialist", "quality_lead"):
            who = world.roles[role]
            row = SignOff.objects.filter(about=planning.about(launch.pk), person=who.id).first()
            if row is not None:
                with writing(who, reason="demo") as w:
                    signing.sign(w, row, "(Simulated)")


def _clearer(text: PolicyText) -> PolicyText:
    """The text in force, with one sentence more about newsletters."""
    first, *others = text.clauses
    said = f"{first.text} A newsletter is none while each mail says who signed up, and leaving it works. (Simulated)"
    return msgspec.structs.replace(text, clauses=(msgspec.structs.replace(first, text=said), *others))


def _document(number: int, end: datetime, signers: tuple[Actor, ...]) -> Document:
    return Document(
        aim="Fewer newsletters are removed that their readers asked for. (Simulated)", policy_key="spam", policy_number=number,
        markets=("ES", "GB"), languages=("en", "es"), queues=("spam.en", "spam.es"),
        volumes=tuple(
            Volume(queue=queue, market=market, per_day=per_day)
            for queue, market, per_day in (("spam.en", "ES", 2), ("spam.en", "GB", 24), ("spam.es", "ES", 16), ("spam.es", "GB", 1))
        ),
        no_clocks="No market asks for a period of its own for spam. (Simulated)", signers=tuple(str(each) for each in signers),
        abuse=(
            Abuse(case="A spammer claims that everybody signed up.", answer="Who signed up and how has to be in each mail."),
            Abuse(case="The link to leave leads to a shop.", answer="It stays a link scheme: 9.3 goes before 9.1."),
        ),
        rollback="Version 1 goes back in force; what version 2 left alone is looked at again. (Simulated)",
        guards=(Guard(metric="overturn_rate", limit=0.2, relative=False),),
        steps=(Step(markets=("GB",), percent=100, starts_at=end + 10 * DAY), Step(percent=100, starts_at=end + 13 * DAY)),
    )  # fmt: skip
