"""A backtest over a big lake: the pass that counts a rule among 40 others, on columns and event by event.

    python -m benchmarks.backtests [--events 1000000] [--rows 50000]

The 40 rules and the events (about 800 bytes) of ``benchmarks.rules_rows``, 20,000 different ones again and again, in hour files of
a fortnight. What needs the database (judged precision, forecast) reads hits only and is not timed here. Event by event is timed
over the first hours, ``--rows`` events or so, and its numbers must be those of the columns.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from watchfloor.engines import sml

RULE, DIFFERENT, DAYS = "ReCasino", 20_000, 14
END = datetime(2026, 11, 16, tzinfo=UTC)


def make(events: int) -> None:
    """The lake, hour by hour."""
    import polars as pl

    from benchmarks.rules_rows import make_events
    from watchfloor.detection import lakes
    from watchfloor.engines import sml

    decode = msgspec.json.Decoder(sml.Event).decode
    different = sml.flatten(map(decode, make_events(DIFFERENT))).drop("action_id", "timestamp")
    begin, hours = END - timedelta(days=DAYS), DAYS * 24
    number = 0
    for place in range(hours):
        count = events * (place + 1) // hours - number
        hour = begin + timedelta(hours=place)
        ids = pl.int_range(number, number + count, eager=True)
        frame = different[ids % different.height].with_columns(
            ids.alias("action_id"), pl.concat_str(pl.lit("evt_"), ids).alias("id"),
            pl.datetime_range(hour, hour + timedelta(minutes=59), f"{3_500_000_000 // count}us", eager=True).head(count).alias("timestamp"),
            pl.concat_str(pl.lit("m"), ids).alias("item_id"), pl.lit("message").alias("item_type"), pl.lit("US").alias("market"),
            pl.lit("en").alias("language"), pl.lit("bench").alias("source"), pl.lit("").alias("item_version"),
        )  # fmt: skip
        lakes.write(frame.with_columns(pl.col("timestamp").alias("received_at")), hour)
        number += count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=50_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        os.environ["WATCHFLOOR_HOME"] = folder
        os.environ.setdefault("DATABASE_URL", "postgresql:///unused")
        from watchfloor.platform.setup import setup

        setup()
        run(options.events, options.rows)


def run(events: int, rows: int) -> None:
    from benchmarks.rules_rows import rules as forty
    from watchfloor.detection import lakes, past, replayed
    from watchfloor.engines import sml

    make(events)
    rules = sml.compile_rules({"main.sml": forty()})
    for days in (1, 7, DAYS):
        lakes.forget()
        started = time.perf_counter()
        seen = past.between(END - timedelta(days=days), END)
        found = replayed.replay(rules, RULE, seen, lambda _done, _total: None)
        taken = time.perf_counter() - started
        print(f"columns, {days:2} days: {found.events:10,} events in {taken:6.2f} s, {found.total:,} hits, "
              f"{found.undecided:,} undecided{', by rows: ' + found.by_rows if found.by_rows else ''}")  # fmt: skip
    end = END - timedelta(days=DAYS) + timedelta(days=DAYS) * min(1.0, rows / events)
    events_read, hits, taken = by_events(rules, end)
    few = replayed.replay(rules, RULE, past.between(END - timedelta(days=DAYS), end), lambda _done, _total: None)
    assert (few.events, few.total) == (events_read, hits), (few.events, few.total, events_read, hits)
    print(
        f"event by event: {events_read:,} events in {taken:.2f} s; {taken / events_read * events:.1f} s for {events:,}"
    )


def by_events(rules: sml.RuleSet, end: datetime) -> tuple[int, int, float]:
    """Events until ``end``, those on which the rule fired, and seconds."""
    from watchfloor.detection import lakes
    from watchfloor.engines import sml

    started = time.perf_counter()
    count = hits = 0
    for file in lakes.files(None, end):
        frame = lakes.scan([file], None, end).select("action_id", "action_name", "timestamp", "data", "id").collect()
        for number, name, at, data in frame.unique("id").sort("timestamp").drop("id").iter_rows():
            count += 1
            hits += RULE in rules.fired(sml.Event(number, name, at, msgspec.json.decode(data)))
    return count, hits, time.perf_counter() - started


if __name__ == "__main__":
    main()
