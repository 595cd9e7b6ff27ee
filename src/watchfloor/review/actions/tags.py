"""Tags: internal words on a case, by which people find it again."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.actions import cases
from watchfloor.review.actions.people import of_case
from watchfloor.review.events_many import CaseTagged
from watchfloor.review.models import Case
from watchfloor.review.queries import access

MOST = 20


def tag(actor: Actor, case_id: UUID, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> list[str]:
    """Put tags on a case and take others off; returns those it has now."""
    from watchfloor.review.bulk import orders

    case = access.case(actor, case_id, why="tag")
    if not actor.may("case.arrange", market=case.market, severity=case.severity, clearance=case.clearance):
        raise Forbidden("no_permission", "Your roles do not include tagging cases.")
    added = [orders.tag(" ".join(text.split()).lower()) for text in add]
    with writing(actor) as w:
        case = cases.lock(case_id)
        change(w, case, add=added, remove=remove)
        return list(case.tags)


def change(w: Writer, case: Case, *, add: Iterable[str] = (), remove: Iterable[str] = (), batch: str = "") -> bool:
    """Change the tags of a locked case; False when they are so already."""
    gone = {text for text in remove if text in case.tags}
    fresh = [text for text in dict.fromkeys(add) if text not in case.tags]
    if not gone and not fresh:
        return False
    tags = sorted({*case.tags, *fresh} - gone)
    if len(tags) > MOST:
        raise BadInput("too_many_tags", f"A case has at most {MOST} tags.", where="tag")
    w.update(case, tags=tags)
    w.event(CaseTagged(**of_case(case), added=fresh, removed=sorted(gone), batch=batch), case, case_id=case.pk)
    return True
