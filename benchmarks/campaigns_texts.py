"""Campaigns among very many texts: speed, recall on altered spam and strangers drawn in, beside ``datasketch``.

    WATCHFLOOR_DATA=<folder> POLARS_MAX_THREADS=1 python -m benchmarks.campaigns_texts [--background 96500] [--turns 3] [--json]

Input: distinct real texts of the shared sets (forum titles, short messages, posts, comments), and among them 500 real spam
messages with six altered copies each: other numbers, every seventh word another, look-alike letters, invisible characters, digits
for letters, words before and after. Recall: copies in the campaign of their original. Drawn in: texts of the background in such a
campaign whose words overlap with none of its texts by a third. Speed: CPU time of one thread for the whole way, with and without
looking for phone numbers, domains and the like; for ``datasketch`` on a part of the texts, with the same pieces, bands and
verification; each in turn, ``--turns`` times, after ours was brought in once (it is compiled where numba is installed). The rival is
left out, and it is said, where it is not installed.
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
from itertools import combinations
from statistics import median
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")

from benchmarks.matching_text import DATA, background, overlap
from watchfloor.engines.campaigns.grow import State, Texts, grow
from watchfloor.engines.textmodels.normalise import normalise

try:
    from datasketch import MinHash, MinHashLSH
except ImportError:
    MinHash = None

LOOKALIKES = str.maketrans("aeopcxi", "аеорсхі")
LEET = str.maketrans("oieastb", "01345$8")
INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad"


def numbers(text: str, words: list[str], rng: random.Random) -> str:
    """Every digit another; where there is none, a number is put in."""
    return (
        re.sub(r"\d", lambda _: str(rng.randrange(10)), text)
        if re.search(r"\d", text)
        else f"{text} {rng.randrange(10**6)}"
    )


def swapped(text: str, words: list[str], rng: random.Random) -> str:
    """15 words of a hundred another."""
    return " ".join(rng.choice(words) if rng.random() < 0.15 else word for word in text.split())


def lookalikes(text: str, words: list[str], rng: random.Random) -> str:
    """A third of the letters that have one by their look-alike."""
    return "".join(char.translate(LOOKALIKES) if rng.random() < 0.33 else char for char in text)


def invisible(text: str, words: list[str], rng: random.Random) -> str:
    """An invisible character after one letter in five."""
    return "".join(char + rng.choice(INVISIBLE) if rng.random() < 0.2 else char for char in text)


def leet(text: str, words: list[str], rng: random.Random) -> str:
    """Digits for letters inside words."""
    return re.sub(
        r"(?<=[a-z])[oieast](?=[a-z])", lambda match: match[0].translate(LEET) if rng.random() < 0.3 else match[0], text
    )


def around(text: str, words: list[str], rng: random.Random) -> str:
    """Two words before and three after."""
    return " ".join([*rng.choices(words, k=2), text, *rng.choices(words, k=3)])


ALTERED = {
    "numbers": numbers,
    "words": swapped,
    "look-alikes": lookalikes,
    "invisible": invisible,
    "leet": leet,
    "around": around,
}


def spam() -> list[str]:
    """Real spam of 40 characters and more, one of each template."""
    found = {
        text
        for label, _, text in (line.partition("\t") for line in (DATA / "sms_spam.tsv").read_text("utf-8").split("\n"))
        if label == "spam"
    }
    for path in sorted(DATA.glob("youtube_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            found |= {row["CONTENT"] for row in csv.DictReader(stream) if row["CLASS"] == "1"}
    listed = sorted(text for text in found if len(text) >= 40)
    random.Random(5).shuffle(listed)
    return listed[:500]


def planted() -> tuple[list[str], list[tuple[int, str]]]:
    """The texts, and of each its family and how it was altered ("" for the original)."""
    rng = random.Random(11)
    words = " ".join(background(3_000)).split()
    texts, what = [], []
    for family, text in enumerate(spam()):
        texts.append(text)
        what.append((family, ""))
        for name, alter in ALTERED.items():
            texts.append(alter(text, words, rng))
            what.append((family, name))
    return texts, what


def by_grow(texts: list[str], look: bool) -> float:
    """Microseconds a text of ours."""
    state = State(look=look)
    began = time.process_time()
    grow(state, Texts(texts))
    return (time.process_time() - began) / len(texts) * 1e6


def measure(texts: list[str], what: list[tuple[int, str]]) -> dict[str, Any]:
    """Recall by alteration, and strangers drawn in."""
    row: dict[str, Any] = {"texts": len(texts)}
    state = State(look=False)  # by words alone: numbers that are shared would help
    grow(state, Texts(texts))
    roots = state.roots
    original = {family: roots[place] for place, (family, how) in enumerate(what) if not how}
    for name in ALTERED:
        places = [place for place, (_, how) in enumerate(what) if how == name]
        row[f"recall {name}"] = sum(roots[place] == original[what[place][0]] for place in places) / len(places)
    row["recall"] = sum(row[f"recall {name}"] for name in ALTERED) / len(ALTERED)
    held: dict[int, list[int]] = {}
    for place in range(len(what)):
        held.setdefault(roots[place], []).append(place)
    met = [place for place in range(len(what), len(texts)) if roots[place] in held]
    row["met"] = len(met)
    row["drawn_in"] = sum(
        max(overlap(texts[place], texts[other]) for other in held[roots[place]]) < 1 / 3 for place in met
    )
    return row


def same_phone() -> tuple[int, float, float]:
    """StackExchange spam titles of 2014: pairs with one phone number, and the share that is together, with keys and by words."""
    texts = [line for line in (DATA / "se_spam_titles_2014.txt").read_text("utf-8-sig").split("\n") if line.strip()]
    found = [re.search(r"\d[\d .-]{7,}\d", text) for text in texts]
    numbers = [re.sub(r"\D", "", match[0])[-10:] if match else None for match in found]
    pairs = [(a, b) for a, b in combinations(range(len(texts)), 2) if numbers[a] and numbers[a] == numbers[b]]
    shares = []
    for look in (True, False):
        # By words alone the numbers are taken out, or they would be words.
        state = State(look=look)
        grow(state, Texts(texts if look else [re.sub(r"[\d+]+", " ", text) for text in texts]))
        shares.append(sum(state.roots[a] == state.roots[b] for a, b in pairs) / len(pairs))
    return len(pairs), shares[0], shares[1]


def by_datasketch(texts: list[str]) -> float:
    """Microseconds a text of the rival: the same pieces and bands, pairs verified by its own estimate."""
    began = time.process_time()
    lsh = MinHashLSH(num_perm=64, params=(16, 4))
    hashes = []
    for number, text in enumerate(texts):
        words = " ".join(re.findall(r"\w+", normalise(text).text))
        made = MinHash(num_perm=64)
        made.update_batch([words[place : place + 4].encode() for place in range(max(1, len(words) - 3))])
        for other in lsh.query(made):
            made.jaccard(hashes[other])
        lsh.insert(number, made)
        hashes.append(made)
    return (time.process_time() - began) / len(texts) * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--background", type=int, default=96_500)
    parser.add_argument("--rival-texts", type=int, default=6_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    texts, what = planted()
    texts += background(given.background)
    row = measure(texts, what)  # brings in what is compiled
    part = random.Random(2).sample(texts, min(given.rival_texts, len(texts)))
    ways: dict[str, Callable[[], float]] = {
        "us": lambda: by_grow(texts, False),
        "us_with_keys": lambda: by_grow(texts, True),
    }
    if MinHash is not None:
        ways["datasketch_us"] = lambda: by_datasketch(part)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(given.turns):
        for name, do in ways.items():
            times[name].append(do())
    row |= {name: min(each) for name, each in times.items()}
    row |= {f"median_{name}": median(each) for name, each in times.items()}
    row["load"] = os.getloadavg()[0]
    pairs, row["same_phone"], row["same_phone_by_words"] = same_phone()
    if given.json:
        print(json.dumps(row))
        return
    print(f"Input: 500 spam messages, six altered copies of each, among {len(texts) - len(what):,} real texts.")
    print(f"{given.turns} turns, least and median; load {row['load']:.0f} on {os.cpu_count()} processors")
    for name, words in (("us", "texts"), ("us_with_keys", "with keys in the text"), ("datasketch_us", "datasketch")):
        if name in row:
            ratios = (
                ""
                if name != "datasketch_us"
                else ", x{:.1f} and x{:.1f}".format(
                    *(row[f"{kind}datasketch_us"] / row[f"{kind}us"] for kind in ("", "median_"))
                )
            )
            print(f"{words:24} {row[name]:7.1f} and {row[f'median_{name}']:.1f} us a text{ratios}")
    if MinHash is None:
        print("Left out, as it is not installed: datasketch.")
    print(
        "recall                   "
        + ", ".join(f"{name} {row[f'recall {name}']:.3f}" for name in ALTERED)
        + f"; all {row['recall']:.3f}"
    )
    print(f"background texts joined with a planted one: {row['met']}, strangers among them: {row['drawn_in']}")
    together = f"{row['same_phone']:.3f} together, by words without the number {row['same_phone_by_words']:.3f}"
    print(f"StackExchange spam titles, {pairs:,} pairs with one phone number: {together}")


if __name__ == "__main__":
    main()
