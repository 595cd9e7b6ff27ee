"""Loops: gates are looked at by themselves, stages begin at their hour, guards are read."""

from __future__ import annotations

import logging

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.loops import loop
from watchfloor.programme.launches import asking, watching
from watchfloor.programme.launches.actions import gating, rolling
from watchfloor.programme.launches.domain import states
from watchfloor.programme.launches.models import Launch, Stage

log = logging.getLogger(__name__)


@loop("launches.gates", idle=30.0)
def look_at_gates() -> int:
    """Write down what turned since the last look; pages compute gates themselves."""
    turned = 0
    for row in Launch.objects.filter(state__in=sorted(states.WATCHED)).order_by("number"):
        found = asking.verdicts(row)
        with writing(system("launches")) as w:
            turned += gating.turn(w, row, found)
    return turned


@loop("launches.stages", idle=15.0)
def begin_stages() -> int:
    """Put stages on whose hour has come, in their order; one that cannot begin holds back those after it."""
    begun = 0
    due = Stage.objects.filter(
        state=Stage.State.WAITING, starts_at__lte=clock.now(), launch__state__in=(states.GO, states.HYPERCARE)
    )
    for stage in due.select_related("launch").order_by("launch__number", "number"):
        try:
            with writing(system("launches"), reason="its hour has come") as w:
                rolling.start(w, stage.launch_id, stage.number)
            begun += 1
        except WatchfloorError as refused:
            with writing(system("launches")) as w:
                rolling.hold(w, stage.launch_id, stage.number, f"{refused.message} {refused.hint}".strip())
    return begun


@loop("launches.guards", idle=30.0)
def read_guards() -> int:
    """Stop what a guard stops."""
    return watching.look()
