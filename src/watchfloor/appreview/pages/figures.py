"""An app's days as the pages show them: each figure, and whether it was out of line."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from watchfloor.appreview.domain import drift
from watchfloor.appreview.domain.telemetry import Day
from watchfloor.appreview.models import ApiApp
from watchfloor.appreview.pages import words

SHOWN = 14
COLUMNS = (
    "calls", "write_share", "mix_distance", "actors", "errors", "reports_per_1000", "spam_share", "block_rate", "new_share",
    "near_duplicates", "rhythm",
)  # fmt: skip
PLAIN = {"calls": 0, "actors": 0, "reports_per_1000": 1, "block_rate": 1}  # the others are shares


def context(app: ApiApp) -> dict[str, Any]:
    """What ``appreview/figures.html`` needs: the newest days first."""
    days = []
    for row in app.days.order_by("-day")[:SHOWN]:
        day = msgspec.convert(row.figures, Day)
        out = {alarm["figure"] for alarm in row.alarms}
        values = {name: getattr(day, name, None) for name in COLUMNS}
        values["mix_distance"] = drift.distance(day, app.mix) if app.mix and day.calls else None
        cells = [
            {"value": values[name], "is_share": name not in PLAIN, "places": PLAIN.get(name, 0), "out": name in out}
            for name in COLUMNS
        ]
        days.append({"day": day.day, "cells": cells})
    names = words.figures()
    columns: list[dict[str, Any]] = [{"key": "day", "label": _("Day")}]
    columns += [{"key": name, "label": names[name], "number": True} for name in COLUMNS]
    return {"days": days, "day_columns": columns}
