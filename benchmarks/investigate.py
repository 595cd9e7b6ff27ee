"""Investigate over a big lake: the page, timed, beside DuckDB doing the same over the same files.

    python -m benchmarks.investigate [--events 1000000] [--rounds 3] [--home FOLDER]     (10000000: the size the page is made for)

Hour files of a fortnight are written to a temporary folder (made column by column, hour by hour: memory stays flat), with the
texts, accounts, apps and addresses of a made-up platform, from a seed. Every question is asked without the answers kept from
before. "first": the page's three panels asked at once, as a browser does, until the last has given its first answer (what is
counted by then, back to a stated hour); "whole": until all three are counted to the end, asked again as the page asks;
"again": the same page a second time. "series", "top 4" and "stream" are each by itself, to the end.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

END = datetime(2026, 11, 16, tzinfo=UTC)
DAYS = 14
WORDS = [
    "offer",
    "meeting",
    "pills",
    "tonight",
    "casino",
    "bonus",
    "hello",
    "invoice",
    "photo",
    "travel",
    "market",
    "free",
]
QUERIES = {
    "everything": "",
    "a number": "$.item.data.followers < 10",
    "a value": "$.item.data.client_app == 'app-17'",
    "one pattern": r"RegexMatch(pattern=r'(casino|pills) \w+ bonus', target=StringToLower(s=$.item.data.text))",
    "rare, both": r"$.item.data.followers < 3, RegexMatch(pattern='free free', target=$.item.data.text)",
}
TOPS = ["$.item.data.client_app", "$.author.id", "$.item.data.client_ip", "market"]
COLUMNS = ["$.author.id", "$.item.data.text", "$.item.data.client_app"]


def make(root: Path, events: int) -> None:
    """The lake, hour by hour."""
    import numpy as np
    import polars as pl

    from watchfloor.detection import lakes

    chance = np.random.default_rng(7)
    words = np.array(WORDS)
    hours = DAYS * 24
    number = 0
    for hour_number in range(hours):
        hour = END - timedelta(days=DAYS) + timedelta(hours=hour_number)
        count = events * (hour_number + 1) // hours - events * hour_number // hours
        ids = np.arange(number, number + count)
        number += count
        author = np.minimum(chance.zipf(1.3, count), 200_000)
        app = np.minimum(chance.zipf(1.5, count), 60)
        texts = [" ".join(row) for row in words[chance.integers(0, len(words), (count, 12))]]
        micros = np.sort(chance.integers(0, 3_600_000_000, count)) + int(hour.timestamp()) * 1_000_000
        address = pl.concat_str(pl.lit("10."), pl.Series(chance.integers(0, 60_000, count)).cast(pl.String))
        frame = pl.DataFrame({
            "action_id": ids, "action_name": "message_posted",
            "timestamp": pl.Series(micros).cast(pl.Datetime("us", "UTC")),
            "$.author.id": pl.Series(author).cast(pl.String), "$.item.data.text": texts,
            "$.item.data.client_app": "app-" + pl.Series(app).cast(pl.String), "$.item.data.followers": chance.geometric(0.02, count) - 1,
            "$.item.data.client_ip": pl.select(address).to_series(),
            "$.item.market": pl.Series(["US", "DE", "FR", "BR", "IN"])[chance.integers(0, 5, count)],
            "source": "bench", "item_type": "message", "item_version": "", "language": "en",
        })  # fmt: skip
        frame = frame.with_columns(
            pl.concat_str(pl.lit("evt_"), pl.col("action_id")).alias("id"), pl.col("$.item.market").alias("market"),
            pl.concat_str(pl.lit("m"), pl.col("action_id")).alias("item_id"), pl.col("timestamp").alias("received_at"),
            pl.concat_str(pl.lit('{"item":{"data":{"text":"'), pl.col("$.item.data.text"), pl.lit('"}}}')).alias("data"),
        )  # fmt: skip
        lakes.write(frame, hour, root=root)


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, Any]:
    """Median seconds of some rounds, and the last answer."""
    taken, answer = [], None
    for _ in range(rounds):
        started = time.perf_counter()
        answer = work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken), answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--home", help="keep the lake in this folder, and use the one that is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="watchfloor-bench-") as folder:
        os.environ["WATCHFLOOR_HOME"] = options.home or folder
        os.environ.setdefault("DATABASE_URL", "postgresql:///unused")
        from watchfloor.platform.setup import setup

        setup()
        run(options.events, options.rounds)


def page(text: str, start: datetime) -> tuple[float, float]:
    """Seconds until every panel has answered once, and until every panel is counted to the end."""
    from watchfloor.detection.investigate import panels
    from watchfloor.detection.investigate.asking import Question, ask
    from watchfloor.detection.pages.investigate import PATIENCE
    from watchfloor.identity.domain import system

    began = time.perf_counter()

    def until_done(panel: Callable[[Any], Any]) -> tuple[float, float]:
        first = 0.0
        while True:
            back_to = panel(ask(system("bench"), Question(text, start, END)))
            first = first or time.perf_counter() - began
            if back_to is None:
                return first, time.perf_counter() - began

    asks: list[Callable[[Any], Any]] = [
        lambda asked: panels.series(asked, PATIENCE).back_to,
        lambda asked: panels.top(asked, TOPS, patience=PATIENCE)[0].back_to,
        lambda asked: panels.stream(asked, COLUMNS, patience=PATIENCE).back_to,
    ]
    with ThreadPoolExecutor(len(asks)) as browser:
        found = list(browser.map(until_done, asks))
    return max(first for first, _ in found), max(whole for _, whole in found)


def run(events: int, rounds: int) -> None:
    import duckdb

    from watchfloor.detection import lakes, ruleset
    from watchfloor.detection.investigate import panels, running
    from watchfloor.detection.investigate.asking import Question, ask
    from watchfloor.identity.domain import system

    ruleset.current = lambda: ruleset.InForce(None, {}, ())  # no database here: queries name paths only
    started = time.perf_counter()
    if not lakes.files():
        make(lakes.folder(), events)
    files = lakes.files()
    size = sum(each.size for each in files) / 1e6
    print(
        f"{events:,} events of {DAYS} days in {len(files)} files, {size:,.0f} MB, "
        f"written in {time.perf_counter() - started:.0f} s; {os.cpu_count()} cores"
    )
    start = END - timedelta(days=DAYS // 2)
    print(
        f"Asked about the last {DAYS // 2} days (and the {DAYS // 2} before for the change). Seconds, median of {rounds}.\n"
    )
    heads = ["series", "top 4", "stream", "first", "whole", "again"]
    print(f"{'question':14} {' '.join(f'{head:>8}' for head in heads)} {'matched':>12}")
    for name, text in QUERIES.items():

        def fresh(panel: Callable[[Any], Any], text: str = text) -> Any:
            running.forget()
            return panel(ask(system("bench"), Question(text, start, END)))

        series, answer = timed(lambda fresh=fresh: fresh(panels.series), rounds)
        top, _ = timed(lambda fresh=fresh: fresh(lambda asked: panels.top(asked, TOPS)), rounds)
        stream, _ = timed(lambda fresh=fresh: fresh(lambda asked: panels.stream(asked, COLUMNS)), rounds)
        pages = []
        for _ in range(rounds):
            running.forget()
            pages.append(page(text, start))
        first = statistics.median(each[0] for each in pages)
        whole = statistics.median(each[1] for each in pages)
        again, _ = timed(lambda text=text: page(text, start), rounds)
        times = " ".join(f"{each:8.2f}" for each in (series, top, stream, first, whole, again))
        print(f"{name:14} {times} {answer.all_matched:12,}")
    paths = [str(each.path) for each in lakes.files(start, END)]
    duck = duckdb.connect()
    source = "read_parquet($files, hive_partitioning=false, union_by_name=true)"
    rivals = {
        "series": f"SELECT epoch_us(timestamp) // 7200000000, count(*), count(*) FILTER (WHERE hit) FROM (SELECT timestamp, "
        f"regexp_matches(lower(\"$.item.data.text\"), '(casino|pills) \\w+ bonus') AS hit FROM {source}) GROUP BY 1",
        "top": f'SELECT "$.author.id", count(*) FROM {source} WHERE "$.item.data.followers" < 10 GROUP BY 1 ORDER BY 2 DESC LIMIT 12',
    }
    print("\nDuckDB, same files, same span:")
    for name, sql in rivals.items():
        taken, _ = timed(lambda sql=sql: duck.execute(sql, {"files": paths}).fetchall(), rounds)
        print(f"{name:14} {taken:8.2f}")


if __name__ == "__main__":
    main()
