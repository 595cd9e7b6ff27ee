"""Who watches the clocks: what is due soon and what was missed is said once, and on-call hears of it once, whatever dies meanwhile.

The row is locked with SKIP LOCKED, and the page is raised in the transaction that marks it: a process that dies before the commit
leaves nothing, one that dies after it leaves a page for ``oncall.firing``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.law import clocks
from watchfloor.law.events import ClockMissed, ClockWarned
from watchfloor.law.models import Clock
from watchfloor.ledger.writer import Writer, plain, writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.contracts import PageIn

ACTOR = system("legal-clocks")


def watch(limit: int = 100) -> int:
    """Warn of what will be due, say what was missed; how many clocks that were."""
    return _sweep(limit, missed=True) + _sweep(limit, missed=False)


def _sweep(limit: int, *, missed: bool) -> int:
    now = clock.now()
    with writing(ACTOR) as w:
        rows = Clock.objects.select_for_update(skip_locked=True).filter(state=Clock.State.RUNNING)
        if missed:
            found = list(rows.filter(due_at__lte=now).order_by("due_at", "pk")[:limit])
        else:
            found = list(
                rows.filter(warn_at__lte=now, warned_at__isnull=True, due_at__gt=now).order_by("warn_at", "pk")[:limit]
            )
        for row in found:
            if missed:
                _missed(w, row, now)
            else:
                _warned(w, row, now)
    return len(found)


def _warned(w: Writer, row: Clock, now: datetime) -> None:
    paged = _page(w, row, "due")
    late = (now - (row.warn_at or now)) // timedelta(milliseconds=1)
    w.update(row, warned_at=now, paged=row.paged or paged)
    event = ClockWarned(**clocks.facts(row), due_at=plain(row.due_at), paged=paged, late_ms=late)
    w.event(event, row, case_id=row.case_id)


def _missed(w: Writer, row: Clock, now: datetime) -> None:
    paged = _page(w, row, "missed")
    late = (now - row.due_at) // timedelta(milliseconds=1)
    w.update(
        row, state=Clock.State.MISSED, missed_at=row.due_at, warned_at=row.warned_at or now, paged=row.paged or paged
    )
    event = ClockMissed(**clocks.facts(row), due_at=plain(row.due_at), paged=paged, late_ms=late)
    w.event(event, row, case_id=row.case_id)


def _page(w: Writer, row: Clock, what: str) -> bool:
    """Raise the page; the words name the rule, never what it is about."""
    rule = clocks.rule_of(row)
    if not rule.page:
        return False
    asked = PageIn(
        key=clocks.page_key(row, what), about="clock", severity=5 if what == "missed" else rule.page, policy=row.policy_key,
        market=row.market, clearance=row.clearance, case_id=row.case_id, words=f"{rule.name}: {what}"[:200],
    )  # fmt: skip
    return oncall.page(w, asked) is not None
