"""Looking hashes up within 31 bits: our index against the one that HMA ships and against faiss's linear scan, from 1e4 to 1e7 hashes.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.matching_index [--large] [--photos-only] [--queries 512] [--json] [--write]

Input: hashes of even chance with families, and as photographs make them (``_photo_hashes``). Questions: half are entries with up to 31
bits changed, half are new. Ours is asked in batches and one by one; the rivals in one batch, which favours them. CPU time, one
thread, the middle of three rounds in which ours and the linear scan take turns. Every answer is compared with the linear scan's.
``--large`` adds 1e7 (3 GB). ``--write`` makes docs/explanation/matching-growth.md. Rivals are left out, and it is said, where
``faiss-cpu`` (its ``IndexBinaryMultiHash(256, 16, 16)`` with one flip is what ``threatexchange``'s PDQ index and HMA use) is not
installed. Needs the extra ``media``; without numba, which it brings, large segments are looked up with arrays, two to three times slower.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks._photo_hashes import disturb, even_chance, photographs
from benchmarks._plot import log_log
from watchfloor.engines.matching.index.scan import scan
from watchfloor.engines.matching.index.segment import build

try:
    import faiss
except ImportError:
    faiss = None
else:
    faiss.omp_set_num_threads(1)

RADIUS = 31
ROUNDS = 3
MOST_MULTI = 1_000_000  # HMA's index takes some eight minutes to build at ten million
KINDS: dict[str, Callable[[int, int], Any]] = {"even chance": even_chance, "photographs": photographs}
_DOCS = Path(__file__).parent.parent / "docs/explanation"


def cpu(do: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what came of it."""
    began = time.process_time()
    made = do()
    return time.process_time() - began, made


