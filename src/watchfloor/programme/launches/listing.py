"""Launches as a list: how many gates are open and which is next, from what the loop last wrote down (cheap for a hundred of them)."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.programme.launches import access
from watchfloor.programme.launches.actions.planning import document_of
from watchfloor.programme.launches.domain import kinds
from watchfloor.programme.launches.models import GateRow, Launch, Stage

MOST = 500


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One launch of the list. ``passed`` of ``gates`` are green or waived; ``next_gate`` is the first that is not."""

    row: Launch
    gates: int
    passed: int
    next_gate: str
    next_at: datetime | None


def lines(actor: Actor, *, state: str = "", kind: str = "") -> list[Line]:
    """Newest first."""
    rows = access.launches(actor)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(kind=kind) if kind else rows
    found = list(rows[:MOST])
    ids = [row.pk for row in found]
    known: dict[object, dict[str, GateRow]] = {}
    for gate in GateRow.objects.filter(launch__in=ids):
        known.setdefault(gate.launch_id, {})[gate.key] = gate
    nexts: dict[object, datetime] = {}
    for stage in Stage.objects.filter(launch__in=ids, state=Stage.State.WAITING).order_by("-number"):
        nexts[stage.launch_id] = stage.starts_at
    return [_line(row, known.get(row.pk, {}), nexts.get(row.pk)) for row in found]


def _line(row: Launch, known: dict[str, GateRow], next_at: datetime | None) -> Line:
    gates = kinds.gates_of(row.kind, document_of(row).gates)
    closed = [
        gate for gate in gates if not ((kept := known.get(gate.key)) and (kept.verdict == "green" or kept.waived_by))
    ]
    return Line(
        row=row, gates=len(gates), passed=len(gates) - len(closed), next_gate=_(closed[0].title) if closed else "", next_at=next_at
    )  # fmt: skip
