"""The clock: "as soon as reasonably possible" as a target of the house's own. Missed, it pages on-call, once."""

from __future__ import annotations

from watchfloor.cybertip import drafts, outcomes
from watchfloor.cybertip.events import TipLate
from watchfloor.cybertip.models import Tip
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing


def watch(limit: int = 50) -> int:
    """Say of each report that is not finished when it should be that it is late; returns how many."""
    now = clock.now()
    late = Tip.objects.filter(due_at__lte=now, late_at__isnull=True).exclude(state__in=drafts.CLOSED)
    done = 0
    for tip_id in list(late.order_by("due_at").values_list("pk", flat=True)[:limit]):
        with writing(system("cybertip")) as w:
            tip = Tip.objects.select_for_update(of=("self",)).select_related("case").get(pk=tip_id)
            if tip.late_at is not None or tip.state in drafts.CLOSED:
                continue
            w.update(tip, late_at=now)
            w.event(TipLate(**drafts.of(tip)), tip, case_id=tip.case_id)
            outcomes.page(w, tip, outcomes.late_key(tip), "A report to NCMEC is later than the house's own target.")
            done += 1
    return done
