"""Who is on call when: rotations in layers, restricted to hours and days, with overrides on top; exact across changes of the clocks.

A hand-over is a time on the wall of the schedule's zone. It happens at the first instant at which the wall shows that time or a
later one: where the clocks jump over it, at the jump; where it comes twice, the first time. So nobody is on twice and nobody is
left out, and a week with a change of the clocks has 167 or 169 hours. A turn of months ends on the same day of the month, or on the
month's last day where it has no such day; it is counted from the first hand-over, so the 31st comes back after the 28th. Later layers
lie over earlier ones, overrides over all.
"""

from __future__ import annotations

import calendar
import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput

UNITS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
MONTH: Final = "month"  # of no fixed length
LONGEST_MONTH: Final = timedelta(days=31)
MOST_PEOPLE, MOST_LAYERS, MOST_EVERY = 60, 12, 366
OVERRIDE: Final = "override"


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a layer counts: on these days (0 is Monday) from ``start`` to ``end`` ("09:00"); an end not after it is next day."""

    days: tuple[int, ...]
    start: str
    end: str


class Layer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who take turns. ``begins`` is the first hand-over on the wall of the zone; nobody is on before it.

    ``unit`` and ``every``: a turn is so many hours (of elapsed time), days, weeks or months (of the wall). No ``windows``: always.
    """

    name: str
    people: tuple[UUID, ...]
    begins: datetime
    unit: str = "week"
    every: int = 1
    windows: tuple[Window, ...] = ()


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Layers in a zone, the strongest last."""

    zone: str
    layers: tuple[Layer, ...]


class Override(msgspec.Struct, frozen=True):
    """One person instead of whoever it would be; the newest lies on top."""

    person: UUID
    start: datetime
    end: datetime


class Shift(msgspec.Struct, frozen=True):
    """Somebody is on from ``start`` until ``end`` (both UTC, the end not included), by this layer or by an override."""

    person: UUID
    start: datetime
    end: datetime
    layer: str


def read(zone: str, layers: Any) -> Schedule:
    """A schedule from plain values, checked.

    Raises:
        BadInput: something makes no sense; ``where`` is the field.
    """
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadInput("unknown_zone", f"{zone[:60]!r} is no time zone.", where="zone", hint="Europe/Dublin") from None
    try:
        found = msgspec.convert(layers, tuple[Layer, ...])
    except msgspec.ValidationError as error:
        raise BadInput("bad_layers", f"The layers do not fit: {error}.", where="layers") from None
    if not 1 <= len(found) <= MOST_LAYERS:
        raise BadInput("bad_layers", f"A schedule has 1 to {MOST_LAYERS} layers.", where="layers")
    for number, layer in enumerate(found):
        _check(layer, f"layers[{number}]")
    return Schedule(zone=zone, layers=found)


def final(schedule: Schedule, overrides: Sequence[Override], start: datetime, end: datetime) -> list[Shift]:
    """Who is on between two moments, in order, neighbours of one person and layer in one piece; where nobody is on there is nothing."""
    stack = [layer_shifts(schedule.zone, layer, start, end) for layer in schedule.layers]
    for each in overrides:
        first, last = max(start, each.start), min(end, each.end)
        stack.append([Shift(each.person, first, last, OVERRIDE)] if first < last else [])
    edges = sorted({start, end} | {edge for row in stack for one in row for edge in (one.start, one.end)})
    starts = [[one.start for one in row] for row in stack]
    found: list[Shift] = []
    for first, last in itertools.pairwise(edges):
        top = _top(stack, starts, first)
        if top is None:
            continue
        before = found[-1] if found else None
        if before and before.end == first and (before.person, before.layer) == (top.person, top.layer):
            found[-1] = Shift(top.person, before.start, last, top.layer)
        else:
            found.append(Shift(top.person, first, last, top.layer))
    return found


def layer_shifts(zone: str, layer: Layer, start: datetime, end: datetime) -> list[Shift]:
    """The turns of one layer between two moments, cut to its windows; in order, without overlap."""
    turns = list(_turns(zone, layer, start, end))
    if not layer.windows:
        return turns
    open_ = _open(zone, layer.windows, start, end)
    found, place = [], 0
    for turn in turns:
        while place < len(open_) and open_[place][1] <= turn.start:
            place += 1
        at = place
        while at < len(open_) and open_[at][0] < turn.end:
            first, last = max(turn.start, open_[at][0]), min(turn.end, open_[at][1])
            if first < last:
                found.append(Shift(turn.person, first, last, layer.name))
            at += 1
    return found


def on_at(schedule: Schedule, overrides: Sequence[Override], moment: datetime) -> Shift | None:
    """Who is on at a moment (the shift as far as it reaches within that minute), or None."""
    found = final(schedule, overrides, moment, moment + timedelta(minutes=1))
    return found[0] if found and found[0].start <= moment else None


def gaps(shifts: Sequence[Shift], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Where nobody is on, of shifts in order."""
    found, reached = [], start
    for each in shifts:
        if each.start > reached:
            found.append((reached, each.start))
        reached = max(reached, each.end)
    return [*found, (reached, end)] if reached < end else found


