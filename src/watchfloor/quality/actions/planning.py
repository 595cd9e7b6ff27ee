"""Plans: each save is a version that is live from then on; looks that were drawn keep the chance they had."""

from __future__ import annotations

import secrets

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import Writer, writing
from watchfloor.quality.domain.plans import Document, check
from watchfloor.quality.events import PlanMade
from watchfloor.quality.models import Drawn, SamplingPlan

QUEUE = "quality"


def live() -> SamplingPlan | None:
    """The plan by which is drawn now, if there is one."""
    return SamplingPlan.objects.filter(live=True).first()


def save(actor: Actor, document: Document, *, seen: int, note: str = "") -> SamplingPlan:
    """A new version goes live.

    Args:
        seen: the number of the version that was before one (0: none); ``Conflict`` when another has been made since.
    """
    check(document)
    with writing(actor, reason=note) as w:
        return put(w, document, seen=seen, note=note)


def put(w: Writer, document: Document, *, seen: int, note: str = "") -> SamplingPlan:
    """The same in a transaction at hand."""
    old = SamplingPlan.objects.select_for_update().filter(live=True).first()
    if (old.number if old else 0) != seen:
        raise Conflict("plan_changed", "Another plan has gone live meanwhile.", hint="Look at it, then save again.")
    _queue(w)
    now = clock.now()
    if old is not None:
        w.update(old, live=False)
    row = w.create(
        SamplingPlan, number=seen + 1, document=msgspec.to_builtins(document), seed=secrets.token_hex(8), live=True,
        made_by=w.actor, made_at=now, note=note[:200],
    )  # fmt: skip
    w.event(PlanMade(number=row.number, weekly=document.weekly, how=document.how), row)
    if not Drawn.objects.exists():  # nothing that was decided before there was a plan
        Drawn.objects.create(at=now, decision_id="00000000-0000-0000-0000-000000000000")
    return row


def _queue(w: Writer) -> None:
    from watchfloor.review.actions import save_queue
    from watchfloor.review.models import Queue

    if not Queue.objects.filter(key=QUEUE).exists():
        save_queue(
            w, key=QUEUE, name="Quality", description="Looks at decisions that stand, by people who may take them."
        )
