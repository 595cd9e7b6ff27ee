"""The live floor: streams that go on and have work open, the most watched minutes first."""

from __future__ import annotations

from datetime import datetime

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.items import live
from watchfloor.items import queries as items
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.review.models import Case, Job
from watchfloor.review.queries.access import visible_cases

MOST = 200


class Stream(msgspec.Struct, frozen=True):
    """One stream with its case. ``watched`` = minutes live x viewers: how much harm may have been seen."""

    case: Case
    minutes: int
    viewers: int
    watched: int
    due_at: datetime | None
    job: Job | None


def live_streams(actor: Actor) -> list[Stream]:
    """Open cases this actor may see whose items go on live now, by ``watched``. Restricted ones are listed without their words."""
    types = [key for key in items.types() if live.may_be_live(key)]
    rows = visible_cases(actor).exclude(state="closed").filter(item__type_key__in=types).select_related("item")
    cases = list(rows.order_by("-opened_at", "-pk")[:MOST])
    data = dict(
        ItemVersion.objects.filter(pk__in=[case.item.current_version for case in cases], erased_at__isnull=True)
        .values_list("pk", "data")
    )  # fmt: skip
    waiting = {
        job.case_id: job
        for job in Job.objects.filter(case__in=cases, state__in=("ready", "leased")).order_by("-due_at")
    }
    now, found = clock.now(), []
    for case in cases:
        stream = live.of_data(case.item.type_key, data.get(case.item.current_version))
        if stream is None:
            continue
        minutes = max(1, int((now - case.item.first_seen_at).total_seconds() // 60))
        job = waiting.get(case.pk)
        found.append(
            Stream(case, minutes, stream.viewers, minutes * max(1, stream.viewers), job.due_at if job else None, job)
        )
    return sorted(found, key=lambda each: (-each.watched, each.case.opened_at))
