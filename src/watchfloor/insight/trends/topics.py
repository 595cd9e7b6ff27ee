"""Readers of topics: the list with counts, growth and words; one topic with its days, its splits, its texts, and what is related."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from watchfloor.engines.topics import telling
from watchfloor.engines.topics.features import tokens
from watchfloor.identity.domain import Actor
from watchfloor.insight.trends import texts
from watchfloor.insight.trends.access import counted, readable
from watchfloor.insight.trends.models import NOTE, Topic, TopicAlarm, TopicText
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.policy.queries import claims_in
from watchfloor.review.models import Signal

DAYS = 28
DAY = timedelta(days=1)
FEWEST = 3  # texts of a topic that is listed, and that must say a word that is shown
BACKGROUND = 800
READ = 60
DIMENSIONS = {"market": "market", "language": "language", "policy": "policy_key"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One topic in the list. ``before`` is the mean of a day in the week before; ``alarm`` its newest of a week, if any."""

    key: str
    source: str
    name: str
    words: tuple[str, ...]
    example: str
    day: int
    before: float
    total: int
    first_seen: datetime
    last_seen: datetime
    days: tuple[int, ...]
    alarm: TopicAlarm | None
    muted_until: datetime | None


class Example(msgspec.Struct, frozen=True):
    """A text that stands for a topic; ``case`` may be opened."""

    text: str
    at: datetime
    case: UUID
    market: str
    language: str
    row: int


class Split(msgspec.Struct, frozen=True):
    """A dimension's value: voices in the last day, a day's mean in the week before, in all."""

    value: str
    day: int
    before: float
    total: int


def listed(actor: Actor, wanted: Mapping[str, str], *, limit: int = 30) -> list[Line]:
    """Topics by what is asked: ``source``, ``market``, ``language``, ``policy``, ``show`` ("": alarmed lately; all, muted), ``q``."""
    now = clock.now()
    rows = _filtered(counted(actor), wanted).filter(at__gt=now - DAYS * DAY)
    known = {row.key: row for row in Topic.objects.filter(joined_to="")}
    alarms: dict[str, TopicAlarm] = {}
    for alarm in TopicAlarm.objects.filter(at__gt=now - 7 * DAY).select_related("topic").order_by("at"):
        if _fits(alarm, actor, wanted):
            alarms[alarm.topic.key] = alarm
    muted = {key for key, row in known.items() if row.muted_until is not None and row.muted_until > now}
    show = wanted.get("show", "")
    if show == "muted":
        rows = rows.filter(topic__in=muted)
    elif show != "all":
        rows = rows.filter(topic__in=alarms.keys() - muted)
    grouped = (
        rows.values("topic").annotate(
            total=Count("pk"), day=Count("pk", filter=Q(at__gt=now - DAY)),
            week=Count("pk", filter=Q(at__gt=now - 8 * DAY, at__lte=now - DAY)),
            first=Min("at"), last=Max("at"),
        ).filter(total__gte=FEWEST).order_by("-day", "-total")
    )  # fmt: skip
    found = list(grouped[: 4 * limit if wanted.get("q") else limit])
    keys = [each["topic"] for each in found]
    series = _days(rows, keys, now)
    said = _words(actor, keys)
    lines = [
        Line(
            key=each["topic"], source=_source(each["topic"]), name=known[each["topic"]].name if each["topic"] in known else "",
            words=said[each["topic"]][0], example=said[each["topic"]][1], day=each["day"], before=each["week"] / 7, total=each["total"],
            first_seen=each["first"], last_seen=each["last"], days=series[each["topic"]], alarm=alarms.get(each["topic"]),
            muted_until=known[each["topic"]].muted_until if each["topic"] in muted else None,
        )
        for each in found
    ]  # fmt: skip
    asked = wanted.get("q", "").casefold()
    if asked:
        lines = [
            line for line in lines if any(asked in part.casefold() for part in (line.name, line.example, *line.words))
        ]
    lines.sort(key=lambda line: (line.alarm is None, line.alarm.p if line.alarm else 0.0, -line.day, -line.total))
    return lines[:limit]


def known(actor: Actor, key: str) -> bool:
    """Whether a text of the topic counts for the actor."""
    return counted(actor).filter(topic=key).exists()


def one(actor: Actor, key: str) -> Line:
    """One topic; ``NotFound`` where the actor has no text in it."""
    now = clock.now()
    rows = counted(actor).filter(topic=key)
    each = rows.aggregate(
        total=Count("pk"), day=Count("pk", filter=Q(at__gt=now - DAY)),
            week=Count("pk", filter=Q(at__gt=now - 8 * DAY, at__lte=now - DAY)),
        first=Min("at"), last=Max("at"),
    )  # fmt: skip
    if not each["total"]:
        raise NotFound("unknown_topic", "There is no such topic.")
    row = Topic.objects.filter(key=key).first()
    words, example = _words(actor, [key])[key]
    alarm = next((found for found in alarms_of(actor, key)), None)
    return Line(
        key=key, source=_source(key), name=row.name if row else "", words=words, example=example, day=each["day"], before=each["week"] / 7,
        total=each["total"], first_seen=each["first"], last_seen=each["last"], days=_days(rows, [key], now)[key],
        alarm=alarm if alarm is not None and alarm.at > now - 7 * DAY else None,
        muted_until=row.muted_until if row is not None and row.muted_until is not None and row.muted_until > now else None,
    )  # fmt: skip


def alarms_of(actor: Actor, key: str) -> list[TopicAlarm]:
    """A topic's alarms that the actor may hear of, the newest first."""
    found = TopicAlarm.objects.filter(topic__key=key).select_related("topic").order_by("-at")[:50]
    return [alarm for alarm in found if _fits(alarm, actor, {})]


