"""The tables of measures: one row for each thing that happened or lived, with keys of what it is split by.

They are made of the same relations as the catalogue's numbers (``insight.relations``), so that a number counted here is the
catalogue's. Times are UTC; durations are milliseconds unless a column's name says minutes.
"""

from __future__ import annotations

from typing import Final

from watchfloor.insight.persons import TOLD
from watchfloor.insight.relations import RELATIONS
from watchfloor.insight.star.declaration import KEY, Column, Table, key
from watchfloor.insight.star.dimensions import REVIEWER

_CASE: Final = ("case_id", "case_id")
_JOB: Final = ("job_id", "job_id")
_DECISION: Final = ("decision_id", "decision_id")
_APPEAL: Final = ("appeal_id", "appeal_id")
_ACTION: Final = ("action_id", "CASE WHEN subject_kind = 'action' THEN subject END")
_DIMS: Final = "queue, market, language, policy, violation, severity, clearance, channel, vendor, item_type"


def _when(clock: str, what: str) -> tuple[Column, ...]:
    return (
        Column("date_key", "INTEGER", f"Day (UTC) of {what}; to dim_date.", f"CAST(strftime(r.{clock}, '%Y%m%d') AS INTEGER)"),
        Column("hour_key", "INTEGER", f"Hour (UTC) of {what}; to dim_hour.", f"hour(r.{clock})"),
    )  # fmt: skip


def _own(name: str, type: str, doc: str, sql: str = "") -> Column:
    return Column(name, type, doc, sql or f"r.{name}")


_POLICY: Final = Column(
    "policy_key", KEY, "To dim_policy: the version in force then.",
    "CASE WHEN coalesce(r.policy, '') = '' THEN 0 ELSE "
    "(md5_number_lower(r.policy || '#' || coalesce(r.policy_version, 0)) >> 12)::BIGINT END",
)  # fmt: skip
_SPLIT: Final = (
    key("queue", "r.queue"), key("market", "r.market"), _POLICY, key("violation", "r.violation"), key("language", "r.language"),
    key("vendor", "r.vendor"), key("channel", "r.channel"), key("item_type", "r.item_type"),
    _own("severity", "SMALLINT", "0 nuisance to 5 threat to life."),
)  # fmt: skip
_REVIEWER_KEY: Final = key(
    "reviewer", f"CASE WHEN r.reviewer IS NOT NULL THEN {REVIEWER} END", "To dim_reviewer: who decided."
)
_TENURE: Final = _own("tenure", "VARCHAR", "Band of the reviewer's days on the floor, then.")
_CASE_ID: Final = _own("case_id", "VARCHAR", "The case; joins the tables of one case.")
_JOB_ID: Final = _own("job_id", "VARCHAR", "The job.")
_TIME = "TIMESTAMP"


def _told(column: str) -> str:
    return f"CASE WHEN type IN {TOLD} THEN {column} END AS {column}"


def _decider(column: str) -> str:
    return f"CASE WHEN type = 'job.decided' THEN {column} END AS {column}"


def _of_facts(types: tuple[str, ...], *more: str, reviewer: bool = False) -> str:
    named = ", ".join(f"'{each}'" for each in types)
    people = ", ".join(_told(each) for each in ("reviewer", "team", "tenure")) if reviewer else ""
    chosen = ", ".join(filter(None, ["leaf", "moment", "case_id", _DIMS, people, *more]))
    return f"SELECT {chosen} FROM facts WHERE type IN ({named})"


def _life(group: str, of: str, begin: str, *columns: str) -> str:
    """One row for each thing that has several events; what it is split by is as the event that began it said."""
    firsts = ", ".join(f"min_by({each}, leaf) FILTER (type = '{begin}') AS {each}" for each in _DIMS.split(", "))
    return (
        f"SELECT {group} AS {of}, min_by(case_id, leaf) AS case_id, min(leaf) AS leaf, {firsts}, {', '.join(columns)} "
        f"FROM facts WHERE {group} IS NOT NULL AND type LIKE '{begin.partition('.')[0]}.%' GROUP BY 1 "
        f"HAVING count(*) FILTER (type = '{begin}') > 0"
    )


def _at(name: str, *types: str) -> str:
    named = ", ".join(f"'{each}'" for each in types)
    return f"min(moment) FILTER (type IN ({named})) AS {name}"


