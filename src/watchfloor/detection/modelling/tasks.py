"""Loops around models: scores counted in memory are written, and drift is looked for."""

from __future__ import annotations

from watchfloor.detection.modelling import asked, counted, watch
from watchfloor.platform.loops import EACH, WORK, loop


@loop("models.scores", idle=counted.FLUSH_EVERY, place=EACH)
def write_scores() -> int:
    """What was counted when traffic stopped must not wait for the next item."""
    counted.flush()
    return 0


@loop("models.watch", idle=300.0)
def watch_models() -> int:
    """A model that drifted opens no more cases until a person has looked."""
    watch.watch()
    return 0


@loop("models.ask", idle=5.0, place=WORK)
def ask_policy_models() -> int:
    """What waits is put before the policy models, within their budgets."""
    return asked.ask_due()
