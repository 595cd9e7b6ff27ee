"""What happened to a report, as its page shows it: notes, hand-ups, takings, closings of the case behind, from the ledger."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from watchfloor.interop.atproto import numbers
from watchfloor.interop.atproto.asking import GET, Ask, iso, method
from watchfloor.interop.atproto.methods.reports import one
from watchfloor.interop.atproto.methods.statuses import looked
from watchfloor.ledger.models import Event
from watchfloor.review.models import Note

KINDS: Final = {
    "note.added": "note", "escalation.raised": "escalation", "job.leased": "assignment", "job.released": "queue",
    "case.closed": "close", "case.reopened": "reopen",
}  # fmt: skip
DEFS: Final = "tools.ozone.report.defs#"


@method("tools.ozone.report.listActivities", GET, ("case.view",))
def list_activities(ask: Ask) -> dict[str, Any]:
    """Newest first. Who else did it is not told."""
    row = one(ask, ask.number("reportId"), "ReportNotFound")
    looked(ask, row.item)
    limit, after = ask.limit(), ask.number("cursor")
    rows = Event.objects.filter(case_id=row.case_id, type__in=sorted(KINDS), at__gte=row.received_at)
    if after is not None:
        rows = rows.filter(ordinal__lt=after)
    found = list(rows.order_by("-ordinal")[: limit + 1])
    noted = {UUID(each.subject.partition(":")[2]) for each in found if each.type == "note.added"}
    notes = dict(Note.objects.filter(pk__in=noted).values_list("pk", "text"))
    number = numbers.number(numbers.REPORT, row.pk)
    out = []
    for event in found[:limit]:
        kind, mine = KINDS[event.type], event.actor == str(ask.actor)
        text = notes.get(UUID(event.subject.partition(":")[2]), "") if kind == "note" else event.reason
        out.append({
            "id": event.ordinal, "reportId": number, "activity": {"$type": f"{DEFS}{kind}Activity"}, "isAutomated": False,
            "createdBy": ask.who.did if mine else ask.here.did, "createdAt": iso(event.at), **({"internalNote": text} if text else {}),
        })  # fmt: skip
    return {"activities": out, **({"cursor": str(found[limit - 1].ordinal)} if len(found) > limit else {})}
