"""Readers: lists, what is not taken up yet, what was sent, the life of a report in sentences."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from watchfloor.cybertip import access, drafts, locked
from watchfloor.cybertip.domain import xml
from watchfloor.cybertip.models import Tip
from watchfloor.identity.domain import Actor
from watchfloor.identity.models import RestrictedRead
from watchfloor.kernel import ids
from watchfloor.ledger.writer import plain
from watchfloor.oncall.domain import matrix
from watchfloor.oncall.models import EscalationPolicy, Matrix
from watchfloor.review import queries as review

MOST_LOOKS = 100


def listed(actor: Actor, state: str = "") -> QuerySet[Tip]:
    """The reports an actor may know of, those that wait first, by their clock."""
    rows = access.visible(actor).select_related("account")
    if state in Tip.State.values:
        return rows.filter(state=state).order_by("due_at")
    return rows.order_by("finished_at", "due_at") if not state else rows.none()


def waiting(actor: Actor) -> int:
    """How many cases must be reported and are in no report yet: the report about their account is on its way."""
    return review.visible_cases(actor).filter(pk__in=drafts.unreported().order_by().values("case")).count()


def csv_row(row: Tip) -> tuple[Any, ...]:
    """States and times; nothing of what is told, nobody's name."""
    return (
        ids.encode("tip", row.pk), row.state, row.environment, row.began_at, row.due_at, row.late_at, row.finished_at, row.report_id or ""
    )  # fmt: skip


def facts(row: Tip) -> dict[str, Any]:
    """One report for programs: where it stands. Nothing of what is told, but for its numbers."""
    return {
        "id": ids.encode("tip", row.pk), "state": row.state, "step": row.step, "environment": row.environment,
        "began_at": plain(row.began_at), "due_at": plain(row.due_at), "late_at": plain(row.late_at), "cases": row.cases.count(),
        "prepared_by": row.prepared_by, "released_by": row.released_by, "finished_at": plain(row.finished_at),
        "keep_until": plain(row.keep_until), "report_id": row.report_id, "tries": row.tries, "why_code": row.why_code,
    }  # fmt: skip


def looks(row: Tip) -> list[RestrictedRead]:
    """Who opened it, newest first."""
    return list(RestrictedRead.objects.filter(subject=f"tip:{row.pk}").order_by("-at", "-pk")[:MOST_LOOKS])


def sent_document(row: Tip) -> str:
    """The report as it was released, or an empty text."""
    return xml.indented(locked.opened(row.sent, drafts.label(row.pk))) if row.sent else ""


def somebody_is_paged() -> bool:
    """Whether the on-call matrix has a line for what is late or stuck."""
    row = Matrix.objects.first()
    if row is None:
        return False
    lines = matrix.read(
        row.lines, list(EscalationPolicy.objects.filter(archived_at__isnull=True).values_list("key", flat=True))
    )
    return bool(matrix.choose(lines, policy="child-safety", market="", severity=5))
