"""How fast rules run over stored events on one core: columns beside our own row engine, from the same Parquet files.

    POLARS_MAX_THREADS=1 python benchmarks/rules_columns.py [--events 200000] [--rounds 3]

Input: the 40 rules and the events of ``rules_rows``, flattened to Parquet; then one rule with a regular expression and one on a
number over a million rows (the same events again and again). CPU time is taken, and rounds of both engines alternate, so that
ratios hold on a busy machine. Both engines read the same Parquet files: the row engine decodes each event from the frame's ``data``
column (the event as JSON), the columns read only the typed columns that the rules name. Every count is compared with the row engine's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import msgspec
import polars as pl

from benchmarks.rules_rows import make_events, rules
from watchfloor.engines import sml
from watchfloor.engines.sml.columns.replay import Runner

_SINGLE = {
    "one regular expression": "R = Rule(when_all=[RegexMatch(target=Text, pattern=r'(double|triple) your (btc|eth|bitcoin)', case_insensitive=True)], description='r')",  # noqa: E501
    "one number": "R = Rule(when_all=[AgeDays < 1.0], description='r')",
}
_FIELDS = "Text: str = JsonData(path='$.post.text')\nAgeDays: float = JsonData(path='$.user.account.age_days')\n"


def lake(folder: Path, events: int, files: int) -> list[Path]:
    """The events as Parquet files."""
    lines = make_events(events)
    decode = msgspec.json.Decoder(sml.Event).decode
    made = []
    for number in range(files):
        part = lines[number * events // files : (number + 1) * events // files]
        made.append(folder / f"{number:03}.parquet")
        sml.flatten(map(decode, part)).write_parquet(made[-1], compression="zstd")
    return made


def timed(run: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    began = time.process_time()
    run()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="watchfloor-bench-"))
    try:
        files = lake(folder, options.events, 4)
        measure_forty(files, options.events, options.rounds)
        million = folder / "million.parquet"
        frame = pl.concat([pl.read_parquet(path) for path in files], how="diagonal")
        pl.concat([frame] * -(-1_000_000 // frame.height)).head(1_000_000).write_parquet(million, compression="zstd")
        for name, text in _SINGLE.items():
            single = sml.compile_rules({"main.sml": _FIELDS + text})
            seconds = statistics.median(
                timed(lambda single=single: sml.backtest(single, [million])) for _ in range(options.rounds)
            )
            print(f"{name}, 1,000,000 events: {seconds:.3f} s of CPU, whole backtest from Parquet")
    finally:
        shutil.rmtree(folder)


def measure_forty(files: list[Path], events: int, rounds: int) -> None:
    """The 40 rules by columns and by rows, on the same files."""
    compiled = sml.compile_rules({"main.sml": rules()})
    some = files[:1]
    share = pl.scan_parquet(some).select(pl.len()).collect().item()
    by_columns, by_rows, fired_rows = [], [], []
    decode = msgspec.json.Decoder().decode

    def fired() -> None:
        rows = pl.scan_parquet(some).select("action_id", "action_name", "timestamp", "data").collect()
        for number, name, when, data in rows.iter_rows():
            compiled.fired(sml.Event(number, name, when, decode(data)))

    for _ in range(rounds):
        by_columns.append(events / timed(lambda: sml.backtest(compiled, files)))
        by_rows.append(share / timed(lambda: Runner(compiled, columns=False).run(some)))
        fired_rows.append(share / timed(fired))
    ours, rows, quick = map(statistics.median, (by_columns, by_rows, fired_rows))
    one, other = (Runner(compiled, columns=columns).run(some).finished(0) for columns in (True, False))
    assert (one.hits, one.undecided, one.series, one.overlap, one.alone, one.samples) == (
        other.hits,
        other.undecided,
        other.series,
        other.overlap,
        other.alone,
        other.samples,
    ), "columns and rows differ"
    print(f"40 rules from Parquet, {events:,} events, one core, all counts equal")
    print(f"  columns, whole backtest                {ours:12,.0f} events/s")
    print(f"  row engine, whole backtest             {rows:12,.0f} events/s   columns x{ours / rows:.1f}")
    print(f"  row engine, fired rules, nothing else  {quick:12,.0f} events/s   columns x{ours / quick:.1f}")


if __name__ == "__main__":
    main()
