"""Each closed hour, once: every watched metric looked at, the day's false alarms held to a share, one case for each cause."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import polars as pl
from django.conf import settings
from django.db import DatabaseError, connection

from watchfloor.insight import facts
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes import attention, cases, plans, table
from watchfloor.insight.spikes.domain import drifting, stocks
from watchfloor.insight.spikes.domain.beginning import first_hour
from watchfloor.insight.spikes.domain.watched import WATCHED, Watched
from watchfloor.insight.spikes.domain.watching import Alarm, threshold, watch_counts, watch_ratios, weighted
from watchfloor.insight.spikes.investigate import HISTORY, investigate
from watchfloor.insight.spikes.models import Spike, WatchDay, WatchState
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RATE = 0.05  # of a day's alarms, so many may be false
SMALL = 0.02  # p-values that are remembered
LONG_HOURS = 3  # a second look over so many hours finds what one hour is too short for
SETTLE = timedelta(minutes=5)  # after an hour closed, until its facts are in
AT_ONCE = 24  # hours looked at in one go when there is something to catch up with
CATCH_UP = timedelta(days=2)  # how far back the watch begins when it has never looked
DEMO_CATCH_UP = timedelta(days=5)  # the demo's spike is some days old
ALONE = 7_310_052_219  # of the advisory lock
STILL = 0.05
SLOW_AT = 23  # the hour after which days are looked at (UTC)
RINGS = (
    "incoming_manual", "incoming_total", "solved_manual", "aht", "overturn_rate", "automation_share", "aas", "action_dead_rate",
    "backlog",  # after what it grows by
)  # fmt: skip


def work(limit: int = AT_ONCE) -> int:
    """Look at the hours that closed since the last look; how many there were. One process at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ALONE])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return _work(limit)
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:  # an error within must stay the one that is told
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ALONE])


def _work(limit: int) -> int:
    now = clock.now()
    closed = (now - SETTLE).replace(minute=0, second=0, microsecond=0) - HOUR
    state = WatchState.objects.filter(pk=1).first()
    first = table.first_hour()
    if first is None:
        return 0
    if not _settled():  # the newest hour waits for its facts, for an hour at most
        closed -= HOUR
    hour = state.hour + HOUR if state else max(first + 3 * DAY, closed - (DEMO_CATCH_UP if settings.DEMO else CATCH_UP))
    hour = hour.replace(minute=0, second=0, microsecond=0)
    last = min(closed, hour + (limit - 1) * HOUR)
    if hour > last:
        return 0
    begun = time.monotonic()
    frames = {key: table.hours(watched, hour - HISTORY, last + HOUR) for key, watched in WATCHED.items()}
    looked = slices = 0
    while hour <= last:
        slices = look(hour, frames)
        looked += 1
        WatchState.objects.update_or_create(
            pk=1,
            defaults={
                "hour": hour,
                "at": clock.now(),
                "took_ms": int((time.monotonic() - begun) * 1000),
                "slices": slices,
            },
        )
        hour += HOUR
    recount(last)
    cases.end_quiet(last + HOUR)
    plans.judge_due()
    return looked


def look(hour: datetime, frames: dict[str, pl.DataFrame]) -> int:
    """Look at one closed hour (its start). Returns how many slices there were."""
    at = naive(hour)
    found: list[Alarm] = []
    for key, watched in WATCHED.items():
        known = frames[key].filter(pl.col("hour") <= at)
        if watched.stock:
            found += stocks.watch_stock(known, watched, at)
            continue
        if watched.ratio:
            if at.hour % 6 == 5:
                found += watch_ratios(known, watched, at)
            continue
        for hours in (1, LONG_HOURS):
            found += watch_counts(known, watched, at, hours=hours)
    slow: list[Alarm] = []
    if at.hour == SLOW_AT:
        drifting_now, slow = _drifting(hour, frames)
        _still_off(drifting_now, hour + HOUR)
    worth = [alarm for alarm in (*_ringing(found, at), *slow) if alarm.worth]
    muted = attention.mutes(hour)
    worth = [alarm for alarm in worth if not any(attention.covers(mute, alarm.metric, alarm.where) for mute in muted)]
    for metric in RINGS:
        own = [alarm for alarm in worth if alarm.metric == metric]
        for up in (True, False):
            rung = [alarm for alarm in own if alarm.up == up]
            if rung and _wanted(WATCHED[metric], up):
                _case(WATCHED[metric], rung, hour, frames[metric].filter(pl.col("hour") <= at))
    return len(found)


