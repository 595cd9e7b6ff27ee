"""What metrics are counted over: the facts themselves, and a few relations derived from them by windows over one thing's events.

spans     one row for each time a job was open in one queue: ``started``, ``ended`` (null while open), ``born`` (case opened)
jobs      one row for each life of a job (ready to decided or cancelled)
cases     one row for each opening of a case
solves    one row for each solve event, with the reopening that followed
decisions one row for each decision, with what became of it on appeal
"""

from __future__ import annotations

from watchfloor.insight.schema import DIMENSIONS, SCHEMA

FLOW = "('job.ready', 'job.transferred', 'job.decided', 'job.cancelled')"
_DIMS = [name for name in (*DIMENSIONS, "clearance") if name in SCHEMA]
# The newest that is known of a thing.
_LAST = ", ".join(f"arg_max({name}, leaf) FILTER (WHERE {name} IS NOT NULL) AS {name}" for name in _DIMS)

# A solve event: a person's decision that closed its case, or a case closed by a rule.
SOLVE = "((type = 'job.decided' AND solves) OR (type = 'case.closed' AND how = 'auto'))"
_ENTERED = "type IN ('case.opened', 'case.reopened')"

RELATIONS: dict[str, str] = {
    "spans": f"""
        SELECT * FROM (
            SELECT *, lead(moment) OVER job AS ended, lead(type) OVER job AS ended_by
            FROM (
                SELECT leaf, case_id, job_id, {", ".join(_DIMS)}, cause, type, type AS started_by, moment, moment AS started,
                    last_value(due_at IGNORE NULLS) OVER (PARTITION BY job_id ORDER BY leaf) AS due_at,
                    coalesce(max(moment) FILTER (WHERE {_ENTERED}) OVER (PARTITION BY case_id ORDER BY leaf), moment) AS born
                FROM facts WHERE type IN {FLOW} OR {_ENTERED}
            ) WHERE job_id IS NOT NULL
            WINDOW job AS (PARTITION BY job_id ORDER BY leaf)
        ) WHERE started_by IN ('job.ready', 'job.transferred')""",
    "jobs": f"""
        SELECT min(leaf) AS leaf, any_value(case_id) AS case_id, job_id, {_LAST},
            min(moment) FILTER (WHERE type = 'job.ready') AS ready_at,
            arg_max(due_at, leaf) FILTER (WHERE due_at IS NOT NULL) AS due_at,
            max(moment) FILTER (WHERE type = 'job.decided') AS decided_at,
            max(moment) FILTER (WHERE type = 'job.cancelled') AS cancelled_at,
            max(active_total_ms) FILTER (WHERE type = 'job.decided') AS active_total_ms
        FROM (
            SELECT *, count(*) FILTER (WHERE type = 'job.ready') OVER (PARTITION BY job_id ORDER BY leaf) AS life
            FROM facts WHERE type IN {FLOW} OR type = 'job.rescheduled'
        ) GROUP BY job_id, life""",
    "cases": f"""
        SELECT min(leaf) AS leaf, case_id, {_LAST},
            min(moment) FILTER (WHERE {_ENTERED}) AS opened_at,
            min(moment) FILTER (WHERE type = 'decision.made' AND origin = 'human') AS first_human_at,
            max(moment) FILTER (WHERE type = 'case.closed') AS closed_at,
            arg_max(how, leaf) FILTER (WHERE type = 'case.closed') AS how,
            count(*) FILTER (WHERE type = 'job.leased' AND kind <> 'appeal')
                - count(*) FILTER (WHERE type = 'job.released' AND why = 'stepped_back' AND kind <> 'appeal') AS leases,
            count(*) FILTER (WHERE type = 'job.decided' AND kind <> 'appeal') AS jobs_decided,
            count(*) FILTER (WHERE type = 'escalation.raised') AS escalations
        FROM (
            SELECT *, count(*) FILTER (WHERE {_ENTERED})
                OVER (PARTITION BY case_id ORDER BY leaf) AS opening
            FROM facts WHERE case_id IS NOT NULL AND type IN ('case.opened', 'case.reopened', 'case.closed',
                'escalation.raised', 'job.leased', 'job.released', 'job.decided', 'decision.made')
        ) WHERE opening > 0 GROUP BY case_id, opening""",
    "solves": f"""
        SELECT * FROM (
            SELECT leaf, case_id, {", ".join(_DIMS)}, type, solves, how, moment, age_ms,
                CASE WHEN lead(type) OVER life = 'case.reopened' THEN lead(moment) OVER life END AS reopened_at
            FROM facts WHERE type = 'case.reopened' OR {SOLVE}
            WINDOW life AS (PARTITION BY case_id ORDER BY leaf)
        ) WHERE {SOLVE}""",
    "decisions": f"""
        SELECT made.*, filed.moment AS appealed_at, fell.moment AS overturned_at
        FROM (SELECT leaf, case_id, decision_id, moment, {", ".join(_DIMS)} FROM facts
              WHERE type = 'decision.made') AS made
        LEFT JOIN (SELECT decision_id, min(moment) AS moment FROM facts WHERE type = 'appeal.filed' GROUP BY 1) AS filed
            USING (decision_id)
        LEFT JOIN (SELECT decision_id, min(moment) AS moment FROM facts
                   WHERE type = 'decision.superseded' AND why = 'appeal' GROUP BY 1) AS fell
            USING (decision_id)""",
}

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
