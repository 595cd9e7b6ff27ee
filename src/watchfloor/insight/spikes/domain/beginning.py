"""In which hour a movement began that has just rung: for a count by its unusual hours, for a ratio by the day its level changed,
for a stock by the hour from which the gap has been open."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from watchfloor.insight.spikes.domain import looking, onset, stocks
from watchfloor.insight.spikes.domain.watched import Watched
from watchfloor.insight.spikes.domain.watching import DAY, HOUR, Alarm, season

LEAD_HOURS = 72
DAYS, LAST_DAYS = 14, 7


def first_hour(frame: pl.DataFrame, watched: Watched, alarm: Alarm, end: datetime) -> datetime:
    """The hour (for a ratio: the day) in which it began; ``end``: of the bucket that rang."""
    if watched.ratio:
        return _first_day(frame, alarm, end)
    step = season(frame, end - HOUR)
    first = frame["hour"].min()
    if step is None or not isinstance(first, datetime):
        return end - alarm.hours * HOUR
    lead = min(LEAD_HOURS, int((end - first) / HOUR))
    shifts = looking.shifts_for(first, end - lead * HOUR, end, step) or looking.shifts_for(first, end - DAY, end, step)
    if not shifts:
        return end - alarm.hours * HOUR
    if watched.stock:
        levels = stocks.course(frame, alarm.where, end - lead * HOUR, end, shifts)
        return levels[stocks.began([each[1] for each in levels], [each[2] for each in levels])][0]
    hours = looking.hourly(frame, alarm.where, end - lead * HOUR, end, shifts)
    while len(hours) > 1 and onset.unusual(hours[-1][1], hours[-1][2], up=alarm.up) >= onset.UNUSUAL:
        if end - hours[-1][0] >= timedelta(hours=alarm.hours):
            break
        hours.pop()  # of three hours the last may be an ordinary one
    place = onset.first_unusual([each[1] for each in hours], [each[2] for each in hours], up=alarm.up)
    return min(hours[place][0], end - HOUR)


def _first_day(frame: pl.DataFrame, alarm: Alarm, end: datetime) -> datetime:
    inside = frame.filter(looking.holds(alarm.where)) if alarm.where else frame
    values, weights = [], []
    for back in range(DAYS, 0, -1):
        part = inside.filter((pl.col("hour") >= end - back * DAY) & (pl.col("hour") < end - (back - 1) * DAY))
        n, d = float(part["n"].sum()), float(part["d"].sum())
        values.append(n / d if d else alarm.expected)
        weights.append(d)
    return end - (DAYS - onset.level_break(values, weights, LAST_DAYS)) * DAY
