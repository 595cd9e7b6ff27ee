"""Texts come one by one and each joins the topic it is most like, or begins one: leader clustering over an inverted index.

A text is a vector of its features weighted by rarity (the logarithm of how many texts have seen it, learnt as the stream goes); a
topic is the sum of its texts' vectors, of which the heaviest are kept. Likeness is the cosine of the two. Only topics that share a
feature with the text are looked at, and crowded features lead nowhere, so the cost of a text hardly depends on how many topics there
are. Texts are remembered for ``keep``, and topics as long as one of theirs is; a topic's id never changes and is never given twice.
Where more come than ``most``, the oldest are forgotten before their time, and ``whole_since`` says since when all are there.

Leader clustering: Hartigan, Clustering Algorithms, 1975, chapter 3. Rarity: Spärck Jones, Journal of Documentation 28, 1972.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from watchfloor.engines.topics.features import features

LIKE = 0.30
"""Cosine from which a text joins a topic. Chosen, like the other constants, on planted topics other than those of the benchmark."""

SURE = 0.5
"""Cosine from which it joins, whatever theme its words belong to."""

MERGE = 0.62
"""Cosine of two topics from which they are one."""

HEAD = 16  # features of a topic by which it is found, and compared
CROWDED = 150  # a feature that leads to more topics says nothing
FEWEST = 2  # features a text must share with a topic, unless it has no more
SMALL = 3


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text. ``who``: by whom it was said, so that one loud voice counts once a day; ``by``: market, language and the like."""

    id: str
    text: str
    at: datetime
    who: str = ""
    by: Mapping[str, str] = {}


class Mention:
    """That a text belongs to a topic (None: it was too common to be remembered); the text itself is not kept, but by its features."""

    __slots__ = ("at", "by", "id", "topic", "who")

    def __init__(self, id: str, at: datetime, who: str, by: Mapping[str, str], topic: Topic) -> None:
        self.id, self.at, self.who, self.by, self.topic = id, at, who, by, topic


class Topic:
    """Texts that speak of the same thing. ``mentions`` are in the order they came; ``weights`` counts its texts by feature."""

    __slots__ = ("centre", "first_seen", "id", "last_seen", "mentions", "merged", "size", "weights")

    def __init__(self, id: str, at: datetime) -> None:
        self.id, self.first_seen, self.last_seen = id, at, at
        self.weights: dict[str, int] = {}
        self.mentions: list[Mention] = []
        self.size = 0
        self.centre: dict[str, float] = {}  # the weights of its head, as a unit vector
        self.merged: list[str] = []  # ids of topics that became part of this one


