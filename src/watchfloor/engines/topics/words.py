"""Which words tell a topic from everything else: the log-odds ratio with an informative Dirichlet prior.

For a word said ``y`` times in the topic's ``n`` words and ``Y`` times in the ``N`` words of the rest, with prior counts ``a`` in
proportion to how common the word is in all (together ``A``): ``d = log((y+a)/(n+A-y-a)) - log((Y+a)/(N+A-Y-a))``, its variance about
``1/(y+a) + 1/(Y+a)``; words are ranked by ``z = d / sqrt(variance)``. Monroe, Colaresi, Quinn: Fightin' Words, Political Analysis 16
(2008), equations 15, 20 and 22. So a word that everyone says does not describe a topic, and one that a single text said does neither.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from watchfloor.engines.topics.features import UNSPACED, tokens

PRIOR = 50.0
"""Words' worth of prior, in all."""


class Word(msgspec.Struct, frozen=True):
    """A word, its z, and how many of the topic's texts say it."""

    word: str
    z: float
    texts: int


def telling(inside: Sequence[str], outside: Iterable[str], *, most: int = 6, fewest: int = 2) -> list[Word]:
    """The words that tell ``inside`` from ``outside``, the most telling first.

    ``fewest``: texts that must say a word for it to be shown, so that nobody's own words stand for others. Characters of scripts
    without blanks are joined again where they always go together.
    """
    said: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    for text in inside:
        words = [word for word in tokens(text) if len(word) > 1]
        said.update(words)
        texts.update(set(words))
    rest: Counter[str] = Counter()
    for text in outside:
        rest.update(word for word in tokens(text) if len(word) > 1)
    here, there = sum(said.values()), sum(rest.values())
    whole = here + there
    found: list[Word] = []
    for word, count in said.items():
        if texts[word] < min(fewest, len(inside)):
            continue
        other = rest.get(word, 0)
        prior = PRIOR * (count + other) / whole
        inner = math.log((count + prior) / max(1e-9, here + PRIOR - count - prior))
        outer = math.log((other + prior) / max(1e-9, there + PRIOR - other - prior))
        z = (inner - outer) / math.sqrt(1 / (count + prior) + 1 / (other + prior))
        if z > 0:
            found.append(Word(word, z, texts[word]))
    found.sort(key=lambda each: (-each.z, each.word))
    return _joined(found[: 4 * most])[:most]


def _joined(words: list[Word]) -> list[Word]:
    """``假药`` and ``药品`` said by the same texts become ``假药品``."""
    left = list(words)
    made: list[Word] = []
    while left:
        one = left.pop(0)
        if UNSPACED.match(one.word) is None:
            made.append(one)
            continue
        grown = True
        while grown:
            grown = False
            for other in left:
                if UNSPACED.match(other.word) is None or other.texts != one.texts:
                    continue
                if one.word[-1] == other.word[0]:
                    one = Word(one.word + other.word[1:], max(one.z, other.z), one.texts)
                elif one.word[0] == other.word[-1]:
                    one = Word(other.word + one.word[1:], max(one.z, other.z), one.texts)
                else:
                    continue
                left.remove(other)
                grown = True
                break
        made.append(one)
    return made
