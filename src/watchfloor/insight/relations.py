"""What metrics are counted over: the facts themselves, and a few relations derived from them by windows over one thing's events.

spans     one row for each time a job was open in one queue: ``started``, ``ended`` (null while open), ``born`` (case opened)
jobs      one row for each life of a job (ready to decided or cancelled)
cases     one row for each opening of a case
solves    one row for each solve event, with the reopening that followed
decisions one row for each decision, with what became of it on appeal

``written(name, dialect)`` is the SQL over a relation called ``facts``. It keeps to what DuckDB, ClickHouse and PostgreSQL have in
common (CASE in place of FILTER, no IGNORE NULLS); the rest is the dialect's.
"""

from __future__ import annotations

from functools import lru_cache

from watchfloor.insight.dialects import DUCK, Dialect
from watchfloor.insight.schema import DIMENSIONS, SCHEMA

FLOW = "('job.ready', 'job.transferred', 'job.decided', 'job.cancelled')"
_DIMS = [name for name in (*DIMENSIONS, "clearance") if name in SCHEMA]

# A solve event: a person's decision that closed its case, or a case closed by a rule or by an order over many.
SOLVE = "((type = 'job.decided' AND solves) OR (type = 'case.closed' AND how IN ('auto', 'bulk')))"
_ENTERED = "type IN ('case.opened', 'case.reopened')"
_OF_CASE = "OVER (PARTITION BY case_id ORDER BY leaf)"
_OF_JOB = "OVER (PARTITION BY job_id ORDER BY leaf)"


def _when(aggregate: str, value: str, condition: str) -> str:
    return f"{aggregate}(CASE WHEN {condition} THEN {value} END)"


def _spans(d: Dialect) -> str:
    dims = ", ".join(_DIMS)
    # Of the due times a job was given, the newest: the rows are numbered by how many there were, then the number's one is taken.
    return f"""
        SELECT * FROM (
            SELECT leaf, case_id, job_id, {dims}, cause, type, started_by, moment, moment AS started, born,
                max(due_at) OVER (PARTITION BY job_id, due_number) AS due_at,
                lead(moment) {_OF_JOB} AS ended, lead(type) {_OF_JOB} AS ended_by
            FROM (
                SELECT leaf, case_id, job_id, {dims}, cause, type, type AS started_by, moment, due_at,
                    count(due_at) {_OF_JOB} AS due_number,
                    coalesce({_when("max", "moment", _ENTERED)} {_OF_CASE}, moment) AS born
                FROM facts WHERE type IN {FLOW} OR {_ENTERED}
            ) AS moved WHERE job_id IS NOT NULL
        ) AS stays WHERE started_by IN ('job.ready', 'job.transferred')"""


def _jobs(d: Dialect) -> str:
    return f"""
        SELECT min(leaf) AS leaf, min(case_id) AS case_id, job_id, {_newest(d, _DIMS)},
            {_when("min", "moment", "type = 'job.ready'")} AS ready_at,
            {d.newest("due_at")} AS due_at,
            {_when("max", "moment", "type = 'job.decided'")} AS decided_at,
            {_when("max", "moment", "type = 'job.cancelled'")} AS cancelled_at,
            {_when("max", "active_total_ms", "type = 'job.decided'")} AS active_total_ms
        FROM (
            SELECT *, {_when("count", "1", "type = 'job.ready'")} {_OF_JOB} AS life
            FROM facts WHERE type IN {FLOW} OR type = 'job.rescheduled'
        ) AS lives GROUP BY job_id, life"""


def _cases(d: Dialect) -> str:
    person = "type = 'decision.made' AND origin = 'human'"
    taken, given_back = (
        "type = 'job.leased' AND kind NOT IN ('appeal', 'qa', 'golden')",
        "type = 'job.released' AND why = 'stepped_back' AND kind NOT IN ('appeal', 'qa', 'golden')",
    )
    return f"""
        SELECT *, max(opening) OVER (PARTITION BY case_id) AS openings,
            min(opened_at) OVER (PARTITION BY case_id) AS first_opened_at
        FROM (
            SELECT min(leaf) AS leaf, case_id, opening, {_newest(d, _DIMS)},
                {_when("min", "moment", _ENTERED)} AS opened_at,
                {_when("min", "moment", person)} AS first_human_at,
                {_when("max", "moment", "type = 'case.closed'")} AS closed_at,
                {d.newest("how")} AS how,
                {_when("count", "1", taken)} - {_when("count", "1", given_back)} AS leases,
                {_when("count", "1", "type = 'job.decided' AND kind NOT IN ('appeal', 'qa', 'golden')")} AS jobs_decided,
                {_when("count", "1", "type = 'escalation.raised'")} AS escalations
            FROM (
                SELECT leaf, case_id, {", ".join(_DIMS)}, type, moment, why,
                    CASE WHEN type = 'case.closed' THEN how END AS how,
                    {_when("count", "1", _ENTERED)} {_OF_CASE} AS opening
                FROM facts WHERE case_id IS NOT NULL AND type IN ('case.opened', 'case.reopened', 'case.closed',
                    'escalation.raised', 'job.leased', 'job.released', 'job.decided', 'decision.made')
            ) AS seen WHERE opening > 0 GROUP BY case_id, opening
        ) AS lives"""


