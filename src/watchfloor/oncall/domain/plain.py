"""A schedule in a file, with names instead of ids: what ``watchfloor oncall schedule`` reads. No server, no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.oncall.domain import pay, rest
from watchfloor.oncall.domain.ics import Entry, moment
from watchfloor.oncall.domain.load import Load, load
from watchfloor.oncall.domain.schedule import Override, Schedule, Shift, final, gaps, reach, read

PAY = ("total", "working", "weekday", "weekend", "holiday", "night", "pages")


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a person is called, and whose wall their hours are counted on ("": the schedule's)."""

    name: str = ""
    zone: str = ""


class _Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    person: str
    start: str
    end: str


class _Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    person: str
    at: str


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    zone: str
    layers: list[dict[str, Any]]
    name: str = "On call"
    people: dict[str, Person] = {}
    overrides: list[_Override] = []
    rules: dict[str, float] = {}
    holidays: list[date] = []
    pages: list[_Page] = []


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the rules of on-call read it; ``names`` has everybody by id."""

    name: str
    schedule: Schedule
    overrides: list[Override]
    rules: rest.Rules
    names: dict[UUID, str]
    zones: dict[UUID, str]
    holidays: list[date]
    pages: list[tuple[UUID, datetime]]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on between two moments, and what that asks of whom."""

    shifts: list[Shift]
    gaps: list[tuple[datetime, datetime]]
    breaches: list[rest.Breach]
    load: list[Load]
    pay: list[pay.Hours]


def parse(text: str | bytes) -> Plan:
    """A plan from JSON.

    Raises:
        BadInput: something makes no sense; ``where`` is the field.
    """
    try:
        found = msgspec.json.decode(text, type=_File)
    except msgspec.DecodeError as error:
        raise BadInput("bad_file", f"The file does not fit: {error}.", where="file") from None
    schedule = read(found.zone, [_with_ids(layer, number) for number, layer in enumerate(found.layers)])
    keys = dict.fromkeys([
        *found.people, *(key for layer in found.layers for key in layer["people"]), *(each.person for each in found.overrides),
    ])  # fmt: skip
    known = {key: found.people.get(key, Person()) for key in keys}
    for key, person in known.items():
        _zone(person.zone or found.zone, f"people.{key}.zone")
    overrides = [
        Override(
            id_of(each.person),
            _read(each.start, found.zone, f"overrides[{number}].start"),
            _read(each.end, found.zone, f"overrides[{number}].end"),
        )
        for number, each in enumerate(found.overrides)
    ]
    for number, over in enumerate(overrides):
        if over.end <= over.start:
            raise BadInput("bad_span", "An override ends after it begins.", where=f"overrides[{number}].end")
    for number, page in enumerate(found.pages):
        if page.person not in known:
            raise BadInput("unknown_person", f"{page.person[:60]!r} takes no turns.", where=f"pages[{number}].person")
    return Plan(
        name=found.name, schedule=schedule, overrides=overrides, rules=rest.read(found.rules),
        names={id_of(key): person.name or key for key, person in known.items()},
        zones={id_of(key): person.zone or found.zone for key, person in known.items()}, holidays=found.holidays,
        pages=[
            (id_of(each.person), _read(each.at, found.zone, f"pages[{number}].at"))
            for number, each in enumerate(found.pages)
        ],
    )  # fmt: skip


def answer(plan: Plan, start: datetime, end: datetime) -> Answer:
    """Everything there is to say of a plan between two moments."""
    shifts = final(plan.schedule, plan.overrides, start, end)
    on = sorted({each.person for each in shifts}, key=lambda person: plan.names[person])
    paged = {person: [at for who, at in plan.pages if who == person and start <= at < end] for person in plan.names}
    return Answer(
        shifts=shifts, gaps=gaps(shifts, start, end), breaches=rest.breaches(plan.rules, shifts),
        load=[load(person, plan.zones[person], shifts, paged[person]) for person in on],
        pay=[
            pay.hours(person, plan.zones[person], shifts, holidays=plan.holidays, pages=len(paged[person])) for person in on
        ],
    )  # fmt: skip


def entries(plan: Plan, found: Answer) -> list[Entry]:
    """The shifts as events of a calendar."""
    return [
        Entry(
            uid=f"{moment(each.start)}-{each.person}@watchfloor", start=each.start, end=each.end,
            summary=f"{plan.names[each.person]} · {plan.name}",
        )
        for each in found.shifts
    ]  # fmt: skip


def pay_rows(plan: Plan, found: Answer) -> list[list[str]]:
    """A head and a row for each person, as CSV cells that no spreadsheet runs."""
    rows = [["person", *PAY]]
    for each in found.pay:
        cells = [f"{getattr(each, name):.4f}".rstrip("0").rstrip(".") for name in PAY[:-1]]
        rows.append([cell(plan.names[each.person]), *cells, str(each.pages)])
    return rows


def as_json(plan: Plan, found: Answer) -> dict[str, Any]:
    """Everything as plain values: names for people, UTC for moments, hours for lengths."""

    def named(each: msgspec.Struct) -> dict[str, Any]:
        values: dict[str, Any] = msgspec.to_builtins(each)
        return {**values, "person": plan.names[UUID(values["person"])]}

    return {
        "name": plan.name, "zone": plan.schedule.zone, "shifts": [named(each) for each in found.shifts],
        "gaps": [{"start": first, "end": last} for first, last in found.gaps],
        "breaches": [named(each) for each in found.breaches], "load": [named(each) for each in found.load],
        "pay": [named(each) for each in found.pay],
    }  # fmt: skip


def cell(text: str) -> str:
    """A text as a CSV cell; what a spreadsheet would run is quoted with an apostrophe."""
    safe = f"'{text}" if text[:1] in "=+-@\t\r" else text
    return '"' + safe.replace('"', '""') + '"' if any(char in safe for char in ',"\r\n') else safe


def day(text: str, zone: str) -> datetime:
    """A day or a moment on the wall of a zone (or with an offset), as an instant."""
    return _read(text, zone, "--from, --to")


def id_of(key: str) -> UUID:
    """The same id for the same name, in every file."""
    return uuid5(NAMESPACE_URL, f"watchfloor:person:{key}")


def _with_ids(layer: Mapping[str, Any], number: int) -> dict[str, Any]:
    people = layer.get("people")
    if not isinstance(people, list) or not all(isinstance(key, str) and key for key in people):
        raise BadInput("bad_people", "The people of a layer are a list of names.", where=f"layers[{number}].people")
    begins = _written(str(layer.get("begins", "")), f"layers[{number}].begins")
    return {**layer, "people": [str(id_of(key)) for key in people], "begins": begins.isoformat()}


def _read(text: str, zone: str, where: str) -> datetime:
    at = _written(text, where)
    try:
        return reach(zone, at) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise BadInput("bad_time", f"{text[:40]!r} is outside the calendar.", where=where) from None


def _written(text: str, where: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("bad_time", f"{text[:40]!r} is no day or time.", where=where, hint="2026-11-23T09:00") from None


def _zone(zone: str, where: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadInput("unknown_zone", f"{zone[:60]!r} is no time zone.", where=where, hint="Europe/Dublin") from None
