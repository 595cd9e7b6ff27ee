"""What is taught and how work is marked on the demo floor: a unit on spam, a cohort with a session, a scorecard.

The unit is written for the shipped text of the policy; the people and what became of the session are simulated and say so.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import resources
from typing import Final
from uuid import UUID

from watchfloor.demo.people import DRIFT_DAY
from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import World
from watchfloor.identity import actions as identity
from watchfloor.identity.domain import system
from watchfloor.identity.queries import actor_for
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.quality.actions import marking
from watchfloor.quality.domain.cards import Card, Part
from watchfloor.training import cohort_actions, unit_actions

DAY: Final = timedelta(days=1)
COHORT: Final = "Birch, early shift: spam (simulated)"
CARD: Final = Card(
    parts=(
        Part(key="clause", name="The clause fits best of those that fit", weight=3, scale=3, when="violating"),
        Part(key="whole", name="The whole message was read, its links too", weight=2),
        Part(key="reason", name="The author can understand the reason", weight=2, scale=4, when="violating"),
        Part(key="harm", name="Somebody in danger was not passed over", weight=1, critical=True),
    ),
)  # fmt: skip


def play(scenario: Scenario, world: World) -> None:
    """Once the fortnight is played: everything at its own moment."""
    quality = world.roles["quality_lead"]
    with clock.at(scenario.start + 2 * DAY):
        marking.save(quality, CARD, seen=0)
    began = scenario.start + (DRIFT_DAY - 1) * DAY
    with clock.at(began - DAY):
        by = system("demo")
        with writing(by, reason="demo set-up") as w:
            person = identity.create_user(
                w, email="trainer@demo.invalid", name="Tilda Berg (simulated)", password=None, simulated=True
            )
            identity.grant(w, by, person, "trainer")
            cohort_actions.name_trainer(w, person.pk, "spam")
        trainer = actor_for(person)
        held = policies.version_in_force("spam")
        assert held is not None  # it is shipped
        day = (scenario.end + 180 * DAY).date()
        with writing(trainer, reason="demo") as w:
            version = unit_actions.save(w, source().format(version=held.number, review=day))
        with writing(world.roles["policy_specialist"], reason="demo") as w:
            unit_actions.approve(w, version.pk)
            unit_actions.publish(w, version.pk)
    _cohort(scenario, world, person.pk)


def source() -> str:
    """The unit, with places for the version it is written for and the day it is looked at again."""
    return resources.files(__package__).joinpath("spam_unit.md").read_text(encoding="utf-8")


def _cohort(scenario: Scenario, world: World, trainer: UUID) -> None:
    """Birch's six new people: one session that was held, one to come, and a day by which they are certified."""
    people = [world.users[key] for key, work in scenario.reviewers.items() if work.cohort]
    began = scenario.start + (DRIFT_DAY - 1) * DAY
    manager = world.roles["vendor_manager"]
    with clock.at(began + timedelta(hours=1)), writing(manager, reason="demo") as w:
        cohort = cohort_actions.save(
            w, None, name=COHORT, policy_key="spam", vendor_key="birch", language="en",
            due_on=(scenario.end + 6 * DAY).date(), lead_id=world.users["rev-11"],
        )  # fmt: skip
        cohort_actions.join(w, cohort, people)
        first = cohort_actions.plan_session(
            w,
            cohort,
            trainer_id=trainer,
            starts_at=began + timedelta(hours=4),
            minutes=60,
            place="Lisbon, room 2 (simulated)",
        )
    with clock.at(began + timedelta(hours=6)), writing(manager, reason="demo") as w:
        given = {pk: "absent" if place == 0 else "late" if place == 1 else "there" for place, pk in enumerate(people)}
        cohort_actions.attend(w, first, given)
    with clock.at(scenario.end - DAY), writing(manager, reason="demo") as w:
        cohort_actions.plan_session(
            w,
            cohort,
            trainer_id=trainer,
            starts_at=scenario.end + 3 * DAY,
            minutes=45,
            place="Lisbon, room 2 (simulated)",
        )
