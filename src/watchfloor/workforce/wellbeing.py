"""Readers of well-being for the person themself and for routing: their choices, the budget that holds, what is spent, what is due.

Everything here is about one person and is shown to that person only; what others may know is in ``weeks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.db.models import Sum

from watchfloor.kernel import clock
from watchfloor.kernel.remembered import Remembered, RememberedBy
from watchfloor.ledger import rows
from watchfloor.workforce.domain import budgets
from watchfloor.workforce.domain.budgets import Budget
from watchfloor.workforce.domain.filters import Filters, merged
from watchfloor.workforce.models import BudgetRow, Exposure, Pace, Rest

OPEN_FOR = timedelta(hours=3)  # a break that was not taken for so long belongs to another stretch of work
FORGOTTEN = timedelta(hours=12)  # a break nobody came back from
UNTIL_TOLD = 4


class House(msgspec.Struct, frozen=True):
    """One budget of the house as it is kept."""

    scope: str
    budget: Budget
    filters: Mapping[str, bool]
    hold_filters: bool
    ask_from: int
    support: str


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one person: their zone, team and choices, the budget and filters that follow."""

    vendor: str
    team: str
    zone: str
    avoid: tuple[str, ...]
    agreed: tuple[str, ...]
    own: Budget
    house: Budget
    budget: Budget  # the stricter of the two
    filters: Filters
    wishes: Mapping[str, bool]  # the filters they set themselves
    ask_from: int
    support: str

    @property
    def tz(self) -> tzinfo:
        """Their time zone."""
        return zone(self.zone)


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """A person's exposure by severity, in milliseconds, today and this week; ``kinds`` of today; the days of the week in order."""

    today: Mapping[int, int]
    week: Mapping[int, int]
    lines: list[budgets.Line]
    day_start: datetime
    week_start: datetime


def read_budget(raw: Mapping[str, object]) -> Budget:
    """A budget as it is kept in a JSON column."""
    return msgspec.convert(dict(raw), Budget, str_keys=True)


def _houses() -> dict[str, House]:
    return {
        row.scope: House(
            row.scope, read_budget(row.budget), row.filters, row.hold_filters, row.ask_from, row.support
        )
        for row in BudgetRow.objects.order_by("scope")
    }  # fmt: skip


houses = Remembered(_houses)


def zone(name: str) -> tzinfo:
    """A zone by name; UTC for one that is not known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def holding(vendor: str, team: str) -> list[House]:
    """The budgets of the house for somebody of this team: the default, unless the vendor or the team has its own; then those."""
    book = houses()
    own = [book[scope] for scope in (f"vendor:{vendor}", f"team:{vendor}/{team}") if scope in book]
    return own or [book["default"]] if "default" in book or own else []


_WHO = """
SELECT coalesce(r.vendor_key, ''), coalesce(r.team, ''), coalesce(nullif(u.time_zone, ''), v.time_zone, ''),
  coalesce(c.avoid, '{}'), coalesce(c.agreed, '{}'), coalesce(c.budget::text, '{}'), coalesce(c.filters::text, '{}')
FROM (SELECT %(who)s::uuid AS id) AS me LEFT JOIN workforce_reviewer r USING (id) LEFT JOIN identity_user u USING (id)
LEFT JOIN workforce_vendor v ON v.key = r.vendor_key LEFT JOIN workforce_choices c ON c.id = me.id
"""  # one round trip: a claim waits for it


def read_profile(user_id: UUID) -> Profile:
    """What holds for one person, as it is now."""
    with rows.prepared() as cursor:
        cursor.execute(_WHO, {"who": user_id})
        vendor, team, own_zone, avoid, agreed, own_budget, wishes = cursor.fetchone()
    wishes = msgspec.json.decode(wishes)
    found = holding(vendor, team)
    house = budgets.strictest(each.budget for each in found)
    own = read_budget(msgspec.json.decode(own_budget))
    filters: dict[str, bool] = {}
    for each in found:
        filters |= each.filters
    return Profile(
        vendor=vendor, team=team, zone=own_zone, avoid=tuple(avoid), agreed=tuple(agreed), own=own,
        house=house, budget=_with_own(house, own),
        filters=merged(filters, wishes, hold=any(each.hold_filters for each in found)), wishes=wishes,
        ask_from=min((each.ask_from for each in found), default=UNTIL_TOLD),
        support="\n\n".join(each.support for each in found if each.support),
    )  # fmt: skip


def _with_own(house: Budget, own: Budget) -> Budget:
    """One's own budget can lower minutes and add breaks; how long a break is and what is kept in reserve stay the house's."""
    both = budgets.strictest([house, own])
    return msgspec.structs.replace(both, reserve=house.reserve, break_minutes=house.break_minutes)


profile = RememberedBy(read_profile)


def spent(user_id: UUID, who: Profile | None = None, now: datetime | None = None) -> Spent:
    """What one person was shown, in their own day and week."""
    who, now = who or profile(user_id), now or clock.now()
    day, week = budgets.day_start(now, who.tz), budgets.week_start(now, who.tz)
    shown = (
        Exposure.objects.filter(reviewer_id=user_id, quarter__gte=week)
        .values("severity", "quarter")
        .annotate(ms=Sum("ms"))
    )
    today: dict[int, int] = {}
    whole: dict[int, int] = {}
    for row in shown:
        whole[row["severity"]] = whole.get(row["severity"], 0) + row["ms"]
        if row["quarter"] >= day:
            today[row["severity"]] = today.get(row["severity"], 0) + row["ms"]
    return Spent(
        today=today, week=whole, lines=budgets.lines(who.budget, today, whole), day_start=day, week_start=week
    )  # fmt: skip


def on_break(user_id: UUID, now: datetime | None = None) -> Rest | None:
    """The break a person is on."""
    now = now or clock.now()
    return Rest.objects.filter(reviewer_id=user_id, taken_at__gt=now - FORGOTTEN, ended_at=None).order_by("-at").first()


def due(user_id: UUID, who: Profile, now: datetime) -> Rest | None:
    """The break that is due now and has not been taken; None once the person has paused for as long anyway."""
    pause = timedelta(minutes=who.budget.break_minutes)
    pace = Pace.objects.filter(pk=user_id).first()
    resting = pace is None or now - pace.seen_at >= pause
    for moment in budgets.planned(who.budget, now, who.tz):
        if moment <= now < moment + pause:
            return Rest(reviewer_id=user_id, kind=Rest.Kind.PLANNED, at=moment, minutes=who.budget.break_minutes)
    if resting:
        return None
    waiting = Rest.objects.filter(reviewer_id=user_id, taken_at=None, at__lte=now, at__gt=now - OPEN_FOR)
    return waiting.order_by("at").first()
