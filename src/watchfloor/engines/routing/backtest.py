"""A new routing table on history: where the load goes, what moves, what was sent wrong before and would be right, and the other way.

A frame of the past has the facts as columns, and where known: ``id``, ``at`` (when the job entered, UTC), ``due_at``, ``solved_at``,
``final_queue`` (where it was decided or lies now), ``moves`` (how often a person moved it). Only ``at`` is asked for; what is not
there is not told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import polars as pl

from watchfloor.engines.routing.columns import Masks, routed
from watchfloor.engines.routing.replay import Replayed, capacity, replay
from watchfloor.engines.routing.rules import NO_RULE
from watchfloor.kernel.errors import BadInput

SAMPLES = 5  # cases to read of each moved group
MOST_GROUPS = 40
Progress = Callable[[int, int], None]


class QueueChange(msgspec.Struct, frozen=True, kw_only=True):
    """One queue before and after: jobs in the span and a day; the replay where the queue was seen to solve something."""

    queue: str
    before: int
    after: int
    per_day_before: float
    per_day_after: float
    replay_before: Replayed | None = None
    replay_after: Replayed | None = None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs that would have gone to another queue, by which rule they go there, and some of them to read."""

    from_queue: str
    to_queue: str
    count: int
    rules: list[tuple[str, int]]
    samples: list[str]


class RoutingBacktest(msgspec.Struct, frozen=True, kw_only=True):
    """What a table would have done. Counts are of jobs; ``hand_moved`` are those that a person moved later.

    Of these ``right_before`` and ``right_after`` went to their final queue at once, ``mended`` go right now that did not,
    ``spoilt`` the other way; ``transfers_avoided`` are the moves that the mended ones would have spared, less those of the spoilt.
    ``unmoved_elsewhere``: jobs that nobody had to move, which would go elsewhere: a change to look at, not known to be wrong.
    ``agrees``: share of jobs that the table of today sends where they really entered (None where that is not known).
    """

    jobs: int
    start: datetime | None
    end: datetime | None
    days: float
    moved: int
    no_rule_before: int
    no_rule_after: int
    no_rule_samples: list[str]
    queues: list[QueueChange]
    groups: list[Moved]
    series: list[
        tuple[str, dict[str, tuple[int, int]]]
    ]  # day -> queue -> (before, after), of the queues that change most
    rules: list[tuple[str, int]]  # each rule of the new table and how many jobs it takes
    hand_moved: int = 0
    right_before: int = 0
    right_after: int = 0
    mended: int = 0
    spoilt: int = 0
    transfers_avoided: int = 0
    unmoved_elsewhere: int = 0
    agrees: float | None = None
    seconds: float = 0.0


