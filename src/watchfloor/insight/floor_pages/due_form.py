"""The service plan as a form and back: a row for each target, a block for each calendar, a field for each weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from watchfloor.insight.floor_pages.parts import number
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.review.domain.priority import Weights
from watchfloor.review.domain.service import DAYS

NEW_ROWS = 2
TARGET = ("name", "policy", "market", "notice", "channel", "severity", "hours", "calendar")
CALENDAR = ("key", "name", "time_zone", "country", "subdivision", "exceptions", *DAYS)


def notices() -> list[tuple[str, str]]:
    """Kinds of reporters, in words."""
    return [
        ("user", _("a user")), ("trusted_flagger", _("a trusted flagger")), ("government", _("a government")),
        ("law_enforcement", _("law enforcement")), ("platform", _("another platform")), ("anonymous", _("nobody named")),
    ]  # fmt: skip


def shown(document: Mapping[str, Any], weights: Weights) -> dict[str, Any]:
    """What the form shows of a document, with empty rows at the end."""
    targets = [_target_shown(each) for each in document.get("targets", [])]
    calendars = [_calendar_shown(each) for each in document.get("calendars", [])]
    return {
        "targets": targets + [dict.fromkeys(TARGET, "") for _n in range(NEW_ROWS)],
        "calendars": [*calendars, {**dict.fromkeys(CALENDAR, ""), "time_zone": "UTC"}],
        "calendar_names": [(each["key"], each["name"] or each["key"]) for each in calendars],
        "warn_minutes": document.get("warn_minutes", 60),
        "weights": {
            "hours_per_point": f"{weights.hours_per_point:g}", "reach_unit": f"{weights.reach_unit:g}", "trusted": f"{weights.trusted:g}",
            "reports": f"{weights.reports:g}", "severity": " ".join(f"{points:g}" for points in weights.severity),
        },
    }  # fmt: skip


def read(asked: Any) -> dict[str, Any]:
    """The document that a form says; ``BadInput`` for what is no number."""
    names = ("hours_per_point", "reach_unit", "trusted", "reports")
    weights: dict[str, Any] = {name: number(asked.get(f"weight_{name}", ""), f"weights.{name}") for name in names}
    weights["severity"] = [number(word, "weights.severity") for word in asked.get("weight_severity", "").split()]
    return {
        "targets": [_target(row, index) for index, row in enumerate(_rows(asked, "target", TARGET)) if row["name"] or row["hours"]],
        "calendars": [_calendar(row, index) for index, row in enumerate(_rows(asked, "calendar", CALENDAR)) if row["key"]],
        "weights": weights, "warn_minutes": int(number(asked.get("warn_minutes", ""), "warn_minutes")),
    }  # fmt: skip


def read_anyhow(asked: Any) -> dict[str, Any]:
    """What can be shown again of a form with a mistake in it: everything that was typed, numbers that are none left out."""
    try:
        return read(asked)
    except WatchfloorError:
        document: dict[str, Any] = {"targets": [], "calendars": []}
        for index, row in enumerate(_rows(asked, "target", TARGET)):
            try:
                document["targets"] += [_target(row, index)] if row["name"] or row["hours"] else []
            except WatchfloorError:
                document["targets"].append({**{k: v for k, v in row.items() if v and k != "hours"}, "minutes": 0})
        document["calendars"] = [
            _calendar(row, n) for n, row in enumerate(_rows(asked, "calendar", CALENDAR)) if row["key"]
        ]
        return document


def field_of(where: str) -> str:
    """The field of the form that an error belongs to: ``targets[2].minutes`` is ``target-2-hours``."""
    place, _dot, name = where.partition(".")
    head, _bracket, index = place.partition("[")
    if index:
        name = {"minutes": "hours"}.get(name.split(".")[-1] if head == "calendars" else name, name.split(".")[-1])
        return f"{head.rstrip('s')}-{index.rstrip(']')}-{name or ('name' if head == 'targets' else 'key')}"
    return f"weight_{name}" if head == "weights" else head or "targets"


def _rows(asked: Any, kind: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    found, index = [], 0
    while f"{kind}-{index}-{names[0]}" in asked and index < 500:
        found.append({name: asked.get(f"{kind}-{index}-{name}", "").strip() for name in names})
        index += 1
    return found


def _target(row: dict[str, str], index: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: row[name] for name in ("name", "policy", "market", "notice", "channel", "calendar") if row[name]
    }
    found["minutes"] = round(number(row["hours"], f"targets[{index}].minutes") * 60)
    if row["severity"]:
        found["severity"] = int(number(row["severity"], f"targets[{index}].severity"))
    return {"name": "", **found}


def _target_shown(target: Mapping[str, Any]) -> dict[str, Any]:
    hours = f"{target['minutes'] / 60:g}" if target.get("minutes") else ""
    return {
        **dict.fromkeys(TARGET, ""),
        **{name: value for name, value in target.items() if name in TARGET},
        "hours": hours,
    }


def _calendar(row: dict[str, str], index: int) -> dict[str, Any]:
    exceptions: dict[str, list[str]] = {}
    for line in filter(str.strip, row["exceptions"].splitlines()):
        day, *hours = line.split()
        exceptions[day] = hours
    found: dict[str, Any] = {
        name: row[name] for name in ("key", "name", "time_zone", "country", "subdivision") if row[name]
    }
    found["week"] = {day: row[day].replace(",", " ").split() for day in DAYS if row[day]}
    return {**found, "exceptions": exceptions} if exceptions else found


def _calendar_shown(calendar: Mapping[str, Any]) -> dict[str, Any]:
    week = {day: " ".join(calendar.get("week", {}).get(day, [])) for day in DAYS}
    lines = "\n".join(" ".join([day, *hours]) for day, hours in calendar.get("exceptions", {}).items())
    plain = {name: calendar.get(name, "") for name in ("key", "name", "time_zone", "country", "subdivision")}
    return {**plain, **week, "exceptions": lines}