def _drifting(hour: datetime, frames: dict[str, pl.DataFrame]) -> tuple[list[Alarm], list[Alarm]]:
    """What drifts over days, looked at once a day: all slices, and those that ring. Of these alarms by themselves the same share may be
    false."""
    end = hour + HOUR
    found: list[Alarm] = []
    for key, watched in WATCHED.items():
        if watched.stock:
            continue
        if watched.ratio:
            frame = table.days(watched, end, drifting.DAYS)
        else:
            frame = frames[key].filter(pl.col("hour") < naive(end))
        found += drifting.drifts(frame, watched, naive(end))
    ps = weighted(found, attention.weights(found))
    limit = threshold(ps, len(ps), RATE)
    return found, [alarm for alarm, p in zip(found, ps, strict=True) if p <= limit]


def _still_off(found: Sequence[Alarm], end: datetime) -> None:
    """A drift that is known goes on while its slice is off at all: that is one question, not thousands."""
    for row in Spike.objects.filter(state__in=cases.LIVE, kind__in=("step", "trend"), last_at__lt=end):
        up = row.value >= row.expected
        if any(
            each.metric == row.metric and each.where == row.where and each.up == up and each.p < STILL for each in found
        ):
            _goes_on(row, end)


def _wanted(watched: Watched, up: bool) -> bool:
    """A metric that got better is no alarm."""
    return watched.bad == "both" or (watched.bad == "up") == up


def _ringing(alarms: Sequence[Alarm], at: datetime) -> list[Alarm]:
    """Those that are discoveries among all looks of the day so far."""
    ps = weighted(alarms, attention.weights(alarms))
    day, _made = WatchDay.objects.get_or_create(day=at.date())
    small = [p for p in ps if p < SMALL]
    day.looks += len(ps)
    day.ps = sorted([*day.ps, *small])[:2_000]
    day.save(update_fields=["looks", "ps"])
    limit = threshold(day.ps, day.looks, RATE)
    return [alarm for alarm, p in zip(alarms, ps, strict=True) if p <= limit and p < SMALL]


def _case(watched: Watched, rung: Sequence[Alarm], hour: datetime, frame: pl.DataFrame) -> Spike | None:
    """Alarms of one metric and direction: a spike that goes on, or a new one for each cause."""
    best = min(rung, key=lambda each: (each.p, len(each.where) == 0, -abs(each.value - each.expected)))
    end = hour + HOUR
    if best.slow:
        start = max(end - best.hours * HOUR, end - 14 * DAY)
    else:
        start = first_hour(frame, watched, best, naive(end)).replace(tzinfo=UTC)
    known = cases.overlapping(watched.key, [alarm.where for alarm in rung], start, end)
    if known is not None:
        if known.state in cases.LIVE and known.metric == watched.key and end > known.last_at:
            _goes_on(known, end)
        return known
    found = investigate(
        watched.key, start, end, alarm=best.where, alarm_p=best.p, calm=cases.calm_spans(), frame=frame, up=best.up
    )
    real, expected = cases.totals(found)
    if (real > expected) != best.up:
        return None
    kind = best.kind
    if not best.slow and _only_mix(rung):
        kind = "distribution"
    elif not best.slow and watched.ratio and end - start >= 2 * DAY:
        kind = "step"
    with writing(cases.WATCHER) as w:
        row = cases.open_case(w, found, kind=kind)
        attention.tell(w, row)
    return row


def _goes_on(row: Spike, end: datetime) -> None:
    """It lasts: the investigation is made anew, over all of it."""
    start = row.starts_at.replace(minute=0, second=0, microsecond=0)
    found = investigate(
        row.metric,
        start,
        end,
        alarm=row.where,
        alarm_p=row.p,
        calm=cases.calm_spans(row.pk),
        up=row.value >= row.expected,
    )
    with writing(cases.WATCHER) as w:
        cases.add_version(w, cases.locked(row.pk), found, "goes_on")


def _only_mix(rung: Sequence[Alarm]) -> bool:
    """Slices moved and the whole did not: what came is distributed in another way."""
    return len(rung) > 1 and all(alarm.where for alarm in rung) and all(alarm.p > 1e-6 for alarm in rung)


def _settled() -> bool:
    """Whether all that the ledger has is in the facts, or has waited for so long that it is no use waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM ledger_pending), (SELECT max(number) FROM ledger_leaf)")
        pending, newest = cursor.fetchone()
    return not pending and (newest is None or facts.exported_leaf() > newest)


def recount(hour: datetime) -> int:
    """Spikes of which facts came in late, after they were investigated: investigated anew. Returns how many."""
    count = 0
    for row in Spike.objects.filter(state__in=cases.LIVE, last_at__gte=hour - 2 * DAY):
        newest = row.investigations.order_by("-version").first()
        if newest is None or newest.leaf >= facts.exported_leaf():
            continue
        late, before = table.came_late(WATCHED[row.metric], row.where, row.starts_at, row.last_at, newest.leaf)
        if late >= max(1.0, 0.01 * before):
            cases.again(cases.WATCHER, row, "late_facts")
            count += 1
    return count
