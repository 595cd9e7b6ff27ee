"""A classifier that learns from each decision as it is made, and unlearns it when an appeal overturns it.

Logistic regression over the features of ``features.py``, learned one decision at a time with a step per feature that shrinks as
the feature is seen (AdaGrad; Duchi, Hazan and Singer, 2011). What it already knows it does not learn again: a decision changes
weights only if the model was wrong by more than the gate, and the gate is wider for the class there is more of, so that a
thousand easy good texts cannot drown ten bad ones.

Where the first look leaves it unsure, it looks again at the letters of the words (``letters.py``).

The decisions themselves are kept (as features, not as text). Unlearning takes one out and learns the rest again in their
order: the model is then the one that never saw it, to the last bit.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from itertools import count, repeat
from typing import Any, NamedTuple

import msgspec

from watchfloor.engines.textmodels import features as feature_set
from watchfloor.engines.textmodels.calibration import Platt, due, fit_platt, sigmoid
from watchfloor.engines.textmodels.features import LETTERS, describe, doubtful, features, kind_of, occurrences
from watchfloor.engines.textmodels.letters import FIRST_SQUARE, Letters
from watchfloor.engines.textmodels.normalise import normalise
from watchfloor.engines.textmodels.quick import brought
from watchfloor.engines.textmodels.stored import StoredModel, pack, unpack
from watchfloor.kernel.errors import BadInput, NotFound

_RECENT = 1_000  # predictions that the calibration looks back on
WIDEST_GATE = 0.2
_WORTH = 64  # features a text: so many are put into tables in the time that a text is learned in


Look = Callable[
    [str], list[str]
]  # from a text (or a link) to its distinct features, in an order that depends on nothing else


class Options(msgspec.Struct, frozen=True):
    """How fast and how readily to learn.

    The defaults and the features were chosen by held-out F1 on two sets at once (SMS Spam, YouTube Spam), so figures on those two
    lean to the good side; the mails of the SpamAssassin corpus had no part in the choice.

    Attributes:
        rate: length of a step.
        gate: errors smaller than this (in probability) teach nothing.
        ready_at: labels of each class before the model's word should count (``OnlineClassifier.ready``).
        unsure: margins (log-odds) nearer to zero than this are looked at twice; 0 never looks twice.
        letters_rate: length of a step of the second look.
    """

    rate: float = 1.0
    gate: float = 0.01
    ready_at: int = 20
    unsure: float = 2.0
    letters_rate: float = 0.5


class Contribution(NamedTuple):
    """How much one feature moved the score.

    Attributes:
        feature: as the model knows it; ``kind`` is word, letters, pair, stem, host, email, phone, number or shape.
        shown: the same in words for a reviewer.
        weight: in log-odds; above zero speaks for the label, below against it.
        spans: where it stands in the original text, start and end.
    """

    feature: str
    kind: str
    shown: str
    weight: float
    spans: tuple[tuple[int, int], ...]


_OF_PEOPLE = frozenset({"email", "phone", "number"})


def _numbered(names: Iterable[str] = ()) -> defaultdict[str, int]:
    """Name -> its place; a name that is asked for with ``[]`` is given the next one. (What only looks uses ``get``.)"""
    known = {name: place for place, name in enumerate(names)}
    return defaultdict(count(len(known)).__next__, known)


def _shown(weight: float, feature: str) -> Contribution:
    return Contribution(feature, kind_of(feature), describe(feature), weight, ())


class OnlineClassifier:
    """Says how probable a label is for a text; see the module's first lines for the way it learns.

    ``look`` is what it sees of one (default: ``features.features``); a model of links sees ``links.features``.

    The same decisions in the same order give the same model, on any machine and in any process.
    """

    def __init__(self, options: Options | None = None, look: Look | None = None) -> None:
        self.options = options or Options()
        self._look = look or features
        self._stale = False
        self._asked = 0
        self._reset()

    def _reset(self) -> None:
        self._quick: Any = None  # the same model compiled (``quick``), once it is worth it
        self._behind = False  # it has learned what is not told below yet
        self._index = _numbered()
        self._weights: list[float] = []
        self._squares: list[float] = []
        self._bias, self._bias_square = 0.0, 1e-9
        self._counts = [0, 0]
        # Arrays, not tuples: compact, and nothing for the garbage collector to walk through.
        self._journal: list[tuple[array[int], bool, float]] = []
        self._recent: deque[tuple[float, bool]] = deque(maxlen=_RECENT)
        self._platt = Platt()
        self._letters = Letters(self.options.letters_rate)

    # -- what it knows ------------------------------------------------------------------------------------------------

    @property
    def labels(self) -> tuple[int, int]:
        """How many decisions it has learned: (without the label, with it)."""
        counts: tuple[int, int] = self._quick.labels if self._quick else (self._counts[0], self._counts[1])
        return counts

    @property
    def ready(self) -> bool:
        """True once enough of both classes was seen for a score to be worth acting on."""
        return min(self.labels) >= self.options.ready_at

    @property
    def feature_count(self) -> int:
        """Features met so far, whether or not they ever weighed."""
        return self._quick.feature_count if self._quick else len(self._index)

    # -- scoring ------------------------------------------------------------------------------------------------------

    def score(self, text: str) -> float:
        """The probability, from 0 to 1, that the label holds for ``text``; .5 before anything was learned."""
        self._refresh()
        if quick := self._quick or self._quicker(learning=False):
            said: float = quick.score(text)
            return said
        found = self._look(text)
        if self._look is features and doubtful(text, found, self._knows):
            found = features(normalise(text, self._knows))
        return self._platt.probability(self._margin(found))

    def explain(self, text: str, *, limit: int = 10) -> list[Contribution]:
        """The features that moved the score most, strongest first; fewer than ``limit`` if fewer are known."""
        self._refresh()
        self._catch_up()
        form = normalise(text)
        found = self._look(text)
        if self._look is features and doubtful(text, found, self._knows):
            form = normalise(text, self._knows)
            found = features(form)
        scale = self._platt.slope / math.sqrt(len(found))
        weighed = []
        for feature in found:
            index = self._index.get(feature)
            if index is not None and self._weights[index]:
                weighed.append((self._weights[index] * scale, feature))
        if abs(self._first_margin(found)) < self.options.unsure:
            for word, weight in self._letters.weigh(found).items():
                weighed.append((weight * self._platt.slope, LETTERS + word))
        weighed.sort(key=lambda pair: (-abs(pair[0]), pair[1]))
        wanted = dict.fromkeys(feature for _, feature in weighed[:limit])
        places: dict[str, list[tuple[int, int]]] = {feature: [] for feature in wanted}
        for place in occurrences(form):
            for feature in (place.feature, LETTERS + place.feature):
                if feature in places:
                    places[feature].append(form.span(place.start, place.end))
        return [
            Contribution(feature, kind_of(feature), describe(feature), weight, tuple(places[feature]))
            for weight, feature in weighed[:limit]
        ]

    def strongest(self, *, limit: int = 12, least: int = 5) -> tuple[list[Contribution], list[Contribution]]:
        """What speaks for the label and against it, strongest first, whatever the text; without spans.

        Addresses and numbers of people are left out, and what fewer than ``least`` learned texts had: a list of what a model goes by
        must not tell what one person wrote.
        """
        self._refresh()
        self._catch_up()
        met = [0] * len(self._weights)
        for places, _, _ in self._journal:
            for place in places:
                met[place] += 1
        known = [
            (weight * self._platt.slope, name)
            for (name, place), weight in zip(self._index.items(), self._weights, strict=True)
            if weight and met[place] >= least and kind_of(name) not in _OF_PEOPLE
        ]
        known.sort(key=lambda pair: (-pair[0], pair[1]))
        for_it = [pair for pair in known[:limit] if pair[0] > 0]
        against = [pair for pair in reversed(known[-limit:]) if pair[0] < 0]
        return [_shown(*pair) for pair in for_it], [_shown(*pair) for pair in against]

    def _knows(self, word: str) -> bool:
        return word in self._index

    def _margin(self, found: list[str]) -> float:
        first = self._first_margin(found)
        return first + self._letters.margin(found) if abs(first) < self.options.unsure else first

    def _first_margin(self, found: list[str]) -> float:
        lookup, weights = self._index.get, self._weights
        # An exact sum is the same in any order and in every version of Python.
        total = math.fsum([weights[place] for place in map(lookup, found) if place is not None])
        return total / math.sqrt(len(found)) + self._bias

    # -- learning -----------------------------------------------------------------------------------------------------

    def learn(self, text: str, label: bool, weight: float = 1.0) -> float:
        """Takes in one decision.

        Args:
            weight: how much it counts, above 0 and up to 100 (a golden decision may count more than a first one).

        Returns:
            The probability the model gave before it knew, as ``score`` would have said: what an honest running accuracy is made of.
        """
        if not 0.0 < weight <= 100.0:
            raise BadInput(
                "bad_weight",
                f"A decision cannot count {weight} times.",
                where="weight",
                hint="Give a number above 0, up to 100.",
            )
        self._refresh()
        if quick := self._quick or self._quicker(learning=True):
            self._behind = True
            before: float = quick.learn(text, bool(label), float(weight))
            return before
        found = self._look(text)
        said = None
        if self._look is features and doubtful(text, found, self._knows):
            said = self._platt.probability(self._margin(features(normalise(text, self._knows))))
        plain = self._learn(found, bool(label), float(weight))
        return plain if said is None else said

    def unlearn(self, text: str, label: bool, weight: float = 1.0) -> None:
        """Takes back one decision: afterwards the model is the one that never saw it, to the last bit.

        The rest is learned again before the next score, once for any number of decisions taken back.

        Raises:
            NotFound: no such decision was learned (another label or weight, or another text).
        """
        self._catch_up()
        # Features never met cannot be in the journal; -1 stands for them and equals nothing.
        wanted = array("q", [self._index.get(feature, -1) for feature in self._look(text)])
        for place in range(len(self._journal) - 1, -1, -1):
            if self._journal[place] == (wanted, bool(label), float(weight)):
                del self._journal[place]
                self._stale, self._quick = True, None
                return
        raise NotFound(
            "never_learned",
            "This decision was never learned, so it cannot be unlearned.",
            hint="Give text, label and weight as they were learned.",
        )

    def _learn(self, found: list[str], label: bool, weight: float) -> float:
        index, weights, squares = self._index, self._weights, self._squares
        places = list(map(index.__getitem__, found))
        new = len(index) - len(weights)
        if new:
            weights += repeat(0.0, new)
            squares += repeat(FIRST_SQUARE, new)
        size = math.sqrt(len(found))
        first = math.fsum(map(weights.__getitem__, places)) / size + self._bias
        self._journal.append((array("q", places), label, weight))
        self._counts[label] += 1
        plenty = (self._counts[label] + 5) / (self._counts[not label] + 5)
        gate = max(self.options.gate, min(self.options.gate * plenty, WIDEST_GATE))
        margin = first
        if abs(first) < self.options.unsure:
            margin += self._letters.learn(found, label, weight, first, gate)
        said = self._platt.probability(margin)
        self._recent.append((margin, label))
        error = float(label) - sigmoid(first)
        if abs(error) >= gate:
            step = error * weight / size
            square, move = step * step, self.options.rate * step
            root = math.sqrt
            for place in places:
                seen = squares[place] + square
                squares[place] = seen
                weights[place] += move / root(seen)
            self._bias_square += error * error * weight * weight
            self._bias += 0.1 * self.options.rate * error * weight / math.sqrt(self._bias_square)

        learned = len(self._journal)
        if due(learned):
            self._calibrate()
        return said

    def _calibrate(self) -> None:
        margins, labels = zip(*self._recent, strict=True)
        if min(sum(labels), len(labels) - sum(labels)) >= self.options.ready_at:
            self._platt = fit_platt(margins, labels, start=self._platt) or self._platt

    def _refresh(self) -> None:
        """Learns the journal again if something was taken out of it."""
        if not self._stale:
            return
        names = list(self._index)
        journal = self._journal
        self._reset()
        self._stale = False
        for places, label, weight in journal:
            self._learn([names[place] for place in places], label, weight)

    # -- compiled -----------------------------------------------------------------------------------------------------

    def _quicker(self, *, learning: bool) -> Any:
        """This model compiled, where that is there and it is asked often enough to be worth being put into tables."""
        self._asked += 1
        if self._look is not features or self._asked * _WORTH < len(self._index):
            return None
        compiled = brought(learning=learning)
        if compiled is None:
            return None
        made = compiled.Model(self.options)
        try:
            made.fill(
                list(self._index), self._weights, self._squares, (self._bias, self._bias_square), self._journal,
                self._recent, self._platt, self._letters.to_stored(),
            )  # fmt: skip
        except KeyError:  # a stored model whose pairs are of words it does not have
            self._asked = -sys.maxsize
            return None
        self._quick = made
        return made

    def _catch_up(self) -> None:
        """Takes over what the compiled model has learned."""
        if not self._behind:
            return
        quick, self._behind = self._quick, False
        for name in quick.names(len(self._index)):
            self._index[name]  # which gives it its place
        self._weights, self._squares = quick.weights()
        self._bias, self._bias_square = quick.bias()
        self._counts = list(quick.labels)
        self._journal.extend(quick.journal(len(self._journal)))
        self._recent = deque(quick.recent(), maxlen=_RECENT)
        self._platt = quick.platt()
        self._letters = Letters.from_stored(self.options.letters_rate, quick.letters())

    # -- keeping ------------------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """The whole model with its journal, to be stored; equal models give equal bytes."""
        self._refresh()
        self._catch_up()
        return pack(
            StoredModel(
                features=feature_set.VERSION,
                options=msgspec.to_builtins(self.options),
                names=list(self._index),
                weights=self._weights,
                squares=self._squares,
                bias=(self._bias, self._bias_square),
                counts=(self._counts[0], self._counts[1]),
                journal=[(list(places), label, weight) for places, label, weight in self._journal],
                recent=list(self._recent),
                platt=(self._platt.slope, self._platt.shift),
                letters=self._letters.to_stored(),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes, look: Look | None = None) -> OnlineClassifier:
        """The model that ``to_bytes`` gave.

        Raises:
            BadInput: the bytes are no model, are damaged, or were written by another version.
        """
        stored = unpack(data, features=feature_set.VERSION)
        model = cls(msgspec.convert(stored.options, Options), look)
        model._index = _numbered(stored.names)
        model._weights, model._squares = stored.weights, stored.squares
        model._bias, model._bias_square = stored.bias
        model._counts = list(stored.counts)
        model._journal = [(array("q", places), label, weight) for places, label, weight in stored.journal]
        model._recent.extend(stored.recent)
        model._platt = Platt(*stored.platt)
        model._letters = Letters.from_stored(model.options.letters_rate, stored.letters)
        return model