class Topics:
    """A stream's topics. ``add`` a text at a time in the order of their time; ``tidy`` now and then (each hour, say).

    Args:
        like: cosine from which a text joins.
        keep: how long texts are remembered.
        most: about how many are remembered (0: any number); up to an eighth more until the oldest go together.
        prefix: begins the ids of topics, which are numbers.
    """

    def __init__(
        self, *, like: float = LIKE, keep: timedelta = timedelta(days=28), most: int = 0, prefix: str = ""
    ) -> None:
        self.like, self.keep, self.most, self.prefix = like, keep, most, prefix
        self.whole_since: datetime | None = None
        self.topics: dict[str, Topic] = {}
        self.themes: dict[str, str] = {}  # feature -> the topic that all texts with it belong to (``themes.adopt``)
        self.said: defaultdict[str, list[Mention]] = defaultdict(list)  # feature -> texts that have it
        self.seen = 0
        self._found_by: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._texts: Counter[str] = Counter()
        self._next = 1
        self._bound = most + most // 8
        self._order: deque[datetime] = deque()  # when the remembered texts were said, as they came
        self._changed: set[str] = set()  # topics that may have become like others since one last looked

    def add(self, text: Text, topic: str | None = None) -> Topic | None:
        """The topic the text joined or began; None for a text without words. ``topic``: it is known already (after a restart)."""
        found = features(text.text)
        if not found:
            return None
        vector = self._vector(found)
        self._texts.update(found)
        self.seen += 1
        best = self.known(topic, text.at) if topic else self._home(vector)
        if best is None:
            best = self.begin(text.at)
        for name in found:
            best.weights[name] = best.weights.get(name, 0) + 1
        best.size += 1
        best.last_seen = max(best.last_seen, text.at)
        mention = Mention(text.id, text.at, text.who, text.by, best)
        best.mentions.append(mention)
        for name in found:
            self.said[name].append(mention)
        if best.size <= 8 or best.size & (best.size - 1) == 0 or best.size % 32 == 0:
            self.index(best)
        self._order.append(text.at)
        if self.most and len(self._order) > self._bound:
            before = self._order[-self.most]
            self._forget(before)
            self.whole_since = max(self.whole_since or before, before)
            self._bound = max(self.most, len(self._order)) + self.most // 8  # many may have been said at one moment
        return self.topics.get(best.id)

    def tidy(self, now: datetime) -> list[tuple[str, str]]:
        """Forget what is old, and merge topics that have become alike: (id that went, id that stays), the older stays."""
        self._forget(now - self.keep)
        return self._merge()

    def _forget(self, before: datetime) -> None:
        """Texts that were said before."""
        for topic in list(self.topics.values()):
            if topic.mentions and topic.mentions[0].at < before:
                topic.mentions = [mention for mention in topic.mentions if mention.at >= before]
            if not topic.mentions:
                self.drop(topic)
        for name, said in list(self.said.items()):
            if said[0].at < before:
                self.said[name] = said = [mention for mention in said if mention.at >= before]
                if not said:
                    del self.said[name]
        self.themes = {name: id for name, id in self.themes.items() if id in self.topics}
        # What was met once and is gone is as rare as what was never met.
        self._texts = Counter({name: many for name, many in self._texts.items() if many > 1 or name in self.said})
        while self._order and self._order[0] < before:
            self._order.popleft()

    def join(self, stays: str, goes: str) -> Topic:
        """Two topics are one; its id is that of ``stays``."""
        one, other = self.topics[stays], self.topics[goes]
        for name, count in other.weights.items():
            one.weights[name] = one.weights.get(name, 0) + count
        for mention in other.mentions:
            mention.topic = one
        one.mentions = sorted(one.mentions + other.mentions, key=lambda mention: mention.at)
        one.size += other.size
        one.first_seen, one.last_seen = min(one.first_seen, other.first_seen), max(one.last_seen, other.last_seen)
        one.merged += [other.id, *other.merged]
        self.themes = {name: stays if id == goes else id for name, id in self.themes.items()}
        self.drop(other)
        self.index(one)
        return one

    def likeness(self, text: str, topic: str) -> float:
        """The cosine of a text and a topic, to find the texts that stand for it."""
        centre = self.topics[topic].centre
        return sum(value * centre.get(name, 0.0) for name, value in self._vector(features(text)).items())

    def known(self, id: str, at: datetime) -> Topic:
        """The topic of this id, made if need be."""
        found = self.topics.get(id)
        if found is None:
            found = self.topics[id] = Topic(id, at)
            number = id.removeprefix(self.prefix)
            self._next = max(self._next, int(number) + 1 if number.isdecimal() else 1)
        return found

    def begin(self, at: datetime) -> Topic:
        """A topic with a new id."""
        topic = Topic(f"{self.prefix}{self._next}", at)
        self._next += 1
        self.topics[topic.id] = topic
        return topic

    def begin_at(self, number: int) -> None:
        """Ids below this number were given before."""
        self._next = max(self._next, number)

    def index(self, topic: Topic) -> None:
        """Find it by its present head from now on."""
        self._changed.add(topic.id)
        ranked = sorted(topic.weights, key=lambda name: (-topic.weights[name] * self._rarity(name), name))
        head = ranked[:HEAD]
        for name in topic.centre.keys() - set(head):
            self._unfind(name, topic.id)
        topic.centre = _unit({name: topic.weights[name] * self._rarity(name) for name in head})
        for name, value in topic.centre.items():
            self._found_by[name][topic.id] = value
        if len(topic.weights) > 40 * HEAD:  # a long-lived topic does not remember each word that was ever said in it
            topic.weights = {name: topic.weights[name] for name in ranked[: 20 * HEAD]}

    def drop(self, topic: Topic) -> None:
        """Forget a topic."""
        for name in topic.centre:
            self._unfind(name, topic.id)
        self.topics.pop(topic.id, None)

    def _unfind(self, name: str, id: str) -> None:
        there = self._found_by.get(name)
        if there is not None:
            there.pop(id, None)
            if not there:
                del self._found_by[name]

    def _rarity(self, name: str) -> float:
        return math.log((self.seen + 2) / (self._texts.get(name, 0) + 1))

    def _vector(self, found: Iterable[str]) -> dict[str, float]:
        return _unit({name: self._rarity(name) for name in found})

    def _home(self, vector: dict[str, float]) -> Topic | None:
        near = self._near(vector)
        if near is not None and near[0] >= SURE:
            return self.topics[near[1]]
        themes = [id for name in vector if (id := self.themes.get(name)) is not None]
        if themes:
            return self.topics[Counter(themes).most_common(1)[0][0]]
        return self.topics[near[1]] if near is not None and near[0] >= self.like else None

    def _near(self, vector: dict[str, float], apart_from: str = "") -> tuple[float, str] | None:
        """The likest topic, and how like it is."""
        scores: defaultdict[str, float] = defaultdict(float)
        shared: Counter[str] = Counter()
        for name, value in vector.items():
            there = self._found_by.get(name)
            if there is not None and len(there) <= CROWDED:
                for id, weight in there.items():
                    scores[id] += value * weight
                    shared[id] += 1
        fewest = min(FEWEST, len(vector))
        return max(
            ((score, id) for id, score in scores.items() if shared[id] >= fewest and id != apart_from), default=None
        )

    def _merge(self) -> list[tuple[str, str]]:
        """Only topics of some size: singles have had their chance when they came."""
        gone: list[tuple[str, str]] = []
        changed, self._changed = sorted(self._changed), set()
        for id in changed:
            topic = self.topics.get(id)
            if topic is None or topic.size < SMALL:
                continue
            near = self._near(topic.centre, topic.id)
            if near is None or near[0] < MERGE or self.topics[near[1]].size < SMALL:
                continue
            stays, goes = sorted((topic, self.topics[near[1]]), key=lambda each: (each.first_seen, each.id))
            self.join(stays.id, goes.id)
            gone.append((goes.id, stays.id))
        return gone


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
    return {name: value / length for name, value in vector.items()}
