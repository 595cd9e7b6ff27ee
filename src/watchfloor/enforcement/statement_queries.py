"""Readers of statements of reasons: frozen copies, in the order they were made."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Q

from watchfloor.enforcement.contracts import Statement, StatementAction
from watchfloor.enforcement.models import StatementOfReasons

_FIELDS = [name for name in Statement.__struct_fields__ if name != "actions"]


def statements(
    since: datetime | None = None, until: datetime | None = None, after: UUID | None = None, limit: int = 1000
) -> list[Statement]:
    """Versions made in [since, until), oldest first; ``after`` is the id of the last one already had."""
    rows = StatementOfReasons.objects.filter(number__gt=0)
    if since is not None:
        rows = rows.filter(made_at__gte=since)
    if until is not None:
        rows = rows.filter(made_at__lt=until)
    if after is not None:
        last = StatementOfReasons.objects.get(pk=after)
        rows = rows.filter(Q(made_at__gt=last.made_at) | Q(made_at=last.made_at, id__gt=last.pk))
    return [statement_out(row) for row in rows.order_by("made_at", "id")[:limit]]


def statement(decision_id: UUID) -> Statement | None:
    """How a decision's statement stands now: its newest version."""
    row = StatementOfReasons.objects.filter(decision_id=decision_id, number__gt=0).order_by("-number").first()
    return statement_out(row) if row else None


def versions(decision_id: UUID) -> list[Statement]:
    """All versions of a decision's statement, first to last."""
    rows = StatementOfReasons.objects.filter(decision_id=decision_id, number__gt=0).order_by("number")
    return [statement_out(row) for row in rows]


def statement_out(row: StatementOfReasons) -> Statement:
    """The frozen copy of a version."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return Statement(**values, actions=msgspec.convert(row.actions, list[StatementAction]))
