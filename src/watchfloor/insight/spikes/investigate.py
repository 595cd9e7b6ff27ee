"""One investigation: data first, then where, then what it is made of, then what was changed; all of it kept with its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from watchfloor.engines.metrics import chain, decompose
from watchfloor.insight import catalogue, changes
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes import alike, quality, table
from watchfloor.insight.spikes.domain import looking, onset, ranking, stocks
from watchfloor.insight.spikes.domain.watched import WATCHED, Watched
from watchfloor.insight.spikes.domain.watching import DAY, HOUR, WEEK
from watchfloor.insight.spikes.stored import (
    Beside,
    Candidate,
    FlowFound,
    Found,
    Hour,
    LinkFound,
    MixFound,
    PartFound,
    Query,
    SliceFound,
)

LOOK_BACK = timedelta(days=4)  # for changes
HISTORY = 8 * WEEK
MOST_CANDIDATES = 8
LEAST_P = 0.005
BESIDE = ("incoming_manual", "solved_manual", "aht", "overturn_rate", "automation_share", "backlog")
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
    shifts, place, leafs, stretch = _moved(watched, frame, since, until, base, calm, up, fixed or {})
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
        mix=_mix(watched, leafs, where), chain=_chain(where, start, end, shifts), sampled=sampled, shared=shared,
        flows=_flows(watched, slices[0].where if slices else dict(fixed or {}), began, until, shifts),
        clusters=alike.clusters(items), candidates=candidates, none_p=none_p, beside=_beside(where, start, end, shifts, stretch),
        series=_series(watched, frame, where, since, until, shifts) if not watched.ratio else [],
    )  # fmt: skip


def _moved(
    watched: Watched, frame: pl.DataFrame, since: datetime, until: datetime, base: tuple[datetime, datetime] | None,
    calm: Sequence[tuple[datetime, datetime]], up: bool | None, fixed: Mapping[str, str],
) -> tuple[list[timedelta], looking.Place, pl.DataFrame, tuple[datetime, datetime] | None]:  # fmt: skip
    first = frame["hour"].min()
    assert first is None or isinstance(first, datetime)
    if watched.ratio:
        stretch = (naive(base[0]), naive(base[1])) if base else (since - max(7 * DAY, until - since), since)
        if catalogue.metric(watched.key).kind == "mean":
            leafs = table.leaf_times(watched, since, until, stretch, fixed)
        else:
            leafs = looking.leaf_ratios(frame, watched.dims, since, until, stretch)
        return [], looking.place_ratios(leafs, watched.dims, up=up), leafs, stretch
    if base and watched.stock:
        hours = int((naive(base[1]) - naive(base[0])) / HOUR)
        shifts = [until - naive(base[0]) - (place + 1) * HOUR for place in range(hours)]
        leafs = stocks.leaf_levels(frame, watched.dims, until, shifts)
        return (
            [since - naive(base[0])],
            looking.place_counts(leafs, watched.dims, 1, up=up),
            leafs,
            (naive(base[0]), naive(base[1])),
        )
    if base:
        scale = (until - since) / (base[1] - base[0])
        leafs = looking.leaf_counts(frame, watched.dims, since, until, [since - naive(base[0])])
        if abs(scale - 1) > 1e-9:  # a stretch of another length, brought to the window's
            before = frame.filter((pl.col("hour") >= naive(base[0])) & (pl.col("hour") < naive(base[1])))
            leafs = _scaled(frame, before, watched.dims, since, until, scale)
        return (
            [since - naive(base[0])],
            looking.place_counts(leafs, watched.dims, 1, up=up),
            leafs,
            (naive(base[0]), naive(base[1])),
        )
    season = WEEK if first is not None and since - first >= 4 * WEEK else DAY
    quiet = [(naive(a), naive(b)) for a, b in calm]
    shifts = looking.shifts_for(first or since, since, until, season, quiet) or [season]
    if watched.stock:
        leafs = stocks.leaf_levels(frame, watched.dims, until, shifts)
    else:
        leafs = looking.leaf_counts(frame, watched.dims, since, until, shifts)
    return shifts, looking.place_counts(leafs, watched.dims, len(shifts), up=up), leafs, None


def _scaled(
    frame: pl.DataFrame, before: pl.DataFrame, dims: Sequence[str], since: datetime, until: datetime, scale: float
) -> pl.DataFrame:
    now = frame.filter((pl.col("hour") >= since) & (pl.col("hour") < until)).with_columns(
        real=pl.col("n"), expected=pl.lit(0.0)
    )
    was = before.with_columns(real=pl.lit(0.0), expected=pl.col("n") * scale)
    names = [*dims, "real", "expected"]
    return (
        pl.concat([now.select(names), was.select(names)])
        .group_by(list(dims))
        .agg(pl.col("real", "expected").sum())
        .sort(list(dims))
    )


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


def _mix(watched: Watched, leafs: pl.DataFrame, where: Mapping[str, str]) -> MixFound | None:
    """For a ratio: rate against mix, by the dimension of the slice whose values explain most (else the first that varies)."""
    if not watched.ratio:
        return None
    names = [name for name in watched.dims if name in where] or looking.varying(leafs, watched.dims)
    if not names or float(leafs["real_d"].sum()) <= 0 or float(leafs["base_d"].sum()) <= 0:
        return None
    found = [
        (
            name,
            decompose(
                leafs, before_num="base_n", before_den="base_d", after_num="real_n", after_den="real_d", by=[name]
            ),
        )
        for name in names
    ]
    name, best = max(found, key=lambda pair: max((abs(part.rate + part.mix) for part in pair[1].parts), default=0.0))
    parts = [PartFound(value=part.where[name], rate=part.rate, mix=part.mix) for part in best.parts]
    return MixFound(
        metric=watched.key, dimension=name, before=best.before, after=best.after, rate=best.rate, rate_low=best.rate_low,
        rate_high=best.rate_high, mix=best.mix, simpson=best.simpson, closes=best.closes, parts=parts,
    )  # fmt: skip


def _chain(where: Mapping[str, str], start: datetime, end: datetime, shifts: Sequence[timedelta]) -> list[LinkFound]:
    """Hours of work that came in = cases that came in x the part of them that people get x minutes each, now against before."""
    inside = {name: value for name, value in where.items() if name not in ("vendor", "queue")}
    keys = ("incoming_total", "incoming_manual", "aht")
    back = list(shifts) or [WEEK]
    now = table.parts(keys, start, end, inside)
    before = [table.parts(keys, start - shift, end - shift, inside) for shift in back]
    values: dict[str, tuple[float, float]] = {}
    came = (sum(each["incoming_total"][0] or 0 for each in before) / len(back), now["incoming_total"][0] or 0)
    manual = (sum(each["incoming_manual"][0] or 0 for each in before) / len(back), now["incoming_manual"][0] or 0)
    below = sum(each["aht"][1] or 0 for each in before)
    aht = (sum(each["aht"][0] or 0 for each in before) / below if below else 0.0, _ratio(now["aht"]) or 0.0)
    if 0 in (*came, *manual, *aht):
        return []
    values = {
        "came": came,
        "manual": (manual[0] / came[0], manual[1] / came[1]),
        "aht": (aht[0] / 3.6e6, aht[1] / 3.6e6),
    }
    parts = chain([values])
    return [LinkFound(key=key, before=pair[0], after=pair[1], hours=parts[key]) for key, pair in values.items()]


def _beside(
    where: Mapping[str, str],
    start: datetime,
    end: datetime,
    shifts: Sequence[timedelta],
    stretch: tuple[datetime, datetime] | None,
) -> list[Beside]:
    """Volume, time and quality of the same slice side by side: less time with more overturned decisions is no win."""
    now = table.parts(BESIDE, start, end, where)
    if stretch:
        spans = [(stretch[0].replace(tzinfo=UTC), stretch[1].replace(tzinfo=UTC))]
    else:
        spans = [(start - shift, end - shift) for shift in shifts]
    before = [table.parts(BESIDE, since, until, where) for since, until in spans]
    scale = sum(((until - since) / (end - start) for since, until in spans), 0.0) or 1.0
    found = []
    for key in BESIDE:
        top = sum(each[key][0] or 0 for each in before)
        if now[key][1] is None:  # a count; of a stock the spans' lengths say nothing
            value: float | None = now[key][0]
            was: float | None = top / (len(spans) if catalogue.metric(key).stock else scale)
        else:
            below = sum(each[key][1] or 0 for each in before)
            value, was = _ratio(now[key]), top / below if below else None
        found.append(
            Beside(
                metric=key, value=value, before=was, query=Query(metric=key, start=start, end=end, where=dict(where))
            )
        )
    return found


def _flows(
    watched: Watched, where: Mapping[str, str], began: datetime, until: datetime, shifts: Sequence[timedelta]
) -> list[FlowFound]:
    """Of a stock: what was there when it began, what came and what left since, each against what is usual; their gaps are its gap."""
    if not watched.stock or not shifts:
        return []
    start, end = began.replace(tzinfo=UTC), until.replace(tzinfo=UTC)
    now, *before = table.flows(watched, where, [(start, end), *((start - shift, end - shift) for shift in shifts)])
    usual = [sum(each[at] for each in before) / len(before) for at in range(3)]
    return [FlowFound(key=key, now=now[at], usual=usual[at]) for at, key in enumerate(("before", "came", "left"))]


def _ratio(parts: tuple[float | None, float | None]) -> float | None:
    return (parts[0] or 0.0) / parts[1] if parts[1] else None


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
