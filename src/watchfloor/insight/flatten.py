"""From a ledger event to a fact row: names made one, ids taken out of subjects, times to UTC."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from watchfloor.insight.schema import SCHEMA

log = logging.getLogger(__name__)
# Events name some things by their model's column; facts by the dimension's short name.
ALIASES = {
    "queue_key": "queue",
    "policy_key": "policy",
    "violation_key": "violation",
    "vendor_key": "vendor",
    "source": "app",  # of a report: the system that sent it
    "action_key": "action",
    "reviewer_id": "reviewer",
    "measure": "how",  # of a published week of well-being: which figure
    "shown_ms": "active_ms",
    "times": "touches",
    "first_origin": "origin",  # an appeal is about the decision that was made first
    "took_ms": "after_ms",
    "right": "good",
    "total": "asked",
    "did": "outcome",  # of a bank's match
    "views_avoided": "touches",
    "confirmed": "good",
}
# What people were shown is theirs: of these the lake knows that they happened, and groups' figures come as ``wellbeing.week``.
PERSONAL = frozenset({"exposure.seen", "media.revealed", "wellbeing.chosen"})
_TAKEN = frozenset(SCHEMA) - {"leaf", "event", "moment", "type", "actor_kind", "actor", "subject_kind", "subject"}
_TRUTHS = frozenset({"solves", "in_time"})
_WHOLE = frozenset(name for name, kind in SCHEMA.items() if kind.is_integer())
_REAL = frozenset(name for name, kind in SCHEMA.items() if kind.is_float())
_TENURE = ((30, "0-30 days"), (90, "31-90 days"), (365, "91-365 days"))


class LedgerRow(msgspec.Struct, frozen=True):
    """What the exporter reads of one sequenced event."""

    leaf: int
    id: str
    type: str
    at: datetime
    actor: str
    subject: str
    case_id: str | None
    data: Mapping[str, Any]
    changes: list[Any] | None = None  # only where the event leaves an id to its rows (appeal.filed)


class ReviewerThen(msgspec.Struct, frozen=True):
    """What is looked up of a reviewer when the event itself does not say it."""

    vendor: str
    team: str
    started_on: date | None


def flatten(
    row: LedgerRow, reviewers: Mapping[str, ReviewerThen], clearances: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The fact of one event: a value for every column of ``SCHEMA``. ``clearances`` gives those of restricted policies.

    An event that cannot be read becomes a fact that it happened: it must not keep all after it from the numbers.
    """
    try:
        return _filled(_bare(row), row, reviewers, clearances)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError):
        log.exception("the event %s (%s) cannot be read: its fact says only that it happened", row.id, row.type)
        return _bare(row)


def _bare(row: LedgerRow) -> dict[str, Any]:
    """That it happened."""
    fact: dict[str, Any] = dict.fromkeys(SCHEMA)
    actor_kind, _, actor = row.actor.partition(":")
    subject_kind, _, subject = row.subject.partition(":")
    fact.update(
        leaf=row.leaf, event=row.id, moment=naive(row.at), type=row.type, actor_kind=actor_kind, actor=actor,
        subject_kind=subject_kind, subject=subject, case_id=row.case_id,
    )  # fmt: skip
    return fact


def _filled(
    fact: dict[str, Any],
    row: LedgerRow,
    reviewers: Mapping[str, ReviewerThen],
    clearances: Mapping[str, str] | None,
) -> dict[str, Any]:
    """The same with what the event says."""
    subject_kind, _, subject = row.subject.partition(":")
    if row.type in PERSONAL:
        return fact | dict.fromkeys(("actor_kind", "actor", "subject_kind", "subject", "case_id"))
    for name, value in row.data.items():
        column = ALIASES.get(name, name)
        if column in _TAKEN and value is not None and value != "":
            try:
                fact[column] = _typed(column, value)
            except (TypeError, ValueError):  # one event must not keep all after it from the numbers
                log.warning(
                    "%s of the event %s (%s) does not fit the column %s and is left out", name, row.id, row.type, column
                )
    if subject_kind in ("case", "job", "decision", "appeal") and fact[f"{subject_kind}_id"] is None:
        fact[f"{subject_kind}_id"] = subject
    if row.type == "job.transferred":  # the event speaks of where it was; a fact of where it is
        fact["from_queue"], fact["queue"] = fact["queue"], row.data["to_queue"]
    if row.type in ("job.ready", "job.rescheduled") and "allowed_ms" in row.data:
        fact["due_at"] = fact["moment"] + timedelta(milliseconds=row.data["allowed_ms"])
    if row.changes:
        fact["decision_id"] = fact["decision_id"] or _changed(row.changes, "review_appeal", "decision_id")
    if row.type == "action.confirmed":
        fact["after_ms"] = round(row.data.get("seconds", 0) * 1000)
    if row.type == "bank.judged":
        fact["how"] = "appeal" if row.data.get("by_appeal") else "look"
    if fact["reviewer"] is not None:
        fact["reviewer"] = fact["reviewer"].removeprefix("user:")
    _describe_decider(fact, row)
    _describe_reviewer(fact, reviewers)
    if fact["clearance"] is None and clearances and fact["policy"] in clearances:
        fact["clearance"] = clearances[fact["policy"]]
    return fact


def _changed(changes: list[Any], table: str, column: str) -> str | None:
    for name, _row, values in changes:
        if name == table and values.get(column):
            return str(values[column])
    return None


def _describe_decider(fact: dict[str, Any], row: LedgerRow) -> None:
    """``decider`` is a person (then the reviewer) or a rule."""
    kind, _, name = str(row.data.get("decider") or row.actor).partition(":")
    if kind == "rule":
        fact["rule"] = fact["rule"] or name
    elif kind == "user" and row.type == "decision.made":
        fact["reviewer"] = fact["reviewer"] or name


def _describe_reviewer(fact: dict[str, Any], reviewers: Mapping[str, ReviewerThen]) -> None:
    known = reviewers.get(fact["reviewer"]) if fact["reviewer"] is not None else None
    if known is None:
        return
    fact["vendor"] = fact["vendor"] or known.vendor
    fact["team"] = fact["team"] or known.team or None
    if fact["tenure"] is None and known.started_on is not None:
        fact["tenure"] = tenure_band((fact["moment"].date() - known.started_on).days)


def tenure_band(days: int) -> str:
    """The band a reviewer with so many days on the floor belongs to."""
    for limit, name in _TENURE:
        if days <= limit:
            return name
    return "over a year"


def naive(moment: datetime) -> datetime:
    """UTC without its zone, as Parquet keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _typed(column: str, value: Any) -> Any:
    if column == "due_at":
        return naive(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if column in _TRUTHS:
        return bool(value)
    if column in _WHOLE:
        return int(value)
    if column in _REAL:
        return float(value)
    return value if isinstance(value, str) else str(value)
