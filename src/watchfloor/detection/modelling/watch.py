"""The watch over models: one whose scores or whose word against people's decisions has drifted opens no more cases by itself.

Scores: each complete day (UTC) of what nobody reported against up to four weeks before it (``engines.textmodels.drift``). Decisions: the
newest that the model foretold against those before, both within the 2,000 that its version keeps; sounds where the 99 % intervals of
the shares foretold rightly do not meet and the newer is the worse. Both
begin anew where a person chose another version or let it act again.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from watchfloor.detection.modelling import actions, counted, plans
from watchfloor.detection.modelling.models import BINS, Pause
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import drift
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

log = logging.getLogger(__name__)
PAST = 28  # days
NEWEST = 200  # decisions
LEAST_BEFORE = 300
SURE = 0.99


class Scores(msgspec.Struct, frozen=True):
    """A day's scores against those before it; ``drift`` None: too little to say."""

    day: date
    items: int
    past_days: int
    drift: drift.Drift | None


class Labels(msgspec.Struct, frozen=True):
    """Of the decisions foretold: the share foretold rightly, lately and before; None where there are too few."""

    lately: Interval | None
    before: Interval | None
    alarm: bool = False


def watch() -> list[str]:
    """Look at every live model once; policies whose model was paused."""
    counted.flush()
    paused = []
    held = set(Pause.objects.filter(lifted_at__isnull=True).values_list("policy_key", flat=True))
    for row in TextModel.objects.filter(live=True).defer("blob").order_by("policy_key"):
        if row.policy_key in held:
            continue
        alarm = alarm_of(row)
        if alarm is None:
            continue
        kind, facts = alarm
        try:
            with writing("system:models") as w:
                if actions.pause(w, row.policy_key, kind, facts) is not None:
                    paused.append(row.policy_key)
        except WatchfloorError as error:
            log.warning("the model for %s could not be paused: %s", row.policy_key, error.message)
    return paused


def alarm_of(row: TextModel) -> tuple[str, dict[str, Any]] | None:
    """What has drifted, and the numbers of it."""
    seen = scores_of(row.policy_key)
    if seen.drift is not None and seen.drift.alarm:
        facts = {"day": seen.day.isoformat(), "items": seen.items, "days": seen.past_days,
                 "p": seen.drift.p, "moved": round(seen.drift.moved, 4)}  # fmt: skip
        return "scores", facts
    labels = labels_of(row)
    if labels.alarm and labels.lately is not None and labels.before is not None:
        return "labels", {"lately": list(labels.lately), "before": list(labels.before), "of": NEWEST}
    return None


def scores_of(policy: str) -> Scores:
    """The last complete day, all languages together."""
    day = clock.now().date() - timedelta(days=1)
    start = max(day - timedelta(days=PAST), first_day(policy))
    rows: dict[date, list[int]] = {}
    scopes = {"", *(language for key, language in plans.plans() if key == policy)}
    for scope in scopes:
        for at, bins in plans.counts(policy, scope, start, day).items():
            sums = rows.setdefault(at, [0] * BINS)
            for place, items in bins.items():
                if place >= 0:
                    sums[place] += items
    today = rows.pop(day, [0] * BINS)
    return Scores(day, sum(today), len(rows), drift.of_day(today, list(rows.values())))


def labels_of(row: TextModel) -> Labels:
    """The newest decisions it had foretold against those before."""
    since = anew_since(row.policy_key)
    told = list(row.report.get("scored", []))
    if since is not None:  # only what was learned since counts
        learned = _learned_since(row.policy_key, since)
        told = told[-learned:] if learned else []
    right = [(float(score) >= 0.5) == bool(label) for score, label, *_ in told]
    lately, before = right[-NEWEST:], right[:-NEWEST]
    if len(before) < LEAST_BEFORE:
        return Labels(None, None)
    one, other = wilson(sum(lately), len(lately)), wilson(sum(before), len(before))
    sure = (
        wilson(sum(lately), len(lately), confidence=SURE).high < wilson(sum(before), len(before), confidence=SURE).low
    )
    return Labels(one, other, sure)


def anew_since(policy: str) -> datetime | None:
    """When a person last chose a version or let the model act again; None: never."""
    switched = Event.objects.filter(type="model.switched", subject=f"text_model:{policy}").order_by("-ordinal")
    at = [row for row in (switched.values_list("at", flat=True).first(),) if row]
    at += [row.lifted_at for row in Pause.objects.filter(policy_key=policy, lifted_at__isnull=False) if row.lifted_at]
    return max(at, default=None)


def first_day(policy: str) -> date:
    """The first complete day that counts in comparisons."""
    since = anew_since(policy)
    if since is None:
        return date.min
    midnight = datetime.combine(since.date(), time(), since.tzinfo)
    return since.date() + timedelta(days=int(since > midnight))


def _learned_since(policy: str, since: datetime) -> int:
    rows = Event.objects.filter(type="model.trained", subject=f"text_model:{policy}", at__gt=since)
    return sum(int(data.get("learned", 0)) for data in rows.values_list("data", flat=True))
