"""The second look at a text the first is unsure of: the letters its words are made of, which misspelling cannot hide.

Logistic regression over runs of four letters within words (their ends marked), learned as the first stage is, on what the
first leaves unexplained: its margin is given, this stage adds to it. It only looks, and only learns, where the first is unsure, so
that it costs little; and it is only believed as far as it has been right: of believing it not at all, by half or wholly, that is done
which would have lost least (in log-loss) on the decisions so far, each foretold before it was known.
"""

from __future__ import annotations

import math
from typing import Any

from watchfloor.engines.textmodels.calibration import sigmoid

SIZE = 4
TRUST = (0.0, 0.5, 1.0)
FORGET = 0.995  # per unsure decision: some two hundred count
FIRST_SQUARE = 1e-3  # damps the very first step of a weight, of both stages
GATE = 0.3  # errors smaller than this (in probability, both stages together) teach it nothing: only what is still in doubt does
LEAST = 1e-6  # probability, so that one surprise does not outweigh all else
_CACHED = 50_000  # words


def words_of(found: list[str]) -> list[str]:
    """The words among the features of a text, which come first (see ``features.features``)."""
    words = []
    for feature in found:
        if " " in feature or (len(feature) > 1 and (":" in feature or feature[-1] == "*")):
            break
        words.append(feature)
    return words


def runs(word: str) -> list[str]:
    """Every run of four letters of ``word`` with a blank at each end; none of a single letter."""
    padded = f" {word} "
    return [padded[start : start + SIZE] for start in range(len(padded) - SIZE + 1)]


class Letters:
    """See the module's first lines. Equal decisions in equal order give equal stages, to the last bit."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.index: dict[str, int] = {}
        self.weights: list[float] = []
        self.squares: list[float] = []
        self.bias, self.bias_square = 0.0, 1e-9
        self.losses = [0.0] * len(TRUST)
        self._known: dict[str, list[int]] = {}

    @property
    def trust(self) -> float:
        """How far it is believed now; the less where two would have lost the same."""
        return TRUST[min(range(len(TRUST)), key=self.losses.__getitem__)]

    def margin(self, found: list[str]) -> float:
        """What it would add to the first stage's margin for the features of a text, weighed by how far it is believed."""
        trust = self.trust
        if not trust:
            return 0.0
        lookup, weights = self.index.get, self.weights
        together: list[int] = []
        for word in words_of(found):
            together += self._known.get(word) or [lookup(run, -1) for run in runs(word)]
        total = math.fsum([weights[place] for place in together if place >= 0])
        return trust * (total / math.sqrt(len(together) or 1) + self.bias)

    def learn(self, found: list[str], label: bool, weight: float, before: float, gate: float) -> float:
        """Takes in a decision of which the first stage said ``before`` (a margin); gives what it would have added."""
        places = self._places(found)
        root = math.sqrt(len(places) or 1)
        own = math.fsum(map(self.weights.__getitem__, places)) / root + self.bias
        said = self.trust * own
        for number, trust in enumerate(TRUST):
            chance = sigmoid(before + trust * own)
            lost = -math.log(max(LEAST, chance if label else 1.0 - chance))
            self.losses[number] = self.losses[number] * FORGET + lost
        error = float(label) - sigmoid(before + own)
        if abs(error) >= max(gate, GATE):
            step = error * weight / root
            square, move = step * step, self.rate * step
            weights, squares, rooted = self.weights, self.squares, math.sqrt
            for place in places:
                seen = squares[place] + square
                squares[place] = seen
                weights[place] += move / rooted(seen)
            self.bias_square += error * error * weight * weight
            self.bias += 0.1 * self.rate * error * weight / math.sqrt(self.bias_square)
        return said

    def weigh(self, found: list[str]) -> dict[str, float]:
        """What each word's letters add to the margin."""
        words, weights, lookup = words_of(found), self.weights, self.index.get
        scale = self.trust / math.sqrt(sum(len(runs(word)) for word in words) or 1)
        weighed = {}
        for word in words:
            met = [weights[place] for run in runs(word) if (place := lookup(run)) is not None]
            weighed[word] = scale * math.fsum(met)
        return {word: weight for word, weight in weighed.items() if weight}

    def _places(self, found: list[str]) -> list[int]:
        """The places of all runs of the words; new ones are given a place."""
        together: list[int] = []
        for word in words_of(found):
            places = self._known.get(word)
            if places is None:
                index = self.index
                places = [index.setdefault(run, len(index)) for run in runs(word)]
                new = len(index) - len(self.weights)
                if new:
                    self.weights += [0.0] * new
                    self.squares += [FIRST_SQUARE] * new
                if len(self._known) < _CACHED:
                    self._known[word] = places
            together += places
        return together

    # -- keeping ------------------------------------------------------------------------------------------------------

    def to_stored(self) -> dict[str, Any]:
        """Plain values, for ``stored.StoredModel``."""
        return {
            "runs": list(self.index), "weights": self.weights, "squares": self.squares,
            "bias": [self.bias, self.bias_square], "losses": self.losses,
        }  # fmt: skip

    @classmethod
    def from_stored(cls, rate: float, stored: dict[str, Any]) -> Letters:
        stage = cls(rate)
        stage.index = {run: place for place, run in enumerate(stored["runs"])}
        stage.weights, stage.squares = stored["weights"], stored["squares"]
        stage.bias, stage.bias_square = stored["bias"]
        stage.losses = stored["losses"]
        return stage
