"""Coordination: every co-action beside DuckDB's range join and the QUT toolkit; planted rings found; rings found where there are none.

    POLARS_MAX_THREADS=1 python -m benchmarks.campaigns_actions [--quick] [--russian coortweet_russian.rda]

Input: actions on objects of Zipf popularity (tests/support/rings.py), some of them in the first minutes of an object's life, with 20
rings of 15 accounts on 30 objects, among 113,000 and 1,000,000 actions. CPU time; everything on one thread. ``edges``: pairs of accounts
that acted on one object within 60 s; those of DuckDB are compared with ours one by one. Then rings of other shapes, at both sizes: how
many are found exactly, strangers in any ring, the seconds. Then sets without any ring: in at most one of a hundred anything may be
found. The toolkit and the real reposts are left out, and it is said, where they (or pyreadr) are not installed. ``--quick`` leaves
DuckDB and the other shapes out at a million; ``--sets 100`` asks for more sets without a ring.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import duckdb
import polars as pl
from tests.support.rings import planted

from watchfloor.engines.campaigns.coactions import coactions, read_actions
from watchfloor.engines.campaigns.coordinate import coordinate

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data"))
WINDOW = 60.0
BACKGROUND: dict[str, Any] = {"things": 5_000, "accounts": 50_000, "burst": 0.085}
SHAPES: dict[str, dict[str, Any]] = {
    "5 accounts, 8 objects": {"size": 5, "objects": 8},
    "3 accounts, 10 objects": {"size": 3, "objects": 10},
    "3 accounts, 6 objects": {"size": 3, "objects": 6},
    "10 accounts, 5 objects": {"size": 10, "objects": 5},
    "40 accounts, 60 objects": {"size": 40, "objects": 60, "rings": 5},
    "200 actions of camouflage each": {"camouflage": 200},
    "on objects others act on, too": {"popular": True},
    "each takes part in 6 of 10": {"joins": 0.6},
    "each takes part in 4 of 10": {"joins": 0.4},
    "each in 4 of 10, on others' objects": {"joins": 0.4, "popular": True},
    "each takes part in 3 of 10": {"joins": 0.3},
    "each in 6 of 10, among bursts": {"joins": 0.6, "burst": 0.3},
    "among ten languages": {"groups": 10, "accounts": 5_000, "things": 2_000},
    "half of all actions in bursts": {"burst": 0.5, "things": 2_000},
}
JOIN = f"""
create table edges as
select least(a.account, b.account) as "left", greatest(a.account, b.account) as "right", count(*) as actions
from acts a join acts b on a.object = b.object and b.time between a.time - {WINDOW:.0f} and a.time + {WINDOW:.0f}
where a.account < b.account group by all
"""


def against_duckdb(frame: pl.DataFrame, edges: pl.DataFrame) -> tuple[float, bool]:
    """CPU seconds of the range join, and whether it finds the same pairs as often."""
    with tempfile.TemporaryDirectory() as folder:
        frame.write_parquet(f"{folder}/acts.parquet")
        edges.write_parquet(f"{folder}/ours.parquet")
        link = duckdb.connect(config={"threads": 1})
        link.execute(f"create table acts as select * from '{folder}/acts.parquet'")
        began = time.process_time()
        link.execute(JOIN)
        took = time.process_time() - began
        ours = f'select "left", "right", actions::bigint from \'{folder}/ours.parquet\''
        theirs = 'select "left", "right", actions::bigint from edges'
        apart = [
            link.execute(f"select count(*) from ({one} except all {other})").fetchone()
            for one, other in ((ours, theirs), (theirs, ours))
        ]
    return took, apart == [(0,), (0,)]


def by_toolkit(frame: pl.DataFrame) -> tuple[float, int] | None:
    """Seconds of the toolkit's co-repost network (its own processes: wall time), and its edges without loops; None: not installed."""
    try:
        from coordination_network_toolkit import compute_networks, preprocess  # type: ignore[import-not-found]
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        empty = pl.lit("")
        frame.with_row_index("message_id").select(
            "message_id", user_id="account", username="account", repost_id="object", reply_id=empty, message=empty,
            timestamp="time", urls=pl.lit("[]"),
        ).write_csv(f"{folder}/acts.csv")  # fmt: skip
        with contextlib.redirect_stdout(io.StringIO()):
            preprocess.preprocess_csv_files(f"{folder}/acts.db", [f"{folder}/acts.csv"])
            began = time.perf_counter()
            compute_networks.compute_co_retweet_parallel(
                f"{folder}/acts.db", int(WINDOW), min_edge_weight=1, n_threads=1
            )
            took = time.perf_counter() - began
        with sqlite3.connect(f"{folder}/acts.db") as database:
            found = database.execute("select count(*) from co_retweet_network where user_1 < user_2").fetchone()[0]
    return took, int(found)


