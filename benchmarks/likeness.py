"""Which of 100,000 protected names a new handle would be taken for: the index against comparing with every one.

    python -m benchmarks likeness

Input: made-up names of two or three words of one to three syllables each, out of 1,700 (as people and firms are called), and 4,000 handles:
half of them protected names changed as impostors do (look-alike letters, digits, decoration, one letter more, less, exchanged or
swapped), half are
other made-up names. The rival compares forms that are made ready beforehand, letter by letter, with every name. Processor time.
"""

from __future__ import annotations

import random
import time

from watchfloor.engines.likeness import NameIndex, alone, shape
from watchfloor.engines.likeness.index import allowed, within

NAMES, HANDLES, RIVAL = 100_000, 4_000, 20
PARTS = [
    onset + vowel + coda
    for onset in (
        "",
        "b",
        "br",
        "c",
        "ch",
        "d",
        "f",
        "g",
        "gr",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "st",
        "t",
        "tr",
        "v",
        "w",
        "z",
    )
    for vowel in ("a", "e", "i", "o", "u", "ai", "ea", "oo")
    for coda in ("", "", "n", "r", "l", "s", "ck", "nd", "t")
]
TWINS = {"a": "а", "e": "е", "o": "0", "i": "1", "s": "5", "c": "с", "p": "р"}


def main() -> None:
    """Print the figures."""
    rng = random.Random(11)
    names = [made_up(rng) for _ in range(NAMES)]
    begin = time.process_time()
    index = NameIndex(names)
    made = time.process_time() - begin
    handles = [(changed(name, rng), name) for name in rng.sample(names, HANDLES // 2)]
    strangers = [made_up(rng) for _ in range(HANDLES // 2)]
    times, right = [], 0
    for handle, name in handles:
        begin = time.thread_time()
        found = index.find(handle)
        times.append(time.thread_time() - begin)
        right += any(names[each.place] == name for each in found)
    reachable = sum(alone(handle, name) is not None for handle, name in handles)
    like = 0
    for handle in strangers:
        begin = time.thread_time()
        like += bool(index.find(handle))
        times.append(time.thread_time() - begin)
    times.sort()
    forms = [shape(name).whole for name in names]
    begin = time.process_time()
    for handle, _ in handles[:RIVAL]:
        form = shape(handle).whole
        sum(1 for each in forms if each == form or within(form, each, allowed(len(each))))
    rival = (time.process_time() - begin) / RIVAL
    mean = sum(times) / len(times)
    print(f"{NAMES:,} protected names made ready in {made:.1f} s; {HANDLES:,} handles")
    print(f"the index: mean {mean * 1e6:.0f} us, 99 % below {times[int(len(times) * 0.99)] * 1e6:.0f} us")
    print(f"every name: {rival * 1e3:.0f} ms (x{rival / mean:,.0f})")
    print(f"impostors found: {right / len(handles):.1%} (all that the definition calls like: {right == reachable})")
    print(f"strangers like one of {NAMES:,} names: {like / len(strangers):.1%}")


def made_up(rng: random.Random) -> str:
    """A name nobody has."""
    words = ["".join(rng.choice(PARTS) for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(2, 3))]
    return " ".join(words)


def changed(name: str, rng: random.Random) -> str:
    """As an impostor writes it."""
    letters = list(name.replace(" ", rng.choice(["", "_", "."])))
    way, at = rng.randrange(6), rng.randrange(1, len(name.replace(" ", "")) - 1)
    if way == 0:
        return "".join(TWINS.get(char, char) for char in letters)
    if way == 1:
        return "".join(letters) + rng.choice(["_official", "Support", "2024", "_hq"])
    if way == 2:
        letters.insert(at, rng.choice("aeiou"))
    elif way == 3:
        del letters[at]
    elif way == 4:
        letters[at] = rng.choice("aeioumnrst")
    else:
        letters[at], letters[at - 1] = letters[at - 1], letters[at]
    return "".join(letters)


if __name__ == "__main__":
    main()
