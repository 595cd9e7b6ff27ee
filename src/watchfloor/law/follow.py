"""The clocks follow the ledger: what happened starts and stops them, each event looked at exactly once and in order.

The cursor is a leaf number, so nothing in flight is skipped, and it moves in the transaction of what it caused. Times are those of the
events and of the receipts they name, so that reading them a moment later makes no period longer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from watchfloor.identity.domain import system
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.law import clocks
from watchfloor.law.clocks import About
from watchfloor.law.models import Clock, Followed, Order
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.models import Appeal, Case, Report

log = logging.getLogger(__name__)
ACTOR = system("legal-clocks")
TYPES = ("report.received", "appeal.filed", "appeal.decided", "decision.made", "action.confirmed", "notice.written")
_READ = """
SELECT l.number, e.type, e.at, e.subject, e.case_id, e.data FROM ledger_leaf l JOIN ledger_event e ON e.id = l.event_id
WHERE l.number >= %s AND l.number < %s AND e.type = ANY(%s) ORDER BY l.number
"""
_END = "SELECT max(number) + 1 FROM ledger_leaf WHERE number >= %s AND number < %s"


class Happened(NamedTuple):
    """One event of the ledger."""

    leaf: int
    type: str
    at: datetime
    subject: str
    case_id: UUID | None
    data: dict[str, Any]

    @property
    def id(self) -> UUID:
        """The id in its subject."""
        return UUID(self.subject.partition(":")[2])

    @property
    def facts(self) -> dict[str, str]:
        """What rules ask of it."""
        names = ("market", "policy", "channel", "reporter_kind", "reason", "verdict")
        return {name: str(self.data.get(name, "")) for name in names}


def follow(limit: int = 2000) -> int:
    """Look at up to ``limit`` events; how many leaves were passed."""
    with writing(ACTOR) as w:
        cursor, new = Followed.objects.select_for_update().get_or_create(pk=1)
        if new:  # clocks begin with what happens from now on
            cursor.leaf = _newest()
            cursor.save()
            return 0
        with connection.cursor() as db:
            db.execute(_END, [cursor.leaf, cursor.leaf + limit])
            end = db.fetchone()[0]
            if end is None:
                return 0
            db.execute(_READ, [cursor.leaf, end, list(TYPES)])
            found = [
                Happened(leaf, kind, at, about, case, json.loads(data))
                for leaf, kind, at, about, case, data in db.fetchall()
            ]
        for each in found:
            try:
                with w.attempt():
                    HANDLERS[each.type](w, each)
            except (
                WatchfloorError,
                LookupError,
                ValueError,
            ):  # one that cannot be worked must not stop all clocks after it
                log.exception("the legal clocks could not follow leaf %d (%s)", each.leaf, each.type)
        passed = int(end - cursor.leaf)
        Followed.objects.filter(pk=1).update(leaf=end)
    return passed


def _newest() -> int:
    with connection.cursor() as db:
        db.execute("SELECT coalesce(max(number) + 1, 0) FROM ledger_leaf")
        return int(db.fetchone()[0])


def _report(w: Writer, event: Happened) -> None:
    """A notice; those of a kind that must be complete to count begin when they are (``law.orders`` says that of orders)."""
    row = Report.objects.filter(pk=event.id).only("received_at", "item_id").first()
    if row is None or event.data.get("joined") == "muted":
        return
    about = About(
        kind="report", id=event.id, facts=event.facts, case_id=event.case_id, item_id=row.item_id, clearance=_clearance(event)
    )  # fmt: skip
    clocks.start_all(w, "report", about, row.received_at)


def _appeal(w: Writer, event: Happened) -> None:
    row = Appeal.objects.filter(pk=event.id).select_related("case").first()
    if row is None:
        return
    about = About(
        kind="appeal", id=event.id, facts=event.facts, item_id=row.case.item_id, clearance=row.case.clearance
    )  # fmt: skip
    clocks.start_all(w, "appeal", about, row.filed_at)


def _appeal_decided(w: Writer, event: Happened) -> None:
    for row in clocks.of("appeal", event.id):
        clocks.stop(w, row, "appeal_decided", f"appeal:{event.id}", event.at)


def _decision(w: Writer, event: Happened) -> None:
    if event.data.get("origin") != "undo":
        about = About(kind="decision", id=event.id, facts=event.facts, case_id=None, clearance=_clearance(event))
        clocks.start_all(w, "decision", about, event.at)
    if event.data.get("verdict") == "unsure":
        return
    for row in _of_case(event):
        if clocks.stop(w, row, "decision", f"decision:{event.id}", event.at):
            continue
        if event.data.get("verdict") == "clean" and row.about == "report":  # nothing is owed on what is lawful
            clocks.stop(w, row, "action_confirmed", f"decision:{event.id}", event.at)


def _confirmed(w: Writer, event: Happened) -> None:
    if event.data.get("origin") in ("undo", "expiry"):
        return
    for row in _of_case(event):
        if row.about == "order":
            _order_step(w, row, event)
        else:
            clocks.stop(w, row, "action_confirmed", f"action:{event.id}", event.at)


def _order_step(w: Writer, row: Clock, event: Happened) -> None:
    """An order speaks of several items: its clock stops with the confirmation of the last of them."""
    from watchfloor.law import orders

    order = Order.objects.filter(pk=row.about_id).first()
    if order is not None and not orders.waiting_for(order):
        clocks.stop(w, row, "action_confirmed", f"action:{event.id}", event.at)


def _notice(w: Writer, event: Happened) -> None:
    for row in _of_case(event):
        clocks.stop(w, row, "notice", f"notice:{event.id}", event.at)


HANDLERS: dict[str, Callable[[Writer, Happened], None]] = {
    "report.received": _report, "appeal.filed": _appeal, "appeal.decided": _appeal_decided, "decision.made": _decision,
    "action.confirmed": _confirmed, "notice.written": _notice,
}  # fmt: skip


def _of_case(event: Happened) -> list[Clock]:
    """The open clocks of the case of an event, and of orders that speak of it."""
    if event.case_id is None:
        return []
    rows = Clock.objects.select_for_update().filter(stopped_at__isnull=True).exclude(state=Clock.State.ENDED)
    own = rows.filter(case_id=event.case_id)
    orders = Order.objects.filter(cases__contains=[event.case_id]).values("pk")
    return list((own | rows.filter(about="order", about_id__in=orders)).order_by("pk"))


def _clearance(event: Happened) -> str:
    if event.case_id is None:
        return ""
    return str(Case.objects.filter(pk=event.case_id).values_list("clearance", flat=True).first() or "")
