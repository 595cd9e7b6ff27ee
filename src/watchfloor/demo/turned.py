"""The demo's programme, what rests on figures: an objective, a sizing, the spike and what was done about it, a weekly review.

All of it is read from the facts of the fortnight, so it comes after they are written. What was planned beforehand is simulated; what
is told of it is computed, and may well be that nothing can be told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from watchfloor.demo.campaign import SPIKE_MARKET
from watchfloor.demo.noticed import PROPOSAL
from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import RULE_NAME, World
from watchfloor.identity.domain import Actor
from watchfloor.insight.spikes import cases as spikes
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.improvements.actions import sizing
from watchfloor.programme.improvements.models import Proposal
from watchfloor.programme.interventions import actions as interventions
from watchfloor.programme.interventions import tasks as measuring
from watchfloor.programme.interventions.domain import Planned
from watchfloor.programme.reviews import sending
from watchfloor.programme.risks import watching
from watchfloor.programme.stakeholders.actions import objectives

DAY: Final = timedelta(days=1)
ZONE: Final = "Europe/Dublin"
METRIC: Final = "incoming_manual"
HOUR_MS: Final = 3_600_000.0


def after(scenario: Scenario, world: World) -> None:
    """Once the facts of the fortnight are written."""
    manager, end = world.roles["program_manager"], scenario.end
    with clock.at(scenario.planted[0].until + timedelta(minutes=30)):
        _put_on_again(scenario, manager)
    with clock.at(end):
        while measuring.measure():
            pass
        while watching.one_due():
            pass
        _size(end, manager)
        _objective(end, manager)
        _review(end, manager)


def _put_on_again(scenario: Scenario, manager: Actor) -> None:
    """The spike is asked about, and its measure written down: the paused rule is on again. It is measured by the hour, beside markets
    it did not touch. The rule was on for all but five hours of the fortnight, so little can be expected of it beside its own past."""
    planted = scenario.planted[0]
    spike = spikes.ask(manager, METRIC, planted.at, planted.until, where={"market": SPIKE_MARKET})
    with writing(manager, reason="demo") as w:
        interventions.begin(w, manager, Planned(
            title=f"{RULE_NAME} is on again (simulated)", metric=METRIC, expected_change=-0.1, by="market",
            filters={"market": [SPIKE_MARKET], "policy": ["spam"]}, happened_at=planted.until,
            measure_on=scenario.end - timedelta(hours=12), about=f"spike:{spike.pk}",
            note="It was paused for its false alarms, and the campaign came minutes later. (Simulated)",
        ))  # fmt: skip


def _size(end: datetime, manager: Actor) -> None:
    """The proposal is sized by the last whole days of the floor."""
    row = Proposal.objects.get(title=PROPOSAL)
    last = (end - DAY).date()
    with writing(manager, reason="demo") as w:
        sizing.size(w, manager, row.pk, {
            "kind": "agent_minutes", "policy": "spam", "starts_on": (last - 9 * DAY).isoformat(), "ends_on": last.isoformat(),
            "share_low": "2", "share_likely": "5", "share_high": "12", "basis": "A guess from the day of the spike (simulated)",
        })  # fmt: skip


def _objective(end: datetime, manager: Actor) -> None:
    """Cases are solved within an hour on average; it begins where the first week stood."""
    with writing(manager, reason="demo") as w:
        objectives.save_objective(
            w, manager, title="Cases are solved within an hour (simulated)", metric="aas", target=HOUR_MS,
            begins_on=(end - 7 * DAY).date(), by=(end + 60 * DAY).date(), days=7, owner=manager.id,
        )  # fmt: skip


def _review(end: datetime, manager: Actor) -> None:
    """The weekly review, by a schedule early on Mondays, the last of which has come: once served, the floor writes it."""
    with clock.at(end - 7 * DAY):
        sending.save(manager, sending.Planned(template="weekly", every="monday", minute=5, zone=ZONE))
