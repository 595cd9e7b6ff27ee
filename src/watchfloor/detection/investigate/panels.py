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
LOOK = 200_000  # events read at once for the newest matches
DIMENSIONS = ("action_name", "item_type", "item_id", "market", "language", "source")


class Series(msgspec.Struct, frozen=True):
    """Events over time: ``times`` are the starts of the buckets (UTC), ``step`` their length in seconds.

    ``back_to``: counted so far is what came from then on; None when everything is counted.
    """

    step: int
    times: list[datetime]
    total: list[int]
    matched: list[int]
    all_events: int
    all_matched: int
    back_to: datetime | None = None


class Value(msgspec.Struct, frozen=True):
    """One value of a column: how many matched events have it now, and in as long a span before."""

    value: Any
    count: int
    before: int


class Top(msgspec.Struct, frozen=True):
    """The leading values of one column. ``distinct`` counts all its values, ``events`` the matched events that have one.

    ``back_to``: counted so far is what came from then on (it may lie before the span); None when everything is counted.
    """

    by: str
    values: list[Value]
    distinct: int
    events: int
    before: int
    back_to: datetime | None = None


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
    """Events, newest first. ``after`` asks for the next page; "" at the end.

    ``back_to``: found so far is what came from then on; None when the page is full, or nothing more matches.
    """

    columns: list[str]
    events: list[Seen]
    after: str
    back_to: datetime | None = None


def step_of(asked: Asked) -> timedelta:
    """The length of a bucket: the smallest that gives at most ``BUCKETS``."""
    span = asked.question.end - asked.question.start
    return next((step for step in STEPS if span / step <= BUCKETS), max(STEPS[-1], span / BUCKETS))


def series(asked: Asked, patience: float | None = None) -> Series:
    """How many events there were and how many matched, over the span.

    Args:
        patience: seconds after which what is counted so far is given; asked again, the count goes on.
    """
    counted = running.kept((asked.key, "series"), lambda: _Series(asked))
    counted.growing.grow(patience)
    return counted.answer()


class _Series:
    def __init__(self, asked: Asked) -> None:
        start, end = asked.question.start, asked.question.end
        self.asked, self.size = asked, int(step_of(asked).total_seconds())
        self.first = int(start.timestamp()) // self.size * self.size
        many = int((end - timedelta(microseconds=1)).timestamp() - self.first) // self.size + 1
        self.total, self.matched = [0] * many, [0] * many
        self.growing = asked.growing(self.count, self.add)

    def count(self, files: list[lakes.File]) -> pl.DataFrame:
        import polars as pl

        place = (pl.col("timestamp").dt.timestamp("us") - self.first * 1_000_000) // (self.size * 1_000_000)
        found = self.asked.read(files, [place.alias("place")], matched=False)
        return found.group_by("place").agg(pl.len().alias("total"), pl.col("matched").sum())

    def add(self, piece: pl.DataFrame) -> bool:
        for at, events, found in piece.iter_rows():
            self.total[at] += events
            self.matched[at] += int(found)
        return False

    def answer(self) -> Series:
        times = [datetime.fromtimestamp(self.first + number * self.size, UTC) for number in range(len(self.total))]
        total, matched = list(self.total), list(self.matched)
        return Series(self.size, times, total, matched, sum(total), sum(matched), _back_to(self.growing))


def _back_to(growing: running.Growing) -> datetime | None:
    return growing.waiting[0][-1].hour + lakes.HOUR if growing.waiting else None


def top(asked: Asked, by: Sequence[str], limit: int = TOP, patience: float | None = None) -> list[Top]:
    """The leading values of some columns among the matched events, with the period before beside them.

    Lists count once for each of their elements. The period before is as long as the span and ends where it begins.
    ``patience`` as for ``series``.

    Raises:
        BadInput: a column that events of the span do not have.
    """
    limit = max(1, min(limit, MOST_TOP))
    for name in by:
        must_know(asked, name)
    if not by:
        return []
    columns = tuple(dict.fromkeys(by))
    counted = running.kept((asked.key, "top", columns), lambda: _Top(asked, columns))
    counted.growing.grow(patience)
    back_to = _back_to(counted.growing)
    return [_leading(name, counted.merged(name), limit, back_to) for name in by]


