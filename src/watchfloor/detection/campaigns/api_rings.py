"""JSON: rings and brigades, one with its ties, and its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.detection.campaigns.acting import actions, queries
from watchfloor.detection.campaigns.models import Ring
from watchfloor.detection.campaigns.queries import ACTS, SEES
from watchfloor.identity.guard import needs
from watchfloor.kernel.ids import encode

router = Router(tags=["campaigns"])


class RingOut(Schema):
    """Accounts that act together (``ring``) or report together (``brigade``). ``window``: seconds; ``q``: of the strongest tie."""

    id: UUID
    kind: str
    action: str
    window: int
    state: str
    members: int
    ties: int
    objects: int
    q: float
    first: datetime
    last: datetime


class RingTieOut(Schema):
    """Two of them (keyed hashes), and why chance does not explain how often they meet: see the engine's ``Tie``."""

    left: str
    right: str
    objects: int
    expected: float
    p_activity: float
    near: int
    near_expected: float
    p_timing: float
    q: float


class RingWhole(RingOut):
    """With its accounts, as far as they are items, its strongest ties, and the cases whose reports came with it."""

    accounts: list[str]
    strongest: list[RingTieOut]
    cases: dict[str, int]


class RingStateBody(Schema):
    """``state``: open, watched or closed; closing needs a reason."""

    state: str
    why: str = ""


def _out(row: Ring) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "action": row.action, "window": row.window, "state": row.state, "members": row.members,
        "ties": row.ties, "objects": row.objects_shared, "q": row.q, "first": row.first_at, "last": row.last_at,
    }  # fmt: skip


@router.get("/rings", response=list[RingOut], summary="List rings and brigades", operation_id="rings")
def rings(request: HttpRequest, state: str = "", kind: str = "") -> Any:
    """The latest first; open and watched ones unless ``state`` says otherwise (``all``). Needs ``case.view``."""
    return [_out(row) for row in queries.rings(needs(request, SEES), {"state": state, "kind": kind})]


@router.get("/rings/{ring_id}", response=RingWhole, summary="Read a ring or brigade", operation_id="ring")
def ring(request: HttpRequest, ring_id: UUID) -> Any:
    """With its strongest ties. Needs ``case.view``."""
    actor = needs(request, SEES)
    seen = queries.ring(actor, ring_id)
    return {
        **_out(seen.ring),
        "accounts": [encode("itm", pk) for pk in queries.accounts(actor, seen.ring)],
        "strongest": [
            {"left": tie.left, "right": tie.right, "objects": tie.objects_met, "expected": tie.expected,
             "p_activity": tie.p_activity, "near": tie.near, "near_expected": tie.near_expected, "p_timing": tie.p_timing, "q": tie.q}
            for tie in seen.ties
        ],
        "cases": {encode("case", each.case.pk): each.reports for each in seen.cases},
    }  # fmt: skip


@router.post(
    "/rings/{ring_id}/state", response=RingOut, summary="Watch, close or open a ring or brigade", operation_id="ring_state"
)  # fmt: skip
def ring_state(request: HttpRequest, ring_id: UUID, body: RingStateBody) -> Any:
    """A closed brigade's reports weigh as others' do. Needs ``case.bulk``."""
    return _out(actions.set_state(needs(request, ACTS), ring_id, body.state, body.why))