def size(actions: int, quick: bool) -> None:
    """One size: counting, the rivals, and the whole way."""
    made = planted(actions, **BACKGROUND)
    began = time.process_time()
    of = read_actions(made.frame, account="account", object="object", time="time", reach=WINDOW)
    found = coactions(of, WINDOW)
    counted = time.process_time() - began
    names = {side: of.accounts.gather(found.edges[side]) for side in ("left", "right")}
    edges = found.edges.select("actions").with_columns(pl.Series(name, column) for name, column in names.items())
    print(f"\n{len(made.frame):,} actions, {len(edges):,} edges")
    print(f"  counted                {counted:8.2f} s")
    if quick and actions > 200_000:
        print("  DuckDB's range join    left out")
    else:
        took, same = against_duckdb(made.frame, edges.select("left", "right", "actions"))
        print(f"  DuckDB's range join    {took:8.2f} s  x{took / counted:.0f}, edges {'equal' if same else 'DIFFER'}")
    if actions < 200_000:
        rival = by_toolkit(made.frame)
        if rival is None:
            print("  the QUT toolkit is not installed")
        else:
            print(f"  the QUT toolkit        {rival[0]:8.2f} s  x{rival[0] / counted:.0f} (wall), {rival[1]:,} edges")
    began = time.process_time()
    result = coordinate(made.frame, window=WINDOW)
    whole = time.process_time() - began
    print(f"  the whole way          {whole:8.2f} s  {_exact(result.rings, made.rings)}")


def _exact(found: list[Any], wanted: list[frozenset[str]]) -> str:
    got = {frozenset(ring.accounts) for ring in found}
    return f"{len(got & set(wanted))} of {len(wanted)} rings exactly, {len(got - set(wanted))} others"


def shapes(actions: int) -> None:
    """Rings of other shapes."""
    print(f"\nother rings, among {actions:,} actions")
    for name, shape in SHAPES.items():
        made = planted(actions, seed=2, **{"things": 5_000, **shape})
        began = time.process_time()
        found = coordinate(made.frame, window=WINDOW).rings
        took = time.process_time() - began
        true = set().union(*made.rings)
        strangers = sum(account not in true for ring in found for account in ring.accounts)
        print(f"  {name:36} {took:6.2f} s  {_exact(found, made.rings)}, {strangers} strangers")


def nothing(many: int) -> None:
    """Sets without a ring."""
    print("\nno ring: in how many sets something is found (stated: 1 in 100)")
    for actions, each in ((30_000, many), (300_000, max(1, many // 10))):
        for name in ("among ten languages", "half of all actions in bursts", "on objects others act on, too"):
            sets = 0
            for seed in range(each):
                made = planted(actions, seed=seed, **{"things": actions // 15, **SHAPES[name], "rings": 0})
                sets += bool(coordinate(made.frame, window=WINDOW).ties)
            print(f"  {actions:9,} actions  {name:32} {sets} of {each}")


def russian(path: Path) -> None:
    """Real reposts (CooRTweet's example, MIT)."""
    try:
        import pyreadr  # type: ignore[import-not-found]
    except ImportError:
        print("\nreal reposts: pyreadr is not installed")
        return
    table = next(iter(pyreadr.read_r(str(path)).values()))
    frame = pl.DataFrame({name: table[name].astype(str).tolist() for name in ("object_id", "account_id")})
    frame = frame.with_columns(pl.Series("time", table["timestamp_share"].tolist()))
    print(f"\nreal reposts: {len(frame):,}")
    for window in (10, 60, 300, 600, 3_600):
        began = time.process_time()
        found = coordinate(frame, account="account_id", object="object_id", time="time", window=window)
        took = time.process_time() - began
        sizes = ", ".join(str(len(ring.accounts)) for ring in found.rings) or "none"
        print(
            f"  within {window:5} s  {took:6.2f} s  {found.edges:7,} edges  {len(found.ties):3} ties  groups of: {sizes}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sets", type=int, default=10)
    parser.add_argument("--russian", type=Path, default=DATA / "coortweet_russian.rda")
    given = parser.parse_args()
    for actions in (113_000, 1_000_000):
        size(actions, given.quick)
    for actions in (113_000,) if given.quick else (113_000, 1_000_000):
        shapes(actions)
    nothing(given.sets)
    if given.russian.exists():
        russian(given.russian)


if __name__ == "__main__":
    main()
