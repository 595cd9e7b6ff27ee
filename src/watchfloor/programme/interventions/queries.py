"""Readers of interventions, within what the viewer sees."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.programme.interventions import access
from watchfloor.programme.interventions.domain import Measured
from watchfloor.programme.interventions.models import Intervention

MOST = 500


def result(row: Intervention) -> Measured | None:
    """The newest result; None: it was not measured yet."""
    return msgspec.convert(row.result, Measured) if row.result else None


def log(actor: Actor, *, outcome: str = "", about: str = "", metric: str = "") -> list[Intervention]:
    """Interventions the actor may know of, the newest first."""
    rows = Intervention.objects.order_by("-happened_at", "pk")
    if outcome == "waiting":
        rows = rows.filter(state=Intervention.State.WAITING, outcome="")
    elif outcome:
        rows = rows.filter(outcome=outcome)
    if about:
        rows = rows.filter(about=about)
    if metric:
        rows = rows.filter(metric=metric)
    return [row for row in rows[: MOST * 4] if access.sees(actor, row.filters)][:MOST]


def one(actor: Actor, intervention_id: UUID, permission: str = access.VIEW) -> Intervention:
    """One of them.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    row = Intervention.objects.filter(pk=intervention_id).first()
    if row is None or not access.sees(actor, row.filters, permission):
        raise NotFound("unknown_intervention", "There is no such intervention.")
    return row


def about(actor: Actor, names: Sequence[str]) -> dict[str, list[Intervention]]:
    """Interventions by what they belong to (``spike:<id>`` ...), the newest first."""
    found: dict[str, list[Intervention]] = {name: [] for name in names}
    for row in Intervention.objects.filter(about__in=list(names)).order_by("-happened_at"):
        if access.sees(actor, row.filters):
            found[row.about].append(row)
    return found
