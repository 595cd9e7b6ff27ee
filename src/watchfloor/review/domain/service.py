"""The service plan: how soon what is due, in which hours, and what weighs how much; one versioned document, read and checked here.

``{"calendars": [...], "targets": [...], "weights": {...}, "warn_minutes": 60}``. Of the targets that fit a piece of work the
most specific counts: the one that names more of it; of two that name as many, the one that names what stands first in ``WHEN``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.review.domain.calendars import MINUTES_A_DAY, Calendar, Hours, Opening, holidays_of
from watchfloor.review.domain.priority import DEFAULT_WEIGHTS, Weights, check_weights

WHEN: Final = ("policy", "market", "notice", "channel", "severity")
LONGEST_MINUTES: Final = 366 * MINUTES_A_DAY


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a target may ask about a piece of work. ``notice``: the kind of reporter (user, trusted_flagger, government ...)."""

    policy: str
    market: str = ""
    notice: str = ""
    channel: str = ""
    severity: int = 0


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """So many minutes for the work that fits. "" and None ask nothing; ``severity`` is the least that fits.

    ``calendar`` "" lets the clock run day and night; else only the open hours of that calendar count.
    """

    name: str
    minutes: int
    calendar: str = ""
    policy: str = ""
    market: str = ""
    notice: str = ""
    channel: str = ""
    severity: int | None = None

    def fits(self, work: Work) -> bool:
        """Whether this target speaks of this work."""
        return (
            self.policy in ("", work.policy)
            and self.market in ("", work.market)
            and self.notice in ("", work.notice)
            and self.channel in ("", work.channel)
            and (self.severity is None or work.severity >= self.severity)
        )

    @property
    def asks(self) -> tuple[bool, ...]:
        """Which of ``WHEN`` it names."""
        return tuple(getattr(self, name) not in ("", None) for name in WHEN)

    @property
    def rank(self) -> tuple[Any, ...]:
        """Sorts targets that fit the same work: the greatest counts. No two targets of a plan that fit one work have the same."""
        return (sum(self.asks), self.asks, self.severity or 0)


class ServicePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the plan, ready to be asked. ``number`` 0 is the plan before there was one: nothing in it."""

    number: int = 0
    calendars: dict[str, Calendar] = {}
    targets: tuple[Target, ...] = ()
    weights: Weights = DEFAULT_WEIGHTS
    warn: timedelta = timedelta(minutes=60)
    hours: dict[str, Any] = {}  # calendar key -> Hours

    def target(self, work: Work) -> Target | None:
        """The most specific target that fits, or None."""
        return max((each for each in self.targets if each.fits(work)), key=lambda each: each.rank, default=None)

    def clock(self, key: str) -> Hours | None:
        """The hours of a calendar; None for the plain clock."""
        return self.hours.get(key)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One source of a due time. ``by``: target | queue | policy; ``name`` is the target's, queue's or policy's own name.

    Another source of due times (a law's deadline) is one more of these; the earliest counts.
    """

    by: str
    name: str
    at: datetime
    minutes: int
    calendar: str = ""


def earliest(sources: Sequence[Due]) -> Due:
    """The due time that counts: the earliest; of two that are as early, the one that was named first."""
    return min(sources, key=lambda each: each.at)


def read(document: Mapping[str, Any], number: int = 0) -> ServicePlan:
    """Check a document and make it ready; ``BadInput`` says what is wrong and where."""
    unknown = set(document) - {"calendars", "targets", "weights", "warn_minutes"}
    if unknown:
        raise BadInput("unknown_part", f"A service plan has no {sorted(unknown)[0]!r}.", where=sorted(unknown)[0])
    calendars: dict[str, Calendar] = {}
    for index, data in enumerate(document.get("calendars") or ()):
        calendar = _calendar(data, f"calendars[{index}]")
        if calendar.key in calendars:
            raise BadInput(
                "calendar_twice", f"Two calendars are called {calendar.key}.", where=f"calendars[{index}].key"
            )
        calendars[calendar.key] = calendar
    targets = _targets(document.get("targets") or (), calendars)
    warn = document.get("warn_minutes", 60)
    if not isinstance(warn, int) or isinstance(warn, bool) or not 0 <= warn <= LONGEST_MINUTES:
        raise BadInput(
            "bad_warning", "The warning comes so many whole minutes before the due time.", where="warn_minutes"
        )
    return ServicePlan(
        number=number, calendars=calendars, targets=targets, weights=check_weights(document.get("weights") or {}),
        warn=timedelta(minutes=warn), hours={key: Hours(each) for key, each in calendars.items()},
    )  # fmt: skip


