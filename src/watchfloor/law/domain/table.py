"""The clock table: legal periods as versioned data. One document, read and checked here; nothing of a law is written in code.

``{"calendars": [Calendar ...], "clocks": [Rule ...]}``. A running clock is pinned to the version of the table it began under.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.law.domain.spans import UNITS, Length, ends
from watchfloor.review.domain.calendars import Calendar, Hours, Span

STARTS: Final = ("receipt", "valid", "delivery")
ON: Final = ("order", "report", "appeal", "decision", "request", "counter_notice", "breach", "manual")
STOPS: Final = (
    "decision",
    "action_confirmed",
    "notice",
    "answer",
    "acknowledged",
    "appeal_decided",
    "restored",
    "person",
)
PAUSES: Final = ("clarification", "force_majeure", "identity", "extension", "suit")
WHEN: Final = ("kinds", "reporter_kinds", "markets", "policies", "reasons", "channels", "verdicts")
FULL_DAY: Final = ((0, 1440),)
KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{1,59}")


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One legal period.

    Attributes:
        on: what starts it (``ON``); ``when`` narrows that: any of the values named, for each name of ``WHEN``.
        start: from ``receipt``, from the moment the notice is ``valid`` (complete), or from the ``delivery`` of a message.
        amount, unit, zone, end_of_day, roll, calendar: see ``domain.spans``. ``not_before`` is an earliest end in the same unit.
        pauses: what may stop the clock for a time. ``stops``: what ends it, the first of them.
        recipient, proof: whom the result goes to, and what shows that it was done.
        warn: the share of the period after which on-call hears of it. ``page``: the severity of those pages; 0 = nobody is paged.
        source: where the figures are from and how sure they are ("check before relying").
        own: a target of the house where the law only says "without undue delay".
    """

    key: str
    name: str
    instrument: str
    article: str = ""
    trigger: str = ""
    on: str = "manual"
    when: dict[str, list[str]] = {}
    start: str = "receipt"
    amount: int = 0
    unit: str = "hours"
    not_before: int = 0
    calendar: str = ""
    zone: str = "UTC"
    end_of_day: bool = False
    roll: bool = False
    pauses: list[str] = []
    stops: list[str] = []
    recipient: str = ""
    proof: str = ""
    warn: float = 0.5
    page: int = 0
    source: str = ""
    own: bool = False
    active: bool = True

    @property
    def length(self) -> Length:
        """The period as ``domain.spans`` counts it."""
        return Length(
            amount=self.amount, unit=self.unit, zone=self.zone, end_of_day=self.end_of_day, roll=self.roll
        )  # fmt: skip

    def fits(self, facts: dict[str, str]) -> bool:
        """Whether what happened is what this rule speaks of; ``facts`` has the names of ``WHEN`` in the singular."""
        return self.active and all(facts.get(SINGULAR[name], "") in wanted for name, wanted in self.when.items())


