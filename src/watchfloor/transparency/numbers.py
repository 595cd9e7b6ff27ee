"""The "numbers" of the Santa Clara Principles 2.0 (operational principle 1) over a period, counted from the ledger's events.

The principles ask, in our words: how much was acted on and under which rule, who flagged it, what automated means did and how often
they were wrong, what became of appeals, what states asked for. Every row says what it counts and by what it is split.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.db import connection

from watchfloor.kernel.words import N_
from watchfloor.transparency import reading
from watchfloor.transparency.domain.annex import means
from watchfloor.transparency.domain.annex.facts import Period

TOTAL: Final = "total"
QUESTIONS: Final = {
    "content_actioned": N_("Content acted on"),
    "accounts_suspended": N_("Accounts suspended"),
    "flags": N_("Flags received"),
    "flags_automated": N_("Flags by automated means"),
    "items_flagged": N_("Cases that flags opened"),
    "automated_actions": N_("Decisions to act, taken by automated means alone"),
    "automated_judged": N_("Automated decisions that a person judged"),
    "automated_wrong": N_("Automated decisions that a person judged wrong"),
    "automated_accuracy": N_("Share of judged automated decisions that were right, in ten-thousandths"),
    "appeals": N_("Appeals"),
    "appeals_successful": N_("Appeals that changed the decision"),
    "appeals_unsuccessful": N_("Appeals that left the decision as it was"),
    "appeals_automated": N_("Appeals of automated decisions"),
    "appeals_automated_successful": N_("Appeals of automated decisions that changed them"),
    "reinstated_on_appeal": N_("Actions taken back on appeal"),
    "reinstated_without_appeal": N_("Actions taken back without an appeal"),
    "state_requests": N_("Reports of states"),
    "state_orders": N_("Orders of authorities"),
}
BY: Final = {
    TOTAL: N_("all of them"), "rule": N_("rule broken"), "policy": N_("policy"), "country": N_("country"), "language": N_("language"),
    "format": N_("format"), "product": N_("product"), "source": N_("source"), "reason": N_("reason given"), "kind": N_("kind"),
}  # fmt: skip


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One number. ``question`` and ``by`` are keys of ``QUESTIONS`` and ``BY``; ``value`` is what it is split into."""

    question: str
    by: str
    value: str
    count: int


class _Count(msgspec.Struct, frozen=True):
    """A question as SQL: a relation with a column for each dimension it can be split by."""

    question: str
    relation: str
    splits: tuple[str, ...] = ()


