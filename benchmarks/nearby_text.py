"""Near-duplicate texts: precision and recall of the sketch and of SimHash on altered copies of real spam, and what a question costs.

    WATCHFLOOR_DATA=<folder> python benchmarks/nearby_text.py

Input: the SMS Spam Collection. The bank: 300 distinct spam messages of 40 characters or more. Asked: three altered copies of each (light:
case, punctuation, two typing errors, look-alike letters; medium: another number or link and every tenth word another; heavy: every
fourth word another) and 1,000 legitimate messages, of which none should be found. A copy counts as found only under its own original, or
under one that is itself that near to it. Processor time; trust the ratios.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from watchfloor.engines.nearby import Bank, distance, shingles, simhash, sketch

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOOKALIKES = str.maketrans("aeopcx", "аеорсх")


def texts() -> tuple[list[str], list[str]]:
    """Spam and legitimate messages, each text once."""
    found: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for line in (DATA / "sms_spam.tsv").read_text("utf-8").split("\n"):
        label, tab, text = line.partition("\t")
        if tab and len(text) >= 40:
            found[label == "spam"][text] = None
    return list(found[1]), list(found[0])


def altered(text: str, strength: str, words: list[str], rng: random.Random) -> str:
    """A copy as a spammer would change it."""
    if strength == "light":
        letters = list(text.upper() if rng.random() < 0.5 else text.translate(LOOKALIKES))
        for _ in range(2):
            place = rng.randrange(len(letters) - 1)
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        return "".join(letters).replace(",", " -") + "!!"
    text = re.sub(r"\d{5,}", lambda match: str(rng.randrange(10 ** len(match[0]))), text)
    parts = text.split()
    every = 10 if strength == "medium" else 4
    for place in range(rng.randrange(every), len(parts), every):
        parts[place] = rng.choice(words)
    return " ".join(parts)


def measure(name: str, found: Callable[[str], int | None], asked: list[tuple[str, int, str]], clean: list[str]) -> None:
    """Print one row: recall by strength, precision over all, false alarms, cost."""
    began = time.process_time()
    by_strength = {"light": [0, 0], "medium": [0, 0], "heavy": [0, 0]}
    right = wrong = 0
    for text, original, strength in asked:
        place = found(text)
        by_strength[strength][1] += 1
        by_strength[strength][0] += place == original
        right += place == original
        wrong += place is not None and place != original
    alarms = sum(found(text) is not None for text in clean)
    cost = (time.process_time() - began) / (len(asked) + len(clean))
    recall = "  ".join(f"{hit / all_:6.1%}" for hit, all_ in by_strength.values())
    precision = right / max(1, right + wrong + alarms)
    print(f"{name:26} {recall}   {precision:7.2%}  {wrong:5} {alarms:5}   {cost * 1e6:7.0f} us")


def main() -> None:
    rng = random.Random(7)
    spam, ham = texts()
    rng.shuffle(spam)
    # Campaigns repeat themselves: keep one message of each, so that "its own original" is a fair question.
    bank: list[str] = []
    kept: list[tuple[int, ...]] = []
    for text in spam:
        made = sketch(text)
        if all(distance(made, other) > 0.7 for other in kept) and len(bank) < 300:
            bank.append(text)
            kept.append(made)
    words = " ".join(ham).split()
    asked = [
        (altered(text, strength, words, rng), place, strength)
        for place, text in enumerate(bank)
        for strength in ("light", "medium", "heavy")
    ]
    clean = rng.sample(ham, min(1_000, len(ham)))
    places = {text: place for place, text in enumerate(bank)}
    print(f"{len(bank)} examples, {len(asked)} altered copies, {len(clean)} legitimate messages")
    print(f"{'':26} {'light':>6}  {'medium':>6}  {'heavy':>6}   {'precis.':>7}  wrong  false   a question")
    for size in (3, 4, 5):
        shingles.SIZE = size
        examples = Bank((text, None) for text in bank)
        for within in (0.3, 0.5, 0.6, 0.7) if size == 4 else (0.5,):

            def by_sketch(text: str, examples: Bank = examples, within: float = within) -> int | None:
                near = examples.nearest(text, within, NOW)
                return places[near[0]] if near is not None else None

            measure(f"sketch, {size} chars, <= {within}", by_sketch, asked, clean)
    shingles.SIZE = 4
    prints = [simhash(text) or 0 for text in bank]
    for bits in (3, 10, 16, 20):

        def by_simhash(text: str, bits: int = bits) -> int | None:
            made = simhash(text)
            if made is None:
                return None
            least, place = min(((made ^ other).bit_count(), place) for place, other in enumerate(prints))
            return place if least <= bits else None

        measure(f"SimHash, <= {bits} bits of 64", by_simhash, asked, clean)


if __name__ == "__main__":
    main()
