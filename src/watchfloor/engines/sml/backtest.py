"""What rules would have done to stored events: hits, overlap and samples, in one pass over frames of columns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from watchfloor.engines.sml.ruleset import RuleSet

if TYPE_CHECKING:
    import polars as pl


class Backtest(msgspec.Struct, frozen=True):
    """What rules did to the events of a period. The same events give the same numbers, however they are cut or run.

    Attributes:
        events: how many there were.
        start, end: the period asked for; where none was, the first and the last event's time (None without events).
        hits: rule -> events it fired on. Every rule is in it.
        undecided: rule -> events it could not be decided on.
        series: rule -> (beginning of the bucket in UTC, hits), in order; buckets without hits are left out.
        overlap: (rule, rule) in alphabetical order -> events both fired on; pairs without any are left out.
        alone: rule -> events that no other of these rules fired on.
        samples: rule -> numbers of some events it fired on, evenly drawn over all of them, in order of time.
        seconds: how long it took.
        by_rows: rule -> why it was run event by event.
        errors: what could not be read -> how often.
    """

    events: int
    start: datetime | None
    end: datetime | None
    hits: dict[str, int]
    undecided: dict[str, int]
    series: dict[str, list[tuple[datetime, int]]]
    overlap: dict[tuple[str, str], int]
    alone: dict[str, int]
    samples: dict[str, list[int]]
    seconds: float
    by_rows: dict[str, str]
    errors: dict[str, int]


def backtest(
    rules: RuleSet,
    source: pl.LazyFrame | Sequence[Path],
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    bucket: str = "1d",
    samples: int = 20,
    only: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Run rules over stored events.

    Args:
        rules: the rule set; rules without a form on columns are run event by event, those that count in order of
            (timestamp, action_id).
        source: event frames (see ``columns.frame``), or the Parquet files that hold them. Files are read piece by piece.
        start, end: events from ``start`` up to but not including ``end``.
        bucket: width of the series' buckets (``"1h"``, ``"1d"``, as Polars writes durations).
        samples: how many events to name for each rule.
        only: these rules; all by default.
        progress: called with the number of events read and the number of all.

    Raises:
        NotFound: ``only`` names a rule that is not there.
    """
    from watchfloor.engines.sml.columns.replay import replay

    return replay(rules, source, start=start, end=end, bucket=bucket, samples=samples, only=only, progress=progress)
