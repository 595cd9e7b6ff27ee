"""What a transparency report counts, read from the ledger's events and from the statements of reasons of a period.

Nothing here is estimated: a measure is a decision's first statement of reasons, a notice a ``report.received``, a complaint an
``appeal.filed``, an automated decision was right when the next person who decided the same case came to the same verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.contracts import Statement
from watchfloor.enforcement.statement_queries import versions
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies
from watchfloor.review.domain.sources import source_of
from watchfloor.transparency.domain import payload, restrictions
from watchfloor.transparency.domain.annex.facts import (
    Complaint,
    Dispute,
    Facts,
    Judged,
    Measure,
    Notice,
    Order,
    People,
    Period,
    Suspension,
)  # fmt: skip
from watchfloor.transparency.domain.vocabulary import OTHER_KEYWORD
from watchfloor.workforce.models import Reviewer

STEPS = 7  # of ``facts``: what its progress counts
INHOUSE = "inhouse"
HOUR_MS = 3_600_000
Progress = Callable[[int], None]

_NOTICES = """
SELECT e.at, coalesce((e.data->>'wait_ms')::bigint, 0), e.data->>'reporter_kind', coalesce(e.data->>'market', ''),
    e.data->>'reason', e.data->>'policy', d.at, d.data->>'origin', d.data->>'verdict'
FROM ledger_event e
LEFT JOIN LATERAL (
    SELECT n.at, n.data FROM ledger_event n
    WHERE n.case_id = e.case_id AND n.ordinal > e.ordinal AND n.type = 'decision.made' AND n.data->>'origin' <> 'undo'
      AND n.data->>'verdict' IN ('violating', 'clean')
    ORDER BY n.ordinal LIMIT 1
) d ON true
WHERE e.type = 'report.received' AND e.at >= %s AND e.at < %s ORDER BY e.ordinal
"""

_COMPLAINTS = """
SELECT f.at, f.data->>'by', f.data->>'verdict', d.data->>'outcome', (d.data->>'age_ms')::bigint,
    (SELECT c->2->>'decision_id' FROM jsonb_array_elements(f.changes) c WHERE c->>0 = 'review_appeal' LIMIT 1)::uuid,
    EXISTS (SELECT 1 FROM review_report r JOIN review_appeal a ON a.id = split_part(f.subject, ':', 2)::uuid
        WHERE r.case_id = f.case_id AND r.reporter = a.appellant AND r.reporter_kind = 'trusted_flagger')
FROM ledger_event f
LEFT JOIN ledger_event d ON d.subject = f.subject AND d.type = 'appeal.decided'
WHERE f.type = 'appeal.filed' AND f.at >= %s AND f.at < %s ORDER BY f.ordinal
"""

_JUDGED = """
SELECT e.data->>'verdict', h.verdict, lower(coalesce(e.data->>'language', '')),
    EXISTS (SELECT 1 FROM ledger_event r WHERE r.case_id = e.case_id AND r.type = 'report.received' AND r.ordinal < e.ordinal),
    EXISTS (SELECT 1 FROM ledger_event r WHERE r.case_id = e.case_id AND r.type = 'report.received' AND r.ordinal < e.ordinal
        AND r.data->>'reporter_kind' = 'trusted_flagger')
FROM ledger_event e
JOIN LATERAL (
    SELECT n.data->>'verdict' AS verdict FROM ledger_event n
    WHERE n.case_id = e.case_id AND n.ordinal > e.ordinal AND n.type = 'decision.made'
      AND n.data->>'origin' IN ('human', 'appeal') AND n.data->>'verdict' IN ('violating', 'clean')
    ORDER BY n.ordinal LIMIT 1
) h ON true
WHERE e.type = 'decision.made' AND e.data->>'origin' = 'rule' AND e.data->>'verdict' IN ('violating', 'clean')
  AND e.at >= %s AND e.at < %s ORDER BY e.ordinal
"""

_LADDER = """
SELECT t.at FROM ledger_event t
JOIN enforcement_action_kind k ON k.key = t.data->>'kind' AND k.does = 'suspend'
JOIN enforcement_statement s ON s.number = 1 AND s.ground = 'illegal' AND s.decision_id =
    (SELECT c->2->>'decision_id' FROM jsonb_array_elements(t.changes) c WHERE c->>0 = 'enforcement_action' LIMIT 1)::uuid
