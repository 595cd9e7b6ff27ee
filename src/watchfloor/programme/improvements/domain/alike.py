"""Which suggestions say the same: by pieces (``engines.nearby``) and by rare words in common, for nobody types a thing twice alike.

Likeness is the larger of two: the share of pieces two texts have in common, and the cosine of their words weighted by how rare each is
among all that were suggested (Spärck Jones 1972). What comes from the same page or queue counts a little more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt
from typing import Final

import msgspec

from watchfloor.engines.nearby import distance, sketch
from watchfloor.engines.nearby.shingles import WORD
from watchfloor.engines.textmodels.normalise import normalise

NEAR: Final = 0.3
SHORTEST: Final = 3  # letters of a word that says something by itself
STEM: Final = 5  # letters by which "copying" and "copied" are one word


class Said(msgspec.Struct, frozen=True):
    """A suggestion as it is compared: its key, its words, and where it came from."""

    key: str
    text: str
    page: str = ""
    queue: str = ""


def near(one: Said, others: Sequence[Said], most: int = 5) -> list[tuple[str, float]]:
    """The keys of those that seem to say the same, the likest first, with their likeness (0 to 1)."""
    words = [_words(each.text) for each in (one, *others)]
    spread = Counter(word for row in words for word in row)
    rare = {word: log((1 + len(words)) / count) for word, count in spread.items()}
    mine, sketched = words[0], sketch(one.text)
    if not mine:
        return []
    found = []
    for each, theirs in zip(others, words[1:], strict=True):
        if not theirs:
            continue
        like = max(1 - distance(sketched, sketch(each.text)), _cosine(mine, theirs, rare))
        like += 0.05 * bool(one.page and one.page == each.page) + 0.05 * bool(one.queue and one.queue == each.queue)
        if like >= NEAR:
            found.append((each.key, min(1.0, like)))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:most]


def _words(text: str) -> set[str]:
    return {word[:STEM] for word in WORD.findall(normalise(text).text) if len(word) >= SHORTEST}


def _cosine(mine: set[str], theirs: set[str], rare: dict[str, float]) -> float:
    both = sum(rare[word] ** 2 for word in mine & theirs)
    return both / sqrt(sum(rare[word] ** 2 for word in mine) * sum(rare[word] ** 2 for word in theirs)) if both else 0.0
