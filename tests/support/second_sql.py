"""Every number of the catalogue once more: written apart from the compiler, as sub-queries over raw facts in SQLite.

Times are whole microseconds; ``:a`` and ``:b`` bound the span, ``:now`` is the moment that counts as now. A quantile is given as the
query of its values and is taken in Python.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

COLUMNS = (
    "leaf", "moment", "type", "case_id", "job_id", "decision_id", "queue", "market", "policy", "cause", "why", "how", "origin", "verdict",
    "outcome", "joined", "kind", "severity", "solves", "age_ms", "wait_ms", "active_ms", "active_total_ms", "after_ms", "paused_ms",
    "late_ms", "in_time", "touches", "good", "asked", "weight", "weight_right", "weight_grave", "state", "detail", "due_at",
)  # fmt: skip
IN = "moment >= :a AND moment < :b"


def count(condition: str) -> str:
    return f"SELECT count(*) FROM e WHERE {IN} AND ({condition})"


def share(of: str, condition: str) -> str:
    return f"SELECT 1.0 * total(({of}) IS TRUE) / nullif(count(*), 0) FROM e WHERE {IN} AND ({condition})"


def over(above: str, below: str, less: str = "0") -> str:
    return (
        f"SELECT 1.0 * (SELECT count(*) FROM e WHERE {IN} AND {above}) / nullif((SELECT count(*) FROM e WHERE {IN} AND {below})"
        f" - (SELECT count(*) FROM e WHERE {IN} AND {less}), 0)"
    )


def overturned(origin: str) -> str:
    return f"""SELECT avg(EXISTS (SELECT 1 FROM e f WHERE f.type = 'decision.superseded' AND f.why = 'appeal'
        AND f.decision_id = d.decision_id)) FROM e d WHERE d.type = 'decision.made' AND d.verdict = 'violating'
        AND d.origin = '{origin}' AND d.moment >= :a AND d.moment < :b"""


FELL = "(type = 'decision.superseded' AND verdict = 'violating' AND why IN ('appeal', 'undo'))"


def mean(field: str, condition: str) -> str:
    return f"SELECT avg({field}) FROM e WHERE {IN} AND ({condition})"


def values(field: str, condition: str) -> str:
    return f"SELECT {field} FROM e WHERE {IN} AND ({condition})"


def kind(name: str) -> str:
    return f"type = '{name}'"


BULK = "type = 'case.closed' AND how = 'bulk'"
BY_PERSON = f"(type = 'job.decided' AND solves) OR ({BULK})"
SOLVED = f"({BY_PERSON}) OR (type = 'case.closed' AND how = 'auto')"
SOLVED_LATER = SOLVED.replace("type", "n.type").replace("solves", "n.solves").replace("how", "n.how")
OPENED = "type LIKE 'case.%opened'"
BY_HAND = "type = 'job.ready' AND cause IN ('new', 'reopened')"
AT_END = "min(:b, :now)"
OPEN = f"""FROM e r WHERE type = 'job.ready' AND moment < {AT_END} AND NOT EXISTS (SELECT 1 FROM e d WHERE d.job_id = r.job_id
    AND d.leaf > r.leaf AND d.type IN ('job.decided', 'job.cancelled') AND d.moment < {AT_END})"""
AGE = f"""({AT_END} - coalesce((SELECT max(moment) FROM e c WHERE c.case_id = r.case_id AND c.type IN ('case.opened', 'case.reopened')
    AND c.leaf < r.leaf), r.moment)) / 1000"""
# The due time a job has in the end: of its readying, unless it was moved later in the same life.
DUE = """coalesce((SELECT s.due_at FROM e s WHERE s.job_id = r.job_id AND s.type = 'job.rescheduled' AND s.due_at IS NOT NULL
    AND s.leaf > r.leaf ORDER BY s.leaf DESC LIMIT 1), r.due_at)"""
DONE = "(SELECT max(d.moment) FROM e d WHERE d.job_id = r.job_id AND d.type = 'job.decided')"
GONE = "(SELECT max(d.moment) FROM e d WHERE d.job_id = r.job_id AND d.type = 'job.cancelled')"
DUE_JOBS = f"""FROM (SELECT {DUE} AS due, {DONE} AS done, {GONE} AS gone FROM e r WHERE type = 'job.ready')
    WHERE due >= :a AND due < :b AND due <= :now AND (gone IS NULL OR gone > due)"""
# Each opening of a case, until the next one.
LIVES = """(SELECT o.case_id, o.leaf AS first, o.moment AS opened, coalesce((SELECT min(n.leaf) FROM e n WHERE n.case_id = o.case_id
    AND n.type = 'case.reopened' AND n.leaf > o.leaf), 9e18) AS last, o.type = 'case.opened' AS born
    FROM e o WHERE o.type IN ('case.opened', 'case.reopened'))"""
IN_LIFE = "x.case_id = l.case_id AND x.leaf >= l.first AND x.leaf < l.last"
CLOSED = f"(SELECT max(x.moment) FROM e x WHERE {IN_LIFE} AND x.type = 'case.closed')"
HOW = f"(SELECT x.how FROM e x WHERE {IN_LIFE} AND x.type = 'case.closed' ORDER BY x.leaf DESC LIMIT 1)"
FIRST_PERSON = f"(SELECT min(x.moment) FROM e x WHERE {IN_LIFE} AND x.type = 'decision.made' AND x.origin = 'human')"
RESPONSES = f"SELECT (first_person - opened) / 1000 AS value FROM (SELECT l.*, {FIRST_PERSON} AS first_person FROM {LIVES} l) WHERE first_person >= :a AND first_person < :b"  # noqa: E501
SOLVED_LIVES = f"SELECT l.*, {CLOSED} AS closed, {HOW} AS how FROM {LIVES} l"
ANSWERED = "how IN ('manual', 'auto', 'bulk') AND closed >= :a AND closed < :b"
OF_DECISIONS = f"FROM e d WHERE type = 'decision.made' AND verdict = 'violating' AND coalesce(origin, '') NOT IN ('appeal', 'undo') AND {IN}"  # noqa: E501

QUERIES: dict[str, str | tuple[float, str]] = {
    "incoming_total": count("type LIKE 'case.%opened'"),
    "incoming_new": count(kind("case.opened")),
    "incoming_reopened": count(kind("case.reopened")),
    "incoming_manual": count("type = 'job.ready' AND cause IN ('new', 'reopened')"),
    "incoming_auto": f"SELECT ({count(OPENED)}) - ({count(BY_HAND)})",
    "transferred_in": count(kind("job.transferred")),
    "transfer_rate": over(kind("job.transferred"), kind("job.ready")),
    "misroute_rate": over(
        "type = 'job.released' AND why = 'skipped' AND detail IN ('language', 'expertise')", kind("job.leased"),
        "type = 'job.released' AND why = 'stepped_back'",
    ),
    "solved_total": count(SOLVED),
    "solved_manual": count(BY_PERSON),
    "solved_auto": count("type = 'case.closed' AND how = 'auto'"),
    "solved_bulk": count(BULK),
    "solved_items": f"SELECT count(DISTINCT case_id) FROM e WHERE {IN} AND ({SOLVED})",
    "closed_unsolved": count("type = 'case.closed' AND how NOT IN ('manual', 'auto', 'bulk')"),
    "jobs_solved": count(kind("job.decided")),
    "jobs_cancelled": count(kind("job.cancelled")),
    "jobs_ready": count(kind("job.ready")),
    "automation_share": share("type = 'case.closed' AND how = 'auto'", SOLVED),
    "reports": count(kind("report.received")),
    "join_rate": share("joined = 'open'", kind("report.received")),
    "re_report_rate": share("joined = 'reopened' OR joined = 'cooling'", kind("report.received")),
    "aas": mean("age_ms", SOLVED),
    "aas_manual": mean("age_ms", BY_PERSON),
    "aas_auto": mean("age_ms", "type = 'case.closed' AND how = 'auto'"),
    "aas_p50": (0.5, values("age_ms", SOLVED)),
    "aas_p90": (0.9, values("age_ms", SOLVED)),
    "aht": f"SELECT 1.0 * sum(active_total_ms) / nullif(count(*), 0) FROM e WHERE {IN} AND type = 'job.decided'",
    "aht_p50": (0.5, values("coalesce(active_total_ms, 0)", kind("job.decided"))),
    "aht_p90": (0.9, values("coalesce(active_total_ms, 0)", kind("job.decided"))),
    "first_response": f"SELECT avg(value) FROM ({RESPONSES})",
    "first_response_p50": (0.5, RESPONSES),
    "first_response_p90": (0.9, RESPONSES),
    "first_resolution": f"SELECT avg((closed - opened) / 1000) FROM ({SOLVED_LIVES}) WHERE {ANSWERED} AND born",
    "full_resolution": f"""SELECT avg((closed - (SELECT min(moment) FROM e o WHERE o.case_id = s.case_id
        AND o.type = 'case.opened')) / 1000) FROM ({SOLVED_LIVES}) s WHERE {ANSWERED} AND last > 8e18""",
    "queue_wait": mean("wait_ms", kind("job.leased")),
    "queue_wait_p90": (0.9, values("wait_ms", kind("job.leased"))),
    "touch_time": mean("coalesce(active_ms, 0)", "type = 'job.decided' OR (type = 'job.released' AND why <> 'stepped_back')"),
    "touches_per_job": mean("coalesce(touches, 1)", kind("job.decided")),
    "effort": f"SELECT sum(active_total_ms) FROM e WHERE {IN} AND type = 'job.decided'",
    "on_hold": mean("paused_ms", kind("job.resumed")),
    "backlog": f"SELECT count(*) {OPEN}",
    "backlog_age_p50": (0.5, f"SELECT {AGE} {OPEN}"),
    "backlog_age_p90": (0.9, f"SELECT {AGE} {OPEN}"),
    "backlog_age_max": f"SELECT max({AGE}) {OPEN}",
    "backlog_overdue": f"""SELECT avg(coalesce((SELECT s.due_at FROM e s WHERE s.job_id = r.job_id AND s.due_at IS NOT NULL
        AND s.type = 'job.ready' ORDER BY s.leaf DESC LIMIT 1) < {AT_END}, 0)) {OPEN}""",
    "sla": f"SELECT avg(coalesce(done <= due, 0)) {DUE_JOBS}",
    "breaches": f"SELECT count(*) {DUE_JOBS} AND (done IS NULL OR done > due)",
    "sla_completed": f"""SELECT avg(done <= due) FROM (SELECT {DUE} AS due, {DONE} AS done FROM e r WHERE type = 'job.ready')
        WHERE done >= :a AND done < :b AND due IS NOT NULL""",
    "late_p90": (0.9, values("late_ms", "type = 'job.decided' AND late_ms > 0")),
    "appeals_in_time": share("in_time", kind("appeal.decided")),
    "appeal_age": mean("age_ms", kind("appeal.decided")),
    "escalation_ack": mean("after_ms", kind("escalation.acknowledged")),
    "escalation_in_time": share("in_time", kind("escalation.acknowledged")),
    "escalation_resolve": mean("after_ms", kind("escalation.resolved")),
    "inquiry_answer": mean("after_ms", kind("inquiry.answered")),
    "reopen_rate": f"""SELECT avg(coalesce((SELECT n.type = 'case.reopened' AND n.moment <= s.moment + 604800000000 FROM e n
        WHERE n.case_id = s.case_id AND n.leaf > s.leaf AND (n.type = 'case.reopened' OR {SOLVED_LATER})
        ORDER BY n.leaf LIMIT 1), 0)) FROM e s WHERE {IN} AND ({SOLVED})""",
    "one_touch": f"""SELECT avg(
            (SELECT count(*) FROM e x WHERE {IN_LIFE} AND x.kind <> 'appeal' AND x.type = 'job.leased')
          - (SELECT count(*) FROM e x WHERE {IN_LIFE} AND x.kind <> 'appeal' AND x.type = 'job.released' AND x.why = 'stepped_back') <= 1
        AND (SELECT count(*) FROM e x WHERE {IN_LIFE} AND x.kind <> 'appeal' AND x.type = 'job.decided') = 1
        AND NOT EXISTS (SELECT 1 FROM e x WHERE {IN_LIFE} AND x.type = 'escalation.raised'))
        FROM ({SOLVED_LIVES}) l WHERE how = 'manual' AND closed >= :a AND closed < :b""",
    "escalation_rate": share("type = 'escalation.raised'", "type IN ('escalation.raised', 'job.decided')"),
    "skip_rate": over(
        "type = 'job.released' AND why = 'skipped'", kind("job.leased"), "type = 'job.released' AND why = 'stepped_back'"
    ),
    "appeal_rate": f"SELECT avg(EXISTS (SELECT 1 FROM e f WHERE f.type = 'appeal.filed' AND f.decision_id = d.decision_id)) {OF_DECISIONS}",
    "overturn_rate": share("outcome <> 'upheld'", kind("appeal.decided")),
    "overturned_per_decision": f"""SELECT avg(EXISTS (SELECT 1 FROM e f WHERE f.type = 'decision.superseded' AND f.why = 'appeal'
        AND f.decision_id = d.decision_id)) {OF_DECISIONS}""",
    "violation_rate": share("verdict = 'violating'", "type = 'decision.made' AND origin = 'human'"),
    "automatic_decision_share": share("origin = 'rule'", f"{kind('decision.made')} AND origin IN ('human', 'rule')"),
    "automatic_decisions": count(f"{kind('decision.made')} AND origin = 'rule'"),
    "auto_overturned": overturned("rule"),
    "human_overturned": overturned("human"),
    "wrongly_enforced": count(FELL),
    "wrongly_enforced_cases": f"SELECT count(DISTINCT case_id) FROM e WHERE {IN} AND {FELL}",
    "restore_lag": """SELECT avg((f.moment - d.moment) / 1000) FROM e d JOIN e f ON f.decision_id = d.decision_id
        WHERE d.type = 'decision.made' AND d.verdict = 'violating' AND f.type = 'decision.superseded' AND f.why = 'appeal'
        AND f.moment >= :a AND f.moment < :b""",
    "bank_hits": count("type = 'bank.matched' AND outcome IN ('decided', 'queued', 'noted', 'held', 'cleared', 'flooded')"),
    "bank_confirmed": f"SELECT avg(good) FROM e WHERE {IN} AND type = 'bank.judged' AND how <> 'appeal'",
    "views_avoided": f"SELECT total(touches) FROM e WHERE {IN} AND type = 'bank.matched'",
    "bank_floods": count(kind("bank.quarantined")),
    "drift": count(kind("drift.found")),
    "appeals": count(kind("appeal.filed")),
    "appeals_refused": share("type = 'appeal.ineligible'", "type IN ('appeal.filed', 'appeal.ineligible')"),
    "handed_back_rate": share("type LIKE '%back'", "type IN ('escalation.handed_back', 'escalation.resolved')"),
    "undo_rate": over("type = 'decision.superseded' AND why = 'undo'", "type = 'decision.made' AND origin = 'human'"),
    "unsure_rate": share("verdict = 'unsure'", kind("job.decided")),
    "questions": count(kind("inquiry.asked")),
    "actions_taken": count(kind("action.taken")),
    "action_delay": mean("after_ms", kind("action.confirmed")),
    "action_delay_p90": (0.9, values("after_ms", kind("action.confirmed"))),
    "action_dead_rate": share("type = 'action.dead'", "type IN ('action.dead', 'action.confirmed')"),
    "actions_reversed": count(kind("action.reversed")),
    "strikes": count(kind("strike.given")),
    "strikes_voided": count(kind("strike.voided")),
    "notices": count(kind("notice.written")),
    "pages": count(kind("page.raised")),
    "mtta": mean("after_ms", kind("page.acknowledged")),
    "mtta_p90": (0.9, values("after_ms", kind("page.acknowledged"))),
    "mttr": mean("after_ms", kind("page.resolved")),
    "pages_handed_back": over(kind("page.handed_back"), kind("page.acknowledged")),
    "incidents": count(kind("incident.opened")),
    "incident_length": mean("after_ms", kind("incident.closed")),
    "exams": count(kind("exam.finished")),
    "exam_pass_rate": share("state = 'passed'", "type = 'exam.finished' AND state <> 'void'"),
    "exam_score": f"SELECT 1.0 * sum(good) / sum(asked) FROM e WHERE {IN} AND type = 'exam.finished' AND state <> 'void'",
    "practice_right": mean("good", kind("training.practised")),
    "qa_looks": count("type IN ('quality.look_answered', 'quality.look_settled') AND weight > 0"),
    "qa_accuracy": f"SELECT sum(weight_right) / nullif(sum(weight), 0) FROM e WHERE {IN} AND type LIKE 'quality.look%'",
    "qa_grave": f"SELECT sum(weight_grave) / nullif(sum(weight), 0) FROM e WHERE {IN} AND type LIKE 'quality.look%'",
    "qa_otherwise": share("state = 'differs'", "type = 'quality.look_answered' AND state <> 'void' AND state <> 'settled'"),
    "certificates": count(kind("certificate.granted")),
    **{
        f"exposure_{level}": f"SELECT sum(active_ms) FROM e WHERE {IN} AND type = 'wellbeing.week' AND how = 'exposure' AND severity = {level}"  # noqa: E501
        for level in (3, 4, 5)
    },
    "exposure_severe": f"SELECT sum(active_ms) FROM e WHERE {IN} AND type = 'wellbeing.week' AND how = 'exposure' AND severity BETWEEN 3 AND 9",  # noqa: E501
    **{
        name: f"SELECT sum(touches) FROM e WHERE {IN} AND type = 'wellbeing.week' AND how = '{name}'"
        for name in ("breaks_planned", "breaks_taken", "step_backs")
    },
    "breaks_kept": f"""SELECT 1.0 * (SELECT sum(touches) FROM e WHERE {IN} AND type = 'wellbeing.week' AND how = 'breaks_taken')
        / (SELECT sum(touches) FROM e WHERE {IN} AND type = 'wellbeing.week' AND how = 'breaks_planned')""",
}  # fmt: skip


class Second:
    """Facts in SQLite."""

    def __init__(self, facts: Iterable[dict[str, Any]]) -> None:
        self.database = sqlite3.connect(":memory:")
        self.database.execute(f"CREATE TABLE e ({', '.join(COLUMNS)})")
        self.database.executemany(
            f"INSERT INTO e VALUES ({', '.join('?' * len(COLUMNS))})",
            ([_plain(fact.get(name)) for name in COLUMNS] for fact in facts),
        )
        for name in ("job_id", "case_id", "decision_id", "type"):
            self.database.execute(f"CREATE INDEX by_{name} ON e ({name}, leaf)")

    def ask(self, key: str, start: datetime, end: datetime, now: datetime) -> float | None:
        """One number over ``[start, end)``."""
        query = QUERIES[key]
        values = {"a": _plain(start), "b": _plain(end), "now": _plain(now)}
        if isinstance(query, str):
            found = self.database.execute(query, values).fetchone()[0]
            return None if found is None else float(found)
        q, sql = query
        ordered = sorted(float(row[0]) for row in self.database.execute(sql, values) if row[0] is not None)
        if not ordered:
            return None
        rank = q * (len(ordered) - 1)
        low, high = ordered[math.floor(rank)], ordered[math.ceil(rank)]
        return low + (high - low) * (rank - math.floor(rank))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        since = value.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return value
