"""A backtest over a big lake: the pass that counts a rule among others, on columns and event by event.

    python -m benchmarks.backtests [--events 1000000] [--rows 100000]

The lake is that of ``benchmarks.investigate``. What needs the database (judged precision, forecast) reads hits only and is not
timed here. Event by event is timed over the first ``--rows`` events, and its numbers must be those of the columns.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from watchfloor.engines import sml

RULES = r"""
Text: str = JsonData(path='$.item.data.text')
Low: str = StringToLower(s=Text)
Casino = Rule(when_all=[RegexMatch(pattern=r'(casino|pills) \w+ bonus', target=Low)], description='casino')
Free = Rule(when_all=[RegexMatch(pattern='free free free', target=Low)], description='three times free')
Long = Rule(when_all=[StringLength(s=Text) > 95, 'invoice' in Text], description='a long invoice')
Begins = Rule(when_all=[StringStartsWith(s=Text, start='offer casino')], description='begins so')
Both = Rule(when_all=['pills' in Low, 'tonight' in Low, 'bonus' in Low, 'offer' in Low], description='four words')
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        os.environ["WATCHFLOOR_HOME"] = folder
        os.environ.setdefault("DATABASE_URL", "postgresql:///unused")
        from watchfloor.platform.setup import setup

        setup()
        run(options.events, options.rows)


def run(events: int, rows: int) -> None:
    from benchmarks.investigate import DAYS, END, make
    from watchfloor.detection import lakes, past, replayed
    from watchfloor.engines import sml

    make(lakes.folder(), events)
    rules = sml.compile_rules({"main.sml": RULES})
    for days in (1, 7, DAYS):
        lakes.forget()
        started = time.perf_counter()
        seen = past.between(END - timedelta(days=days), END)
        found = replayed.replay(rules, "Casino", seen, lambda _done, _total: None)
        taken = time.perf_counter() - started
        print(f"columns, {days:2} days: {found.events:10,} events in {taken:6.2f} s, {found.total:,} hits, "
              f"{found.undecided:,} undecided{', by rows: ' + found.by_rows if found.by_rows else ''}")  # fmt: skip
    end = END - timedelta(days=DAYS) + timedelta(days=DAYS) * min(1.0, rows / events)
    events_read, hits, taken = by_events(rules, end)
    few = replayed.replay(rules, "Casino", past.between(END - timedelta(days=DAYS), end), lambda _done, _total: None)
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
            hits += "Casino" in rules.fired(sml.Event(number, name, at, msgspec.json.decode(data)))
    return count, hits, time.perf_counter() - started


if __name__ == "__main__":
    main()