def splits(actor: Actor, key: str) -> dict[str, list[Split]]:
    """A topic by market, language and policy."""
    now = clock.now()
    found = {}
    for name, column in DIMENSIONS.items():
        rows = (
            counted(actor).filter(topic=key).values(column).annotate(
                total=Count("pk"), day=Count("pk", filter=Q(at__gt=now - DAY)),
                week=Count("pk", filter=Q(at__gt=now - 8 * DAY, at__lte=now - DAY)),
            ).order_by("-day", "-total")[:12]
        )  # fmt: skip
        found[name] = [Split(row[column], row["day"], row["week"] / 7, row["total"]) for row in rows]
    return found


def examples(actor: Actor, key: str, *, most: int = 12) -> list[Example]:
    """Texts that say most of what the topic's words say, each wording once; only of cases the actor may open."""
    rows = list(readable(actor).filter(topic=key).select_related("item").order_by("-at")[:READ])
    found = texts.of_rows(rows)
    words = {word.word: word.z for word in _telling(actor, key, list(found.values()), most=30)}
    kept: dict[str, tuple[float, Example]] = {}
    for row in rows:
        text = found.get(row.pk, "")
        said = " ".join(sorted(set(tokens(text))))
        if text and said not in kept:
            score = sum(words.get(token, 0.0) for token in set(tokens(text)))
            kept[said] = (score, Example(text[:600], row.at, row.case_id, row.market, row.language, row.pk))
    return [example for _, example in sorted(kept.values(), key=lambda pair: (-pair[0], pair[1].row))[:most]]


def related(actor: Actor, key: str, shown: Sequence[Example]) -> dict[str, Any]:
    """Rules that fired on the topic's cases, claims its texts repeat, and other topics of the same words."""
    cases = list(readable(actor).filter(topic=key).order_by("-at").values_list("case_id", flat=True)[:500])
    fired = (
        Signal.objects.filter(case__in=cases, source__startswith="rule:")
        .values("source")
        .annotate(cases=Count("case", distinct=True))
    )
    rules = [(row["source"].removeprefix("rule:"), row["cases"]) for row in fired.order_by("-cases")[:5]]
    claims = Counter(hit.id for example in shown for hit in claims_in(example.text))
    hits = {hit.id: hit for example in shown for hit in claims_in(example.text)}
    return {
        "rules": rules,
        "cases": len(set(cases)),
        "claims": [(hits[id], count) for id, count in claims.most_common(3)],
    }


def series(actor: Actor, key: str) -> list[tuple[date, int]]:
    """Texts by day over four weeks, nought where there were none."""
    now = clock.now()
    counts = _days(counted(actor).filter(topic=key), [key], now)[key]
    return [((now - DAY * (DAYS - 1 - place)).date(), count) for place, count in enumerate(counts)]


def _source(key: str) -> str:
    return NOTE if key.startswith("n") else "item"


def _filtered(rows: QuerySet[TopicText], wanted: Mapping[str, str]) -> QuerySet[TopicText]:
    if wanted.get("source"):
        rows = rows.filter(source=wanted["source"])
    for name, column in DIMENSIONS.items():
        if wanted.get(name):
            rows = rows.filter(**{column: wanted[name]})
    return rows


def _fits(alarm: TopicAlarm, actor: Actor, wanted: Mapping[str, str]) -> bool:
    """An alarm of one market is for those who may know of it, and one of all for those who may know all."""
    market = alarm.value if alarm.dimension == "market" else None
    if market is not None and not actor.may("insight.view", market=market):
        return False
    return not (alarm.dimension and wanted.get(alarm.dimension) and wanted[alarm.dimension] != alarm.value)


def _days(rows: QuerySet[TopicText], keys: Sequence[str], now: datetime) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {key: [0] * DAYS for key in keys}
    today = now.date()
    recent = rows.filter(topic__in=keys, at__gt=now - DAYS * DAY)
    for key, day, count in recent.annotate(day=TruncDate("at")).values_list("topic", "day").annotate(n=Count("pk")):
        back = (today - day).days
        if 0 <= back < DAYS:
            found[key][DAYS - 1 - back] = count
    return {key: tuple(counts) for key, counts in found.items()}


def _words(actor: Actor, keys: Sequence[str]) -> dict[str, tuple[tuple[str, ...], str]]:
    """Words and one example of each topic, from texts the actor may read."""
    rows: list[TopicText] = []
    for key in keys:
        rows += readable(actor).filter(topic=key).select_related("item").order_by("-at")[:READ]
    found = texts.of_rows(rows)
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.pk in found:
            by_key[row.topic].append(found[row.pk])
    background = {source: _background(actor, source) for source in {_source(key) for key in keys}}
    made = {}
    for key in keys:
        inside = by_key[key]
        words = telling(inside, _apart(background[_source(key)], inside), most=5, fewest=FEWEST)
        weights = {word.word: word.z for word in words}
        best = max(inside, key=lambda text: sum(weights.get(token, 0.0) for token in set(tokens(text))), default="")
        made[key] = (tuple(word.word for word in words), best[:160])
    return made


def _telling(actor: Actor, key: str, inside: list[str], *, most: int) -> list[Any]:
    return telling(inside, _apart(_background(actor, _source(key)), inside), most=most, fewest=FEWEST)


def _background(actor: Actor, source: str) -> list[str]:
    rows = counted(actor).filter(source=source).select_related("item").order_by("-at")[:BACKGROUND]
    return list(texts.of_rows(rows).values())


def _apart(background: list[str], inside: Sequence[str]) -> list[str]:
    own = set(inside)
    return [text for text in background if text not in own]
