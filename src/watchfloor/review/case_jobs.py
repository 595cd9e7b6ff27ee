"""What a case waits for, as its page and the workbench say it: each open job, why it is due when it is, and whom it waits for."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.review.clusters.holding import WHY as STANDS_BY
from watchfloor.review.domain.findings import WAITS_FOR
from watchfloor.review.models import Case, Job
from watchfloor.review.queries.due_times import why_due
from watchfloor.review.queries.other_words import waits_for


class OpenJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job of a case. ``waits_for``: for whom its clock stands still, "" when it runs; ``may_stop``, ``may_start``: the buttons."""

    row: Job
    due: str
    waits_for: str
    stands_by: bool
    may_stop: bool
    may_start: bool


def of_case(actor: Actor, case: Case) -> list[OpenJob]:
    """The case's open jobs, the first first."""
    found = []
    for row in Job.objects.filter(case=case, state__in=("ready", "leased", "waiting")).order_by("ready_at"):
        row.case = case
        here: dict[str, Any] = {
            "queue": row.queue_key, "market": row.market, "severity": row.severity, "clearance": row.clearance,
        }  # fmt: skip
        may = any(actor.may(name, **here) for name in ("review.reassign", "review.work"))
        stands_by = row.state == Job.State.WAITING and row.paused_for == STANDS_BY
        found.append(OpenJob(
            row=row, due="" if row.kind == "cluster" else why_due(row), stands_by=stands_by,
            waits_for=waits_for(row.paused_for) if row.state == Job.State.WAITING else "",
            may_stop=may and row.state == Job.State.READY and row.kind != "cluster",
            may_start=may and row.state == Job.State.WAITING and not stands_by,
        ))  # fmt: skip
    return found


def choices() -> list[tuple[str, str]]:
    """Whom a job may wait for, for a form."""
    return [(key, _(words)) for key, words in WAITS_FOR.items()]
