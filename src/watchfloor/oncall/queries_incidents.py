"""Readers of incidents: which an actor may see, and the timeline that writes itself from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.models import Event
from watchfloor.oncall import seams, words
from watchfloor.oncall.contracts import CaseSeen, Happened
from watchfloor.oncall.models import Call, CorrectiveAction, Incident, IncidentLine, Page
from watchfloor.oncall.queries import VIEW

MOST = 500


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """An incident with all that belongs to it, as this actor may see it. ``hidden``: cases they may not know of."""

    incident: Incident
    timeline: list[Happened]
    cases: list[CaseSeen]
    hidden: int
    pages: list[Page]
    updates: list[IncidentLine]
    corrections: list[CorrectiveAction]
    roles: dict[str, str]
    names: dict[str, str]

    @property
    def due_at(self) -> datetime | None:
        """The clock that runs out first, of cases that are not closed."""
        running = [each.due_at for each in self.cases if each.due_at and each.state != "closed"]
        return min(running, default=None)


def visible(actor: Actor) -> QuerySet[Incident]:
    """The incidents an actor may know of, the newest first."""
    allowed = access.rows(actor, VIEW, market="market", severity="severity", clearance="clearance")
    return Incident.objects.filter(allowed).order_by("-opened_at", "-pk")


def incident(actor: Actor, incident_id: UUID) -> Incident:
    """One; ``NotFound`` where there is none that the actor may know of."""
    found = visible(actor).filter(pk=incident_id).first()
    if found is None:
        raise NotFound("unknown_incident", "There is no such incident.")
    return found


def room(actor: Actor, incident_id: UUID) -> Room:
    """Everything of one incident, by a handful of queries and one for each case."""
    row = incident(actor, incident_id)
    seen = [each for each in (seams.cases().see(actor, case) for case in row.cases) if each is not None]
    lines = list(row.lines.order_by("at", "pk"))
    corrections = list(row.corrections.order_by("due_on", "pk"))
    people = {f"user:{user}" for user in row.roles.values()} | {f"user:{each.owner_id}" for each in corrections}
    names = names_of(
        people
        | {row.opened_by, row.closed_by, row.held_by, row.reviewed_by}
        | {line.by for line in lines}
        | {line.approved_by for line in lines}
    )
    return Room(
        incident=row, timeline=timeline(actor, row, seen, lines), cases=seen, hidden=len(row.cases) - len(seen),
        pages=list(Page.objects.filter(pk__in=row.pages).order_by("raised_at")),
        updates=[line for line in lines if line.audience != "room"], corrections=corrections,
        roles={role: names[f"user:{user}"] for role, user in row.roles.items()}, names=names,
    )  # fmt: skip


def timeline(actor: Actor, row: Incident, cases: list[CaseSeen], lines: list[IncidentLine]) -> list[Happened]:
    """What happened, oldest first: the room, its pages and calls, and its cases from when the first page was raised (or it was opened)."""
    parts = CorrectiveAction.objects.filter(incident=row).values_list("pk", flat=True)
    calls = Call.objects.filter(page__in=row.pages).exclude(pager="console").values_list("pk", flat=True)
    subjects = [
        f"incident:{row.pk}", *(f"page:{page}" for page in row.pages), *(f"call:{call}" for call in calls),
        *(f"correctiveaction:{part}" for part in parts), *(f"incidentline:{line.pk}" for line in lines),
    ]  # fmt: skip
    texts = {f"incidentline:{line.pk}": line.text for line in lines}
    events = list(Event.objects.filter(Q(subject__in=subjects)).order_by("ordinal")[:MOST])
    names = names_of({event.actor for event in events})
    found = [
        Happened(
            at=event.at, who="" if event.actor.startswith("system:") else names[event.actor], what=words.of(event.type, event.data),
            why=texts.get(event.subject, event.reason), group=event.type.partition(".")[0],
        )
        for event in events
    ]  # fmt: skip
    begun = min([event.at for event in events], default=row.opened_at)
    for case in cases:
        for each in seams.cases().timeline(actor, case.id):
            if each.at >= begun and each.group not in ("page", "call", "incident"):
                found.append(msgspec.structs.replace(each, what=f"{case.title}: {each.what}"))
    return sorted(found, key=lambda each: each.at)[:MOST]


def waiting(actor: Actor) -> dict[str, int]:
    """What is still to be done after incidents: reviews to write, corrective actions past their date, recurrence to be checked."""
    rows, today = visible(actor), clock.now().date()
    closed = rows.filter(state=Incident.State.CLOSED)
    late = CorrectiveAction.objects.filter(incident__in=rows, done_at__isnull=True, due_on__lt=today)
    return {
        "reviews": closed.filter(reviewed_at__isnull=True).count(),
        "late": late.count(),
        "checks": closed.filter(reviewed_at__isnull=False, checked_at__isnull=True, check_on__lte=today).count(),
    }


def holding(items: Sequence[UUID]) -> str:
    """Which incident holds one of these items as evidence, in words; "" when none does."""
    row = Incident.objects.filter(held_at__isnull=False, items__overlap=list(items)).order_by("number").first()
    return "" if row is None else _("incident %(number)s holds it.") % {"number": row.number}