WHERE t.type = 'action.taken' AND (t.data->>'from_ladder')::boolean AND NOT (t.data->>'held')::boolean
  AND t.at >= %s AND t.at < %s ORDER BY t.ordinal
"""

# Orders are what ``law`` took in: their reason and the moment they arrived stand in the row that their event made.
_ORDERS = """
SELECT e.at, e.data->>'kind', e.data->>'country', (e.data->>'locations')::int, c.row->>'reason_key',
    (c.row->>'received_at')::timestamptz, (a.data->>'after_ms')::bigint, a.data->>'effect'
FROM ledger_event e
LEFT JOIN LATERAL (
    SELECT v->2 AS row FROM jsonb_array_elements(e.changes) v WHERE v->>0 = 'law_order' LIMIT 1
) c ON true
LEFT JOIN ledger_event a ON a.subject = e.subject AND a.type = 'order.answered'
WHERE e.type = 'order.received' AND e.at >= %s AND e.at < %s ORDER BY e.ordinal
"""

_DISPUTES = """
SELECT e.at, d.data->>'outcome', (d.data->>'age_ms')::bigint, (d.data->>'carried_out')::boolean
FROM ledger_event e LEFT JOIN ledger_event d ON d.subject = e.subject AND d.type = 'dispute.decided'
WHERE e.type = 'dispute.opened' AND e.data->>'kind' = 'out_of_court' AND e.at >= %s AND e.at < %s ORDER BY e.ordinal
"""

_MISUSE = """
SELECT at, type FROM ledger_event WHERE type IN ('reporter.muted', 'complainant.suspended') AND at >= %s AND at < %s ORDER BY ordinal
"""


def facts(period: Period, progress: Progress = lambda done: None) -> Facts:
    """Everything a report over ``period`` counts; ``progress`` hears how many of ``STEPS`` are done."""
    values: dict[str, Any] = {}
    steps: tuple[tuple[str, Callable[[Period], Any]], ...] = (
        ("measures", measures), ("notices", notices), ("orders", orders), ("complaints", complaints),
        ("disputes", disputes), ("suspensions", suspensions), ("judged", judged),
    )  # fmt: skip
    for done, (name, read) in enumerate(steps, start=1):
        values[name] = tuple(read(period))
        progress(done)
    return Facts(period=period, people=people(), **values)


def bounds(period: Period) -> tuple[datetime, datetime]:
    """The period's first moment and the first one after it, UTC."""
    start = datetime.combine(period.first, time(), tzinfo=UTC)
    return start, datetime.combine(period.last, time(), tzinfo=UTC) + timedelta(days=1)


def measures(period: Period) -> Iterator[Measure]:
    """Decisions that restricted something in the EU, by their first statement of reasons."""
    start, end = bounds(period)
    after: UUID | None = None
    while found := enforcement.statements(since=start, until=end, after=after, limit=1000):
        for statement in found:
            if statement.number == 1 and not payload.why_not_due(statement):
                yield measure(statement)
        after = found[-1].id


def measure(statement: Statement) -> Measure:
    """A statement as a report counts it."""
    keyword = statement.dsa_keywords[0] if statement.dsa_keywords else ""
    return Measure(
        decision=str(statement.decision_id), at=statement.made_at, ground=statement.ground, category=statement.dsa_category,
        keyword=keyword, other=_named(statement.violation_key) if keyword in ("", OTHER_KEYWORD) else "",
        source=statement.source, detected_automatically=statement.detected_automatically, decided=statement.decided,
        restrictions=restrictions.of(statement.actions).values, language=statement.content_language[:2].lower(),
    )  # fmt: skip


def notices(period: Period) -> Iterator[Notice]:
    """Notices under Article 16, with what became of them: the next decision on their case."""
    categories = {each.key: each.dsa_category for each in policies.all_policies()}
    reasons = {each.key: each.dsa_category for each in policies.all_reasons()}
    for at, wait_ms, kind, market, reason, policy, decided_at, origin, verdict in _rows(_NOTICES, period):
        source = source_of(kind, market)
        if source not in ("article_16", "trusted_flagger"):
            continue
        received = at - timedelta(milliseconds=wait_ms)
        acted = verdict == "violating"
        yield Notice(
            at=at, category=reasons.get(reason) or categories.get(policy, ""), flagger=source == "trusted_flagger",
            hours=(decided_at - received).total_seconds() / 3600 if acted else None, automated=origin == "rule",
        )  # fmt: skip


