"""What people do with topics: name, mute for a time, join two, split one. The worker takes joins and splits over by their generation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Max, Min

from watchfloor.engines.topics.features import tokens
from watchfloor.identity.domain import Actor
from watchfloor.insight.trends import texts
from watchfloor.insight.trends.access import MANAGE, counted, readable
from watchfloor.insight.trends.events import TopicJoined, TopicMuted, TopicNamed, TopicSplit
from watchfloor.insight.trends.follow import topic_row
from watchfloor.insight.trends.models import Topic, TopicText, TrendState
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing

LONGEST_MUTE = timedelta(days=90)


def name(actor: Actor, key: str, given: str) -> Topic:
    """Call a topic by a name; an empty one takes it back."""
    with _writing(actor, key, "name") as (w, first_seen):
        row = topic_row(w, key, first_seen)
        w.update(row, name=" ".join(given.split())[:120])
        w.event(TopicNamed(topic=key), row)
    return row


def mute(actor: Actor, key: str, days: int) -> Topic:
    """Let a topic not alarm for so many days; 0 ends it.

    Raises:
        BadInput: longer than 90 days; a mute always ends.
    """
    if not 0 <= days <= LONGEST_MUTE.days:
        raise BadInput("bad_mute", "A topic is muted for 90 days at most.", where="days")
    until = clock.now() + timedelta(days=days) if days else None
    with _writing(actor, key, f"{days} days") as (w, first_seen):
        row = topic_row(w, key, first_seen)
        w.update(row, muted_until=until, muted_by=str(actor) if until else "")
        w.event(TopicMuted(topic=key, until=until), row)
    return row


def join(actor: Actor, goes: str, stays: str) -> Topic:
    """Two topics are one.

    Raises:
        BadInput: they are the same, or of different kinds of text.
    """
    if goes == stays or goes[:1] != stays[:1]:
        raise BadInput("bad_join", "Name another topic of the same kind of text.", where="into")
    if not counted(actor).filter(topic=stays).exists():
        raise NotFound("unknown_topic", "There is no such topic.", where="into")
    with _writing(actor, goes, f"into {stays}") as (w, first_seen):
        row = topic_row(w, goes, first_seen)
        moved = TopicText.objects.filter(topic=goes).update(topic=stays)
        w.update(row, joined_to=stays)
        w.event(TopicJoined(topic=goes, into=stays, texts=moved, by_itself=False), row)
        _changed()
    return row


def split(actor: Actor, key: str, word: str) -> Topic:
    """The topic's texts that say a word become a topic of their own.

    Raises:
        BadInput: none says it, or all do.
    """
    wanted = [token.casefold() for token in tokens(word)]
    if len(wanted) != 1:
        raise BadInput("bad_word", "Give one word by which to part them.", where="word")
    rows = list(readable(actor).filter(topic=key).select_related("item"))
    said = texts.of_rows(rows)
    chosen = [row.pk for row in rows if wanted[0] in tokens(said.get(row.pk, ""))]
    if not chosen or len(chosen) == len(rows):
        where = "None of the texts you may read says it." if not chosen else "All of them say it."
        raise BadInput("nothing_to_split", where, where="word", hint="Take a word that some say and others do not.")
    with _writing(actor, key, "split") as (w, _first):
        made = _next_key(key[0])
        TopicText.objects.filter(pk__in=chosen).update(topic=made)
        first = TopicText.objects.filter(topic=made).aggregate(first=Min("at"))["first"]
        row = topic_row(w, made, first)
        w.event(TopicSplit(topic=key, into=made, texts=len(chosen)), row)
        _changed()
    return row


class _writing:  # noqa: N801 - used as a function
    """A transaction on a topic the actor may manage; gives the writer and when the topic was first seen."""

    def __init__(self, actor: Actor, key: str, reason: str) -> None:
        if not actor.has(MANAGE):
            raise Forbidden("no_permission", "Your roles do not include the care of topics.")
        first = counted(actor).filter(topic=key).aggregate(first=Min("at"))["first"]
        if first is None:
            raise NotFound("unknown_topic", "There is no such topic.")
        self.first: datetime = first
        self.whole = writing(actor, reason=reason)

    def __enter__(self) -> tuple[Writer, datetime]:
        w = self.whole.__enter__()
        TrendState.objects.get_or_create(pk=1)
        list(TrendState.objects.select_for_update().filter(pk=1))  # not while the worker moves texts
        return w, self.first

    def __exit__(self, *about: object) -> bool | None:
        return self.whole.__exit__(*about)  # type: ignore[arg-type]


def _changed() -> None:
    TrendState.objects.filter(pk=1).update(generation=F("generation") + 1)


def _next_key(prefix: str) -> str:
    keys = TopicText.objects.filter(topic__startswith=prefix).order_by().values_list("topic", flat=True).distinct()
    known = Topic.objects.filter(key__startswith=prefix).aggregate(last=Max("found_at"))
    highest = max((int(key[1:]) for key in keys), default=0)
    if known["last"] is not None:
        highest = max(
            highest,
            *(int(key[1:]) for key in Topic.objects.filter(key__startswith=prefix).values_list("key", flat=True)),
        )
    return f"{prefix}{highest + 1}"
