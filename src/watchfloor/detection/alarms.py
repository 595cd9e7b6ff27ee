"""The watch over rules that act: one that fires out of proportion, or is wrong far more than before, is paused by the program."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from watchfloor.detection import hits, judged, life
from watchfloor.detection.domain import ACTING
from watchfloor.detection.domain.alarms import Alarm, drift, volume
from watchfloor.detection.models import Rule, RuleHits
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies

log = logging.getLogger(__name__)
WEEKS = 4
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
RECENT, BEFORE = timedelta(days=7), timedelta(days=56)


def watch() -> list[str]:
    """Look at every acting rule once; the names of those that were paused."""
    hits.flush()
    paused = []
    read: dict[str, list[judged.JudgedCase]] = {}
    for rule in Rule.objects.filter(state__in=sorted(ACTING)).order_by("name"):
        alarm = of_rule(rule, read)
        if alarm is None:
            continue
        try:
            with writing(system("alarms")) as w:
                life.pause(w, rule.name, why=alarm.words, alarm=alarm.kind)
            paused.append(rule.name)
        except WatchfloorError as error:  # someone else was at it just now
            log.warning("%s could not be paused: %s", rule.name, error.message)
    return paused


def of_rule(rule: Rule, read: dict[str, list[judged.JudgedCase]]) -> Alarm | None:
    """The alarm that sounds for a rule now, or None. What came before it was put on last does not count against it.

    Args:
        read: the judged cases of harm groups that other rules asked for already; added to.
    """
    now = clock.now()
    alarm = volume_of(rule, now)
    if alarm is not None or not rule.policy_key:
        return alarm
    group = policies.policy(rule.policy_key).harm_group
    if group not in read:
        read[group] = judged.cases(group, now - BEFORE, now)
    return drift_of(rule, read[group], now)


def volume_of(rule: Rule, now: datetime) -> Alarm | None:
    """The present hour and the one before it, each against the same hours of past weeks in which the rule was counted."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    counts = _counts(rule.name, hour - WEEKS * WEEK - HOUR)
    for at in (hour, hour - HOUR):
        if at < rule.changed_at:  # part of it was before the rule was last touched
            continue
        alarm = volume(counts.get(at, 0), same_hours(counts, at))
        if alarm is not None:
            return alarm
    return None


def same_hours(counts: Mapping[datetime, int], at: datetime) -> Sequence[int]:
    """The counts of this hour of this weekday in past weeks; a week before the rule was first counted is left out."""
    first = min(counts, default=at)
    weeks = [at - number * WEEK for number in range(1, WEEKS + 1)]
    return [counts.get(week, 0) for week in weeks if week >= first]


def drift_of(rule: Rule, rows: Sequence[judged.JudgedCase], now: datetime) -> Alarm | None:
    """The judged cases of the last week (since the rule was last put on) against those of the seven weeks before."""
    since, source = max(now - RECENT, rule.changed_at), f"rule:{rule.name}"
    mine = [row for row in rows if source in row.seen.sources]
    recent = [row.seen.violating for row in mine if row.at >= since]
    before = [row.seen.violating for row in mine if row.at < since]
    return drift(sum(recent), len(recent), sum(before), len(before))


def _counts(name: str, since: datetime) -> dict[datetime, int]:
    rows = RuleHits.objects.filter(rule=name, hour__gte=since).values_list("hour", "acted", "shadow")
    return {hour: acted + shadow for hour, acted, shadow in rows}
