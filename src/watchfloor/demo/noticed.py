"""The demo's programme, what people noticed: suggestions of reviewers, a tool bug, risks with their controls, and what is coming.

People and what they say are simulated and say so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import World
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.improvements import actions as improvements
from watchfloor.programme.improvements.actions import Suggested, proposing
from watchfloor.programme.improvements.models import Suggestion
from watchfloor.programme.risks.actions import coming, indicators, register
from watchfloor.programme.risks.domain import EventIn, IndicatorIn, RiskIn

DAY: Final = timedelta(days=1)
PROPOSAL: Final = "Show the earlier copies of a message beside it (simulated)"


def play(scenario: Scenario, world: World) -> None:
    """Once the fortnight is played: everything at its own moment."""
    _suggestions(scenario, world)
    _risks(scenario, world)
    _coming(scenario, world)


def _suggestions(scenario: Scenario, world: World) -> None:
    """Two that say the same are joined and become a proposal; a third waits, and so does a bug."""
    end, manager = scenario.end, world.roles["program_manager"]
    first = _suggest(world, "rev-11", scenario.planted[0].at + timedelta(hours=3), Suggested(
        wrong="During the spike I read the same message forty times. Nothing on the case says that a copy was decided. (Simulated)",
        wanted="Show the earlier copies and what was decided of them.", page="review-work", queue="spam.es", policy="spam",
        market="ES", window_size="1440x900",
    ))  # fmt: skip
    same = _suggest(world, "rev-13", scenario.planted[0].at + timedelta(hours=19), Suggested(
        wrong="I cannot see whether a colleague has just decided the same text. (Simulated)", page="review-work",
        queue="spam.es", policy="spam", market="ES",
    ))  # fmt: skip
    _suggest(world, "rev-19", end - 1.1 * DAY, Suggested(
        wrong="The policy opens in another tab each time; in my first week I read it for every case. (Simulated)",
        wanted="Keep the clause open beside the message.", page="review-work", queue="spam.en", policy="spam",
    ))  # fmt: skip
    _suggest(world, "rev-07", end - 0.6 * DAY, Suggested(
        kind="bug", wrong="The clock on the case jumps back when I come from another window. (Simulated)",
        steps="Take a case. Work in another window for a minute. Come back: the clock shows less than before.",
        often="daily", page="review-work", queue="spam.en",
    ))  # fmt: skip
    with clock.at(end - 2 * DAY), writing(manager, reason="demo") as w:
        improvements.join(w, manager, same.pk, first.pk)
        made = proposing.propose(w, manager, first.pk, PROPOSAL)
        proposing.write_story(w, manager, made.pk, {
            "title": PROPOSAL, "as_a": "reviewer in a spam queue", "i_want": "to see the earlier copies of a message and their decisions",
            "so_that": "I do not read the same text forty times in a campaign",
        })  # fmt: skip
        proposing.add_criterion(w, manager, made.pk, {
            "given": "a message of which a near-copy was decided in the last day", "when": "a reviewer opens its case",
            "then": "the copy and its decision stand beside it",
        })  # fmt: skip
        proposing.set_effort(w, manager, made.pk, {"effort_low": "2", "effort_likely": "3", "effort_high": "6"})


def _suggest(world: World, reviewer: str, at: datetime, given: Suggested) -> Suggestion:
    actor = world.reviewers[reviewer]
    with clock.at(at), writing(actor, reason="demo") as w:
        return improvements.suggest(w, actor, given)


def _risks(scenario: Scenario, world: World) -> None:
    """Two risks with their controls; one is watched by an indicator."""
    end, manager = scenario.end, world.roles["program_manager"]
    vendors = world.roles["vendor_manager"]
    with clock.at(end - 3 * DAY), writing(manager, reason="demo") as w:
        paused = register.write(w, manager, RiskIn(
            title="A campaign comes in while a rule is paused (simulated)", cause="Rules are paused by hand, and nobody is told.",
            event="Near-copies reach people for hours.", effect="The spam queue of a market is six times its usual.",
            likelihood=4, impact=3, residual_likelihood=2, residual_impact=3, owner=manager.id, market="ES",
            plan="Page the lead when an enforcing rule is paused; find near-copies whatever the app.",
            review_on=(end + 14 * DAY).date(),
        ))  # fmt: skip
        register.set_control(
            w, manager, paused.pk, text="Near-copies are held until somebody looks, also while a rule is paused.", owner=manager.id,
            works="partly", tested_on=(end - 4 * DAY).date(), test_by=(end + 24 * DAY).date(),
        )  # fmt: skip
        register.set_control(
            w, manager, paused.pk, text="The lead is paged when an enforcing rule is paused.", owner=manager.id
        )
        indicators.save(w, manager, paused.pk, IndicatorIn(
            metric="incoming_manual", filters={"policy": ["spam"]}, span="day", amber=40, red=80,
        ))  # fmt: skip
        slow = register.write(w, manager, RiskIn(
            title="Birch's new people take longer than its contract allows (simulated)", cause="Six people began in one week.",
            event="Cases of the early shift wait.", effect="Targets of the contract are missed, and credits are owed.",
            likelihood=4, impact=2, residual_likelihood=3, residual_impact=2, owner=vendors.id, vendor="birch",
            plan="Coach the six through their first hundred cases.", review_on=(end + 7 * DAY).date(),
        ))  # fmt: skip
        register.set_control(
            w, manager, slow.pk, text="An experienced reviewer sits beside each of them until Friday.", owner=vendors.id
        )


def _coming(scenario: Scenario, world: World) -> None:
    """A law on the horizon and an election in the calendar, of a place that is made up."""
    end, manager = scenario.end, world.roles["program_manager"]
    with clock.at(end - 5 * DAY), writing(manager, reason="demo") as w:
        coming.write_horizon(
            w, manager, kind="law", title="Notices about advertising name who paid for it (simulated)", market="DE",
            source="A draft that was made up for this demo", impact="The reason for 9.2 needs a sentence more.",
            action="Ask legal for the wording.", on=(end + 120 * DAY).date(), owner=manager.id,
            review_on=(end + 20 * DAY).date(),
        )  # fmt: skip
        day = (end + 23 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        coming.write_event(w, manager, EventIn(
            title="Regional election (simulated)", kind="election", market="ES", starts_at=day - 7 * DAY, ends_at=day + 2 * DAY,
            uplift=0.3, note="The last one brought more reports of impersonation and false news. (Simulated)",
        ))  # fmt: skip
