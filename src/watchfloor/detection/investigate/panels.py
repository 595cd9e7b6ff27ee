"""What Investigate shows of a question: how many and when, which values lead, and the events themselves. All are bounded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from watchfloor.detection import lakes
from watchfloor.detection.investigate import running
from watchfloor.detection.investigate.asking import Asked
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

STEPS = tuple(
    timedelta(seconds=each)
    for each in (10, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400)
)
BUCKETS = 120  # at most
TOP = 12
MOST_TOP = 100
PAGE = 50
MOST_ROWS = 1_000
MERGE = 8  # partial counts held before they are added up
FIRST_LOOK = 200_000  # events read at once for the newest matches; each further look takes four times as many
DIMENSIONS = ("action_name", "item_type", "item_id", "market", "language", "source")


class Series(msgspec.Struct, frozen=True):
    """Events over time: ``times`` are the starts of the buckets (UTC), ``step`` their length in seconds."""

    step: int
    times: list[datetime]
    total: list[int]
    matched: list[int]
    all_events: int
    all_matched: int


class Value(msgspec.Struct, frozen=True):
    """One value of a column: how many matched events have it now, and in as long a span before."""

    value: Any
    count: int
    before: int


class Top(msgspec.Struct, frozen=True):
    """The leading values of one column. ``distinct`` counts all its values, ``events`` the matched events that have one."""

    by: str
    values: list[Value]
    distinct: int
    events: int
    before: int


class Seen(msgspec.Struct, frozen=True):
    """One event. ``values`` are the asked columns' values, in their order."""

    id: str
    action_id: int
    at: datetime
    name: str
    item_type: str
    item_id: str
    item_version: str
    market: str
    values: list[Any]


class Stream(msgspec.Struct, frozen=True):
    """Events, newest first. ``after`` asks for the next page; "" at the end."""

    columns: list[str]
    events: list[Seen]
    after: str


def step_of(asked: Asked) -> timedelta:
    """The length of a bucket: the smallest that gives at most ``BUCKETS``."""
    span = asked.question.end - asked.question.start
    return next((step for step in STEPS if span / step <= BUCKETS), max(STEPS[-1], span / BUCKETS))


def series(asked: Asked) -> Series:
    """How many events there were and how many matched, over the span."""
    return running.kept((asked.key, "series"), lambda: _series(asked))


def _series(asked: Asked) -> Series:
    import polars as pl

    step, start, end = step_of(asked), asked.question.start, asked.question.end
    size = int(step.total_seconds())
    first = int(start.timestamp()) // size * size
    place = (pl.col("timestamp").dt.timestamp("us") - first * 1_000_000) // (size * 1_000_000)

    def plan(files: list[lakes.File]) -> pl.LazyFrame:
        chosen = asked.frame(files).select(place.alias("place"), asked.query.matched.fill_null(False).alias("matched"))
        return chosen.group_by("place").agg(pl.len().alias("total"), pl.col("matched").sum())

    count = int((end - timedelta(microseconds=1)).timestamp() - first) // size + 1
    total, matched = [0] * count, [0] * count
    for piece in asked.pieces(plan):
        for at, events, found in piece.iter_rows():
            total[at] += events
            matched[at] += int(found)
    times = [datetime.fromtimestamp(first + number * size, UTC) for number in range(count)]
    return Series(size, times, total, matched, sum(total), sum(matched))


def top(asked: Asked, by: Sequence[str], limit: int = TOP) -> list[Top]:
    """The leading values of some columns among the matched events, with the period before beside them.

    Lists count once for each of their elements. The period before is as long as the span and ends where it begins.

    Raises:
        BadInput: a column that events of the span do not have.
    """
    limit = max(1, min(limit, MOST_TOP))
    for name in by:
        must_know(asked, name)
    return running.kept((asked.key, "top", tuple(by), limit), lambda: _top(asked, by, limit))


def _top(asked: Asked, by: Sequence[str], limit: int) -> list[Top]:
    import polars as pl

    if not by:
        return []
    now = (pl.col("timestamp") >= asked.question.start).alias("now")
    columns = list(dict.fromkeys(by))

    def plan(files: list[lakes.File]) -> pl.LazyFrame:
        return asked.matched(files, back=True).select(now, *(pl.col(name) for name in columns))

    counted: dict[str, list[pl.DataFrame]] = {name: [] for name in columns}
    for piece in asked.pieces(plan, back=True):
        for name, parts in counted.items():
            parts.append(_counts(piece, name))
            if len(parts) > MERGE:
                parts[:] = [_merged(parts)]
    return [_leading(name, _merged(counted[name]), limit) for name in by]


def _counts(found: pl.DataFrame, name: str) -> pl.DataFrame:
    import polars as pl

    values = found.select("now", pl.col(name).alias("value"))
    if isinstance(values.schema["value"], pl.List):
        values = values.explode("value")
    return (
        values.lazy()
        .filter(pl.col("value").is_not_null())
        .group_by("value")
        .agg(pl.col("now").sum().cast(pl.Int64).alias("count"), (~pl.col("now")).sum().cast(pl.Int64).alias("before"))
        .collect()
    )


