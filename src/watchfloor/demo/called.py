"""The demo's on-call: who takes turns, whom a page reaches, and the room in which the planted spike was worked.

People, turns and what they say are simulated; the spike and the pause of the rule before it are in the data.
"""

from __future__ import annotations

from contextlib import redirect_stdout
from datetime import datetime, timedelta
from io import StringIO
from typing import Final
from uuid import UUID

from watchfloor.demo.campaign import SPIKE_MARKET
from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import RULE_NAME, World
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.oncall import calling, firing
from watchfloor.oncall.actions import incidents, paging, plans
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.domain.matrix import Line
from watchfloor.oncall.domain.paging import Step
from watchfloor.oncall.domain.rest import Rules
from watchfloor.oncall.domain.schedule import Layer, Window
from watchfloor.oncall.models import Page

DAY: Final = timedelta(days=1)
ZONE: Final = "Europe/Dublin"
LEADS: Final = ("escalation_lead", "program_manager", "administrator")
NIGHT: Final = (Window(days=(0, 1, 2, 3, 4, 5, 6), start="22:00", end="06:00"),)


def play(scenario: Scenario, world: World) -> None:
    """Once the fortnight is played: everything at its own moment."""
    begins = (scenario.start - 7 * DAY).replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None)
    begins -= timedelta(days=begins.weekday())  # turns change on Monday mornings
    with clock.at(scenario.start):
        _turns(world, begins)
    _spike(scenario, world)
    with clock.at(scenario.end - timedelta(hours=3)), writing(world.roles["escalation_lead"], reason="demo") as w:
        evening = (scenario.end + 2 * DAY).replace(hour=18, minute=0, second=0, microsecond=0)
        plans.override(w, "duty-lead", world.users["rev-01"], evening, evening + timedelta(hours=4))


def _turns(world: World, begins: datetime) -> None:
    """Leads by the week with somebody of the night shift over them; legal by the week; what pages whom."""
    lead, legal, manager = (world.roles[each] for each in ("escalation_lead", "legal", "program_manager"))
    with writing(lead, reason="demo") as w:
        plans.save_schedule(
            w, key="duty-lead", name="Duty lead (simulated)", zone=ZONE, rules=Rules(rest=8, spread=0.5),
            layers=(
                Layer(name="Leads, by the week", people=tuple(_id(world.roles[each]) for each in LEADS), begins=begins),
                Layer(
                    name="Nights", people=(world.users["rev-05"], world.users["rev-03"]), begins=begins, windows=NIGHT
                ),
            ),
        )  # fmt: skip
        plans.save_schedule(
            w, key="legal", name="Orders and authorities (simulated)", zone=ZONE,
            layers=(Layer(name="Legal, by the week", people=(_id(legal), _id(lead)), begins=begins),),
        )  # fmt: skip
        plans.save_policy(w, key="floor", name="The floor", repeat=1, steps=(
            Step(targets=("schedule:duty-lead",), wait=5), Step(targets=(f"user:{manager.id}",), wait=15),
        ))  # fmt: skip
        plans.save_policy(w, key="orders", name="Orders", repeat=1, steps=(
            Step(targets=("schedule:legal",), wait=10), Step(targets=("schedule:duty-lead",), wait=10),
        ))  # fmt: skip
        plans.save_matrix(w, (
            Line(escalation_policy="floor", policy="spam", min_severity=3), Line(escalation_policy="floor"),
        ))  # fmt: skip


def _spike(scenario: Scenario, world: World) -> None:
    """A page in the second hour of the spike, the room, its review, and what was agreed on."""
    planted = scenario.planted[0]
    began, over = planted.at, planted.until
    raised = began + timedelta(minutes=70)
    with clock.at(raised):
        words = f"Reported spam in {SPIKE_MARKET} is {planted.factor:.0f} times its usual (simulated)"
        with writing(system("paging")) as w:
            page = paging.page(
                w, PageIn(key=f"demo:{SPIKE_MARKET}", about="spike", severity=4, policy="spam", market=SPIKE_MARKET,
                          words=words, escalation_policy="floor"),
            )  # fmt: skip
        firing.fire_due()
        with redirect_stdout(StringIO()):  # a demo has no mail server: what the pager writes goes nowhere
            while calling.call_due():
                pass
    assert page is not None
    lead = _on_call(world, page)
    with clock.at(raised + timedelta(minutes=4)):
        paging.acknowledge(lead, page.pk)
    with clock.at(raised + timedelta(minutes=9)):
        room = incidents.open_incident(
            lead, title=f"Spam wave in {SPIKE_MARKET} (simulated)", severity=4, page_id=page.pk
        ).pk
        incidents.take_role(lead, room, "communications", _id(world.roles["program_manager"]))
    said = (
        (14, lead, "Near-copies of four messages, all from one app. The queue spam.es is six hours behind. (Simulated)"),
        (31, world.roles["program_manager"], f"{RULE_NAME} is paused since nine minutes before it began. (Simulated)"),
        (52, lead, "We finish what waits first; the rule goes on again when its author has looked at it. (Simulated)"),
    )  # fmt: skip
    for minutes, who, text in said:
        with clock.at(raised + timedelta(minutes=minutes)):
            incidents.write(who, room, text)
    with clock.at(over + timedelta(minutes=40)):
        incidents.close(lead, room, "The rule is on again, and the queue is back at its usual age. (Simulated)")
    with clock.at(over + 0.8 * DAY):
        incidents.review(
            lead, room, check_on=(scenario.end + 20 * DAY).date(),
            happened=f"{RULE_NAME} was paused for its false alarms. Nine minutes later an app began to send near-copies. (Simulated)",
            causes="Nobody is told when an enforcing rule is paused; what it had held was not looked at meanwhile. (Simulated)",
            learned="The page came after seventy minutes: the watch needs two whole hours. (Simulated)",
        )  # fmt: skip
        incidents.correct(
            lead, room, text="Page the lead when an enforcing rule is paused (simulated)", owner_id=_id(world.roles["program_manager"]),
            due_on=(scenario.end + 10 * DAY).date(),
        )  # fmt: skip
        done = incidents.correct(
            lead, room, text="Write down who may pause a rule, and whom they tell (simulated)", owner_id=_id(lead),
            due_on=scenario.end.date(),
        )  # fmt: skip
    with clock.at(scenario.end - DAY):
        incidents.corrected(lead, room, done.pk)


def _on_call(world: World, page: Page) -> Actor:
    """Whoever was called first, with the rights of a lead where it was somebody of the night shift."""
    called = {row.user_id for row in page.calls.all()}
    leads = (world.roles[each] for each in LEADS)
    return next((each for each in leads if _id(each) in called), world.roles["escalation_lead"])


def _id(actor: Actor) -> UUID:
    return UUID(actor.id)
