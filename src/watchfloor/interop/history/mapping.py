"""Which column of a foreign row is which field of ours, as data. Pure; a row that cannot be read says why and costs only itself.

A row is a snapshot of a case at a moment. Columns are named by paths (``via.channel``); ``READY`` has mappings for files and APIs one
meets often.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.kernel.errors import BadInput

FIELDS: Final = (
    "case", "at", "opened_at", "solved_at", "closed_at", "state", "group", "priority", "channel", "category", "reopens", "reassignments",
    "made_sla",
)  # fmt: skip
REQUIRED: Final = ("case", "opened_at")
TIMES: Final = ("at", "opened_at", "solved_at", "closed_at")
COUNTS: Final = ("reopens", "reassignments")
MOST_COUNT: Final = 1_000  # of reopenings: more is a column that is something else
_YES, _NO = {"true", "yes", "y", "1", "met", "t"}, {"false", "no", "n", "0", "missed", "f"}


class Mapping(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``fields``: field -> path. ``solved``: states in which a case counts as solved, where there is no time of solving.

    ``missing``: what stands for nothing. ``dates``: a format of ``strptime``, or empty for ISO 8601; ``zone``: of times without one.
    ``less``: counted one too high there (a ticket that never moved has one group).
    """

    fields: dict[str, str]
    solved: tuple[str, ...] = ()
    missing: tuple[str, ...] = ("",)
    dates: str = ""
    zone: str = "UTC"
    less: tuple[str, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it was at a moment. Counts are totals up to then; None: not known."""

    case: str
    at: datetime
    opened_at: datetime
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    state: str = ""
    group: str = ""
    priority: str = ""
    channel: str = ""
    category: str = ""
    reopens: int | None = None
    reassignments: int | None = None
    made_sla: bool | None = None


READY: Final[dict[str, Mapping]] = {
    "servicenow": Mapping(
        fields={
            "case": "number", "at": "sys_updated_at", "opened_at": "opened_at", "solved_at": "resolved_at", "closed_at": "closed_at",
            "state": "incident_state", "group": "assignment_group", "priority": "priority", "channel": "contact_type",
            "category": "category", "reopens": "reopen_count", "reassignments": "reassignment_count", "made_sla": "made_sla",
        },
        solved=("Resolved", "Closed"), missing=("", "?"), dates="%d-%m-%Y %H:%M",
    ),
    "zendesk": Mapping(
        fields={
            "case": "id", "at": "updated_at", "opened_at": "created_at", "solved_at": "metric_set.solved_at", "state": "status",
            "group": "group_id", "priority": "priority", "channel": "via.channel", "category": "type", "reopens": "metric_set.reopens",
            "reassignments": "metric_set.group_stations",
        },
        solved=("solved", "closed"), less=("reassignments",),
    ),
    "salesforce": Mapping(
        fields={
            "case": "CaseNumber", "at": "LastModifiedDate", "opened_at": "CreatedDate", "solved_at": "ClosedDate",
            "closed_at": "ClosedDate",
            "state": "Status", "group": "OwnerId", "priority": "Priority", "channel": "Origin", "category": "Type",
            "reopens": "reopens", "reassignments": "reassignments",
        },
        solved=("Closed",),
    ),
}  # fmt: skip


def check(mapping: Mapping) -> Mapping:
    """The mapping, if one can work with it."""
    strange = sorted(set(mapping.fields) - set(FIELDS))
    if strange:
        raise BadInput(
            "unknown_field", f"There is no field {strange[0]!r}.", where="fields", hint="Fields: " + ", ".join(FIELDS)
        )
    for name in REQUIRED:
        if not mapping.fields.get(name):
            raise BadInput(
                "missing_mapping", f"Nothing says which column is {name}.", where="fields", hint=f"Like {name}=number."
            )
    try:
        ZoneInfo(mapping.zone)
    except (KeyError, ValueError, OSError):
        raise BadInput(
            "unknown_zone", f"There is no time zone {mapping.zone!r}.", where="zone", hint="Like Europe/Dublin."
        ) from None
    return mapping


def read(row: Map[str, Any], mapping: Mapping) -> Snapshot:
    """One row as a snapshot.

    Raises:
        BadInput: what is wrong with it, in a sentence that names the column.
    """
    found = {field: _value(row, path, mapping) for field, path in mapping.fields.items()}
    zone = ZoneInfo(mapping.zone)
    times = {field: _moment(found.get(field, ""), mapping, field, zone) for field in TIMES}
    opened = times["opened_at"]
    if not found.get("case") or len(found["case"]) > 80:
        raise BadInput(
            "bad_case",
            f"{mapping.fields['case']}: a case has a name of 1 to 80 characters.",
            where=mapping.fields["case"],
        )
    if opened is None:
        raise BadInput(
            "no_opening",
            f"{mapping.fields['opened_at']}: when the case was opened is missing.",
            where=mapping.fields["opened_at"],
        )
    for field in ("solved_at", "closed_at"):
        then = times[field]
        if then is not None and then < opened:
            raise BadInput(
                "before_opening", f"{mapping.fields[field]}: it lies before the opening.", where=mapping.fields[field]
            )
    counts = {field: _count(found.get(field, ""), mapping, field) for field in COUNTS}
    words = {field: found.get(field, "")[:120] for field in ("state", "group", "priority", "channel", "category")}
    return Snapshot(
        case=found["case"], at=times["at"] or times["solved_at"] or opened, opened_at=opened, solved_at=times["solved_at"],
        closed_at=times["closed_at"], made_sla=_truth(found.get("made_sla", ""), mapping), **counts, **words,
    )  # fmt: skip


def only(row: Map[str, Any], mapping: Mapping) -> dict[str, str]:
    """Of a row, the columns that are mapped: what may be kept of one that cannot be read."""
    return {path: _value(row, path, mapping)[:200] for path in mapping.fields.values()}


def _value(row: Map[str, Any], path: str, mapping: Mapping) -> str:
    value: Any = row.get(path)
    if value is None and "." in path:
        value = row
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    text = "" if value is None else str(value).strip()
    return "" if text in mapping.missing else text


def _moment(text: str, mapping: Mapping, field: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    try:
        made = _written(text, mapping.dates) if mapping.dates else datetime.fromisoformat(_colon(text))
        if not 1970 < made.year < 9000:
            raise ValueError
    except ValueError:
        raise BadInput(
            "bad_time", f"{mapping.fields[field]}: {text[:40]!r} is no time.", where=mapping.fields[field]
        ) from None
    return (made if made.tzinfo else made.replace(tzinfo=zone)).astimezone(UTC)


def _written(text: str, form: str) -> datetime:
    return datetime.strptime(text, form)  # noqa: DTZ007  whether it names a zone is asked next


def _colon(text: str) -> str:
    """``...+0000`` as ``...+00:00``."""
    return f"{text[:-2]}:{text[-2:]}" if len(text) > 20 and text[-5] in "+-" and text[-4:].isdigit() else text


def _count(text: str, mapping: Mapping, field: str) -> int | None:
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not 0 <= number <= MOST_COUNT:
        raise BadInput("bad_count", f"{mapping.fields[field]}: {text[:40]!r} is no count.", where=mapping.fields[field])
    return max(0, number - 1) if field in mapping.less else number


def _truth(text: str, mapping: Mapping) -> bool | None:
    if not text:
        return None
    if text.casefold() in _YES | _NO:
        return text.casefold() in _YES
    path = mapping.fields["made_sla"]
    raise BadInput("bad_truth", f"{path}: {text[:40]!r} is neither yes nor no.", where=path)