def _solves(d: Dialect) -> str:
    return f"""
        SELECT * FROM (
            SELECT leaf, case_id, {", ".join(_DIMS)}, type, solves, how, moment, age_ms,
                CASE WHEN lead(type) {_OF_CASE} = 'case.reopened' THEN lead(moment) {_OF_CASE} END AS reopened_at,
                {_when("count", "1", SOLVE)} OVER (PARTITION BY case_id) AS times
            FROM facts WHERE type = 'case.reopened' OR {SOLVE}
        ) AS closed WHERE {SOLVE}"""


# The kinds of facts that decisions are derived from, and all that ``_decisions`` asks for.
DECISIVE = "type IN ('decision.made', 'appeal.filed', 'decision.superseded')"


def _decisions(d: Dialect) -> str:
    columns = ("leaf", "case_id", "decision_id", "moment", *_DIMS)
    return f"""
        SELECT {", ".join(f"made.{name} AS {name}" for name in columns)}, filed.appealed_at AS appealed_at,
            fell.overturned_at AS overturned_at
        FROM (SELECT {", ".join(columns)} FROM facts WHERE type = 'decision.made') AS made
        LEFT JOIN (SELECT decision_id, min(moment) AS appealed_at FROM facts WHERE type = 'appeal.filed' GROUP BY 1) AS filed
            ON made.decision_id = filed.decision_id
        LEFT JOIN (SELECT decision_id, min(moment) AS overturned_at FROM facts
                   WHERE type = 'decision.superseded' AND why = 'appeal' GROUP BY 1) AS fell
            ON made.decision_id = fell.decision_id"""


def _newest(d: Dialect, columns: list[str]) -> str:
    return ", ".join(f"{d.newest(name)} AS {name}" for name in columns)


_WRITERS = {"spans": _spans, "jobs": _jobs, "cases": _cases, "solves": _solves, "decisions": _decisions}


@lru_cache(32)
def written(name: str, dialect: Dialect) -> str:
    """The SQL of a derived relation over ``facts``; of ``facts`` itself, all of them."""
    return _WRITERS[name](dialect) if name in _WRITERS else "SELECT * FROM facts"


RELATIONS: dict[str, str] = {name: written(name, DUCK) for name in _WRITERS}

# The columns a condition may speak of, beside those of a fact.
COLUMNS: dict[str, frozenset[str]] = {
    "facts": frozenset(SCHEMA),
    "spans": frozenset({*_DIMS, "leaf", "case_id", "job_id", "cause", "started_by", "started", "ended", "ended_by", "born", "due_at", "t"}),
    "jobs": frozenset({*_DIMS, "leaf", "case_id", "job_id", "ready_at", "due_at", "decided_at", "cancelled_at", "active_total_ms"}),
    "cases": frozenset({
        *_DIMS, "leaf", "case_id", "opening", "openings", "opened_at", "first_opened_at", "first_human_at", "closed_at", "how", "leases",
        "jobs_decided", "escalations",
    }),
    "solves": frozenset({*_DIMS, "leaf", "case_id", "type", "solves", "how", "moment", "age_ms", "reopened_at", "times"}),
    "decisions": frozenset({*_DIMS, "leaf", "case_id", "decision_id", "moment", "appealed_at", "overturned_at"}),
}  # fmt: skip

# What a page of rows shows of each relation.
ROW_COLUMNS: dict[str, tuple[str, ...]] = {
    "facts": (
        "moment", "type", "case_id", "queue", "market", "policy", "vendor", "reviewer", "verdict", "cause", "age_ms",
        "active_total_ms", "due_at",
    ),
    "spans": ("started", "ended", "case_id", "job_id", "queue", "market", "policy", "channel", "born", "due_at"),
    "jobs": (
        "ready_at", "due_at", "decided_at", "cancelled_at", "case_id", "queue", "market", "policy", "vendor",
        "active_total_ms",
    ),
    "cases": ("opened_at", "first_human_at", "closed_at", "case_id", "market", "policy", "channel", "how", "leases"),
    "solves": ("moment", "case_id", "queue", "market", "policy", "vendor", "type", "age_ms", "reopened_at"),
    "decisions": ("moment", "case_id", "market", "policy", "vendor", "verdict", "origin", "appealed_at", "overturned_at"),
}  # fmt: skip
