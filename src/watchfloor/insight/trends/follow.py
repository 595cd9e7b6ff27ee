"""Reports are read as they come in, their texts join topics, and what is new or grows becomes an alarm. One worker does it at a time.

Reports on cases that need a clearance are never read: they feed no topic that others see. A report whose case becomes restricted later
is taken out of its topic.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from watchfloor.engines.topics import Alarm, Rules, adopt, judge
from watchfloor.identity.domain import system
from watchfloor.insight.trends import news, texts
from watchfloor.insight.trends.events import TopicAlarmed, TopicJoined
from watchfloor.insight.trends.memory import PREFIX, Memory, remembered, voice
from watchfloor.insight.trends.models import ITEM, NOTE, Topic, TopicAlarm, TopicText, TrendState
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.models import Report

AT_ONCE = 500
LATE = timedelta(minutes=10)  # a report may become visible so much after its time of receipt
STEP = timedelta(hours=1)  # how often topics are judged, in the reports' own time
COOL = timedelta(days=1)  # the same alarm is not given again within, unless it has doubled
HISTORY = timedelta(days=35)  # what is read when one begins
RULES = Rules()

_memory: Memory | None = None


def keep_up() -> int:
    """Read a batch of reports; how many texts joined. Judges topics whenever an hour has passed."""
    with transaction.atomic():
        TrendState.objects.get_or_create(pk=1)
        state = TrendState.objects.select_for_update(skip_locked=True).filter(pk=1).first()
        if state is None:  # another worker is at it
            return 0
        memory = _known(state)
        found = _waiting(state)
        done = 0
        for row in found:
            if state.judged_at is None:
                state.judged_at = row.received_at
            while row.received_at - state.judged_at >= STEP:
                state.judged_at += STEP * max(1, int((row.received_at - state.judged_at) / STEP))
                _judge(memory, state.judged_at)
            done += _read(memory, row)
            state.read_to = max(state.read_to or row.received_at, row.received_at)
        now = clock.now()
        if not found and state.judged_at is not None and now - state.judged_at >= STEP:
            _leave_restricted(memory)
            state.judged_at = now
            _judge(memory, now)
        memory.read_to = state.read_to
        state.save()
    return done


def forget() -> None:
    """Remember nothing (tests, and after an error)."""
    global _memory
    _memory = None


def _known(state: TrendState) -> Memory:
    global _memory
    memory = _memory
    if memory is None or memory.generation != state.generation or memory.read_to != state.read_to:
        memory = remembered(state.generation, state.read_to or clock.now())
        memory.read_to = state.read_to
    _memory = None  # until this batch is committed what was learnt is not certain
    transaction.on_commit(lambda: _remember(memory))
    return memory


def _remember(memory: Memory) -> None:
    global _memory
    _memory = memory


def _waiting(state: TrendState) -> list[Report]:
    since = state.read_to - LATE if state.read_to else clock.now() - HISTORY
    read = TopicText.objects.filter(report=OuterRef("pk"))
    rows = Report.objects.filter(~Exists(read), received_at__gte=since, case__clearance="")
    return list(rows.select_related("case", "item").order_by("received_at", "pk")[:AT_ONCE])


def _read(memory: Memory, report: Report) -> int:
    versions = texts.of_versions([(report.item.type_key, report.item_version)])
    rows = []
    for source, text in ((NOTE, report.note), (ITEM, versions.get(report.item_version, ""))):
        row = TopicText(
            source=source, report=report, case=report.case, item=report.item, item_version=report.item_version, at=report.received_at,
            market=report.market or report.case.market, language=report.language or report.case.language, policy_key=report.case.policy_key,
        )  # fmt: skip
        row.topic = memory.take(row, text, voice(row, report.reporter)) if text else ""
        rows.append(row)
    TopicText.objects.bulk_create(rows)
    return len(rows)


def _leave_restricted(memory: Memory) -> None:
    """Cases that need a clearance by now."""
    gone = TopicText.objects.exclude(topic="").exclude(case__clearance="")
    if gone.update(topic=""):
        fresh = remembered(memory.generation, memory.read_to or clock.now())
        memory.streams = fresh.streams


def _judge(memory: Memory, now: datetime) -> None:
    first = TopicText.objects.order_by("at").values_list("at", flat=True).first()
    for source, stream in memory.streams.items():
        # Before that only some texts are remembered, and what is said now would seem to grow.
        began = max(first, stream.whole_since) if first and stream.whole_since else first
        merged = stream.tidy(now)
        themes = adopt(stream, now, RULES, since=began)
        for theme in themes:
            if theme.moved:
                TopicText.objects.filter(report_id__in=[UUID(each) for each in theme.moved], source=source).update(
                    topic=theme.topic
                )
        alarms = judge(stream.topics.values(), now, RULES, since=began)
        if merged or alarms:
            with writing(system("trends")) as w:
                for goes, stays in merged:
                    _merged(w, source, goes, stays)
                for alarm in alarms:
                    _alarm(w, source, alarm, stream.topics[alarm.topic].first_seen, now)


def _merged(w: Writer, source: str, goes: str, stays: str) -> None:
    texts_moved = TopicText.objects.filter(topic=goes).update(topic=stays)
    row = Topic.objects.filter(key=goes).first()
    if row is not None:  # one that nobody has heard of may go without a word
        w.update(row, joined_to=stays)
        w.event(TopicJoined(topic=goes, into=stays, texts=texts_moved, by_itself=True), row)


def topic_row(w: Writer, key: str, first_seen: datetime) -> Topic:
    """The row of a topic, made if there is none; an event must follow."""
    row = Topic.objects.filter(key=key).first()
    if row is None:
        source = next(source for source, prefix in PREFIX.items() if key.startswith(prefix))
        row = w.create(Topic, key=key, source=source, first_seen=first_seen, found_at=clock.now())
    return row


def _alarm(w: Writer, source: str, alarm: Alarm, first_seen: datetime, now: datetime) -> None:
    [(dimension, value)] = alarm.where.items() or [("", "")]
    row = Topic.objects.filter(key=alarm.topic).first()
    if row is not None:
        if row.muted_until is not None and row.muted_until > now:
            return
        recent = row.alarms.filter(at__gt=now - COOL, dimension=dimension, value=value).order_by("-at").first()
        if recent is not None and alarm.count < 2 * recent.count:
            return
    row = topic_row(w, alarm.topic, first_seen)
    made = w.create(
        TopicAlarm, topic=row, kind=alarm.kind, dimension=dimension, value=value, count=alarm.count, expected=alarm.expected,
        p=alarm.p, at=now,
    )  # fmt: skip
    event = TopicAlarmed(
        topic=row.key,
        kind=alarm.kind,
        dimension=dimension,
        value=value,
        count=alarm.count,
        expected=round(alarm.expected, 3),
        p=alarm.p,
    )
    w.event(event, made)
    news.topic_alarmed(made)