def orders(period: Period) -> Iterator[Order]:
    """Orders to act and to give information. A receipt within the hour counts as none (the template's own rule)."""
    reasons = {each.key: each.dsa_category for each in policies.all_reasons()}
    for at, kind, country, items, reason, received_at, after_ms, effect in _rows(_ORDERS, period):
        waited = (at - received_at).total_seconds() / 3600 if received_at else 0.0
        yield Order(
            at=at, kind="information" if kind == "provide_information" else "act", category=reasons.get(reason, ""),
            state=country.upper(), items=items or 1, hours_to_confirm=0.0 if waited <= 1 else waited,
            hours_to_effect=after_ms / HOUR_MS if after_ms is not None and effect != "none" else None,
        )  # fmt: skip


def complaints(period: Period) -> Iterator[Complaint]:
    """Complaints filed in the period, with their outcome so far."""
    outcomes = {"upheld": "upheld", "modified": "partially", "overturned": "reversed"}
    for at, by, verdict, outcome, age_ms, decision_id, flagger in _rows(_COMPLAINTS, period):
        if by == "reporter":
            about = frozenset({"notice", "flagger"} if flagger else {"notice"})
        else:
            about = restricted_kinds(decision_id)
        yield Complaint(
            at=at, about=about, outcome=outcomes.get(outcome or "", ""),
            hours=age_ms / HOUR_MS if outcome else None,
            newly_restricted=by == "reporter" and verdict == "clean" and outcome == "overturned",
        )  # fmt: skip


def disputes(period: Period) -> Iterator[Dispute]:
    """Disputes brought before out-of-court bodies in the period, with their outcome so far."""
    outcomes = {"upheld": "upheld", "modified": "partially", "overturned": "reversed"}
    for at, outcome, age_ms, carried_out in _rows(_DISPUTES, period):
        changed = outcome in ("modified", "overturned")
        yield Dispute(
            at=at, outcome=outcomes.get(outcome or "", ""), hours=age_ms / HOUR_MS if outcome in outcomes else None,
            implemented=bool(carried_out) if changed else None,
        )  # fmt: skip


def restricted_kinds(decision_id: UUID) -> frozenset[str]:
    """Which of the four kinds of restriction a decision made, by its first statement; none where no statement was owed."""
    first = next(iter(versions(decision_id)), None)
    if first is None:
        return frozenset()
    made = restrictions.of(first.actions)
    kinds = {
        "monetary": made.monetary,
        "provision": made.provision,
        "account": made.account,
        "visibility": made.visibility,
    }
    return frozenset(kind for kind, value in kinds.items() if value)


def judged(period: Period) -> Iterator[Judged]:
    """Decisions of rules in the period that a person judged afterwards, by an appeal or by deciding the case again."""
    for said, truth, language, noticed, flagger in _rows(_JUDGED, period):
        yield Judged(
            said=said == "violating",
            truth=truth == "violating",
            own=not noticed,
            flagger=flagger,
            language=language[:2],
        )


def suspensions(period: Period) -> Iterator[Suspension]:
    """Repeat offenders the ladder suspended over illegal content, reporters and complainants who are no longer heard."""
    for (at,) in _rows(_LADDER, period):
        yield Suspension(at=at, why="content")
    for at, kind in _rows(_MISUSE, period):
        yield Suspension(at=at, why="notices" if kind == "reporter.muted" else "complaints")


def people() -> People:
    """Moderators as they are now: in-house, contracted, and by language."""
    active = list(Reviewer.objects.filter(active=True).values_list("vendor_key", "languages"))
    languages: dict[str, int] = {}
    for _vendor, spoken in active:
        for language in {each[:2].lower() for each in spoken}:
            languages[language] = languages.get(language, 0) + 1
    internal = sum(vendor == INHOUSE for vendor, _ in active)
    return People(internal=internal, external=len(active) - internal, languages=languages)


def _named(violation_key: str) -> str:
    try:
        return policies.violation(violation_key).name
    except BadInput:
        return violation_key


def _rows(query: str, period: Period) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(bounds(period)))
        while found := cursor.fetchmany(2000):
            yield from found
