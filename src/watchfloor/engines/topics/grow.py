"""Which topics are new or grow, in all or in one market or language, with a stated share of false alarms among the alarms.

Looked at is the ``span`` that ends now (a day), against the spans before it. Voices are counted, not texts: whoever says it ten times a
day counts once. A count stands against a negative binomial whose mean is that of the earlier spans (half a voice is added to what was
seen, so that what was never seen is possible), as in ``metrics.slices``. A topic that was never seen before has chosen itself,
because the texts made it: its size is therefore also held against the sizes that newly begun topics of the earlier spans came to, with
a geometric tail, and the larger p counts. Discoveries are those of Benjamini and Hochberg (1995) over all topics and slices at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from watchfloor.engines.metrics.tails import discoveries, nb_tails
from watchfloor.engines.topics.stream import Topic

_PRIOR = 0.5


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How topics are judged.

    Attributes:
        span: what counts as now.
        spans: how many earlier ones it stands against.
        fewest: voices below which nothing is said.
        rate: the share of false alarms among alarms that one is ready to see.
        growth: at least so many times what was expected, or it is not worth a person's time.
    """

    span: timedelta = timedelta(days=1)
    spans: int = 14
    fewest: int = 4
    rate: float = 0.05
    growth: float = 2.0


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A topic that is new or grows. ``where`` is ``{}`` for all of it, or one dimension's value; ``p`` before the correction."""

    topic: str
    kind: str  # new | growing
    where: dict[str, str]
    count: int
    expected: float
    p: float


def judge(
    topics: Iterable[Topic], now: datetime, rules: Rules | None = None, *, since: datetime | None = None
) -> list[Alarm]:
    """The alarms at ``now``, the surest first; of one topic and kind the widest slice, and others only if they stand out by themselves.

    ``since``: when the stream began. Before two spans have passed nothing is said: all would be new.
    """
    rules = rules or Rules()
    topics = list(topics)
    began = since if since is not None else min((topic.first_seen for topic in topics), default=now)
    known = min(rules.spans, int((now - began) / rules.span) - 1)
    if known < 1:
        return []
    newborn = _Newborn(topics, now, rules, known)
    found: list[Alarm] = []
    for topic in topics:
        if len(topic.mentions) < rules.fewest or topic.mentions[-rules.fewest].at <= now - rules.span:
            continue
        counts = voices(topic, now, rules.span, known + 1)
        for where, series in counts.items():
            if series[0] < rules.fewest:
                continue
            past = series[1:]
            is_new = topic.first_seen > now - rules.span
            seen = sum(past) + _PRIOR
            mean = seen / known
            spread = restless(past)
            p = nb_tails(series[0], mean, (mean + mean * mean / seen) * spread)[0]
            if is_new:
                p = max(p, newborn.chance(series[0]))
            if series[0] >= rules.growth * mean:
                found.append(Alarm(
                    topic=topic.id, kind="new" if is_new else "growing", where=dict([where] if where else []),
                    count=series[0], expected=0.0 if is_new else sum(past) / known, p=p,
                ))  # fmt: skip
    tests = max(len(found), len(topics_at(topics, now, rules.span)))
    kept = discoveries([alarm.p for alarm in found] + [1.0] * (tests - len(found)), rules.rate)
    alarms = [alarm for alarm, yes in zip(found, kept, strict=False) if yes]
    return _telling(alarms)


def topics_at(topics: Sequence[Topic], now: datetime, span: timedelta) -> list[Topic]:
    """Those that were spoken of in the span that ends now: each of them could have been an alarm."""
    return [topic for topic in topics if topic.last_seen > now - span]


def voices(topic: Topic, now: datetime, span: timedelta, spans: int) -> dict[tuple[str, str] | None, list[int]]:
    """Distinct voices in the last spans, the newest first; under None in all, else by (dimension, value)."""
    said: dict[tuple[str, str] | None, list[set[str]]] = {None: [set() for _ in range(spans)]}
    for mention in topic.mentions:
        back = int((now - mention.at) / span) if mention.at <= now else -1
        if not 0 <= back < spans:
            continue
        voice = mention.who or mention.id
        said[None][back].add(voice)
        for pair in mention.by.items():
            if pair[1]:
                if pair not in said:
                    said[pair] = [set() for _ in range(spans)]
                said[pair][back].add(voice)
    return {where: [len(each) for each in many] for where, many in said.items()}


class _Newborn:
    """How large topics became in the span in which they began, when nothing was going on."""

    def __init__(self, topics: Sequence[Topic], now: datetime, rules: Rules, known: int) -> None:
        sizes: list[int] = []
        for topic in topics:
            back = int((now - topic.first_seen) / rules.span)
            if 1 <= back <= known:  # as it was at the same time of its own first span
                if topic.size == 1:
                    sizes.append(1)
                    continue
                end = topic.first_seen + rules.span
                sizes.append(len({each.who or each.id for each in topic.mentions if each.at < end}))
        self.many = len(sizes)
        self.over = [size for size in sizes if size >= 2]
        # The tail is taken without its own largest hundredth: a past alarm must not hide the next one.
        calm = sorted(self.over)[: max(1, int(0.99 * len(self.over)))] if self.over else []
        mean = sum(size - 1 for size in calm) / len(calm) if calm else 1.0
        self.again = 1 - 1 / (mean + 0.1)  # the chance that one more joins, a little on the safe side

    def chance(self, size: int) -> float:
        """The probability that a new topic of no import comes to this size."""
        if self.many == 0:
            return 1.0
        share = (len(self.over) + 1) / (self.many + 1)
        return min(1.0, share * max(self.again, 0.05) ** max(0, size - 2))


def restless(past: Sequence[int]) -> float:
    """Variance over mean, drawn to that of chance while little was seen."""
    mean = sum(past) / len(past)
    if mean <= 0 or len(past) < 3:
        return 1.0
    square = sum((each - mean) ** 2 for each in past) / mean
    return max(1.0, (square + 3.0) / (len(past) - 1 + 3.0))


def _telling(alarms: list[Alarm]) -> list[Alarm]:
    """The whole of a topic says what its slices would say again; a slice stays where the whole is calm."""
    whole = Counter((alarm.topic, alarm.kind) for alarm in alarms if not alarm.where)
    left = [alarm for alarm in alarms if not alarm.where or not whole[alarm.topic, alarm.kind]]
    return sorted(left, key=lambda alarm: (alarm.p, -alarm.count, alarm.topic))
