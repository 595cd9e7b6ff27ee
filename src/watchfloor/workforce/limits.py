"""What a person should not be given now: the one question that routing asks of well-being.

Every claim asks it, so what changes by the minute (breaks, pace, exposure) and what a person does not want to be given is one prepared
statement; their zone and the budget that holds for them are remembered for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from watchfloor.kernel import clock
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.ledger import rows
from watchfloor.workforce import queries, wellbeing
from watchfloor.workforce.contracts import NO_LIMITS, Limits
from watchfloor.workforce.domain import budgets
from watchfloor.workforce.wellbeing_models import Exposure

_NOW = """
SELECT EXISTS (SELECT FROM workforce_rest WHERE reviewer_id = %(who)s AND taken_at > %(forgotten)s AND ended_at IS NULL),
  (SELECT seen_at FROM workforce_pace WHERE reviewer_id = %(who)s),
  (SELECT minutes FROM workforce_rest WHERE reviewer_id = %(who)s AND taken_at IS NULL AND at <= %(now)s AND at > %(open)s
    ORDER BY at LIMIT 1),
  (SELECT array_agg(ARRAY[severity, today, week]) FROM (
    SELECT severity::bigint, coalesce(sum(ms) FILTER (WHERE quarter >= %(day)s), 0)::bigint AS today, sum(ms)::bigint AS week
    FROM workforce_exposure WHERE reviewer_id = %(who)s AND quarter >= %(monday)s GROUP BY severity) AS seen),
  (SELECT avoid FROM workforce_choices WHERE id = %(who)s)
"""


class _Now(NamedTuple):
    """On a break; last at work; minutes of the break that waits; ``[severity, ms today, ms this week]``; opted out of."""

    on_break: bool
    seen_at: datetime | None
    waiting: int | None
    shown: list[list[int]] | None
    avoided: list[str] | None


def _limits(user_id: UUID) -> Limits:
    who, now = _budget_of(user_id), clock.now()
    limits = _of_well_being(user_id, who, now)
    if not who.budget.day_units:
        return limits
    row = queries.roster_row(user_id)
    share = 1.0 if row is None else row.strength(now)
    return msgspec.structs.replace(limits, units=who.budget.day_units * share, day=budgets.day_start(now, who.tz))


def _of_well_being(user_id: UUID, who: wellbeing.Profile, now: datetime) -> Limits:
    found = _ask(user_id, who, now)
    avoid = tuple(found.avoided or ())
    if found.on_break:
        return Limits(avoid=avoid, rest=True, why=_("You are on a break. Come back when you want."))
    minutes = _due(found, who, now)
    if minutes is not None:
        why = _("A break of %(minutes)s minutes is due. Work waits until you have had it.") % {"minutes": minutes}
        return Limits(avoid=avoid, rest=True, why=why)
    shown = found.shown or []
    lines = budgets.lines(who.budget, {row[0]: row[1] for row in shown if row[1]}, {row[0]: row[2] for row in shown})
    empty = budgets.spent_up(who.budget, lines)
    if empty is None:
        return NO_LIMITS if not avoid else Limits(avoid=avoid)
    why = {
        "day": _("Today's exposure to severity %(level)s and above is used up; you get other work until tomorrow."),
        "week": _("This week's exposure to severity %(level)s and above is used up; you get other work until Monday."),
    }[empty.span] % {"level": empty.severity}
    return Limits(max_severity=empty.severity - 1, avoid=avoid, why=why)


def _ask(user_id: UUID, who: wellbeing.Profile, now: datetime) -> _Now:
    values = {
        "who": user_id, "now": now, "forgotten": now - wellbeing.FORGOTTEN, "open": now - wellbeing.OPEN_FOR,
        "day": budgets.day_start(now, who.tz), "monday": budgets.week_start(now, who.tz),
    }  # fmt: skip
    with rows.prepared() as cursor:
        cursor.execute(_NOW, values)
        return _Now(*cursor.fetchone())


def _due(found: _Now, who: wellbeing.Profile, now: datetime) -> int | None:
    """The minutes of the break that is due now: a planned one, else one that waits, unless they pause anyway (``wellbeing.due``)."""
    pause = timedelta(minutes=who.budget.break_minutes)
    for moment in budgets.planned(who.budget, now, who.tz):
        if moment <= now < moment + pause:
            return who.budget.break_minutes
    resting = found.seen_at is None or now - found.seen_at >= pause
    return None if resting else found.waiting


def used_up(people: Sequence[UUID]) -> list[UUID]:
    """Those of these people who have nothing left of a budget of exposure. Only those who were shown something cost a look."""
    now = clock.now()
    earliest = now - timedelta(days=8)  # a week that began anywhere on earth
    shown = Exposure.objects.filter(reviewer_id__in=people, quarter__gte=earliest).values_list("reviewer_id", flat=True)
    found = []
    for person in shown.distinct():
        who = _budget_of(person)
        rows = _ask(person, who, now).shown or []
        lines = budgets.lines(who.budget, {row[0]: row[1] for row in rows if row[1]}, {row[0]: row[2] for row in rows})
        if budgets.spent_up(who.budget, lines) is not None:
            found.append(person)
    return found


_budget_of = RememberedBy(wellbeing.read_profile, seconds=15)


def forget() -> None:
    """Ask anew at once, in this process, for what was just changed here."""
    _budget_of.forget()
    limits_of.forget()


# Remembered for a few seconds: a claim may be that much late in knowing, which the budget's reserve more than covers.
limits_of = RememberedBy(_limits)
