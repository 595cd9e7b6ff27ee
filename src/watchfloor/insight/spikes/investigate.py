"""One investigation: data first, then where, then what it is made of, then what was changed; all of it kept with its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from watchfloor.insight import changes
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes import alike, made_of, quality, table
from watchfloor.insight.spikes.domain import looking, onset, ranking, stocks
from watchfloor.insight.spikes.domain.watched import WATCHED, Watched
from watchfloor.insight.spikes.domain.watching import HOUR, WEEK
from watchfloor.insight.spikes.moved import moved
from watchfloor.insight.spikes.stored import Candidate, Found, Hour, Query, SliceFound

LOOK_BACK = timedelta(days=4)  # for changes
HISTORY = 8 * WEEK
MOST_CANDIDATES = 8
LEAST_P = 0.005
STEP = timedelta(minutes=5)


def investigate(
    metric: str,
    start: datetime,
    end: datetime,
    *,
    fixed: Mapping[str, str] | None = None,
    alarm: Mapping[str, str] | None = None,
    alarm_p: float = 1.0,
    base: tuple[datetime, datetime] | None = None,
    calm: Sequence[tuple[datetime, datetime]] = (),
    frame: pl.DataFrame | None = None,
    up: bool | None = None,
) -> Found:
    """Everything there is to know of a metric in ``[start, end)``, whole hours with a zone.

    Args:
        fixed: only within this slice.
        alarm: the slice that rang, for when nothing can be located within it, and ``alarm_p`` the chance of it.
        base: compare with this stretch instead of the same hours before.
        calm: spans of earlier spikes, which are nothing to compare with.
        frame: the hourly table, if it is at hand.
        up: the way it moved; by default that of the whole.
    """
    watched = WATCHED[metric]
    since, until = naive(start), naive(end)
    if frame is None:
        frame = table.hours(watched, start - HISTORY, end)
    if fixed:
        frame = frame.filter(pl.all_horizontal([pl.col(name) == value for name, value in fixed.items()]))
    shifts, place, leafs, stretch = moved(watched, frame, since, until, base, calm, up, fixed or {})
    slices = [SliceFound(where={**(fixed or {}), **each.where}, real=each.real, expected=each.expected, p=each.p,
                         query=Query(metric=metric, start=start, end=end, where={**(fixed or {}), **each.where}))
              for each in place.slices]  # fmt: skip
    where = slices[0].where if slices else dict(fixed or {})
    verdict = place.verdict
    elsewhere = place.elsewhere
    if not slices and alarm is not None:  # what rang is what is known of where
        where, verdict = dict(alarm), "localised" if alarm else "everywhere"
        if alarm:
            part, elsewhere = looking.part_of(leafs, alarm)
            query = Query(metric=metric, start=start, end=end, where=where)
            slices = [SliceFound(where=where, real=part[0], expected=part[1], p=min(place.p, alarm_p), query=query)]
    if up is None:
        up = slices[0].real >= slices[0].expected if slices else place.real >= place.expected
    began, blur = _onset(watched, frame, where, since, until, shifts, up)
    candidates, none_p = _candidates(watched, leafs, [each.where for each in slices], began, blur, up, until)
    sampled, shared, items = alike.shared(metric, where, start, end, shifts or [WEEK])
    return Found(
        metric=metric, where=where, start=start, end=end, onset=began.replace(tzinfo=UTC), blur_minutes=blur * 60,
        shifts=[shift / HOUR for shift in shifts],
        base=(stretch[0].replace(tzinfo=UTC), stretch[1].replace(tzinfo=UTC)) if stretch else None,
        real=place.real, expected=place.expected, query=Query(metric=metric, start=start, end=end, where=dict(fixed or {})),
        checks=quality.checks(watched, leafs, where, start, end, shifts or [end - start]),
        verdict=verdict, p=slices[0].p if slices else place.p, slices=slices, elsewhere=elsewhere,
        mix=made_of.mix(watched, leafs, where), chain=made_of.chain(where, start, end, shifts), sampled=sampled, shared=shared,
        flows=made_of.flows(watched, slices[0].where if slices else dict(fixed or {}), began, until, shifts),
        clusters=alike.clusters(items), candidates=candidates, none_p=none_p, beside=made_of.beside(where, start, end, shifts, stretch),
        series=_series(watched, frame, where, since, until, shifts) if not watched.ratio else [],
    )  # fmt: skip


def _onset(
    watched: Watched,
    frame: pl.DataFrame,
    where: Mapping[str, str],
    since: datetime,
    until: datetime,
    shifts: Sequence[timedelta],
    up: bool,
) -> tuple[datetime, float]:
    """The moment it began, and how many hours that may be off."""
    if watched.ratio:
        return since, 12.0
    begin = since - onset.LEAD
    if watched.stock:
        levels = stocks.course(frame, where, begin, until, shifts)
        return levels[stocks.began([each[1] for each in levels], [each[2] for each in levels])][0], 1.0
    steps = int(HOUR / STEP)
    usual = [expected for _hour, _value, expected in looking.hourly(frame, where, begin, until, shifts)]
    counts = table.moments(watched, where, begin.replace(tzinfo=UTC), until.replace(tzinfo=UTC), STEP)
    place, off = onset.likeliest_break(counts, [each / steps for each in usual for _ in range(steps)], up=up)
    return begin + place * STEP, min(1.0, max(0.1, off / steps))


def _candidates(
    watched: Watched,
    leafs: pl.DataFrame,
    slices: Sequence[Mapping[str, str]],
    began: datetime,
    blur: float,
    up: bool,
    until: datetime,
) -> tuple[list[Candidate], float]:
    end = min(until, began + timedelta(hours=1 + 2 * blur)).replace(tzinfo=UTC)
    known = changes.between(began.replace(tzinfo=UTC) - LOOK_BACK, end, causes=True)
    by_id = {each.id: each for each in known}
    events = [
        ranking.Event(id=each.id, kind=each.kind, starts_at=naive(each.starts_at), scope=each.scope, effect=each.effect,
                      ends_at=naive(each.ends_at) if each.ends_at else None)
        for each in known
    ]  # fmt: skip
    leaves = looking.leaves_for(leafs, watched.dims, slices)
    ranked, none_p = ranking.rank(events, leaves, onset=began, blur_hours=blur, up=up, family=watched.family)
    found = []
    for each in ranked[:MOST_CANDIDATES]:
        if each.p < LEAST_P:
            break
        change = by_id[each.id]
        found.append(
            Candidate(id=each.id, kind=change.kind, title=change.title, at=change.starts_at, lag_minutes=each.lag_hours * 60,
                      p=each.p, holds=each.holds, moved=each.moved, scope=change.scope, link=change.link, source=change.source)
        )  # fmt: skip
    return found, none_p


def _series(
    watched: Watched,
    frame: pl.DataFrame,
    where: Mapping[str, str],
    since: datetime,
    until: datetime,
    shifts: Sequence[timedelta],
) -> list[Hour]:
    lead = min(48, max(12, int((until - since) / HOUR)))
    hourly = stocks.course if watched.stock else looking.hourly
    return [Hour(hour.replace(tzinfo=UTC), value, expected)
            for hour, value, expected in hourly(frame, where, since - lead * HOUR, until, shifts)]  # fmt: skip