def _merged(parts: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    if len(parts) == 1:
        return parts[0]
    if not parts:
        return pl.DataFrame(schema={"value": pl.String, "count": pl.Int64, "before": pl.Int64})
    return pl.concat(parts).group_by("value").agg(pl.col("count").sum(), pl.col("before").sum())


def _leading(name: str, frame: pl.DataFrame, limit: int) -> Top:
    import polars as pl

    here = frame.filter(pl.col("count") > 0)
    first = here.sort(["count", "value"], descending=[True, False]).head(limit)
    values = [Value(row["value"], int(row["count"]), int(row["before"])) for row in first.to_dicts()]
    return Top(name, values, len(here), int(here["count"].sum() or 0), int(frame["before"].sum() or 0))


def stream(asked: Asked, columns: Sequence[str], *, after: str = "", limit: int = PAGE) -> Stream:
    """The matched events, newest first.

    Raises:
        BadInput: a column that events of the span do not have, or an ``after`` that no answer gave.
    """
    limit = max(1, min(limit, MOST_ROWS))
    for name in columns:
        must_know(asked, name)
    return running.kept(
        (asked.key, "stream", tuple(columns), after, limit), lambda: _stream(asked, columns, after, limit)
    )


def _stream(asked: Asked, columns: Sequence[str], after: str, limit: int) -> Stream:
    """From the newest hours backwards, as far as it takes to fill the page."""
    import polars as pl

    fixed = ["id", "action_id", "timestamp", "action_name", "item_type", "item_id", "item_version", "market"]
    wanted = [pl.col(name).alias(f"v{place}") for place, name in enumerate(columns)]
    last = _cursor(after)
    found: list[dict[str, Any]] = []
    waiting = [each for each in asked.files if last is None or each.hour <= last[0]]

    def plan(files: list[lakes.File]) -> pl.LazyFrame:
        chosen = asked.matched(files)
        if last is not None:
            at, number = pl.col("timestamp"), pl.col("action_id")
            chosen = chosen.filter((at < last[0]) | ((at == last[0]) & (number < last[1])))
        return chosen.select(*fixed, *wanted).sort(["timestamp", "action_id"], descending=True).head(limit + 1)

    look = FIRST_LOOK
    while waiting and len(found) <= limit:
        batch: list[lakes.File] = []
        # Whole hours only: an hour's files overlap in time.
        while waiting and (sum(each.rows for each in batch) < look or batch[-1].hour == waiting[-1].hour):
            batch.append(waiting.pop())
        parts = list(asked.pieces(plan, files=batch))
        if parts:
            newest = pl.concat(parts).sort(["timestamp", "action_id"], descending=True).head(limit + 1 - len(found))
            found += newest.to_dicts()
        look *= 4
    events = [
        Seen(
            row["id"], row["action_id"], row["timestamp"], row["action_name"], row["item_type"], row["item_id"], row["item_version"],
            row["market"], [row[f"v{place}"] for place in range(len(columns))],
        )
        for row in found[:limit]
    ]  # fmt: skip
    more = len(found) > limit
    return Stream(list(columns), events, _cursor_of(events[-1]) if more and events else "")


def _cursor_of(event: Seen) -> str:
    return f"{int(event.at.timestamp()) * 1_000_000 + event.at.microsecond}-{event.action_id}"


def _cursor(text: str) -> tuple[datetime, int] | None:
    if not text:
        return None
    try:
        micros, number = text.split("-", 1)
        return datetime.fromtimestamp(int(micros) // 1_000_000, UTC) + timedelta(
            microseconds=int(micros) % 1_000_000
        ), int(number)
    except (ValueError, OverflowError, OSError):
        raise BadInput(
            "bad_cursor", "This page of the list does not exist.", where="after", hint="Begin at the top."
        ) from None


def one(asked: Asked, event_id: str) -> dict[str, Any] | None:
    """What rules read of one event (decoded ``data``), with its dimensions; None when it is not there or may not be seen."""
    import polars as pl

    def plan(files: list[lakes.File]) -> pl.LazyFrame:
        chosen = asked.frame(files).filter(pl.col("id") == event_id)
        return chosen.select("timestamp", "action_name", "data", *lakes.DIMENSIONS).head(1)

    for piece in asked.pieces(plan):
        for row in piece.to_dicts():
            return {**row, "data": msgspec.json.decode(row["data"])}
    return None


def must_know(asked: Asked, name: str) -> None:
    """Refuse a column that is not there."""
    from watchfloor.engines.sml.errors import did_you_mean

    if name in asked.untyped:
        raise BadInput("mixed_types", f"{name} has values of different types, so it cannot be a column.", where=name)
    if name not in asked.schema or name == "data":
        raise BadInput(
            "unknown_column",
            f"No event of this span has {name[:80]!r}.",
            where=name,
            hint=did_you_mean(name, asked.schema),
        )


def fields(asked: Asked) -> list[str]:
    """What can be a column: dimensions, then the paths of the span."""
    return [*DIMENSIONS, *(name for name in asked.schema if name.startswith("$") and name not in asked.untyped)]