SINGULAR: Final = {
    "kinds": "kind", "reporter_kinds": "reporter_kind", "markets": "market", "policies": "policy", "reasons": "reason",
    "channels": "channel", "verdicts": "verdict",
}  # fmt: skip


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the table, ready to be asked."""

    number: int = 0
    calendars: dict[str, Calendar] = {}
    clocks: dict[str, Rule] = {}

    def due(self, rule: Rule, start: datetime, pauses: Sequence[Span] = ()) -> datetime:
        """When the period that began at ``start`` is over."""
        return ends(rule.length, start, pauses, self.hours(rule.calendar))

    def earliest(self, rule: Rule, start: datetime, pauses: Sequence[Span] = ()) -> datetime | None:
        """Before when the thing must not be done; None where it may be done at once."""
        if not rule.not_before:
            return None
        return ends(
            msgspec.structs.replace(rule.length, amount=rule.not_before), start, pauses, self.hours(rule.calendar)
        )

    def warn_at(self, rule: Rule, start: datetime, due: datetime) -> datetime:
        """When on-call hears that it will be due."""
        return start + (due - start) * rule.warn

    def hours(self, key: str) -> Hours | None:
        """The calendar, ready; None for the plain clock."""
        return Hours(self.calendars[key]) if key else None

    def on(self, happened: str, facts: dict[str, str]) -> list[Rule]:
        """The rules that what happened starts."""
        return [rule for rule in self.clocks.values() if rule.on == happened and rule.fits(facts)]


def read(document: dict[str, Any], number: int = 0) -> Table:
    """A document as a table; every mistake is a ``BadInput`` that says where."""
    calendars: dict[str, Calendar] = {}
    for place, entry in enumerate(document.get("calendars", [])):
        made = _calendar(entry, f"calendars[{place}]")
        calendars[made.key] = made
    clocks: dict[str, Rule] = {}
    for place, entry in enumerate(document.get("clocks", [])):
        where = f"clocks[{place}]"
        try:
            rule = msgspec.convert(entry, Rule)
        except msgspec.ValidationError as wrong:
            raise BadInput("bad_clock", f"{wrong}.", where=where) from None
        _check(rule, calendars, where)
        if rule.key in clocks:
            raise BadInput("key_twice", f"Two clocks are called {rule.key!r}.", where=where)
        clocks[rule.key] = rule
    return Table(number=number, calendars=calendars, clocks=clocks)


def _calendar(entry: dict[str, Any], where: str) -> Calendar:
    """``{key, name, time_zone, days = ["mon" ...], closed = [dates], country, subdivision}``."""
    try:
        days = [str(day) for day in entry["days"]]
        week = tuple(FULL_DAY if name in days else () for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
        closed = tuple((_date(day), ()) for day in entry.get("closed", []))
        ZoneInfo(entry.get("time_zone", "UTC"))
        return Calendar(
            key=str(entry["key"]), name=str(entry.get("name", "")), time_zone=entry.get("time_zone", "UTC"), week=week,
            country=str(entry.get("country", "")), subdivision=str(entry.get("subdivision", "")), exceptions=closed,
        )  # fmt: skip
    except (KeyError, ValueError, TypeError, AttributeError) as wrong:
        raise BadInput(
            "bad_calendar", f"This calendar cannot be read: {wrong}.", where=where,
            hint="It has a key, days (mon to sun), a time zone and dates on which it is closed.",
        ) from None  # fmt: skip


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _check(rule: Rule, calendars: dict[str, Calendar], where: str) -> None:
    def bad(field: str, words: str, hint: str = "") -> BadInput:
        return BadInput("bad_clock", words, where=f"{where}.{field}", hint=hint)

    if not KEY.fullmatch(rule.key):
        raise bad("key", f"{rule.key!r} is no key.", "Small letters, digits, dots and dashes.")
    if not rule.name.strip() or not rule.instrument.strip():
        raise bad("name", f"The clock {rule.key!r} needs a name and the instrument it stands in.")
    if rule.unit not in UNITS:
        raise bad("unit", f"{rule.unit!r} is no unit.", "One of: " + ", ".join(UNITS))
    if not 1 <= rule.amount <= 3660 or not 0 <= rule.not_before <= rule.amount:
        raise bad("amount", "The amount is 1 to 3660, and the earliest end no more than that.")
    if not 0 < rule.warn < 1:
        raise bad("warn", "The warning comes after a share of the period between 0 and 1.")
    if not 0 <= rule.page <= 5:
        raise bad("page", "The severity of its pages is 0 (nobody is paged) to 5.")
    if rule.calendar and rule.calendar not in calendars:
        raise bad("calendar", f"There is no calendar {rule.calendar!r}.", "Calendars: " + ", ".join(calendars))
    if rule.unit == "business_days" and not rule.calendar:
        raise bad("calendar", "Business days need a calendar.")
    if rule.roll and not rule.calendar:
        raise bad("roll", "Ending on the next open day needs a calendar.")
    try:
        ZoneInfo(rule.zone)
    except (KeyError, ValueError):
        raise bad("zone", f"{rule.zone!r} is no time zone.") from None
    for field, values, known in (
        ("on", [rule.on], ON), ("start", [rule.start], STARTS), ("pauses", rule.pauses, PAUSES), ("stops", rule.stops, STOPS),
        ("when", list(rule.when), WHEN),
    ):  # fmt: skip
        for value in values:
            if value not in known:
                raise bad(field, f"{value!r} is not known here.", "One of: " + ", ".join(known))
    if not rule.stops:
        raise bad("stops", "Say what ends the clock.", "One of: " + ", ".join(STOPS))
