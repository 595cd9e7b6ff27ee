"""500 routing rules over a million historic cases, both tables and the whole backtest, beside the row function on the same cases.

    python -m benchmarks.routing [--rules 500] [--cases 1000000] [--rows 20000] [--json]

The row function runs over the first ``--rows`` cases and its time is stated per case; a third runs the same rules one after another
without the tree, as a list of conditions is commonly tried. The answers of all three are compared on those rows: the run fails when
one differs. Read the ratio.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from typing import Any

import polars as pl

from watchfloor.engines.routing import Facts, backtest, compile_rules, routed
from watchfloor.engines.routing.facts import LISTS
from watchfloor.engines.routing.rules import _test, check_rules

POLICIES = [f"p{n}" for n in range(24)]
MARKETS = [f"M{n}" for n in range(40)]
LANGUAGES = ["en", "es", "pt", "de", "fr", "ja", "ar", "hi", "id", "tr", "ko", "it", "pl", "nl", "th", "vi"]
CHANNELS = ["user", "trusted_flagger", "email", "api", "rule"]
SIGNALS = [f"rule:R{n}" for n in range(30)]


def rules(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Rules as a big floor has them: most name a policy, many a market or language, some a reach, an hour or a signal."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        when: dict[str, Any] = {}
        if chance.random() < 0.85:
            when["policy"] = chance.sample(POLICIES, chance.randint(1, 2))
        if chance.random() < 0.7:
            when["market"] = chance.sample(MARKETS, chance.randint(1, 4))
        if chance.random() < 0.6:
            when["language"] = chance.sample(LANGUAGES, chance.randint(1, 2))
        if chance.random() < 0.3:
            when["severity"] = {"min": chance.randint(1, 4)}
        if chance.random() < 0.2:
            when["reach"] = {"min": 10 ** chance.randint(2, 5)}
        if chance.random() < 0.15:
            when["signals"] = chance.sample(SIGNALS, 2)
        if chance.random() < 0.1:
            when["hour"] = {"min": 22, "max": 5}
        if chance.random() < 0.1:
            when["channel"] = {"not": [chance.choice(CHANNELS)]}
        if len(when) < 2:
            when["market"], when["language"] = [chance.choice(MARKETS)], [chance.choice(LANGUAGES)]
        made.append({"name": f"rule {number}", "when": when, "queue": f"q{number % 40}"})
    return made


def cases(count: int, seed: int = 11) -> pl.DataFrame:
    """A past of four weeks."""
    chance = random.Random(seed)
    start = 1_767_225_600_000_000
    at = sorted(start + chance.randrange(28 * 86_400_000_000) for _ in range(count))
    queues = [f"q{number}" for number in range(40)]
    frame = pl.DataFrame({
        "id": range(count), "at": pl.Series(at).cast(pl.Datetime("us")),
        "policy": chance.choices(POLICIES, k=count), "market": chance.choices(MARKETS, k=count),
        "language": chance.choices(LANGUAGES, k=count), "channel": chance.choices(CHANNELS, k=count),
        "severity": chance.choices(range(6), k=count), "hour": chance.choices(range(24), k=count),
        "reach": [int(10 ** chance.uniform(0, 6)) for _ in range(count)],
        "signals": [chance.sample(SIGNALS, chance.choice((0, 0, 1, 2))) for _ in range(count)],
        "final_queue": chance.choices(queues, k=count), "moves": chance.choices((0, 0, 0, 0, 0, 0, 0, 0, 0, 1), k=count),
    })  # fmt: skip
    return frame.with_columns(
        due_at=pl.col("at") + pl.duration(hours=24), solved_at=pl.col("at") + pl.duration(hours=6)
    )


def in_turn(table: list[dict[str, Any]]) -> Any:
    """The rules tried one after another."""
    tests = [
        ([_test(key, wanted, "") for key, wanted in rule.conditions.items()], rule.route.queue)
        for rule in check_rules(table)
    ]

    def route(facts: Facts) -> str:
        for conditions, queue in tests:
            if all(test(facts) for test in conditions):
                return queue
        return "other"

    return route


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    before, frame = rules(args.rules), cases(args.cases)
    after = [*rules(args.rules // 10, seed=8), *before]
    after = [{**rule, "name": f"{rule['name']} ({place})"} for place, rule in enumerate(after)]

    started = time.perf_counter()
    columns = routed(frame, before, otherwise="other")
    table_s = time.perf_counter() - started
    started = time.perf_counter()
    found = backtest(frame, before, after)
    whole_s = time.perf_counter() - started

    facts = [_facts(row) for row in frame.head(args.rows).iter_rows(named=True)]
    started = time.perf_counter()
    route, plain = compile_rules(before, otherwise="other"), in_turn(before)
    compile_s = time.perf_counter() - started
    each = []
    for one in facts:
        begun = time.perf_counter_ns()
        route(one)
        each.append(time.perf_counter_ns() - begun)
    begun = time.perf_counter()
    answers = [route(one).queue for one in facts]
    tree_us = (time.perf_counter() - begun) / len(facts) * 1e6
    begun = time.perf_counter()
    tried = [plain(one) for one in facts]
    turn_us = (time.perf_counter() - begun) / len(facts) * 1e6
    if not answers == tried == columns["queue"].head(args.rows).to_list():
        raise SystemExit("the answers differ")
    figures = {
        "rules": args.rules, "cases": args.cases, "columns_s": round(table_s, 2), "compile_ms": round(compile_s * 1000),
        "backtest_s": round(whole_s, 2),
        "moved": found.moved, "live_us": round(tree_us, 2), "live_p99_us": round(statistics.quantiles(each, n=100)[98] / 1000, 1),
        "in_turn_us": round(turn_us, 2), "columns_against_rows": round(tree_us * args.cases / 1e6 / table_s, 1),
        "columns_against_in_turn": round(turn_us * args.cases / 1e6 / table_s, 1), "tree_against_in_turn": round(turn_us / tree_us, 1),
    }  # fmt: skip
    if args.json:
        print(json.dumps(figures))
        return
    print(f"{args.rules:,} rules, {args.cases:,} cases; answers of all ways the same on {args.rows:,}")
    print(f"columns, one table          {table_s:8.2f} s")
    print(f"the whole backtest          {whole_s:8.2f} s  ({found.moved:,} jobs move)")
    print(f"compiling the table         {compile_s:8.2f} s")
    print(f"live, a case                {tree_us:8.2f} us (p99 {figures['live_p99_us']} us)")
    print(f"rules in turn, a case       {turn_us:8.2f} us")
    print(f"columns against the function {figures['columns_against_rows']}x, against rules in turn "
          f"{figures['columns_against_in_turn']}x; the tree against rules in turn {figures['tree_against_in_turn']}x")  # fmt: skip


def _facts(row: dict[str, Any]) -> Facts:
    names = ("policy", "market", "language", "channel", "severity", "hour", "reach")
    return Facts(**{name: row[name] for name in names}, **{name: tuple(row[name]) for name in LISTS if name in row})


if __name__ == "__main__":
    main()
