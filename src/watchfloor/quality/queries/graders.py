"""How right the people are who look: each look that was checked stands for as many as it was drawn from.

Looks that found otherwise are all settled by a third person; of those that found the same some are made again (``actions.regrading``).
Together that is a stratified sample of a person's looks with known chances, so their share of right looks has an interval. Nobody is put
in an order.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import msgspec

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Share
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.quality.domain.looks import Finding, same
from watchfloor.quality.models import Look
from watchfloor.quality.queries.seen import manageable

SETTLED = (Look.State.SETTLED, Look.State.DISPUTED)


class Grader(msgspec.Struct, frozen=True):
    """One person who looks: their looks, those of them that were checked, the share that is right."""

    who: str
    looks: int
    checked: int
    right: Share


def graders(actor: Actor, days: int = 90) -> list[Grader]:
    """Everybody whose looks the actor may know of, by who they are (not by how right)."""
    since = clock.now() - timedelta(days=days)
    looks: defaultdict[str, int] = defaultdict(int)
    told: defaultdict[str, list[agreement.Look]] = defaultdict(list)
    rows = (
        manageable(actor)
        .filter(found_at__gte=since, purpose="sample")
        .exclude(found_by="")
        .exclude(state=Look.State.VOID)
    )
    for row in rows.iterator():
        looks[row.found_by] += 1
        if row.state in SETTLED and row.settled_by:
            right = Finding(row.right_verdict, row.right_violation)
            hit = same(Finding(row.found_verdict, row.found_violation), right)
            told[row.found_by].append(agreement.Look(1.0, float(hit), 1.0, "otherwise"))
    again = manageable(actor).filter(decided_at__gte=since, purpose="again", state__in=(Look.State.AGREED, *SETTLED))
    for row in again.exclude(right_verdict="").iterator():
        hit = same(Finding(row.verdict, row.violation_key), Finding(row.right_verdict, row.right_violation))
        told[row.decider].append(agreement.Look(row.probability, float(hit), 1.0, "same"))
    return [Grader(who, looks[who], len(told[who]), agreement.share(told[who], process=True)) for who in sorted(looks)]
