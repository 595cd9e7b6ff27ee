"""What the scorecard says, cell by cell: the mean score and the share that passes, weighted like every look."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from watchfloor.engines import agreement
from watchfloor.engines.agreement import Share
from watchfloor.identity.domain import Actor
from watchfloor.quality.models import Marked
from watchfloor.quality.queries.figures import Filters, key_of, looks_of


class Scores(msgspec.Struct, frozen=True):
    """Of one cell."""

    key: str
    marked: int
    score: Share
    passes: Share
    failed: int


def scores(actor: Actor, filters: Filters, by: str) -> list[Scores]:
    """By ``policy``, ``market``, ``vendor`` or ``queue``; the first, of key "", is all together."""
    rows = {row.pk: row for row in looks_of(actor, filters)}
    groups: defaultdict[str, list[tuple[agreement.Look, agreement.Look, bool]]] = defaultdict(list)
    for one in Marked.objects.filter(look_id__in=list(rows)):
        row = rows[one.look_id]
        pair = (
            agreement.Look(row.probability, one.score, 1.0, row.stratum),
            agreement.Look(row.probability, float(one.passed), 1.0, row.stratum),
            one.failed,
        )
        for key in {"", key_of(row, by) or "-"}:
            groups[key].append(pair)
    return [
        Scores(
            key, len(many), agreement.share((score for score, _passes, _failed in many), process=True),
            agreement.share((passes for _score, passes, _failed in many), process=True), sum(failed for _s, _p, failed in many),
        )
        for key, many in sorted(groups.items())
    ]  # fmt: skip