def months_later(wall: datetime, months: int) -> datetime:
    """The same time on the same day so many months later, or on that month's last day where it has no such day."""
    place = wall.year * 12 + wall.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return wall.replace(year=year, month=month, day=min(wall.day, calendar.monthrange(year, month)[1]))


@lru_cache(maxsize=100_000)
def reach(zone: str, wall: datetime) -> datetime:
    """The first instant (UTC) at which the wall of ``zone`` shows ``wall`` (naive) or something later."""
    place = ZoneInfo(zone)
    late = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if late.astimezone(place).replace(tzinfo=None) == wall:
        return late
    early = wall.replace(tzinfo=place, fold=1).astimezone(UTC)  # the clocks jump over it: look for the jump in between
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(place).replace(tzinfo=None) >= wall:
            late = middle
        else:
            early = middle
    return late


def _turns(zone: str, layer: Layer, start: datetime, end: datetime) -> Iterable[Shift]:
    number = _number_at(zone, layer, start)
    while (first := _hand_over(zone, layer, number)) < end:
        last = _hand_over(zone, layer, number + 1)
        first, last = max(first, start), min(last, end)
        if first < last:
            yield Shift(layer.people[number % len(layer.people)], first, last, layer.name)
        number += 1


def _hand_over(zone: str, layer: Layer, number: int) -> datetime:
    if layer.unit == "hour":
        return reach(zone, layer.begins) + number * layer.every * UNITS["hour"]
    if layer.unit == MONTH:
        return reach(zone, months_later(layer.begins, number * layer.every))
    return reach(zone, layer.begins + number * layer.every * UNITS[layer.unit])


def _number_at(zone: str, layer: Layer, moment: datetime) -> int:
    """A turn that has begun by ``moment`` and the one after which has not, or 0 before the first."""
    begun = reach(zone, layer.begins)
    longest = LONGEST_MONTH if layer.unit == MONTH else UNITS[layer.unit]
    number = max(0, (moment - begun) // (layer.every * longest) - 1)  # clocks change by less than a turn
    while _hand_over(zone, layer, number + 1) <= moment:
        number += 1
    return number


def _open(zone: str, windows: Sequence[Window], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The times the windows let through, joined, in order."""
    place = ZoneInfo(zone)
    day: date = start.astimezone(place).date() - timedelta(days=2)
    final_day = end.astimezone(place).date() + timedelta(days=1)
    pieces = []
    while day <= final_day:
        for window in windows:
            if day.weekday() in window.days:
                first, last = _time(window.start), _time(window.end)
                until = day if last > first else day + timedelta(days=1)
                piece = (reach(zone, datetime.combine(day, first)), reach(zone, datetime.combine(until, last)))
                if piece[0] < piece[1]:
                    pieces.append(piece)
        day += timedelta(days=1)
    joined: list[tuple[datetime, datetime]] = []
    for first_at, last_at in sorted(pieces):
        if joined and first_at <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last_at))
        else:
            joined.append((first_at, last_at))
    return joined


def _top(stack: list[list[Shift]], starts: list[list[datetime]], moment: datetime) -> Shift | None:
    for row, begun in zip(reversed(stack), reversed(starts), strict=True):
        place = bisect_right(begun, moment) - 1
        if place >= 0 and row[place].end > moment:
            return row[place]
    return None


def _check(layer: Layer, where: str) -> None:
    if not layer.name.strip() or len(layer.name) > 60 or layer.name == OVERRIDE:
        raise BadInput("bad_name", "A layer needs a name of at most 60 characters.", where=f"{where}.name")
    if not 1 <= len(layer.people) <= MOST_PEOPLE:
        raise BadInput("bad_people", f"A layer has 1 to {MOST_PEOPLE} people.", where=f"{where}.people")
    if layer.unit not in UNITS and layer.unit != MONTH:
        raise BadInput(
            "bad_unit", f"{layer.unit[:20]!r} is no length of a turn.", where=f"{where}.unit",
            hint=", ".join([*UNITS, MONTH]),
        )  # fmt: skip
    if not 1 <= layer.every <= MOST_EVERY:
        raise BadInput("bad_every", f"A turn is 1 to {MOST_EVERY} of them.", where=f"{where}.every")
    if layer.begins.tzinfo is not None or layer.begins.second or layer.begins.microsecond:
        raise BadInput(
            "bad_begin",
            "The first hand-over is a time on the wall of the zone, to the minute.",
            where=f"{where}.begins",
        )
    for window in layer.windows:
        if not window.days or not set(window.days) <= set(range(7)):
            raise BadInput("bad_days", "Days are 0 (Monday) to 6.", where=f"{where}.windows")
        _time(window.start, f"{where}.windows")
        _time(window.end, f"{where}.windows")


def _time(text: str, where: str = "") -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day
    except ValueError:
        raise BadInput("bad_time", f"{text[:20]!r} is no time of day.", where=where, hint="09:00") from None
