"""What on-call asks of cases: one of them as an actor may see it, its timeline, and that a page about it was acknowledged."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.oncall.contracts import CaseSeen, Happened
from watchfloor.oncall.seams import Cases
from watchfloor.review import queries
from watchfloor.review.models import Job
from watchfloor.review.queries.due_times import why_due


def see(actor: Actor, case_id: UUID) -> CaseSeen | None:
    """The case by its short id, without a word of its content; None where the actor may not know of it."""
    row = queries.visible_cases(actor).filter(pk=case_id).first()
    if row is None:
        return None
    job = Job.objects.filter(case=row, state__in=("ready", "leased", "waiting")).order_by("due_at").first()
    return CaseSeen(
        id=row.pk, item=row.item_id, title=_("Case %(case)s") % {"case": ids.short(row.pk)},
        url=reverse("case-detail", args=[ids.encode("case", row.pk)]),
        state=row.state, severity=row.severity, policy=row.policy_key, market=row.market, clearance=row.clearance,
        due_at=None if row.closed_at else job.due_at if job else row.due_at, clock=why_due(job) if job else "",
    )  # fmt: skip


def timeline(actor: Actor, case_id: UUID) -> list[Happened]:
    """What happened to it, as its own page tells it; nothing where the actor may not know of it."""
    try:
        found = queries.case_timeline(actor, case_id)
    except NotFound:
        return []
    return [Happened(at=each.at, who=each.who, what=each.what, why=each.why, group=each.group) for each in found]


def acknowledged(w: Writer, case_id: UUID) -> None:
    """The escalation that paged is acknowledged with its page."""
    from watchfloor.review.actions.escalations import acknowledge_case

    acknowledge_case(w, case_id)


CASES = Cases(see=see, timeline=timeline, acknowledged=acknowledged)
