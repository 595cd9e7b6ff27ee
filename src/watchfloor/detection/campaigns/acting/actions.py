"""What people do with rings and brigades: watch, close with a reason, reopen; and make a cluster case of the accounts."""

from __future__ import annotations

from uuid import UUID

from watchfloor.detection.campaigns.acting import queries
from watchfloor.detection.campaigns.acting.weighing import reweigh
from watchfloor.detection.campaigns.events import RingStateChanged
from watchfloor.detection.campaigns.models import BrigadeReport, Ring
from watchfloor.detection.campaigns.queries import ACTS
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.review import clusters
from watchfloor.review.models import Cluster


def set_state(actor: Actor, pk: UUID, state: str, why: str = "") -> Ring:
    """Watch it, close it, open it again. The reports of a brigade weigh as others' do once it is closed.

    Raises:
        BadInput: no such state, or closing without a reason. Forbidden: without ``case.bulk``. NotFound: the actor knows of none.
    """
    _must(actor)
    queries.ring(actor, pk)
    if state not in Ring.State.values:
        raise BadInput("unknown_state", f"{state[:20]!r} is nothing a ring can be set to.", where="state",
                       hint=f"One of: {', '.join(Ring.State.values)}.")  # fmt: skip
    if state == Ring.State.CLOSED and not why.strip():
        raise BadInput("missing_why", "Say why it is closed, so that the next one understands.", where="why")
    with writing(actor, reason=" ".join(why.split())[:200]) as w:
        row = Ring.objects.select_for_update().get(pk=pk)
        before = row.state
        if before != state:
            w.update(row, state=state, changed_at=clock.now(), changed_by=w.actor)
            w.event(RingStateChanged(before=before, after=state), row)
            cases = BrigadeReport.objects.filter(ring=row).values_list("report__case", flat=True).distinct()
            reweigh(w, list(cases))
    return row


def make_cluster(
    actor: Actor, pk: UUID, *, name: str, policy_key: str = "manipulation", share: float = 0.05
) -> Cluster:
    """A cluster case of its accounts, by ``review.clusters.make``. Nothing is decided by it."""
    _must(actor)
    found = queries.accounts(actor, queries.ring(actor, pk).ring)
    return clusters.make(
        actor, found, name=name, policy_key=policy_key, source="campaign", about=f"ring {pk}", share=share
    )


def _must(actor: Actor) -> None:
    if not actor.has(ACTS):
        raise Forbidden(
            "no_permission", "Your roles do not include orders over many cases.", hint="It needs case.bulk."
        )
