"""The tables one may ask: the facts and what is derived from them, with the columns that name no person for what is private to them."""

from __future__ import annotations

from typing import Final

from watchfloor.insight.persons import TOLD
from watchfloor.insight.relations import RELATIONS
from watchfloor.insight.schema import DIMENSIONS, SCHEMA

# Who did something is told of decisions only (see ``persons``): who took a job, gave it back or was away is nobody's to query.
_SAID = f"type IN {TOLD}"
_OWN = ("actor", "subject", "event")
FACTS: Final[dict[str, str]] = {
    name: f"CASE WHEN {_SAID} THEN {name} END" if name in ("reviewer", "tenure", "team") else name
    for name in SCHEMA
    if name not in _OWN
}
# What a week of well-being publishes is for its own pages; what was shown to people is theirs.
PUBLIC: Final = (
    "type NOT LIKE 'wellbeing%' AND type NOT LIKE 'exposure%' AND type NOT LIKE 'media.%' AND type NOT LIKE 'presence%' "
    "AND type NOT LIKE 'glass%' AND type NOT LIKE 'protected%' AND type NOT LIKE 'read.%' AND type NOT LIKE 'break%' "
    "AND coalesce(why, '') <> 'stepped_back'"
)
_OF_PEOPLE = frozenset({"reviewer", "tenure", "team"})
_KEEP_PEOPLE = frozenset({"decisions"})  # derived relations whose rows are decisions

NOTES: Final[dict[str, str]] = {
    "facts": "one row for each ledger event",
    "spans": "one row for each time a job was open in one queue",
    "jobs": "one row for each life of a job",
    "cases": "one row for each opening of a case",
    "solves": "one row for each solve event",
    "decisions": "one row for each decision, with its appeal",
}
_DERIVED: Final[dict[str, tuple[str, ...]]] = {
    "spans": ("leaf", "case_id", "job_id", "cause", "started_by", "ended_by", "started", "ended", "due_at", "born"),
    "jobs": ("leaf", "case_id", "job_id", "ready_at", "due_at", "decided_at", "cancelled_at", "active_total_ms"),
    "cases": (
        "leaf", "case_id", "opened_at", "first_human_at", "closed_at", "how", "leases", "jobs_decided", "escalations",
    ),
    "solves": ("leaf", "case_id", "type", "how", "moment", "age_ms", "reopened_at"),
    "decisions": ("leaf", "case_id", "decision_id", "moment", "appealed_at", "overturned_at"),
}  # fmt: skip


def columns() -> dict[str, list[str]]:
    """The tables with their columns, as one may name them."""
    found = {"facts": list(FACTS)}
    for name, own in _DERIVED.items():
        if name in RELATIONS:
            found[name] = [*own, *_dimensions(name)]
    return found


def _dimensions(name: str) -> list[str]:
    return [each for each in DIMENSIONS if each in SCHEMA and (name in _KEEP_PEOPLE or each not in _OF_PEOPLE)]


def selections() -> dict[str, str]:
    """For each table, what is selected of the unfiltered relation to make it."""
    found = {"facts": ", ".join(f"{expression} AS {name}" for name, expression in FACTS.items())}
    for name, own in _DERIVED.items():
        if name in RELATIONS:
            found[name] = ", ".join([*own, *_dimensions(name)])
    return found
