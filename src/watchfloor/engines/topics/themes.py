"""Themes: texts that are worded each in its own way and have one word in common that is said more often than it was.

A cluster needs texts that are alike; people who speak of one new thing need not write alike. So each feature's voices of the span that ends
now stand against those of the spans before it (as in ``grow``, with a smaller share of false discoveries, for there are thousands of
features), and the texts of a feature that stands out become one topic: the one most of them are in already, or a new one. Of features
said by much the same texts the surest speaks for all. What holds the word from now on belongs to the topic.
After Cataldi, Di Caro, Schifanella (2010), "Emerging topic detection on Twitter", where a term's own past says whether it emerges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from watchfloor.engines.metrics.tails import discoveries, nb_tails
from watchfloor.engines.topics.grow import Rules, restless
from watchfloor.engines.topics.stream import Mention, Topic, Topics

_PRIOR = 0.5
RATE = 0.005
"""The share of false ones among the themes."""

SAME = 0.5
"""The share of a theme's texts from which it is a topic that is there already, or another theme."""


class Theme(msgspec.Struct, frozen=True):
    """A feature that stands out; ``texts`` are those of the span, ``moved`` the ids of texts that now belong to another topic."""

    feature: str
    topic: str
    p: float
    texts: int
    moved: tuple[str, ...]


def adopt(topics: Topics, now: datetime, rules: Rules | None = None, *, since: datetime | None = None) -> list[Theme]:
    """Make topics of the features that stand out at ``now``; ask ``grow.judge`` afterwards what of it is an alarm."""
    rules = rules or Rules()
    began = since if since is not None else min((each.first_seen for each in topics.topics.values()), default=now)
    known = min(rules.spans, int((now - began) / rules.span) - 1)
    if known < 2:
        return []
    tested: list[tuple[float, str, list[Mention]]] = []
    for name, said in topics.said.items():
        if len(said) < rules.fewest or said[-rules.fewest].at <= now - rules.span:
            continue
        p, texts = _chance(said, now, rules, known)
        tested.append((p, name, texts))
    kept = discoveries([p for p, *_ in tested], RATE)
    found: list[Theme] = []
    taken: list[set[str]] = []
    for p, name, texts in sorted(
        (each for each, yes in zip(tested, kept, strict=True) if yes), key=lambda each: (each[0], each[1])
    ):
        ids = {mention.id for mention in texts}
        if any(len(ids & other) >= SAME * min(len(ids), len(other)) for other in taken):
            continue
        taken.append(ids)
        if name not in topics.themes:
            topic, moved = _gather(topics, name, texts, now)
            found.append(Theme(name, topic.id, p, len(texts), moved))
    return found


def _chance(said: Sequence[Mention], now: datetime, rules: Rules, known: int) -> tuple[float, list[Mention]]:
    voices: list[set[str]] = [set() for _ in range(known + 1)]
    texts = []
    for mention in reversed(said):
        back = int((now - mention.at) / rules.span)
        if back > known:
            break
        voices[back].add(mention.who or mention.id)
        if back == 0:
            texts.append(mention)
    past = [len(each) for each in voices[1:]]
    seen = sum(past) + _PRIOR
    mean = seen / known
    if len(voices[0]) < max(rules.fewest, rules.growth * mean):
        return 1.0, texts
    return nb_tails(len(voices[0]), mean, (mean + mean * mean / seen) * restless(past))[0], texts


def _gather(topics: Topics, name: str, texts: Sequence[Mention], now: datetime) -> tuple[Topic, tuple[str, ...]]:
    """One topic of all texts with the feature, unless most of them are one already."""
    [(most, many)] = Counter(mention.topic.id for mention in texts).most_common(1)
    if many >= SAME * len(texts):
        topics.themes[name] = most
        return topics.topics[most], ()
    every = topics.said[name]
    topic = topics.begin(every[0].at)
    topics.themes[name] = topic.id
    moved = []
    for mention in every:
        old = mention.topic
        if len(old.mentions) >= 2 * len(texts) or old.id in topics.themes.values():
            continue  # what is a topic of its own remains one
        old.mentions.remove(mention)
        old.size -= 1
        if not old.mentions:
            topics.drop(old)
        mention.topic = topic
        topic.mentions.append(mention)
        moved.append(mention.id)
    topic.size = len(topic.mentions)
    topic.last_seen = max((mention.at for mention in topic.mentions), default=now)
    here = {id(mention) for mention in topic.mentions}
    topic.weights = {
        feature: count for feature, said in topics.said.items()
        if (count := sum(id(mention) in here for mention in said[-4 * len(here) - 50 :])) >= 2
    }  # fmt: skip
    topics.index(topic)
    return topic, tuple(moved)