REPORT = Table(
    name="fact_report", doc="One row for each report received.", clock="moment", ids=(_CASE,),
    source=_of_facts(("report.received",), "reason", "reporter_kind", "joined", "wait_ms"),
    columns=(
        *_when("moment", "receipt"), _own("received_at", _TIME, "When it was received (UTC).", "r.moment"), _CASE_ID, *_SPLIT,
        _own("reason", "VARCHAR", "What the reporter chose."), _own("reporter_kind", "VARCHAR", "user, trusted flagger, government ..."),
        _own("joined", "VARCHAR", "What it did: opened, reopened, open (joined an open case), cooling or muted."),
        _own("wait_ms", "BIGINT", "From the sender's receipt until the case knew."),
    ),
)  # fmt: skip
CASE = Table(
    name="fact_case", doc="One row for each opening of a case: a case that is reopened has one more.", clock="opened_at", ids=(_CASE,),
    source=RELATIONS["cases"],
    columns=(
        *_when("opened_at", "opening"), _CASE_ID, _own("opening", "INTEGER", "1: opened for the first time; above: reopened."), *_SPLIT,
        _own("opened_at", _TIME, "Opened or reopened (UTC)."), _own("first_human_at", _TIME, "First decision of a person."),
        _own("closed_at", _TIME, "Closed; null while open."), _own("closed_how", "VARCHAR", "manual, auto, bulk, duplicate ...", "r.how"),
        _own("leases", "INTEGER", "How often its jobs were taken."), _own("jobs_decided", "INTEGER", "Jobs decided for it."),
        _own("escalations", "INTEGER", "Times it was handed up."),
    ),
)  # fmt: skip
JOB = Table(
    name="fact_job", doc="One row for each life of a job, from ready to decided or cancelled.", clock="ready_at", ids=(_CASE, _JOB),
    source=f"SELECT * FROM ({RELATIONS['jobs']}) WHERE ready_at IS NOT NULL",
    columns=(
        *_when("ready_at", "being ready"), _JOB_ID, _CASE_ID, _own("kind", "VARCHAR", "review, second, appeal, escalation, qa, golden."),
        *_SPLIT, _own("ready_at", _TIME, "Ready (UTC)."), _own("due_at", _TIME, "Due; the newest due time it had."),
        _own("decided_at", _TIME, "Decided; null while it is not."), _own("cancelled_at", _TIME, "Left its queue undecided."),
        _own("handling_ms", "BIGINT", "Focus time of everyone who touched it, once decided.",
             "CASE WHEN r.decided_at IS NOT NULL THEN coalesce(r.active_total_ms, 0) END"),
    ),
)  # fmt: skip
STAY = Table(
    name="fact_stay", doc="One row for each time a job was open in one queue: backlog is what was open at a moment.", clock="started",
    ids=(_CASE, _JOB), source=RELATIONS["spans"],
    columns=(
        *_when("started", "its beginning"), _JOB_ID, _CASE_ID, _own("kind", "VARCHAR", "Kind of job."), *_SPLIT,
        _own("started_at", _TIME, "Open in this queue from (UTC).", "r.started"), _own("ended_at", _TIME, "Until; null: still.", "r.ended"),
        _own("case_opened_at", _TIME, "When its case was opened or last reopened.", "r.born"),
        _own("due_at", _TIME, "Due."), _own("began_by", "VARCHAR", "job.ready or job.transferred.", "r.started_by"),
        _own("cause", "VARCHAR", "Why the job was made: new, reopened, appeal ..."),
        _own("ended_by", "VARCHAR", "job.decided, job.cancelled or job.transferred."),
    ),
)  # fmt: skip
SOLVE = Table(
    name="fact_solve", doc="One row for each solve event: a case closed by a decision.", clock="moment", ids=(_CASE,),
    source=(  # of a case closed by a rule, or for many at once, nobody is told
        f"SELECT * REPLACE ({_decider('reviewer')}, {_decider('team')}, {_decider('tenure')}) FROM ({RELATIONS['solves']})"
    ),
    columns=(
        *_when("moment", "the solve"), _CASE_ID, *_SPLIT, _REVIEWER_KEY, _TENURE, _own("solved_at", _TIME, "Solved (UTC).", "r.moment"),
        _own("solved_by", "VARCHAR", "person, bulk (a person, for many at once) or rule.",
             "CASE WHEN r.type = 'job.decided' THEN 'person' WHEN r.how = 'bulk' THEN 'bulk' ELSE 'rule' END"),
        _own("age_ms", "BIGINT", "From opening (or the last reopening) to the solve."),
        _own("reopened_at", _TIME, "Reopened after it; null: it stands."),
    ),
)  # fmt: skip
DECISION = Table(
    name="fact_decision", doc="One row for each decision, with what became of it on appeal.", clock="moment", ids=(_CASE, _DECISION),
    source=RELATIONS["decisions"],
    columns=(
        *_when("moment", "the decision"), _own("decision_id", "VARCHAR", "The decision."), _CASE_ID, *_SPLIT, _REVIEWER_KEY, _TENURE,
        _own("decided_at", _TIME, "Decided (UTC).", "r.moment"), _own("verdict", "VARCHAR", "violating, clean, unsure ..."),
        _own("origin", "VARCHAR", "human or rule."), _own("rule", "VARCHAR", "The rule that decided."),
        _own("appealed_at", _TIME, "First appeal against it."), _own("overturned_at", _TIME, "It fell on appeal."),
    ),
)  # fmt: skip
ACTION = Table(
    name="fact_action", doc="One row for each action that a decision took.", clock="taken_at", ids=(_CASE, _ACTION),
    source=_life(
        "CASE WHEN subject_kind = 'action' THEN subject END", "action_id", "action.taken",
        "min_by(action, leaf) AS action", "min_by(origin, leaf) FILTER (type = 'action.taken') AS origin",
        _at("taken_at", "action.taken"), _at("confirmed_at", "action.confirmed"), _at("reversed_at", "action.reversed"),
        _at("expired_at", "action.expired"), _at("rejected_at", "action.rejected"), _at("dead_at", "action.dead"),
    ),
    columns=(
        *_when("taken_at", "its beginning"), _own("action_id", "VARCHAR", "The action."), _CASE_ID, *_SPLIT,
        _own("action", "VARCHAR", "What was done: remove, label, suspend ..."), _own("origin", "VARCHAR", "human or rule."),
        _own("taken_at", _TIME, "Taken (UTC)."), _own("confirmed_at", _TIME, "The platform has it."),
        _own("reversed_at", _TIME, "Undone."), _own("expired_at", _TIME, "Ended by itself."),
        _own("rejected_at", _TIME, "Held, and not agreed to."), _own("dead_at", _TIME, "Its delivery was given up."),
    ),
)  # fmt: skip
APPEAL = Table(
    name="fact_appeal", doc="One row for each appeal.", clock="filed_at", ids=(_CASE, _APPEAL),
    source=_life(
        "appeal_id", "appeal_id", "appeal.filed", "min_by(decision_id, leaf) FILTER (type = 'appeal.filed') AS decision_id",
        _at("filed_at", "appeal.filed"), _at("ineligible_at", "appeal.ineligible"), _at("decided_at", "appeal.decided"),
        _at("remedied_at", "appeal.remedied"), _at("withdrawn_at", "appeal.withdrawn"),
        "max_by(outcome, leaf) FILTER (type = 'appeal.decided') AS outcome",
        "max_by(in_time, leaf) FILTER (type = 'appeal.decided') AS in_time",
        "max_by(age_ms, leaf) FILTER (type = 'appeal.decided') AS age_ms",
    ),
    columns=(
        *_when("filed_at", "filing"), _own("appeal_id", "VARCHAR", "The appeal."), _own("decision_id", "VARCHAR", "What it objects to."),
        _CASE_ID, *_SPLIT, _own("filed_at", _TIME, "Filed (UTC)."), _own("ineligible_at", _TIME, "It could not be heard."),
        _own("decided_at", _TIME, "Decided."), _own("outcome", "VARCHAR", "upheld, overturned or modified."),
        _own("in_time", "BOOLEAN", "Decided within its time."), _own("age_ms", "BIGINT", "From filed to decided."),
        _own("remedied_at", _TIME, "Everything the fallen decision did is undone."), _own("withdrawn_at", _TIME, "Taken back."),
    ),
)  # fmt: skip
HANDLING = Table(
    name="fact_handling_minutes", doc="One row for each touch of a job that ended: focus time. Steps back are nobody's to count.",
    clock="moment", ids=(_CASE, _JOB),
    source=_of_facts(("job.decided", "job.released"), "type", "job_id", "kind", "active_ms", "wait_ms", reviewer=True)
    + " AND coalesce(why, '') <> 'stepped_back'",
    columns=(
        *_when("moment", "its end"), _JOB_ID, _CASE_ID, _own("kind", "VARCHAR", "Kind of job."), *_SPLIT, _REVIEWER_KEY, _TENURE,
        _own("ended_at", _TIME, "The touch ended (UTC).", "r.moment"),
        _own("ended_by", "VARCHAR", "decided or released.", "replace(r.type, 'job.', '')"),
        _own("minutes", "DOUBLE", "Focus time in minutes.", "coalesce(r.active_ms, 0) / 60000.0"),
    ),
)  # fmt: skip

MEASURES: Final[tuple[Table, ...]] = (REPORT, CASE, JOB, STAY, SOLVE, DECISION, ACTION, APPEAL, HANDLING)