def questions(kind: str, bank: Any, count: int) -> Any:
    """Half near an entry, half new."""
    rng = np.random.default_rng(11)
    near = bank[rng.integers(0, len(bank), count // 2)].copy()
    disturb(near, RADIUS, rng)
    return np.concatenate([near, KINDS[kind](count - len(near), 999)])


def pairs(found: tuple[Any, Any, Any]) -> set[tuple[int, int, int]]:
    return set(zip(*(part.tolist() for part in found), strict=True))


def faiss_pairs(answer: tuple[Any, Any, Any]) -> set[tuple[int, int, int]]:
    limits, distance, position = answer
    question = np.repeat(np.arange(len(limits) - 1), np.diff(limits.astype(np.int64)))
    return pairs((question, position, distance.astype(np.int64)))


def measure(kind: str, size: int, count: int) -> dict[str, Any]:
    """One row: questions a second of each, build times, memory, and whether the answers are the same."""
    bank = KINDS[kind](size, 1)
    asked = questions(kind, bank, count)
    built, segment = cpu(lambda: build(np.arange(size), bank))
    segment.search(asked[:8], RADIUS)
    answer = segment.search(asked, RADIUS)
    one_by_one, _ = cpu(lambda: [segment.search(each, RADIUS) for each in asked[:, None, :][: count // 2]])
    few = asked[:: max(1, count // 32)]
    exact = pairs(scan(bank, few, RADIUS)) == pairs(segment.search(few, RADIUS))
    arrays = (segment.rows, segment.ids, segment.table, segment.entries)
    row: dict[str, Any] = {
        "hashes": size,
        "kind": kind,
        "build_s": built,
        "bytes_a_hash": sum(each.nbytes for each in arrays) / size,
        "bands": cut(segment.bands.widths),
        "single_per_s": (count // 2) / one_by_one,
        "exact": exact,
        "found": len(answer[0]),
    }
    flat, wanted = None, asked.view(np.uint8)
    part = wanted if size <= MOST_MULTI else wanted[:64]
    if faiss is not None:
        flat = faiss.IndexBinaryFlat(256)
        flat.add(bank.view(np.uint8))
        seen = flat.range_search(part, RADIUS + 1)
        row["exact"] = row["exact"] and faiss_pairs(seen) == {each for each in pairs(answer) if each[0] < len(part)}
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(cpu(lambda: segment.search(asked, RADIUS))[0])
        if flat is not None:
            theirs.append(cpu(lambda: flat.range_search(part, RADIUS + 1))[0])
    row["batch_per_s"] = count / median(ours)
    if flat is not None:
        row["flat_per_s"] = len(part) / median(theirs)
        del flat
        if size <= MOST_MULTI:
            multi = faiss.IndexBinaryMultiHash(256, 16, 16)
            multi.nflip = 1
            row["hma_build_s"], _ = cpu(lambda: multi.add(bank.view(np.uint8)))
            part = wanted[: max(64, count // 4)]
            spent, _ = cpu(lambda: multi.range_search(part, RADIUS + 1))
            row["hma_per_s"] = len(part) / spent
    return row


def cut(widths: tuple[int, ...]) -> str:
    """16 x 16; 5 x 24, 5 x 23, 1 x 21."""
    return ", ".join(f"{widths.count(width)} x {width}" for width in sorted(set(widths), reverse=True))


def adding(size: int) -> tuple[float, float]:
    """Milliseconds until an added hash is found and until a deleted one is not, in an index in memory of so many, worst of 200."""
    from watchfloor.engines.matching.index import HashIndex

    index = HashIndex()
    index.add(np.arange(size), even_chance(size, 3))
    fresh = even_chance(200, 4)
    added, gone = [], []
    for number, row in enumerate(fresh):
        began = time.perf_counter()
        index.add(np.array([size + number]), row[None])
        assert size + number in index.search(row[None]).id
        added.append(time.perf_counter() - began)
        began = time.perf_counter()
        index.delete(np.array([size + number]))
        assert size + number not in index.search(row[None]).id
        gone.append(time.perf_counter() - began)
    return max(added) * 1000, max(gone) * 1000


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Markdown; a dash where a rival was not measured."""
    made = [
        "| hashes | kind | bands | ours, questions/s | one by one | HMA's index | ratio | faiss Flat | ratio | build, s | HMA's build | "
        "bytes a hash | same answers |",
        "|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        hma, flat = row.get("hma_per_s"), row.get("flat_per_s")
        made.append(
            f"| {row['hashes']:,} | {row['kind']} | {row['bands']} | {row['batch_per_s']:,.0f} | {row['single_per_s']:,.0f} | "
            f"{_number(hma)} | {_ratio(row['batch_per_s'], hma)} | {_number(flat)} | {_ratio(row['batch_per_s'], flat)} | "
            f"{row['build_s']:.1f} | {_number(row.get('hma_build_s'))} | {row['bytes_a_hash']:,.0f} | {'yes' if row['exact'] else 'NO'} |"
        )
    return made


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _ratio(ours: float, theirs: float | None) -> str:
    return "-" if theirs is None else f"x{ours / theirs:,.0f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--photos-only", action="store_true")
    parser.add_argument("--queries", type=int, default=512)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    sizes = [10_000, 100_000, 1_000_000, *([10_000_000] if given.large else [])]
    kinds = ["photographs"] if given.photos_only else list(KINDS)
    rows = [measure(kind, size, given.queries) for kind in kinds for size in sizes]
    added, gone = adding(1_000_000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    told = [
        f"Radius {RADIUS}, {given.queries} questions, half near an entry; CPU time of one thread. Peak memory {peak:.1f} GB.",
        f"An added hash is found after {added:.1f} ms, a deleted one is not after {gone:.1f} ms (worst of 200, a million others there).",
    ]
    if faiss is None:
        told.append("Left out, as faiss-cpu is not installed: HMA's index and faiss Flat.")
    if given.json:
        print(json.dumps({"rows": rows, "added_ms": added, "deleted_ms": gone, "peak_gb": peak}))
        return
    print("\n".join([*told, "", *table(rows)]))
    if given.write:
        _write(rows, told)


def _write(rows: list[dict[str, Any]], told: list[str]) -> None:
    shown = [row for row in rows if row["kind"] == "photographs"]
    lines = {"ours": [(row["hashes"], row["batch_per_s"]) for row in shown]}
    for name, key in (("HMA's index", "hma_per_s"), ("faiss Flat", "flat_per_s")):
        points = [(row["hashes"], row[key]) for row in shown if key in row]
        if points:
            lines[name] = points
    (_DOCS / "growth-lookup.svg").write_text(
        log_log("Questions a second, hashes of photographs", "hashes", lines), encoding="utf-8"
    )
    text = "\n".join(
        [
            "# How look-up grows",
            "",
            "Made by `python -m benchmarks.matching_index --large --write`. Read ratios: seconds differ between machines.",
            "",
            *[f"- {each}" for each in told],
            "",
            *table(rows),
            "",
            "![Questions a second by the number of hashes](growth-lookup.svg)",
            "",
        ]
    )
    (_DOCS / "matching-growth.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
