"""The problem of a vendor's week: who there is, by which contract and wishes, and how much of the floor's need is theirs.

Work that exposes is a demand of its own, capped by the week's budget of exposure: an hour of it goes to whoever has most of the cap
left, so it goes round the team instead of staying with the same few.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.engines.staffing.roster import Contract, Demand, Person, Problem, Roster
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, MissingExtra
from watchfloor.policy.models import Policy
from watchfloor.review.domain.calendars import holidays_of
from watchfloor.staffing.domain.base import Base
from watchfloor.staffing.domain.week import LETTERS
from watchfloor.staffing.models import RosterRow, Wishes
from watchfloor.workforce import wellbeing
from watchfloor.workforce.domain import capacity
from watchfloor.workforce.domain.matching import skills
from watchfloor.workforce.models import Reviewer, Vendor
from watchfloor.workforce.queries import roster_row

SEVERE = 4
EXPOSING, OTHER = "exposing", "other"
FULL_DAYS, HOURS = 5, 8
STARTS = [f"{hour:02}:00" for hour in sorted(LETTERS.values())]


def zone_of(vendor: Vendor) -> ZoneInfo:
    """The clock its people go by."""
    try:
        return ZoneInfo(vendor.time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def problem(vendor: Vendor, week: date, base: Base) -> Problem:
    """The vendor's people and needs in the week.

    Raises:
        BadInput: nobody works there.
    """
    rows = list(Reviewer.objects.filter(vendor_key=vendor.key, active=True).order_by("pk"))
    if not rows:
        raise BadInput("nobody", f"Nobody works at {vendor.name}.", where="vendor", hint="Add its people first.")
    wishes = {row.pk: row for row in Wishes.objects.filter(pk__in=[row.pk for row in rows])}
    ends = _ends(vendor.key, week)
    cap = _cap(vendor.key)
    people, contracts = [], {}
    for row in rows:
        strength = capacity.strength(row.share, None, 0, week)
        days = min(6, max(1, round(FULL_DAYS * strength)))
        name = f"{days} x {HOURS} h"
        contracts[name] = Contract(
            name=name, hours=HOURS, shifts=days, starts=STARTS, rest=11, days_off_together=True, most_exposed=cap,
            most_hours=max(48, days * HOURS),
        )  # fmt: skip
        wish = wishes.get(row.pk)
        people.append(
            Person(
                name=str(row.pk), contract=name, skills=[EXPOSING] if _severe(row) else [], last_end=ends.get(str(row.pk)),
                off=[date.fromisoformat(day) for day in wish.away] if wish else [],
                prefers_starts=list(wish.starts) if wish else [], prefers_off=list(wish.days_off) if wish else [],
            )
        )  # fmt: skip
    return Problem(
        start=week,
        demands=_demands(base, vendor.key, week, zone_of(vendor)),
        contracts=list(contracts.values()),
        people=people,
    )


def _demands(base: Base, vendor: str, week: date, zone: ZoneInfo) -> list[Demand]:
    """The vendor's part of the floor's paid need by the hour of its own clock, work that exposes apart."""
    begin = datetime.combine(week, time(0), zone).astimezone(UTC)
    first = begin.weekday() * 24 + begin.hour
    exposing, other = [], []
    for hour in range(168):
        at = (first + hour) % 168
        load = sum(queue.hours[at].value * queue.handling.mean for queue in base.queues)
        severe = sum(queue.hours[at].value * queue.handling.mean * queue.exposure for queue in base.queues)
        people = part(round(base.paid[at]), vendor, base.heads)
        some = min(people, round(people * severe / load)) if load else 0
        exposing.append(some)
        other.append(people - some)
    found = [Demand(name=OTHER, need=other)]
    if any(exposing):
        found.insert(0, Demand(name=EXPOSING, need=exposing, skills=[EXPOSING], exposes=True))
    return found


def part(people: int, vendor: str, heads: dict[str, int]) -> int:
    """A vendor's part of so many people, by how many it has; the parts of all add up (largest remainders, then by name)."""
    total = sum(heads.values())
    if vendor not in heads or not total:
        return people
    shares = {name: people * many / total for name, many in heads.items()}
    left = people - sum(int(share) for share in shares.values())
    lucky = sorted(shares, key=lambda name: (int(shares[name]) - shares[name], name))[:left]
    return int(shares[vendor]) + (vendor in lucky)


def _severe(row: Reviewer) -> bool:
    """Whether somebody may be given severe work: certificates that count, or what a manager said."""
    known = roster_row(row.pk)
    if known is None:
        return False
    held = skills(known.skills, known.certificates, clock.now())
    return held is None or bool(set(held) & _severe_policies())


def _severe_policies() -> set[str]:
    return set(Policy.objects.filter(severity__gte=SEVERE).values_list("key", flat=True))


def _cap(vendor: str) -> int | None:
    """Hours of severe work a week by the house's budget; None where it has none."""
    houses = wellbeing.houses()
    house = houses.get(f"vendor:{vendor}") or houses.get("default")
    if house is None:
        return None
    minutes = [value for level, value in house.budget.week.items() if int(level) >= SEVERE]
    return round(min(minutes) / 60) if minutes else None


def _ends(vendor: str, week: date) -> dict[str, int]:
    """When the last shift of the week before ended, in hours before this one."""
    row = RosterRow.objects.filter(vendor_key=vendor, week=week - timedelta(days=7), state="published").first()
    if row is None or row.roster is None:
        return {}
    found = {}
    for plan in msgspec.convert(row.roster, Roster).people:
        if plan.duties:
            found[plan.name] = 168 - max(duty.begin + duty.hours for duty in plan.duties)
    return found


def holidays(people: Iterable[UUID], week: date) -> dict[int, list[str]]:
    """Public holidays of the markets that these people serve, by day of the week (0 to 6)."""
    markets = sorted({market for row in Reviewer.objects.filter(pk__in=list(people)) for market in row.markets or []})
    found: dict[int, list[str]] = {}
    for market in markets:
        if len(market) != 2:
            continue
        for day in range(7):
            at = week + timedelta(days=day)
            try:
                if at in holidays_of(market, "", at.year):
                    found.setdefault(day, []).append(market)
            except (BadInput, MissingExtra):
                break
    return found
