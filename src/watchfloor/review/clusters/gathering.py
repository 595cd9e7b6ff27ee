"""Work that is one thing is put together by itself: when enough open cases share a link, near text or near media, they become one job.

Only what was reported or flagged is taken in, never a look-alike that nobody spoke of; nothing of it is decided before a person has
read the sample. Off unless ``WATCHFLOOR_CLUSTER_AT`` says how many open cases are enough.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from watchfloor.identity.domain import system
from watchfloor.items import keys
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.review.bulk import choosing
from watchfloor.review.clusters import alike, queueing
from watchfloor.review.clusters.making import make
from watchfloor.review.clusters.newest import NEWEST
from watchfloor.review.models import Case, Cluster
from watchfloor.review.queries.related import members

WINDOW = timedelta(minutes=30)  # cases opened since then are looked at; what was there before was, too
SEEDS = 1_000
MOST = 2_000  # items of one cluster that is made by itself
KINDS = {keys.LINK: "link", keys.TEXT: "text"}

# The keys that most of the newest open cases share, each with one of these cases.
SHARED = f"""{NEWEST}SELECT k.kind, (array_agg(n.id ORDER BY n.id))[1] FROM newest AS n
JOIN items_key AS k ON k.item_id = n.item_id AND k.kind = ANY(%(kinds)s)
GROUP BY k.kind, k.key, n.harm_group, n.policy_key HAVING count(DISTINCT n.item_id) >= 2
ORDER BY count(DISTINCT n.item_id) DESC, k.kind DESC LIMIT 20
"""


def gather(enough: int | None = None) -> int:
    """Make and queue the clusters that are due; how many. ``enough``: open cases that make one (by default as set; 0: never)."""
    enough = settings.CLUSTER_AT if enough is None else enough
    if enough < 2:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            SHARED, {"since": clock.now() - WINDOW, "seeds": SEEDS, "kinds": list(KINDS)},
        )  # fmt: skip
        found = cursor.fetchall()
    seeds = [(KINDS[kind], case_id) for kind, case_id in found]
    seeds += [("media", case_id) for case_id in alike.seeds(clock.now() - WINDOW, SEEDS)]
    taken: set[UUID] = set()
    made = 0
    for kind, case_id in seeds:
        case = Case.objects.select_related("item", "item__author").get(pk=case_id)
        if case.item_id in taken:
            continue
        items = _open(case, kind)
        if len(items) >= enough and _queue(case, kind, items):
            taken.update(items)
            made += 1
    return made


def _open(case: Case, kind: str) -> list[UUID]:
    """The items related in this way that have an open case of the same policy and are not being read in a cluster."""
    every = members(system("clusters"), case, kind, MOST)
    found: set[UUID] = set()
    for start in range(0, len(every), choosing.AT_ONCE):
        part = every[start : start + choosing.AT_ONCE]
        rows = Case.objects.filter(item__in=part, state="open", policy_key=case.policy_key, clearance="")
        reading = Cluster.objects.filter(state="reading", policy_key=case.policy_key, items__item__in=part)
        found |= set(rows.values_list("item_id", flat=True)) - set(reading.values_list("items__item_id", flat=True))
    return [pk for pk in every if pk in found]


def _queue(case: Case, kind: str, items: list[UUID]) -> bool:
    actor = system("clusters")
    name = f"{case.policy_key}, {kind}, {clock.now():%Y-%m-%d %H:%M} UTC"
    try:
        row = make(
            actor, items, name=name, policy_key=case.policy_key, source="related", about=f"by itself: {kind}",
            case_id=case.pk,
        )  # fmt: skip
        queueing.enqueue(actor, row.pk)
    except (BadInput, Conflict):  # a case was decided at this very moment: too few are left
        return False
    return True