# An action that waited for a second person is taken when it was approved.
_ACTIONS = """
SELECT a.target, a.does, a.rule, a.policy, a.country, a.language, opened.surface AS product, kinds.kinds AS format FROM (
    SELECT e.case_id, e.subject, e.data->>'target' AS target, coalesce(k.does, e.data->>'kind') AS does, e.data->>'violation' AS rule,
        e.data->>'policy' AS policy, e.data->>'market' AS country, e.data->>'language' AS language
    FROM ledger_event e LEFT JOIN enforcement_action_kind k ON k.key = e.data->>'kind'
    WHERE (e.type = 'action.approved' OR (e.type = 'action.taken' AND NOT (e.data->>'held')::boolean)) AND {span}
) a
LEFT JOIN LATERAL (
    SELECT o.data->>'surface' AS surface FROM ledger_event o WHERE o.case_id = a.case_id AND o.type = 'case.opened'
    ORDER BY o.ordinal LIMIT 1
) opened ON true
LEFT JOIN LATERAL (
    SELECT array_to_string(s.content_kinds, '+') AS kinds FROM enforcement_statement s WHERE s.case_id = a.case_id AND s.number = 1
    ORDER BY s.made_at LIMIT 1
) kinds ON true
"""
_FLAGS = """
SELECT e.data->>'reporter_kind' AS source, e.data->>'reason' AS reason, e.data->>'policy' AS policy, e.data->>'market' AS country,
    e.data->>'language' AS language FROM ledger_event e WHERE e.type = 'report.received' AND {span}
"""
_SIGNALS = """
SELECT e.data->>'policy' AS policy, e.data->>'market' AS country, e.data->>'language' AS language
FROM ledger_event e WHERE e.type = 'signal.received' AND {span}
"""
_OPENED = """
SELECT e.data->>'by' AS source, e.data->>'policy' AS policy, e.data->>'market' AS country, e.data->>'surface' AS product
FROM ledger_event e WHERE e.type IN ('case.opened', 'case.reopened') AND {span}
"""
_AUTOMATED = """
SELECT e.data->>'violation' AS rule, e.data->>'policy' AS policy, e.data->>'market' AS country FROM ledger_event e
WHERE e.type = 'decision.made' AND e.data->>'origin' = 'rule' AND e.data->>'verdict' = 'violating' AND {span}
"""
_APPEALS = """
SELECT e.data->>'policy' AS policy, e.data->>'market' AS country, e.data->>'by' AS source, e.data->>'origin' AS origin, d.outcome
FROM ledger_event e LEFT JOIN LATERAL (
    SELECT o.data->>'outcome' AS outcome FROM ledger_event o WHERE o.subject = e.subject AND o.type = 'appeal.decided' LIMIT 1
) d ON true WHERE e.type = 'appeal.filed' AND {span}
"""
_BACK = "SELECT e.data->>'policy' AS policy, e.data->>'why' AS why FROM ledger_event e WHERE e.type = 'action.inverse' AND {span}"
_ORDERS = "SELECT e.data->>'country' AS country, e.data->>'kind' AS kind FROM ledger_event e WHERE e.type = 'order.received' AND {span}"
_WHERE = ("rule", "policy", "country", "language")
COUNTS: Final = (
    _Count("content_actioned", f"SELECT * FROM ({_ACTIONS}) x WHERE target = 'item'", (*_WHERE, "format", "product")),
    _Count("accounts_suspended", f"SELECT * FROM ({_ACTIONS}) x WHERE does IN ('suspend', 'terminate')", _WHERE),
    _Count("flags", _FLAGS, ("source", "reason", "policy", "country", "language")),
    _Count("flags_automated", _SIGNALS, ("policy", "country", "language")),
    _Count("items_flagged", _OPENED, ("source", "policy", "country", "product")),
    _Count("automated_actions", _AUTOMATED, ("rule", "policy", "country")),
    _Count("appeals", _APPEALS, ("policy", "country", "source")),
    _Count("appeals_successful", f"SELECT * FROM ({_APPEALS}) x WHERE outcome IN ('overturned', 'modified')", ("policy", "source")),
    _Count("appeals_unsuccessful", f"SELECT * FROM ({_APPEALS}) x WHERE outcome = 'upheld'", ("policy", "source")),
    _Count("appeals_automated", f"SELECT * FROM ({_APPEALS}) x WHERE origin = 'rule'", ("policy",)),
    _Count(
        "appeals_automated_successful",
        f"SELECT * FROM ({_APPEALS}) x WHERE origin = 'rule' AND outcome IN ('overturned', 'modified')", ("policy",),
    ),
    _Count("reinstated_on_appeal", f"SELECT * FROM ({_BACK}) x WHERE why = 'appeal'", ("policy",)),
    _Count("reinstated_without_appeal", f"SELECT * FROM ({_BACK}) x WHERE why <> 'appeal'", ("policy",)),
    _Count("state_requests", f"SELECT * FROM ({_FLAGS}) x WHERE source IN ('government', 'law_enforcement')", ("source", "country")),
    _Count("state_orders", _ORDERS, ("country", "kind")),
)  # fmt: skip
_SPAN = "e.at >= %(start)s AND e.at < %(end)s"


def count(period: Period) -> list[Row]:
    """All numbers of a period: each question's total first, then its splits, the greatest first."""
    start, end = reading.bounds(period)
    given = {"start": start, "end": end}
    found: list[Row] = []
    with connection.cursor() as cursor:
        for each in COUNTS:
            found += _of(cursor, each, given)
    return found + _automation(period)


def _of(cursor: Any, each: _Count, given: dict[str, Any]) -> list[Row]:
    sets = ", ".join(f"({name})" for name in each.splits)
    columns = "".join(f", {name}, grouping({name})" for name in each.splits)
    groups = f"GROUPING SETS ((){', ' if sets else ''}{sets})"
    relation = each.relation.replace("{span}", _SPAN)
    cursor.execute(f"SELECT count(*){columns} FROM ({relation}) r GROUP BY {groups}", given)
    totals: list[Row] = []
    splits: dict[str, list[Row]] = {name: [] for name in each.splits}
    for number, *cells in cursor.fetchall():
        name = next((name for place, name in enumerate(each.splits) if cells[2 * place + 1] == 0), "")
        if not name:
            totals.append(Row(question=each.question, by=TOTAL, value="", count=number))
        else:
            value = cells[2 * each.splits.index(name)] or ""
            splits[name].append(Row(question=each.question, by=name, value=str(value), count=number))
    rows = [*totals] if totals else [Row(question=each.question, by=TOTAL, value="", count=0)]
    for name in each.splits:
        rows += sorted(splits[name], key=lambda row: (-row.count, row.value))
    return rows


def _automation(period: Period) -> list[Row]:
    judged = list(reading.judged(period))
    wrong = sum(each.said != each.truth for each in judged)
    rows = [
        Row(question="automated_judged", by=TOTAL, value="", count=len(judged)),
        Row(question="automated_wrong", by=TOTAL, value="", count=wrong),
    ]
    if judged:
        share = round(float(means.accuracy(judged)) * 10_000)
        rows.append(Row(question="automated_accuracy", by=TOTAL, value="", count=share))
    return rows
