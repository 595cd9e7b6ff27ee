"""Near-duplicates among very many texts: ours against ``datasketch``, speed, recall and false joins.

    WATCHFLOOR_DATA=<folder> OPENBLAS_NUM_THREADS=1 python -m benchmarks.matching_text [--background 96000] [--turns 3] [--json]

Input: distinct real texts of the shared sets (forum titles, short messages, posts, comments) as background, and among them 300 spam
messages with three altered copies each: light (case, punctuation, two typing errors), medium (another number, every tenth word another),
heavy (every fourth word another). Recall: copies joined with their original. A false join is a pair of a planted text with one of the
background whose words overlap by less than a third. Speed: making the index and asking it for every text, CPU time of one thread, on a
part of the texts for ``datasketch``; each in turn, ``--turns`` times, least and median, after ours was brought in once (that is told by
itself). Ours is compiled where numba is installed; "without numba" is what an installation has that lacks it. Also told: how many
background texts are joined with each other, and the word overlap of a hundred of these pairs. Rivals are left out, and it is said,
where ``datasketch`` is not installed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from benchmarks.nearby_text import altered
from watchfloor.engines.matching import texts
from watchfloor.engines.nearby import columns
from watchfloor.engines.textmodels.normalise import normalise

try:
    from datasketch import MinHash, MinHashLSH
except ImportError:
    MinHash = None

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data"))
STRENGTHS = ("light", "medium", "heavy")


def background(most: int) -> list[str]:
    """Distinct texts of 20 characters and more, in a seeded order."""
    found: dict[str, None] = {}
    for path in sorted(DATA.glob("se_titles_*.txt")):
        found.update(dict.fromkeys(path.read_text("utf-8", errors="replace").split("\n")))
    for line in (DATA / "sms_spam.tsv").read_text("utf-8").split("\n"):
        label, _, text = line.partition("\t")
        if label == "ham":
            found[text] = None
    for name, column in (
        ("davidson2017.csv", "tweet"),
        ("toxic_spans_train.csv", "text"),
        ("hatecheck.csv", "test_case"),
    ):
        with (DATA / name).open(encoding="utf-8", errors="replace", newline="") as file:
            found.update(dict.fromkeys(row[column] for row in csv.DictReader(file)))
    kept = [text for text in found if len(text) >= 20]
    random.Random(3).shuffle(kept)
    return kept[:most]


def planted() -> list[tuple[str, int, str]]:
    """(text, family, strength) of originals ("") and their copies."""
    rng = random.Random(7)
    lines = [line.partition("\t") for line in (DATA / "sms_spam.tsv").read_text("utf-8").split("\n")]
    spam = sorted({text for label, _, text in lines if label == "spam" and len(text) >= 40})
    words = " ".join(text for label, _, text in lines if label == "ham").split()
    rng.shuffle(spam)
    originals: list[str] = []
    for text in spam:  # campaigns repeat themselves: one message of each
        if all(overlap(text, other) < 0.3 for other in originals) and len(originals) < 300:
            originals.append(text)
    made = []
    for family, text in enumerate(originals):
        made += [(text, family, ""), *((altered(text, each, words, rng), family, each) for each in STRENGTHS)]
    return made


def overlap(left: str, right: str) -> float:
    """Jaccard of the words."""
    one, other = set(re.findall(r"\w+", left.lower())), set(re.findall(r"\w+", right.lower()))
    return len(one & other) / max(1, len(one | other))


def ours(every: list[str]) -> set[tuple[int, int]]:
    """Pairs by the engine."""
    return {(left, right) for left, right, _ in texts.pairs(every)}


def without_numba(every: list[str]) -> set[tuple[int, int]]:
    """The same where numba is not installed."""
    with patch.object(columns, "MANY", 1 << 62):
        return ours(every)


def by_words(every: list[str]) -> set[tuple[int, int]]:
    """Pairs as the rival's documentation makes them: shingles of three words, threshold 0.5, 128 permutations."""

    def cut(text: str) -> list[bytes]:
        words = text.lower().split()
        return [" ".join(words[place : place + 3]).encode() for place in range(max(1, len(words) - 2))]

    return _by_datasketch(every, cut, MinHashLSH(threshold=0.5, num_perm=128))


