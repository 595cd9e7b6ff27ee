"""The routing table's versions: one draft at a time, live with a backtest of that very text or a stated reason, any of them back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.review import plan
from watchfloor.review.domain.routing import check_rules
from watchfloor.review.domain.routing_changes import fingerprint
from watchfloor.review.events import RoutingDrafted, RoutingDropped, RoutingSaved
from watchfloor.review.models import Queue, RoutingBacktest, RoutingTable

Rules = Sequence[Mapping[str, Any]]


def check_table(rules: Rules) -> None:
    """``BadInput`` when a rule is wrong, or names a queue that is not there or that may not have the kind or clearance it asks for."""
    check_rules(rules)
    queues = {row.key: row for row in Queue.objects.filter(archived_at__isnull=True)}
    for index, rule in enumerate(rules):
        queue = queues.get(str(rule["queue"]))
        if queue is None:
            raise BadInput(
                "unknown_queue", f"There is no queue {rule['queue']!r}.", where=f"rules[{index}].queue",
                hint=f"Known queues: {', '.join(sorted(queues)) or 'none yet'}.",
            )  # fmt: skip
        kinds = (rule.get("when") or {}).get("kind")
        if isinstance(kinds, list) and queue.kind == "review" and set(kinds) & {"appeal", "escalation"}:
            raise BadInput("wrong_queue", f"The queue {queue.key} does not take {' or '.join(kinds)} jobs.",
                           where=f"rules[{index}].queue")  # fmt: skip


def live_table() -> RoutingTable | None:
    """The version that routes now."""
    return RoutingTable.objects.filter(live=True).first()


def draft_table() -> RoutingTable | None:
    """The version that is being written, if one is."""
    return RoutingTable.objects.filter(draft=True).first()


def evidence_for(rules: Rules) -> RoutingBacktest | None:
    """The newest backtest of this very text."""
    return RoutingBacktest.objects.filter(fingerprint=fingerprint(rules), state="done").order_by("-asked_at").first()


def change_draft(
    w: Writer, rules: Rules, *, step: str = "edited", rule: str = "", edits: int | None = None
) -> RoutingTable:
    """Write the draft, beginning one from the live version where there is none.

    ``edits`` is how often the draft had been changed when the writer read it: a ``Conflict`` if it has been since.
    """
    rules = [dict(each) for each in rules]
    check_table(rules)
    _lock()
    now = clock.now()
    row = draft_table()
    if row is None:
        live = live_table()
        row = w.create(
            RoutingTable, number=_next(), rules=rules, draft=True, base=live.number if live else None, made_by=w.actor,
            made_at=now, changed_by=w.actor, changed_at=now, edits=1,
        )  # fmt: skip
    else:
        if edits is not None and edits != row.edits:
            raise Conflict("draft_changed", "Somebody has changed the draft since you opened it.",
                           hint="Look at it as it is now and change it again.")  # fmt: skip
        w.update(row, rules=rules, changed_by=w.actor, changed_at=now, edits=row.edits + 1)
    w.event(RoutingDrafted(number=row.number, rules=len(rules), step=step, rule=rule), row)
    return row


def drop_draft(w: Writer) -> RoutingTable:
    """Put the draft aside; its text stays among the versions."""
    _lock()
    row = draft_table()
    if row is None:
        raise NotFound("no_draft", "There is no draft.")
    w.update(row, draft=False)
    w.event(RoutingDropped(number=row.number), row)
    return row


def go_live(w: Writer, *, why: str = "", fingerprint_seen: str = "") -> RoutingTable:
    """The draft becomes the live version. Needs a backtest of this very text, or else a stated reason (``why``).

    ``fingerprint_seen`` is of the text that the person looked at; ``Conflict`` when the draft is another by now.
    """
    _lock()
    row = draft_table()
    if row is None:
        raise NotFound("no_draft", "There is no draft to put live.")
    if fingerprint_seen and fingerprint_seen != fingerprint(row.rules):
        raise Conflict("draft_changed", "The draft has changed since you looked at it.", hint="Look again.")
    check_table(row.rules)
    evidence = evidence_for(row.rules)
    if evidence is None and not why.strip():
        raise BadInput(
            "no_evidence", "This text has no backtest.", where="why", hint="Run one, or say why it goes live without."
        )
    return _put_live(w, row, why, evidence, restored=0)


def restore_routing(w: Writer, number: int, *, why: str) -> RoutingTable:
    """Make the text of a former version live again, at once, as a new version; the reason is asked for."""
    if not why.strip():
        raise BadInput("no_reason", "Say why the former version comes back.", where="why")
    former = RoutingTable.objects.filter(number=number).first()
    if former is None:
        raise NotFound("unknown_version", f"There is no version {number}.", where="version")
    if former.live:
        raise Conflict("live_already", "This version is live now.")
    return save_routing(w, former.rules, note=why, restored=number)


def save_routing(w: Writer, rules: Rules, *, note: str = "", restored: int = 0) -> RoutingTable:
    """Put a new version live at once, beside any draft; ``note`` (or the writer's reason) says why."""
    rules = [dict(each) for each in rules]
    check_table(rules)
    why, evidence = note or w.reason, evidence_for(rules)
    if evidence is None and not why.strip():
        raise BadInput(
            "no_evidence", "This text has no backtest.", where="why", hint="Run one, or say why it goes live without."
        )
    _lock()
    live = live_table()
    row = w.create(
        RoutingTable, number=_next(), rules=rules, base=live.number if live else None, made_by=w.actor,
        made_at=clock.now(), note=note[:200],
    )  # fmt: skip
    return _put_live(w, row, why, evidence, restored=restored)


def _put_live(
    w: Writer, row: RoutingTable, why: str, evidence: RoutingBacktest | None, *, restored: int
) -> RoutingTable:
    for old in RoutingTable.objects.filter(live=True):
        w.update(old, live=False)
    found: UUID | None = evidence.pk if evidence is not None else None
    w.update(
        row, live=True, draft=False, live_at=clock.now(), live_by=w.actor, why=why.strip()[:200], backtest_id=found
    )
    event = RoutingSaved(
        number=row.number, rules=len(row.rules), base=row.base or 0, restored=restored, backtest=str(found or "")
    )
    w.event(event, row, reason=why.strip() or w.reason)
    plan.forget()
    return row


def _next() -> int:
    last = RoutingTable.objects.order_by("-number").first()
    return last.number + 1 if last else 1


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('review.routing', 11))")
