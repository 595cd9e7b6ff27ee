"""A page of numbers over ten million facts: from roll-ups and from the facts themselves, and how both grow.

    python -m benchmarks.insight_pages [--facts 10000000] [--rounds 5]
    python -m benchmarks.insight_pages --growth 100000 1000000 10000000 [--plot docs/explanation/growth-insight.svg]
    python -m benchmarks.insight_pages --facts 10000000 --home DIR     keeps the lake, or takes what is there of that size
    ... --results FILE     adds what was measured to a file of JSON lines, and plots all that is in it
    ... --facts-up-to N    above so many the page is only asked from roll-ups (from a hundred million facts it takes half an hour)

Thirty days of a floor, from a seed: 30 markets and 20 policies (Zipf), 40 queues that follow from policy and language, 25 languages
that follow from the market, 6 vendors, 5 channels; six facts a case as the exporter writes them, in hourly Parquet files. The page is
``/insight``'s own work: all numbers of the catalogue with what they are compared to and their series over the last seven whole days, and
the split of the eight main ones by queue and by market x policy. Answers are counted anew each time. Every count must be the same
both ways, every quantile within the sketch's stated error. Of the rounds the median and the least are told, and the processor's seconds
(of both cores): on a machine that has other work the last is what compares.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from benchmarks._plot import log_log

DAYS, END = 30, datetime(2026, 12, 1, tzinfo=UTC)
BEGIN = END - timedelta(days=DAYS)
# One fact a row: step k of case c. The dimensions of a case are drawn from its number alone.
FACTS = """
SELECT {columns} FROM (
  SELECT *, c * 6 + k AS leaf,
    TIMESTAMP '{begin}' + to_microseconds((c * {pace})::BIGINT)
      + to_seconds(CASE WHEN k < 2 THEN k * 0.001 ELSE 60 + wait + (k >= 3)::INT * work END) AS moment,
    (['case.opened', 'job.ready', 'job.leased', 'job.decided', 'decision.made', 'case.closed'])[(k + 1)::BIGINT] AS type
  FROM (
    SELECT *, 'P' || p AS policy, 'M' || m AS market, 'L' || (m % 25) AS language, 'Q' || (p * 2 + (m % 25 < 8)::INT) AS queue,
      'vendor-' || h3 % 6 AS seller, 1 + p % 5 AS level, (5 + h1 % 240)::BIGINT AS work, ((h2 % 86400) * (h2 % 7) // 10)::BIGINT AS wait
    FROM (
      SELECT c, hash(c) AS h1, hash(c + 1e12::BIGINT) AS h2, hash(c + 2e12::BIGINT) AS h3,
        least(29, floor(exp(hash(c, 1) / 18446744073709551615.0 * ln(31))) - 1)::INT AS m,
        least(19, floor(exp(hash(c, 2) / 18446744073709551615.0 * ln(21))) - 1)::INT AS p
      FROM range({first}, {last}) t(c)))
  , range(6) s(k))
WHERE moment < TIMESTAMP '{end}'
"""
GIVEN = {
    "leaf": "leaf", "event": "leaf::VARCHAR", "moment": "moment", "type": "type", "actor_kind": "'user'", "actor": "'r' || h1 % 900",
    "subject_kind": "'job'", "subject": "'j' || c", "case_id": "'c' || c", "job_id": "CASE WHEN k BETWEEN 1 AND 3 THEN 'j' || c END",
    "decision_id": "CASE WHEN k = 4 THEN 'd' || c END", "queue": "CASE WHEN k BETWEEN 1 AND 4 THEN queue END", "market": "market",
    "language": "language", "policy": "policy", "severity": "level::SMALLINT",
    "channel": "(['user', 'rule', 'flagger', 'partner', 'law'])[(1 + h3 % 5)::BIGINT]",
    "vendor": "CASE WHEN k BETWEEN 2 AND 4 THEN seller END",
    "reviewer": "CASE WHEN k BETWEEN 2 AND 4 THEN 'r' || h1 % 900 END", "kind": "CASE WHEN k BETWEEN 1 AND 4 THEN 'review' END",
    "verdict": "CASE WHEN k >= 3 THEN CASE WHEN h1 % 3 = 0 THEN 'violating' ELSE 'clean' END END",
    "cause": "CASE WHEN k = 1 THEN 'new' END", "origin": "CASE WHEN k = 4 THEN 'human' END",
    "how": "CASE WHEN k = 5 THEN 'manual' END", "solves": "CASE WHEN k = 3 THEN true END",
    "age_ms": "CASE WHEN k IN (3, 5) THEN ((60 + wait + work) * 1000)::BIGINT END",
    "wait_ms": "CASE WHEN k = 2 THEN ((60 + wait) * 1000)::BIGINT END",
    "active_ms": "CASE WHEN k = 3 THEN (work * 1000)::BIGINT END", "active_total_ms": "CASE WHEN k = 3 THEN (work * 1000)::BIGINT END",
    "touches": "CASE WHEN k = 3 THEN 1::INTEGER END", "late_ms": "CASE WHEN k = 3 THEN (greatest(0, wait - 14400) * 1000)::BIGINT END",
    "due_at": "CASE WHEN k = 1 THEN moment + INTERVAL 4 HOUR END",
}  # fmt: skip


def fill(count: int) -> None:
    """So many facts as files, listed as the exporter lists them."""
    import duckdb

    from watchfloor.insight import facts
    from watchfloor.insight.models import FactCursor, FactFile
    from watchfloor.insight.schema import DIGEST, SCHEMA

    kinds = {
        "Int64": "BIGINT",
        "Int32": "INTEGER",
        "Int16": "SMALLINT",
        "String": "VARCHAR",
        "Boolean": "BOOLEAN",
        "Float64": "DOUBLE",
    }
    columns = ", ".join(
        f"({GIVEN.get(name, 'NULL')})::{kinds.get(str(kind), 'TIMESTAMP')} AS {name}" for name, kind in SCHEMA.items()
    )
    cases = count // 6
    pace = DAYS * 86_400_000_000 / cases
    folder, entries = facts.folder(), []
    database = duckdb.connect()
    database.execute("SET threads = 2; SET memory_limit = '3GB'; SET preserve_insertion_order = false")
    database.execute(f"SET temp_directory = '{folder}/spilt'")
    scratch = folder / "all"
    for portion in range(0, cases, 2_000_000):
        sql = FACTS.format(
            columns=columns + ", date_trunc('hour', moment) AS hour", begin=BEGIN.replace(tzinfo=None), end=END.replace(tzinfo=None),
            first=portion, last=min(cases, portion + 2_000_000), pace=pace,
        )  # fmt: skip
        scratch.mkdir(parents=True, exist_ok=True)
        database.execute(f"COPY ({sql}) TO '{scratch}' (FORMAT parquet, PARTITION_BY (hour), COMPRESSION zstd, OVERWRITE_OR_IGNORE, "
                         f"FILENAME_PATTERN 'p{portion}-{{i}}')")  # fmt: skip
    total = 0
    for part in sorted(scratch.rglob("*.parquet")):
        hour = datetime.fromisoformat(unquote(part.parent.name).removeprefix("hour=")).replace(tzinfo=UTC)
        target = folder / f"date={hour:%Y-%m-%d}" / f"hour={hour:%H}" / part.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(part, target)
        rows = database.execute(f"SELECT num_rows FROM parquet_file_metadata('{target}')").fetchall()[0][0]
        total += rows
        entries.append(FactFile(hour=hour, first=0, last=count, rows=rows, path=str(target.relative_to(folder))))
    shutil.rmtree(scratch)
    FactFile.objects.bulk_create(entries)
    FactCursor.objects.update_or_create(pk=1, defaults={"leaf": count + 6, "columns": DIGEST})
    print(
        f"{total:,} facts in {len(entries):,} files, {sum((folder / e.path).stat().st_size for e in entries) / 1e6:,.0f} MB"
    )


def page() -> dict[str, Any]:
    """All numbers of the page, without any answer kept from before."""
    from watchfloor.identity.domain import system
    from watchfloor.insight import lake, queries
    from watchfloor.insight.pages import SPLIT_METRICS
    from watchfloor.kernel import clock

    lake.lake().answers.clear()
    with clock.at(END):
        span = queries.Span(start=END - timedelta(days=7), end=END, interval="day")
        found: dict[str, Any] = {}
        for kpi in queries.kpis(system("bench"), span):
            found[kpi.key] = [kpi.value, kpi.before, *(point.value for point in kpi.series)]
        for by in (("queue",), ("market", "policy")):
            for each in queries.split(system("bench"), span, by, metrics=SPLIT_METRICS):
                for key, value in each.values.items():
                    found[f"{key}@{'/'.join(each.names)}"] = [value, each.before.get(key)]
    return found


class Taken(NamedTuple):
    """Seconds of some rounds."""

    median: float
    least: float
    processor: float


def timed(work: Callable[[], Any], rounds: int) -> Taken:
    taken, used = [], []
    for _ in range(rounds):
        gc.collect()
        started, before = time.perf_counter(), time.process_time()
        work()
        taken.append(time.perf_counter() - started)
        used.append(time.process_time() - before)
    return Taken(statistics.median(taken), min(taken), statistics.median(used))


def compare(rolled: dict[str, Any], raw: dict[str, Any]) -> tuple[int, float]:
    """How many numbers differ that must not, and the biggest relative difference of quantiles."""
    from watchfloor.insight import catalogue

    wrong, loose = 0, 0.0
    assert rolled.keys() == raw.keys()
    for key, values in rolled.items():
        quantile = catalogue.metric(key.split("@")[0]).kind == "quantile"
        for ours, theirs in zip(values, raw[key], strict=True):
            if ours == theirs:
                continue
            off = abs(ours - theirs) / abs(theirs) if ours is not None and theirs else float("inf")
            if quantile:
                loose = max(loose, off)
            elif off > 1e-9:
                wrong += 1
                print("differs:", key, ours, theirs)
    return wrong, loose


def made_of(count: int) -> Any:
    """The roll-ups of so many facts: those that are there, or new ones of new facts."""
    from watchfloor.insight import facts, lake
    from watchfloor.insight.models import FactFile, Generation
    from watchfloor.insight.rollups import care, generations

    made = generations.current()
    if made is not None and made.leaf == count + 6:
        return made
    filled = FactFile.objects.filter(last=count).exists()  # all are listed at once, when all of them are there
    for folder in (generations.folder(),) if filled else (facts.folder(), generations.folder()):
        shutil.rmtree(folder, ignore_errors=True)
    Generation.objects.all().delete()
    lake.forget()
    if not filled:
        FactFile.objects.all().delete()
        fill(count)
    return care.make(again=True)


def measure(count: int, rounds: int, also_facts: bool = True) -> dict[str, float]:
    """One size: seconds of building, of the page both ways (or from roll-ups alone)."""
    from watchfloor.insight import lake
    from watchfloor.insight.models import Generation

    lake.HOT_ROWS = 0
    made = made_of(count)
    built = made.took_ms / 1000
    rolled = page()
    from_rollups = timed(page, rounds)
    print(f"roll-ups: {made.rows:,} rows, {made.size / 1e6:,.0f} MB, built in {built:,.1f} s")
    told("roll-ups", from_rollups)
    measured = {"facts_in_lake": count, "built": built, "rollups": from_rollups.processor}
    if not also_facts:
        return measured
    Generation.objects.update(shape="none")
    lake.forget()
    raw = page()
    from_facts = timed(page, max(1, rounds // 3))
    Generation.objects.update(shape=made.shape)
    lake.forget()
    wrong, loose = compare(rolled, raw)
    print(f"{len(rolled):,} rows of numbers compared: {wrong} differ; quantiles off by at most {loose:.3%}")
    told("facts", from_facts)
    by, used = from_facts.median / from_rollups.median, from_facts.processor / from_rollups.processor
    print(f"x{by:,.1f} (processor x{used:,.1f})\n", flush=True)
    return measured | {"facts": from_facts.processor}


def told(name: str, taken: Taken) -> None:
    print(
        f"page from {name}: {taken.median:.3f} s (least {taken.least:.3f}, processor {taken.processor:.3f})", flush=True
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=10_000_000)
    parser.add_argument("--growth", type=int, nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--facts-up-to", type=int, default=20_000_000)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        scratch = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="watchfloor-pages-")))
        scratch.mkdir(parents=True, exist_ok=True)
        home = str(scratch)
        os.environ["WATCHFLOOR_HOME"] = home
        os.environ.pop("DATABASE_URL", None)
        from watchfloor.platform.postgres import Embedded

        server = Embedded(Path(home))
        server.start()
        try:
            from watchfloor.console import prepare

            prepare.django(migrate=True)
            sizes = options.growth or [options.facts]
            found = [measure(size, options.rounds, size <= options.facts_up_to) for size in sizes]
        finally:
            server.stop()
    if options.results:
        with options.results.open("a", encoding="utf-8") as book:
            book.writelines(json.dumps(one) + "\n" for one in found)
        found = [json.loads(line) for line in options.results.read_text(encoding="utf-8").splitlines()]
    if options.plot:
        lines = {
            name: sorted((one["facts_in_lake"], one[key]) for one in found if key in one)
            for name, key in (
                ("page, from facts (processor s)", "facts"),
                ("page, from roll-ups (processor s)", "rollups"),
                ("building roll-ups (s)", "built"),
            )
        }
        options.plot.write_text(
            log_log("A page of all numbers, by facts in the lake", "facts", lines), encoding="utf-8"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
