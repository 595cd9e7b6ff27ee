"""The demo's models are measured: after a week the spam model learns what was decided, and a sample of what nobody reported is drawn.

The simulated reviewers judge what is drawn like everything else, so the page of models shows precision and recall with their intervals on
the second week, from draws whose chances were kept. The plan and the reviewers are simulated; the figures are computed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from watchfloor.demo.scenario import Scenario
from watchfloor.demo.world import World
from watchfloor.detection import training
from watchfloor.detection.modelling import actions
from watchfloor.ledger import sequencer
from watchfloor.ledger.writer import writing

POLICY: Final = "spam"
AFTER: Final = timedelta(days=6)
PER_DAY: Final = 16
TARGET: Final = 0.9


def moments(scenario: Scenario, people: World) -> list[tuple[datetime, Callable[[datetime], None]]]:
    """When the model first learns, and the sample begins."""

    def begin(_: datetime) -> None:
        sequencer.catch_up()  # models learn from the log
        training.train([POLICY])
        with writing(people.roles["rule_author"], reason="Simulated: the model is measured before it may act") as w:
            actions.plan_sampling(w, POLICY, per_day=PER_DAY, target=TARGET)

    return [(scenario.start + AFTER, begin)]