def backtest(
    frame: pl.DataFrame,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    *,
    otherwise: str = "other",
    targets: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> RoutingBacktest:
    """Route every row by both tables and compare. ``targets``: minutes a queue allows, for jobs that move there."""
    started = time.perf_counter()
    told = progress or (lambda _done, _total: None)
    steps = 5
    told(0, steps)
    masks = Masks(frame)
    old = routed(frame, before, otherwise=otherwise, masks=masks)
    told(1, steps)
    new = routed(frame, after, otherwise=otherwise, masks=masks)
    told(2, steps)
    past = _past(frame).with_columns(old=old["queue"], new=new["queue"], old_rule=old["rule"], rule=new["rule"])
    differs = past.filter(pl.col("old") != pl.col("new"))
    start, end = _span(past)
    days = max((end - start) / timedelta(days=1), 1.0) if start and end else 0.0
    told(3, steps)
    loads, parts = _loads(past), _Parts(past)
    queues = [
        QueueChange(
            queue=queue, before=was, after=now, per_day_before=was / days if days else 0.0,
            per_day_after=now / days if days else 0.0, **_replays(parts, queue, start, end, targets or {}),
        )
        for queue, was, now in loads
    ]  # fmt: skip
    told(4, steps)
    found = RoutingBacktest(
        jobs=past.height, start=start and start.replace(tzinfo=UTC), end=end and end.replace(tzinfo=UTC),
        days=round(days, 2), moved=differs.height,
        no_rule_before=int((past["old_rule"] == NO_RULE).sum()), no_rule_after=int((past["rule"] == NO_RULE).sum()),
        no_rule_samples=past.filter(pl.col("rule") == NO_RULE)["id"].drop_nulls().head(SAMPLES).to_list(),
        queues=queues, groups=_groups(differs), series=_series(past, queues),
        rules=_counts(past, after), **_by_hand(past), seconds=round(time.perf_counter() - started, 2),
    )  # fmt: skip
    told(steps, steps)
    return found


def _past(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns beside the facts, with nulls where the file has none."""
    kinds = {"at": pl.Datetime("us"), "due_at": pl.Datetime("us"), "solved_at": pl.Datetime("us"), "moves": pl.Int64}
    made = {}
    for name in ("id", "at", "due_at", "solved_at", "queue", "final_queue", "moves"):
        kind: Any = kinds.get(name, pl.String)
        if name not in frame.columns:
            made[name] = pl.Series([None], dtype=kind).new_from_index(0, frame.height)
            continue
        made[name] = _typed(frame.get_column(name), kind, name)
    made["entered"] = made.pop("queue")
    return pl.DataFrame(made)


def _typed(column: pl.Series, kind: Any, name: str) -> pl.Series:
    try:
        if kind == pl.Datetime("us"):
            if column.dtype == pl.String:
                column = column.str.to_datetime(time_unit="us", time_zone="UTC", strict=True)
            if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone:
                column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.cast(kind)
    except pl.exceptions.PolarsError:
        raise BadInput("wrong_column", f"The column {name} cannot be read.", where=f"cases.{name}",
                       hint="Times are ISO 8601, moves a whole number, the others text.") from None  # fmt: skip


def _span(past: pl.DataFrame) -> tuple[datetime | None, datetime | None]:
    first, last = past["at"].min(), past["at"].max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None, None
    solved = past["solved_at"].max()
    until = max(last, solved) if isinstance(solved, datetime) else last
    return first.replace(minute=0, second=0, microsecond=0), until + timedelta(microseconds=1)


def _loads(past: pl.DataFrame) -> list[tuple[str, int, int]]:
    """``(queue, before, after)``, the greatest change first."""
    was, now = (dict(past.group_by(side).len().iter_rows()) for side in ("old", "new"))
    rows = [(queue, was.get(queue, 0), now.get(queue, 0)) for queue in sorted({*was, *now})]
    return sorted(rows, key=lambda row: -abs(row[2] - row[1]))


class _Parts:
    """The jobs of each queue as they went before and go after, and when it solved what it solved; parted once for all queues."""

    def __init__(self, past: pl.DataFrame) -> None:
        there = past.select(
            "at", "due_at", "solved_at", "old", "new", here=pl.coalesce("final_queue", "entered", "old")
        )
        self.solved = _parted(there.filter(pl.col("solved_at").is_not_null()).select("solved_at", "here"), "here")
        timed = there.filter(pl.col("at").is_not_null())
        self.by_side = {side: _parted(timed.select("at", "due_at", "here", side), side) for side in ("old", "new")}


def _parted(frame: pl.DataFrame, column: str) -> dict[str, pl.DataFrame]:
    return {str(queue): part for (queue,), part in frame.partition_by(column, as_dict=True).items()}


def _replays(
    parts: _Parts, queue: str, start: datetime | None, end: datetime | None, targets: Mapping[str, float]
) -> dict[str, Any]:
    solved = parts.solved.get(queue)
    if start is None or end is None or solved is None:
        return {}
    able = capacity(solved["solved_at"], start, end)
    found = {}
    for side, name in (("old", "replay_before"), ("new", "replay_after")):
        jobs = parts.by_side[side].get(queue)
        if jobs is None:
            found[name] = Replayed(0, 0, 0, 0)
            continue
        due = jobs["due_at"]
        if queue in targets:
            fresh = pl.col("at") + pl.duration(minutes=targets[queue])
            due = jobs.select(pl.when(pl.col("here") == queue).then(pl.col("due_at")).otherwise(fresh)).to_series()
        found[name] = replay(jobs["at"], due.fill_null(datetime(9999, 1, 1)), able, start, end)  # noqa: DTZ001
    return found


def _groups(differs: pl.DataFrame) -> list[Moved]:
    groups = (
        differs.group_by("old", "new").agg(pl.len(), pl.col("id").drop_nulls().gather_every(1).head(SAMPLES))
        .sort("len", descending=True).head(MOST_GROUPS)
    )  # fmt: skip
    by_rule: dict[tuple[str, str], list[tuple[str, int]]] = {}
    counts = differs.group_by("old", "new", "rule").len().sort("len", descending=True)
    for old, new, rule, count in counts.iter_rows():
        by_rule.setdefault((old, new), []).append((rule, count))
    return [
        Moved(from_queue=old, to_queue=new, count=count, rules=by_rule[old, new][:5], samples=list(ids))
        for old, new, count, ids in groups.iter_rows()
    ]


def _series(past: pl.DataFrame, queues: list[QueueChange]) -> list[tuple[str, dict[str, tuple[int, int]]]]:
    """Of the five queues that change most, day by day."""
    chosen = [row.queue for row in queues if row.before != row.after][:5]
    if not chosen:
        return []
    days: dict[str, dict[str, list[int]]] = {}
    for side, place in (("old", 0), ("new", 1)):
        counts = past.filter(pl.col(side).is_in(chosen)).group_by(pl.col("at").dt.date().alias("day"), side).len()
        for day, queue, count in counts.iter_rows():
            if day is not None:
                days.setdefault(day.isoformat(), {}).setdefault(queue, [0, 0])[place] = count
    return [
        (day, {queue: (found.get(queue, [0, 0])[0], found.get(queue, [0, 0])[1]) for queue in chosen})
        for day, found in sorted(days.items())
    ]


def _counts(past: pl.DataFrame, rules: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    counts = dict(past.group_by("rule").len().iter_rows())
    return [(str(rule["name"]), counts.get(str(rule["name"]), 0)) for rule in rules if not rule.get("off")]


def _by_hand(past: pl.DataFrame) -> dict[str, Any]:
    """Jobs that a person moved: the queue they ended in is taken for the right one."""
    known = past.filter(pl.col("final_queue").is_not_null())
    hand = known.filter(pl.col("moves") > 0)
    was, now = hand["old"] == hand["final_queue"], hand["new"] == hand["final_queue"]
    mended, spoilt = ~was & now, was & ~now
    moves = hand["moves"]
    rest = past.filter(pl.col("moves").fill_null(0) == 0)
    entered = past.filter(pl.col("entered").is_not_null())
    return {
        "hand_moved": hand.height, "right_before": int(was.sum()), "right_after": int(now.sum()),
        "mended": int(mended.sum()), "spoilt": int(spoilt.sum()),
        "transfers_avoided": int(moves.filter(mended).sum()) - int(moves.filter(spoilt).sum()),
        "unmoved_elsewhere": int((rest["old"] != rest["new"]).sum()),
        "agrees": round(float((entered["old"] == entered["entered"]).mean()), 4) if entered.height else None,  # type: ignore[arg-type]
    }  # fmt: skip