class _Top:
    def __init__(self, asked: Asked, columns: tuple[str, ...]) -> None:
        self.asked = asked
        self.parts: dict[str, list[pl.DataFrame]] = {name: [] for name in columns}
        self.growing = asked.growing(self.count, self.add, back=True)

    def count(self, files: list[lakes.File]) -> dict[str, pl.DataFrame]:
        import polars as pl

        now = (pl.col("timestamp") >= self.asked.question.start).alias("now")
        found = self.asked.read(files, [now, *(pl.col(name) for name in self.parts)], back=True)
        return {name: _counts(found, name) for name in self.parts} if found.height else {}

    def add(self, piece: dict[str, pl.DataFrame]) -> bool:
        for name, counts in piece.items():
            self.parts[name].append(counts)
            if len(self.parts[name]) > MERGE:
                self.merged(name)
        return False

    def merged(self, name: str) -> pl.DataFrame:
        self.parts[name] = [_merged(self.parts[name])]
        return self.parts[name][0]


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


def _leading(name: str, frame: pl.DataFrame, limit: int, back_to: datetime | None) -> Top:
    import polars as pl

    here = frame.filter(pl.col("count") > 0)
    first = here.sort(["count", "value"], descending=[True, False]).head(limit)
    values = [Value(row["value"], int(row["count"]), int(row["before"])) for row in first.to_dicts()]
    return Top(name, values, len(here), int(here["count"].sum() or 0), int(frame["before"].sum() or 0), back_to)


def stream(
    asked: Asked, columns: Sequence[str], *, after: str = "", limit: int = PAGE, patience: float | None = None
) -> Stream:
    """The matched events, newest first. ``patience`` as for ``series``.

    Raises:
        BadInput: a column that events of the span do not have, or an ``after`` that no answer gave.
    """
    limit = max(1, min(limit, MOST_ROWS))
    for name in columns:
        must_know(asked, name)
    key = (asked.key, "stream", tuple(columns), after, limit)
    found = running.kept(key, lambda: _Stream(asked, columns, _cursor(after), limit))
    found.growing.grow(patience)
    return found.answer()


class _Stream:
    """From the newest hours backwards, as far as it takes to fill the page."""

    def __init__(self, asked: Asked, columns: Sequence[str], last: tuple[datetime, int] | None, limit: int) -> None:
        self.asked, self.columns, self.last, self.limit = asked, columns, last, limit
        self.found: list[dict[str, Any]] = []
        waiting = [each for each in asked.files if last is None or each.hour <= last[0]]
        pieces = asked.few(waiting) if asked.by_rows else running.few(waiting, LOOK)
        self.growing = running.Growing(pieces, self.count, self.add, asked.threads)

    def count(self, files: list[lakes.File]) -> pl.DataFrame:
        import polars as pl

        fixed = ["id", "action_id", "timestamp", "action_name", "item_type", "item_id", "item_version", "market"]
        wanted = [pl.col(name).alias(f"v{place}") for place, name in enumerate(self.columns)]
        chosen = self.asked.read(files, [*map(pl.col, fixed), *wanted])
        if self.last is not None:
            at, number = pl.col("timestamp"), pl.col("action_id")
            chosen = chosen.filter((at < self.last[0]) | ((at == self.last[0]) & (number < self.last[1])))
        return chosen.sort(["timestamp", "action_id"], descending=True).head(self.limit + 1)

    def add(self, piece: pl.DataFrame) -> bool:
        self.found += piece.to_dicts()[: self.limit + 1 - len(self.found)]
        return len(self.found) > self.limit

    def answer(self) -> Stream:
        events = [
            Seen(
                row["id"], row["action_id"], row["timestamp"], row["action_name"], row["item_type"], row["item_id"],
                row["item_version"], row["market"], [row[f"v{place}"] for place in range(len(self.columns))],
            )
            for row in self.found[: self.limit]
        ]  # fmt: skip
        more = len(self.found) > self.limit
        return Stream(
            list(self.columns), events, _cursor_of(events[-1]) if more and events else "", _back_to(self.growing)
        )


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

    def look(files: list[lakes.File]) -> pl.DataFrame:
        chosen = asked.frame(files).filter(pl.col("id") == event_id)
        return chosen.select("timestamp", "action_name", "data", *lakes.DIMENSIONS).head(1).collect()

    for piece in asked.pieces(look):
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
