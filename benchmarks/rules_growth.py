"""How the rule engine grows: compile time and speed from 10 to 1,000 rules, backtests from 1e5 to 1e7 events, and memory.

    POLARS_MAX_THREADS=1 python benchmarks/rules_growth.py [--large] [--write]

Rules are the 40 of ``rules_rows`` again and again with other names and limits, so that a third of them are regular expressions of
their own. Events are those of ``rules_rows``; for the long streams the same files are read again and again. ``--large`` adds 1e7
events. ``--write`` puts the table into docs/explanation/rules-growth.md. Times are CPU seconds of one core.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import msgspec

from benchmarks._plot import log_log
from benchmarks.rules_columns import lake
from benchmarks.rules_rows import _FIELDS, _PLAIN_RULES, _REGEXES, make_events, rules
from watchfloor.engines import sml

_PLOTS = (
    ("rules", "Events a second by the number of rules", {2: "fired rules by rows", 3: "backtest on columns"}),
    ("events", "Backtest of 40 rules by the number of events", {1: "CPU seconds", 3: "peak memory, MB"}),
)
_PAGE = Path(__file__).parent.parent / "docs/explanation/rules-growth.md"
_TEXT = """# How the rule engine grows

Made by `python -m benchmarks.rules_growth --write`; CPU seconds of one core, events of about 930 bytes. Seconds differ between machines:
read how the columns grow.
"""


def many_rules(count: int) -> str:
    """So many rules, no two alike."""
    parts: list[str] = []
    for again in range(-(-count // 40)):
        for name, conditions in _PLAIN_RULES:
            shifted = [f"Followers != {again}", *conditions]
            parts.append(f"{name}{again} = Rule(when_all=[{', '.join(shifted)}], description='{name}')")
        for name, pattern, insensitive in _REGEXES:
            own = pattern if not again else f"{pattern}|word{again}{name}"
            call = f"RegexMatch(target=Text, pattern={own!r}, case_insensitive={insensitive})"
            parts.append(f"Re{name}{again} = Rule(when_all=[{call}], description='{name}')")
    return "\n".join([_FIELDS, *parts[:count]])


def rules_table() -> list[str]:
    """Compile time and rates by the number of rules."""
    rows = [
        "| rules | compile, s | fired rules by rows, events/s | whole backtest on columns, events/s |",
        "|---:|---:|---:|---:|",
    ]
    folder = Path(tempfile.mkdtemp(prefix="watchfloor-bench-"))
    try:
        files = lake(folder, 40_000, 1)
        events = [msgspec.json.decode(line, type=sml.Event) for line in make_events(2_000)]
        for count in (10, 40, 100, 400, 1_000):
            text = many_rules(count)
            began = time.process_time()
            compiled = sml.compile_rules({"main.sml": text})
            seconds = time.process_time() - began
            assert len(compiled.rules) == count
            for event in events[:200]:
                compiled.fired(event)
            began = time.process_time()
            for event in events:
                compiled.fired(event)
            by_rows = len(events) / (time.process_time() - began)
            began = time.process_time()
            sml.backtest(compiled, files)
            on_columns = 40_000 / (time.process_time() - began)
            rows.append(f"| {count:,} | {seconds:.2f} | {by_rows:,.0f} | {on_columns:,.0f} |")
            print(rows[-1], flush=True)
    finally:
        shutil.rmtree(folder)
    return rows


def stream_table(large: bool) -> list[str]:
    """Speed and memory by the number of events."""
    rows = [
        "| events | backtest of 40 rules, s | events/s | peak memory since the start, MB |",
        "|---:|---:|---:|---:|",
    ]
    folder = Path(tempfile.mkdtemp(prefix="watchfloor-bench-"))
    try:
        files = lake(folder, 100_000, 2)
        compiled = sml.compile_rules({"main.sml": rules()})
        for count in (100_000, 1_000_000, *((10_000_000,) if large else ())):
            began = time.process_time()
            result = sml.backtest(compiled, files * (count // 100_000))
            seconds = time.process_time() - began
            assert result.events == count
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            rows.append(f"| {count:,} | {seconds:.1f} | {count / seconds:,.0f} | {peak:,} |")
            print(rows[-1], flush=True)
    finally:
        shutil.rmtree(folder)
    return rows


def write(tables: list[list[str]]) -> None:
    """The page with its tables, and the plots drawn from them."""
    body = "".join(f"\n![{words}](growth-{name}.svg)\n\n" + "\n".join(table) + "\n"
                   for (name, words, _), table in zip(_PLOTS, tables, strict=True))  # fmt: skip
    _PAGE.write_text(_TEXT + body)
    for (name, words, columns), table in zip(_PLOTS, tables, strict=True):
        rows = [[float(cell.replace(",", "")) for cell in line.strip("| ").split(" | ")] for line in table[2:]]
        lines = {column: [(row[0], row[place]) for row in rows] for place, column in columns.items()}
        across = table[0].strip("| ").split(" | ")[0]
        (_PAGE.parent / f"growth-{name}.svg").write_text(log_log(words, across, lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also ten million events")
    parser.add_argument("--write", action="store_true", help="write the page of the docs")
    options = parser.parse_args()
    tables = [rules_table(), stream_table(options.large)]
    if options.write:
        write(tables)


if __name__ == "__main__":
    main()
