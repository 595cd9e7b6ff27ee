"""A plan with its expectation fixed beforehand, and the judgement when its day has come: reversed, partly, not, or not to be told.

The test is written down when the plan is saved: the metric and slice, the moment of the action, the change that is expected
(``-0.6``: sixty per cent less than before it) and the day of judgement. It is difference in differences by ``engines.metrics.effect``:
the slice against the other values of its dimensions, each over what was expected of that step (which takes the season out), before the
action within the spike and after it. When the slice moved away from the others before the action already, no effect is given.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import polars as pl

from watchfloor.engines.metrics import effect
from watchfloor.identity.domain import Actor
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes import cases, table
from watchfloor.insight.spikes.domain import looking, stocks
from watchfloor.insight.spikes.domain.watched import WATCHED
from watchfloor.insight.spikes.domain.watching import ROUNDS, WEEK
from watchfloor.insight.spikes.events import SpikeJudged, SpikePlanned
from watchfloor.insight.spikes.models import Spike
from watchfloor.insight.spikes.queries import found_of
from watchfloor.insight.spikes.stored import Turn
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing

HOUR = timedelta(hours=1)
STEPS = (timedelta(minutes=15), timedelta(minutes=30), HOUR)
BEFORE, AFTER = 8, 4  # steps that are needed on each side
MOST_STEPS = 120
ENOUGH = 0.5  # of what was expected: less of a turn is "partly"
LONGEST = timedelta(days=120)
STOCK_AFTER = timedelta(hours=4)
STOCK_WEEKS = 3  # that a stock's turn is held against


def save(
    actor: Actor, spike_id: UUID, *, owner: str, hypothesis: str, action: str, expected_change: float, due_at: datetime,
    acted_at: datetime | None = None,
) -> Spike:  # fmt: skip
    """Fix a plan. Until it is judged it can be written anew, and every writing of it is in the ledger."""
    now = clock.now()
    for text, name in ((owner, "owner"), (hypothesis, "hypothesis"), (action, "action")):
        if not text.strip():
            raise BadInput("missing", "A plan names an owner, a hypothesis and an action.", where=name)
    if not -1 <= expected_change <= 10 or expected_change == 0:
        raise BadInput("bad_change", "The expected change is a share, such as -60 %.", where="expected_change")
    acted = acted_at or now
    if acted > now + timedelta(days=30) or acted < now - timedelta(days=60):
        raise BadInput("bad_moment", "The action is of these weeks.", where="acted_at")
    if not max(now, acted) < due_at <= now + LONGEST:
        raise BadInput("bad_due", "The day of judgement comes after the action, within four months.", where="due_at")
    with writing(actor) as w:
        row = cases.locked(spike_id)
        w.update(
            row, owner=owner.strip()[:120], hypothesis=hypothesis.strip()[:2000], action=action.strip()[:2000], acted_at=acted,
            expected_change=expected_change, due_at=due_at, planned_by=w.actor, planned_at=now, state=Spike.State.PLANNED,
            result={}, closed_at=None, closed_by="",
        )  # fmt: skip
        said = SpikePlanned(
            metric=row.metric, where=row.where, owner=row.owner, expected_change=expected_change,
            acted_at=acted.isoformat(timespec="seconds"), due_at=due_at.isoformat(timespec="seconds"),
        )  # fmt: skip
        w.event(said, row)
    return row


def judge_due() -> int:
    """Judge the plans whose day has come; how many."""
    due = Spike.objects.filter(state=Spike.State.PLANNED, due_at__lte=clock.now()).values_list("pk", flat=True)
    for spike_id in list(due):
        judge(spike_id)
    return len(due)


def judge(spike_id: UUID) -> Spike:
    """The verdict of one plan, for good."""
    row = Spike.objects.get(pk=spike_id)
    turn = measure(row, row.due_at or clock.now())
    outcome = "unknown" if turn.outcome == "early" else turn.outcome
    with writing(cases.WATCHER) as w:
        row = cases.locked(spike_id)
        if row.state != Spike.State.PLANNED:
            return row
        w.update(row, state=outcome, result=msgspec.to_builtins(turn), closed_by=w.actor, closed_at=clock.now())
        w.event(
            SpikeJudged(
                metric=row.metric, where=row.where, outcome=outcome, change=turn.change, low=turn.low, high=turn.high
            ),
            row,
        )
    return row


def turn_of(row: Spike) -> Turn | None:
    """How it stands: the verdict, or what can be said so far; None without a plan."""
    if row.result:
        return msgspec.convert(row.result, Turn)
    return measure(row, min(clock.now(), row.due_at or clock.now())) if row.acted_at else None


def measure(row: Spike, until: datetime) -> Turn:
    """The effect of the action on the slice, as far as it can be told at ``until``."""
    assert row.acted_at is not None
    if row.acted_at <= row.starts_at:
        return Turn(outcome="unknown", why="drift")
    return change_after(row, row.acted_at, until, row.expected_change)


def change_after(row: Spike, acted: datetime, until: datetime, wanted: float | None) -> Turn:
    """What the slice did from ``acted`` on, against its siblings; ``wanted``: the expected change, if there was a plan."""
    found = found_of(row)
    if WATCHED[row.metric].stock:
        return _stock(row, acted, until, wanted)
    ratio = WATCHED[row.metric].ratio
    step = (
        HOUR
        if ratio
        else next((each for each in reversed(STEPS) if (acted - row.starts_at) / each >= BEFORE), STEPS[0])
    )
    start = acted - min(int((acted - row.starts_at) / step), MOST_STEPS // 2) * step
    before, after = int((acted - start) / step), min(int((until - acted) / step), MOST_STEPS)
    facts: dict[str, Any] = {"minutes": int(step.total_seconds() // 60), "steps": after}
    if before < BEFORE or after < AFTER or found is None:
        return Turn(outcome="early", why="few_steps", **facts)
    shifts = found.compared or [timedelta(days=7)]
    touched = _over(row, row.where, start, before + after, step, shifts)
    controls = {}
    for where in siblings(row):
        series = _over(row, where, start, before + after, step, shifts)
        if series is not None:
            controls[",".join(f"{name}={value}" for name, value in where.items())] = series
    if touched is None or not controls:
        return Turn(outcome="early", why="few_controls", **facts)
    result = effect({"slice": touched}, controls, at=before)
    if result.verdict == "refused" or result.effect is None or result.low is None or result.high is None:
        return Turn(outcome="unknown", why="drift", drift_p=result.drift_p, controls=sorted(controls), **facts)
    change, low, high = (math.expm1(each) for each in (result.effect, result.low, result.high))
    return Turn(
        outcome=verdict(change, low, high, wanted, up=row.value >= row.expected), change=change, low=low, high=high, p=result.p,
        drift_p=result.drift_p, controls=sorted(controls), **facts,
    )  # fmt: skip


def _stock(row: Spike, acted: datetime, until: datetime, wanted: float | None) -> Turn:
    """Of a stock: from the action to the moment of judging, against the same two moments of the weeks before the spike."""
    facts: dict[str, Any] = {"minutes": 60, "steps": int((until - acted) / HOUR)}
    if until - acted < STOCK_AFTER:
        return Turn(outcome="early", why="few_steps", **facts)
    frame = table.hours(WATCHED[row.metric], acted - (ROUNDS + 1) * WEEK, until)
    first = frame["hour"].min()
    back = [week * WEEK for week in range(1, ROUNDS + 1) if until - week * WEEK <= row.starts_at]
    back = [shift for shift in back if isinstance(first, datetime) and naive(acted) - shift > first]
    if len(back) < STOCK_WEEKS:
        return Turn(outcome="early", why="few_controls", **facts)
    then, now = (naive(at).replace(minute=0, second=0, microsecond=0) for at in (acted, until))
    moments = sorted({at - shift for at in (then, now) for shift in (timedelta(0), *back)})
    inside = frame.filter(looking.holds(row.where)) if row.where else frame
    known = dict(zip(moments, stocks.levels(inside, (), moments).get(("",), [0.0] * len(moments)), strict=True))
    pairs = [(known[then - shift], known[now - shift]) for shift in (timedelta(0), *back)]
    change, low, high = stocks.turn(pairs[0], pairs[1:])
    return Turn(
        outcome=verdict(change, low, high, wanted, up=row.value >= row.expected),
        change=change,
        low=low,
        high=high,
        **facts,
    )


def verdict(change: float, low: float, high: float, wanted: float | None, *, up: bool) -> str:
    """``reversed``: it turned, and by half of what was expected at least; ``partly``: it turned by less; else ``not_reversed``."""
    turned = high < 0 if up else low > 0
    if not turned:
        return "not_reversed"
    return "reversed" if wanted is None or abs(change) >= ENOUGH * abs(wanted) else "partly"


def siblings(row: Spike) -> list[dict[str, str]]:
    """Slices like this one that were not touched: the same but for one dimension, each value that is big enough."""
    if not row.where:
        return []
    watched = WATCHED[row.metric]
    frame = table.hours(watched, row.starts_at - timedelta(days=7), row.last_at)
    found: list[dict[str, str]] = []
    for name in row.where:
        counts = frame.group_by(name).agg(n=pl.col("n").sum()).sort("n", descending=True)
        for value, count in counts.iter_rows():
            if value != row.where[name] and count >= 20 and len(found) < 12:
                found.append({name: value})
    return found


def _over(
    row: Spike, where: dict[str, str], start: datetime, count: int, step: timedelta, shifts: list[timedelta]
) -> list[float] | None:
    """Each step of a slice over what is usual for it, as a logarithm (half a count for none); None where too little is usual.

    In logarithms a slice that is several times its size may be held against others: what moves all by a part moves them alike.
    """
    watched = WATCHED[row.metric]
    end = start + count * step
    if watched.ratio:
        return _ratios(row, where, start, count)
    real = table.moments(watched, where, start, end, step)
    usual = [0.0] * count
    for shift in shifts:
        for place, value in enumerate(table.moments(watched, where, start - shift, end - shift, step)):
            usual[place] += value / len(shifts)
    mean = sum(usual) / count
    if mean <= 0:
        mean = sum(real) / count
        if mean <= 0:
            return None
        return [math.log(max(value, 0.5) / mean) for value in real]
    # A step's own expectation is drawn half to the mean: with few counts it is mostly noise.
    return [math.log(max(value, 0.5) / (0.5 * each + 0.5 * mean)) for value, each in zip(real, usual, strict=True)]


def _ratios(row: Spike, where: dict[str, str], start: datetime, count: int) -> list[float] | None:
    watched = WATCHED[row.metric]
    frame = table.hours(watched, start, start + count * HOUR)
    inside = frame.filter(looking.holds(where))
    n: dict[datetime, float] = dict(inside.group_by("hour").agg(pl.col("n").sum()).iter_rows())
    d: dict[datetime, float] = dict(inside.group_by("hour").agg(pl.col("d").sum()).iter_rows())
    whole = sum(d.values())
    if whole < count:
        return None
    mean = sum(n.values()) / whole
    first = naive(start).replace(minute=0, second=0, microsecond=0)
    hours = [first + place * HOUR for place in range(count)]
    return [math.log(max(n[hour] / d[hour] / mean, 1e-3)) if d.get(hour) else 0.0 for hour in hours]
