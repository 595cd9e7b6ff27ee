"""Detection's loops: models learn from the decisions of the last minutes; counts of firings are written; rules are watched; delayed
labels fall due."""

from __future__ import annotations

from watchfloor.detection import alarms, backtests, counting, due_labels, hits, training
from watchfloor.platform.loops import EACH, WORK, loop


@loop("detection.train", idle=60.0)
def train() -> int:
    """Let models learn; a policy waits until fifty new decisions were made."""
    return training.train()


@loop("detection.hits", idle=hits.FLUSH_EVERY, place=EACH)
def write_hits() -> int:
    """What was noted when traffic stopped must not wait for the next item."""
    hits.flush()
    return 0


@loop("detection.labels", idle=2.0)
def put_due_labels() -> int:
    """Labels that rules asked for later."""
    return due_labels.put_due()


@loop("detection.backtest", idle=1.0, place=WORK)
def backtest() -> int:
    """Backtests that were asked for on a page."""
    return backtests.work()


@loop("detection.alarms", idle=60.0)
def watch() -> int:
    """Rules that fire out of all proportion, or are wrong far more than before, are paused."""
    alarms.watch()
    return 0


@loop("detection.counters", idle=60.0)
def prune_counters() -> int:
    """Forget counters' keys that can no longer matter."""
    return counting.prune()