def by_pieces(every: list[str]) -> set[tuple[int, int]]:
    """Pairs by the rival with as much recall as ours: four characters of the normal form, twelve bands of three."""

    def cut(text: str) -> list[bytes]:
        words = " ".join(re.findall(r"\w+", normalise(text).text))
        return [words[place : place + 4].encode() for place in range(max(1, len(words) - 3))]

    return _by_datasketch(every, cut, MinHashLSH(num_perm=128, params=(12, 3)))


def _by_datasketch(every: list[str], cut: Callable[[str], list[bytes]], lsh: Any) -> set[tuple[int, int]]:
    hashes = []
    for number, text in enumerate(every):
        made = MinHash(num_perm=128)
        made.update_batch(cut(text))
        lsh.insert(number, made)
        hashes.append(made)
    return {
        (number, other)
        for number, made in enumerate(hashes)
        for other in lsh.query(made)
        if other > number and made.jaccard(hashes[other]) >= 0.5
    }


def judge(pairs: set[tuple[int, int]], plants: list[tuple[str, int, str]], every: list[str]) -> dict[str, float]:
    """Recall by strength and false joins; planted texts stand first."""
    size = len(plants)
    found = dict.fromkeys(STRENGTHS, 0)
    false = 0
    for left, right in pairs:
        if left < size and right < size and plants[left][1] == plants[right][1]:
            if not plants[left][2]:
                found[plants[right][2]] += 1
        elif left < size <= right:
            false += overlap(every[left], every[right]) < 1 / 3
    return {**{f"recall_{name}": each / (size / 4) for name, each in found.items()}, "false_joins": false}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--background", type=int, default=96_000)
    parser.add_argument("--rival-texts", type=int, default=6_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    plants = planted()
    every = [text for text, _, _ in plants] + background(given.background)
    began = time.process_time()
    texts.cluster([f"{number} {text}" for number, text in enumerate(every[:100] * (columns.MANY // 100))])
    brought_in = time.process_time() - began
    rivals = {"by words": by_words, "by pieces": by_pieces} if MinHash is not None else {}
    ways: dict[str, tuple[Callable[[list[str]], set[tuple[int, int]]], list[str]]] = {"ours": (ours, every)}
    if columns.compiled_for(columns.MANY) is not None:
        ways["ours without numba"] = (without_numba, every)
    ways |= {f"datasketch {name}": (do, every[: given.rival_texts]) for name, do in rivals.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, set[tuple[int, int]]] = {}
    for _ in range(given.turns):
        for name, (do, part) in ways.items():
            began = time.process_time()
            found[name] = do(part)
            times[name].append((time.process_time() - began) / len(part) * 1e6)
    row: dict[str, Any] = {
        name: {"least_us": min(times[name]), "median_us": median(times[name]), **judge(found[name], plants, every)}
        for name in ways
    }
    strangers = [pair for pair in found["ours"] if pair[0] >= len(plants)]
    sample = random.Random(1).sample(strangers, min(100, len(strangers)))
    overlaps = [overlap(every[a], every[b]) for a, b in sample]
    row |= {"texts": len(every), "turns": given.turns, "brought_in": brought_in, "background_pairs": len(strangers)}
    row |= {"their_overlap": sum(overlaps) / max(1, len(sample)), "load": os.getloadavg()[0]}
    if given.json:
        print(json.dumps(row))
        return
    print(
        f"Input: {len(plants) // 4} spam messages, three altered copies of each, among {len(every) - len(plants):,} real texts; "
        f"{given.turns} turns, load {row['load']:.0f} on {os.cpu_count()} processors."
    )
    print(
        f"{'':22} {'least':>10} {'ratio':>7} {'median':>10} {'ratio':>7}"
        + "".join(f"{name:>9}" for name in STRENGTHS)
        + f" {'false joins':>13}"
    )
    for name in ways:
        said = "".join(
            f" {row[name][key]:7.1f} us {row[name][key] / row['ours'][key]:6.1f}x" for key in ("least_us", "median_us")
        )
        recall = "".join(f"{row[name][f'recall_{strength}']:9.1%}" for strength in STRENGTHS)
        print(f"{name:22}{said}{recall} {row[name]['false_joins']:13}")
    if not rivals:
        print("Left out, as it is not installed: datasketch.")
    print(f"First, once a process: {brought_in:.1f} s for {columns.MANY:,} texts with what is compiled brought in.")
    print(
        f"Of the background, {row['background_pairs']:,} pairs are joined; mean word overlap of a hundred: {row['their_overlap']:.2f}."
    )


if __name__ == "__main__":
    main()