def _targets(documents: Sequence[Mapping[str, Any]], calendars: Mapping[str, Calendar]) -> tuple[Target, ...]:
    found: list[Target] = []
    asked: dict[tuple[Any, ...], str] = {}
    for index, data in enumerate(documents):
        where = f"targets[{index}]"
        try:
            target = msgspec.convert(dict(data), Target)
        except (msgspec.ValidationError, TypeError, ValueError) as error:
            raise BadInput("bad_target", f"This target cannot be read: {error}.", where=where) from None
        if not target.name.strip():
            raise BadInput(
                "missing_name", "A target needs a name: it is told to people as the reason.", where=f"{where}.name"
            )
        if any(each.name == target.name for each in found):
            raise BadInput("target_twice", f"Two targets are called {target.name}.", where=f"{where}.name")
        if not 0 < target.minutes <= LONGEST_MINUTES:
            raise BadInput("bad_minutes", "A target is a number of minutes, a year at most.", where=f"{where}.minutes")
        if target.calendar and target.calendar not in calendars:
            raise BadInput(
                "unknown_calendar", f"There is no calendar {target.calendar}.", where=f"{where}.calendar",
                hint=f"Known: {', '.join(sorted(calendars)) or 'none yet'}.",
            )  # fmt: skip
        if target.severity is not None and not 0 <= target.severity <= 5:
            raise BadInput("bad_severity", "Severity goes from 0 to 5.", where=f"{where}.severity")
        same = tuple(getattr(target, name) for name in WHEN)
        if same in asked:
            raise BadInput(
                "same_target",
                f"{target.name} fits the same work as {asked[same]}.",
                where=where,
                hint="Keep one of them.",
            )
        asked[same] = target.name
        found.append(target)
    return tuple(found)


class _CalendarIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A calendar as it is written: ``week`` by day, hours as "09:00-17:30"; ``exceptions`` by date."""

    key: str
    name: str = ""
    time_zone: str = "UTC"
    week: dict[str, list[str]] = {}
    country: str = ""
    subdivision: str = ""
    exceptions: dict[str, list[str]] = {}


DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _calendar(data: Mapping[str, Any], where: str) -> Calendar:
    try:
        given = msgspec.convert(dict(data), _CalendarIn)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise BadInput("bad_calendar", f"This calendar cannot be read: {error}.", where=where) from None
    if not given.key.strip():
        raise BadInput("missing_key", "A calendar needs a key.", where=f"{where}.key")
    try:
        ZoneInfo(given.time_zone)
    except (KeyError, ValueError, OSError):
        raise BadInput(
            "unknown_zone", f"There is no time zone {given.time_zone!r}.", where=f"{where}.time_zone",
            hint="Use a name such as Europe/Madrid.",
        ) from None  # fmt: skip
    for day in given.week:
        if day not in DAYS:
            raise BadInput("unknown_day", f"{day!r} is no day.", where=f"{where}.week", hint=", ".join(DAYS))
    week = tuple(openings(given.week.get(day, []), f"{where}.week.{day}") for day in DAYS)
    if not any(week):
        raise BadInput("never_open", f"The calendar {given.key} is never open.", where=f"{where}.week")
    try:
        holidays_of(given.country, given.subdivision, 2026)
    except BadInput as error:
        raise BadInput(error.code, error.message, where=f"{where}.country", hint=error.hint) from None
    exceptions = []
    for text, hours in sorted(given.exceptions.items()):
        try:
            day_ = date.fromisoformat(text)
        except ValueError:
            raise BadInput(
                "bad_date", f"{text!r} is no date.", where=f"{where}.exceptions", hint="Write it 2026-12-24."
            ) from None
        exceptions.append((day_, openings(hours, f"{where}.exceptions.{text}")))
    return Calendar(
        key=given.key, name=given.name, time_zone=given.time_zone, week=week, country=given.country,
        subdivision=given.subdivision, exceptions=tuple(exceptions),
    )  # fmt: skip


def openings(texts: Sequence[str], where: str) -> tuple[Opening, ...]:
    """``["09:00-13:00", "14:00-17:30"]`` as minutes; ``BadInput`` for what is no span or overlaps."""
    found = []
    for text in texts:
        try:
            first, last = (_minutes(part) for part in text.split("-"))
        except ValueError:
            raise BadInput(
                "bad_hours", f"{text!r} is no span of hours.", where=where, hint="Write it 09:00-17:30."
            ) from None
        if not 0 <= first < last <= MINUTES_A_DAY:
            raise BadInput(
                "bad_hours", f"{text!r} does not end after it begins.", where=where, hint="A day ends at 24:00."
            )
        found.append((first, last))
    found.sort()
    for (_, end), (begin, _) in pairwise(found):
        if begin < end:
            raise BadInput("hours_overlap", "Hours of one day overlap.", where=where)
    return tuple(found)


def _minutes(text: str) -> int:
    hour, minute = text.strip().split(":")
    if not 0 <= int(minute) < 60:
        raise ValueError(text)
    return int(hour) * 60 + int(minute)
