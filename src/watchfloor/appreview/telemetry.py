"""Counts the days of apps from the lake, and reopens an app whose day is out of line, with the figures as evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from django.db.models import QuerySet

from watchfloor.appreview.actions import submitting
from watchfloor.appreview.domain import drift
from watchfloor.appreview.domain.telemetry import Day, Tally, app_of
from watchfloor.appreview.models import ApiApp, AppDay
from watchfloor.detection import lakes
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Decision

GRACE = timedelta(minutes=15)  # after midnight: what was sent in the last minutes has reached the lake
LOOKS_BACK = 3  # whole days that are made up for after a standstill
PAST_DAYS = 28
HOUR = timedelta(hours=1)
SPAM = "spam"


def count_due() -> int:
    """Count the whole days that are not counted yet; how many app-days that were."""
    today = (clock.now() - GRACE).astimezone(UTC).date()
    return sum(count(today - timedelta(days=back)) for back in range(LOOKS_BACK, 0, -1))


def count(day: date) -> int:
    """Count one day for every app that was approved by its end and has no figures of it yet."""
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    apps = list(
        ApiApp.objects.filter(state=ApiApp.State.APPROVED, approved_at__lt=end).exclude(days__day=day).order_by("pk")
    )
    if not apps:
        return 0
    tallies = tally(day, {app.external_id for app in apps})
    for app in apps:
        found = tallies.get(app.external_id) or Tally()
        judge(app, found.day(day.isoformat(), spam_among(found.items)))
    return len(apps)


def tally(day: date, wanted: Collection[str], root: Path | None = None) -> dict[str, Tally]:
    """The lake's events of one day by app, read an hour at a time."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found: dict[str, Tally] = defaultdict(Tally)
    for hour in range(24):
        begin = start + hour * HOUR
        rows = lakes.frames(begin, begin + HOUR, root=root).select("id", "action_name", "timestamp", "data").collect()
        for _id, name, at, raw in rows.unique("id").iter_rows():  # a crash may have written a row twice
            data = msgspec.json.decode(raw)
            if (app := app_of(data)) in wanted:
                found[app].add(name, at, data)
    return found


def spam_among(items: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the items that stand as violating the spam policy."""
    if not items:
        return set()
    rows = Decision.objects.filter(
        verdict=Decision.Verdict.VIOLATING, policy_key=SPAM, superseded_at=None,
        case__item__external_id__in={name for _, name in items},
    ).values_list("case__item__type_key", "case__item__external_id")  # fmt: skip
    return set(rows) & set(items)


def judge(app: ApiApp, day: Day) -> list[drift.Alarm]:
    """Keep an app's day, and reopen the app when it is out of line."""
    past = days_of(app, before=date.fromisoformat(day.day))
    alarms = drift.alarms(day, past, mix=app.mix, volume=app.volume)
    with writing(system("appreview")) as w:
        AppDay.objects.create(
            app=app,
            day=day.day,
            figures=msgspec.to_builtins(day),
            alarms=msgspec.to_builtins(alarms),
            counted_at=clock.now(),
        )
        if alarms:
            submitting.reopen(w, app, trigger="drift", evidence=msgspec.to_builtins(alarms))
    return alarms


def days_of(app: ApiApp, *, before: date | None = None, most: int = PAST_DAYS) -> list[Day]:
    """An app's last days, oldest first. Days with an alarm are no measure for later ones and are left out when ``before`` is given."""
    rows: QuerySet[AppDay] | Sequence[AppDay] = app.days.order_by("-day")
    if before is not None:
        rows = app.days.filter(day__lt=before, alarms=[]).order_by("-day")
    return [msgspec.convert(row.figures, Day) for row in rows[:most]][::-1]
