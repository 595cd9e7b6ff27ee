"""Which claims does a text repeat: found and wrongly found on real messages, beside near-duplicate and plain search, and what it costs.

    WATCHFLOOR_DATA=<folder> python -m benchmarks known_claims

Input: the SMS Spam Collection. The register: 500 distinct spam messages of 40 to 160 characters. Asked: each of them, altered as a person
retypes it (case, two typing errors, look-alike letters) and set between two legitimate messages; and 1,000 legitimate messages alone, of
which none repeats a claim. Beside ``domain.claims.Index``: ``nearby.Bank`` at distance 0.5 (the whole text must be alike), and a search for
the claim as it is written. Processor time; trust the ratios.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from benchmarks.nearby_text import NOW, altered, texts
from watchfloor.engines.nearby import Bank
from watchfloor.policy.domain.claims import Index, phrase

CLAIMS, CLEAN = 500, 1_000


def main() -> None:
    """Print the table."""
    rng = random.Random(5)
    spam, ham = texts()
    said = [text for text in spam if 40 <= len(text) <= 160][:CLAIMS]
    around = ham[CLEAN:]
    asked = [
        (number, f"{rng.choice(around)} {altered(text, 'light', [], rng)} {rng.choice(around)}") for number, text in enumerate(said)
    ]  # fmt: skip
    index = Index(phrase(str(number), text) for number, text in enumerate(said))
    bank = Bank((text, None) for text in said)
    lowered = [text.casefold() for text in said]

    def by_index(text: str) -> set[str]:
        return {said[int(hit.claim)] for hit in index.find(text)}

    def by_bank(text: str) -> set[str]:
        found = bank.nearest(text, 0.5, NOW)
        return {found[0]} if found else set()

    def by_search(text: str) -> set[str]:
        folded = text.casefold()
        return {claim for claim, low in zip(said, lowered, strict=True) if low in folded}

    ways: list[tuple[str, Callable[[str], set[str]]]] = [
        ("claims", by_index),
        ("near-duplicate", by_bank),
        ("search", by_search),
    ]
    print(f"{len(said)} claims, {len(asked)} texts that repeat one, {CLEAN} that repeat none")
    for name, find in ways:
        find(ham[0])
        begin = time.process_time()
        right = sum(said[number] in find(text) for number, text in asked)
        wrong = sum(bool(find(text)) for text in ham[:CLEAN])
        each = (time.process_time() - begin) / (len(asked) + CLEAN) * 1e3
        print(f"{name:15} found {right / len(asked):6.1%}   wrongly {wrong / CLEAN:6.2%}   {each:.3f} ms a text")


if __name__ == "__main__":
    main()
