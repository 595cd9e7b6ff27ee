"""The columns of a fact: one ledger event, flat and typed, with the dimensions as they were then.

Facts hold no free text and no platform ids. A column that an event does not speak of is null. ``queue`` is where a job is
after the event, ``from_queue`` where a transferred one came from. Times are UTC without a zone (microseconds).
"""

from __future__ import annotations

import hashlib

import polars as pl
from django.utils.translation import gettext_noop as N_

SCHEMA: dict[str, pl.DataType] = {
    "leaf": pl.Int64(),  # place in the Merkle log: unique, and the order of things that touch one row
    "event": pl.String(),
    "moment": pl.Datetime("us"),
    "type": pl.String(),
    "actor_kind": pl.String(),  # user | token | rule | system
    "actor": pl.String(),
    "subject_kind": pl.String(),
    "subject": pl.String(),
    "case_id": pl.String(),
    "job_id": pl.String(),
    "decision_id": pl.String(),
    "appeal_id": pl.String(),
    "queue": pl.String(),
    "from_queue": pl.String(),
    "market": pl.String(),
    "language": pl.String(),
    "policy": pl.String(),
    "harm_group": pl.String(),
    "violation": pl.String(),
    "severity": pl.Int16(),
    "clearance": pl.String(),
    "channel": pl.String(),
    "reporter_kind": pl.String(),
    "vendor": pl.String(),
    "team": pl.String(),
    "reviewer": pl.String(),
    "tenure": pl.String(),  # band of the reviewer's days on the floor
    "kind": pl.String(),  # of job: review | second | appeal | escalation | qa | golden
    "verdict": pl.String(),
    "outcome": pl.String(),
    "cause": pl.String(),
    "why": pl.String(),
    "reason": pl.String(),  # of a report
    "joined": pl.String(),  # what a report did: opened | reopened | open | cooling
    "origin": pl.String(),
    "how": pl.String(),  # a case closed: manual | auto; a week of well-being: which figure
    "solves": pl.Boolean(),  # a job decided that closed its case
    "age_ms": pl.Int64(),  # since the case was opened or last reopened
    "wait_ms": pl.Int64(),
    "active_ms": pl.Int64(),  # focus time of this touch
    "active_total_ms": pl.Int64(),  # focus time of everyone who touched the job
    "after_ms": pl.Int64(),  # since what the event answers: raised, paged, asked, decided (an action confirmed)
    "total_ms": pl.Int64(),  # since the case was first opened
    "paused_ms": pl.Int64(),
    "late_ms": pl.Int64(),  # 0 when in time
    "in_time": pl.Boolean(),
    "touches": pl.Int32(),
    "good": pl.Int32(),  # right answers, of
    "asked": pl.Int32(),
    "weight": pl.Float64(),  # a look at a decision stands for so many decisions, of which
    "weight_right": pl.Float64(),  # so many are right, and
    "weight_grave": pl.Float64(),  # so many gravely wrong
    "state": pl.String(),  # of an exam: passed | failed | void
    "detail": pl.String(),  # why a job was given back
    "due_at": pl.Datetime("us"),
    "item_type": pl.String(),
    "surface": pl.String(),
    "app": pl.String(),
    "rule": pl.String(),
    "action": pl.String(),
}

# Of the columns; facts written with other ones are written again (``facts.export``).
DIGEST = hashlib.sha256(repr([(name, str(kind)) for name, kind in SCHEMA.items()]).encode()).hexdigest()[:16]

_SQL_TYPES = {
    "Int64": "BIGINT", "Int32": "INTEGER", "Int16": "SMALLINT", "String": "VARCHAR", "Boolean": "BOOLEAN", "Float64": "DOUBLE",
    "Datetime(time_unit='us', time_zone=None)": "TIMESTAMP",
}  # fmt: skip
# The facts of a lake that has none yet, as SQL of DuckDB: every column, of its own type, and no row.
NOTHING = "SELECT * FROM (SELECT {}) WHERE false".format(
    ", ".join(f"NULL::{_SQL_TYPES[str(kind)]} AS {name}" for name, kind in SCHEMA.items())
)

# What a number may be split and filtered by, and how it is called on screen (through gettext).
DIMENSIONS: dict[str, str] = {
    "queue": N_("Queue"),
    "market": N_("Market"),
    "policy": N_("Policy"),
    "vendor": N_("Vendor"),
    "channel": N_("Channel"),
    "language": N_("Language"),
    "severity": N_("Severity"),
    "kind": N_("Kind of job"),
    "reason": N_("Report reason"),
    "tenure": N_("Tenure"),
    "team": N_("Team"),
    "reviewer": N_("Reviewer"),
    "violation": N_("Violation"),
    "verdict": N_("Verdict"),
    "origin": N_("Decided by"),
    "item_type": N_("Item type"),
    "surface": N_("Surface"),
    "app": N_("Client app"),
    "rule": N_("Rule"),
}

# Dimensions the demo invents (its texts, senders, times and labels are real).
SIMULATED = frozenset({"market", "vendor", "queue", "tenure", "team", "reviewer", "language"})
