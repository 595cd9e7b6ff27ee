"""A floor's history from a plain file (CSV, TSV or JSON lines), with every row that cannot be used named by its line."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from watchfloor.cli.text_rows import BadRow, read_rows
from watchfloor.engines.staffing.calibration import Handled, Stay
from watchfloor.engines.staffing.calibration.presence import KINDS

COLUMNS = ["what", "at", "until", "queue", "seconds", "team", "groups"]
WHATS = ("arrival", "handled", *KINDS)


@dataclass
class History:
    """What a file held: arrivals by queue, what was handled, who was there."""

    arrivals: dict[str, list[datetime]] = field(default_factory=dict)
    handled: list[Handled] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def history(path: Path) -> History:
    """Read it.

    Raises:
        BadInput: the file cannot be read or lacks a column.
    """
    found = History()
    for row in read_rows(path, COLUMNS, found.bad):
        problem = _take(found, {name: value.strip() for name, value in row.columns.items()})
        if problem:
            found.bad.append(BadRow(path.name, row.line, problem))
    return found


def _take(found: History, row: dict[str, str]) -> str:
    """Put one row where it belongs; returns what is wrong with it."""
    what, at = row["what"], _moment(row["at"])
    if what not in WHATS:
        return f"{what[:40]!r} is none of {', '.join(WHATS)}"
    if at is None:
        return f"{row['at'][:40]!r} is no moment; write 2026-11-23T08:00Z"
    if what == "arrival":
        if not row["queue"]:
            return "names no queue"
        found.arrivals.setdefault(row["queue"], []).append(at)
    elif what == "handled":
        try:
            seconds = float(row["seconds"])
        except ValueError:
            seconds = math.nan
        if not row["queue"] or not 0 < seconds < math.inf:
            return "needs a queue and seconds above 0"
        groups = tuple(each.strip() for each in row["groups"].split(";") if each.strip())
        found.handled.append(Handled(row["queue"], seconds, groups))
    else:
        until = _moment(row["until"])
        if not row["team"] or until is None or until <= at:
            return "needs a team, and an end after its beginning"
        found.stays.append(Stay(row["team"], what, at, until))
    return ""


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
