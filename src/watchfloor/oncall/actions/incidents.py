"""The only writers of incidents: opened, run, closed, reviewed, and looked at again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Max

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.oncall import queries, queries_incidents, seams
from watchfloor.oncall.contracts import CaseSeen
from watchfloor.oncall.events import (
    CorrectionSaved,
    EvidenceHeld,
    IncidentChanged,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentReviewed,
    IncidentRole,
    IncidentUpdated,
    RecurrenceChecked,
)
from watchfloor.oncall.models import CorrectiveAction, Incident, IncidentLine

ROLES: Final = ("lead", "communications", "scribe", "legal")
AUDIENCES: Final = ("room", "internal", "stakeholders")
NUMBERS: Final = 0x6F6E63616C6C  # the advisory lock under which numbers are given
CHECK_AFTER: Final = timedelta(days=30)


def open_incident(
    actor: Actor, *, title: str, severity: int, page_id: UUID | None = None, case_id: UUID | None = None, spike: str = "",
    market: str = "",
) -> Incident:  # fmt: skip
    """Open a room, from a page, a case, a spike's address or nothing; whoever opens it leads it."""
    if not 1 <= severity <= 5:
        raise BadInput("bad_severity", "Severity is 1 to 5.", where="severity")
    with writing(actor) as w:
        page = queries.page(actor, page_id) if page_id else None
        cases = [each for each in (case_id, page.case_id if page else None) if each is not None]
        seen = [_case(actor, each) for each in dict.fromkeys(cases)]
        clearance = next((each.clearance for each in seen if each.clearance), page.clearance if page else "")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
        number = (Incident.objects.aggregate(most=Max("number"))["most"] or 0) + 1
        row = w.create(
            Incident, number=number, title=_text(title, "title", 160), state=Incident.State.OPEN, severity=severity,
            market=market or (page.market if page else None) or next((each.market for each in seen), "") or None,
            clearance=clearance, cause="page" if page else "case" if seen else "spike" if spike else "manual", spike=spike[:200],
            pages=[page.pk] if page else [], cases=[each.id for each in seen], items=[each.item for each in seen],
            roles={"lead": actor.id} if actor.kind == "user" else {}, opened_at=clock.now(), opened_by=w.actor,
        )  # fmt: skip
        w.event(IncidentOpened(number=number, severity=severity, cause=row.cause), row)
        return row


def add_case(actor: Actor, incident_id: UUID, case_id: UUID) -> None:
    """One more case belongs to it. A restricted one restricts the room."""
    with writing(actor) as w:
        row = _open(actor, incident_id)
        seen = _case(actor, case_id)
        if seen.clearance and row.clearance and seen.clearance != row.clearance:
            raise Conflict("two_clearances", "One room holds cases of one clearance.", hint="Open another incident.")
        if seen.id not in row.cases:
            w.update(
                row,
                cases=[*row.cases, seen.id],
                items=[*row.items, seen.item],
                clearance=row.clearance or seen.clearance,
            )
            w.event(IncidentChanged(number=row.number, what="case"), row)


def change(actor: Actor, incident_id: UUID, *, title: str, severity: int) -> None:
    """Say better what it is, or how bad."""
    if not 1 <= severity <= 5:
        raise BadInput("bad_severity", "Severity is 1 to 5.", where="severity")
    with writing(actor) as w:
        row = _open(actor, incident_id)
        w.update(row, title=_text(title, "title", 160), severity=severity)
        w.event(IncidentChanged(number=row.number, what="severity"), row)


def take_role(actor: Actor, incident_id: UUID, role: str, user_id: UUID | None) -> None:
    """Somebody (or nobody) has a role in the room."""
    if role not in ROLES:
        raise BadInput("unknown_role", f"{role[:40]!r} is no role.", where="role", hint=", ".join(ROLES))
    with writing(actor) as w:
        row = _open(actor, incident_id)
        _person(user_id, "user")
        roles = {key: value for key, value in row.roles.items() if key != role} | (
            {role: str(user_id)} if user_id else {}
        )
        w.update(row, roles=roles)
        w.event(IncidentRole(number=row.number, role=role, user=str(user_id or "")), row)


def write(actor: Actor, incident_id: UUID, text: str, audience: str = "room") -> IncidentLine:
    """A note in the room, or the draft of an update for an audience (``updates.approve`` lets it go)."""
    if audience not in AUDIENCES:
        raise BadInput(
            "unknown_audience", f"{audience[:40]!r} is no audience.", where="audience", hint=", ".join(AUDIENCES)
        )
    with writing(actor) as w:
        row = queries_incidents.incident(actor, incident_id)
        state = IncidentLine.State.SAID if audience == "room" else IncidentLine.State.DRAFT
        line = w.create(
            IncidentLine, incident=row, audience=audience, text=_text(text, "text", 5_000), at=clock.now(), by=w.actor,
            state=state,
        )  # fmt: skip
        told = "" if audience == "room" else str(state)
        w.event(IncidentUpdated(number=row.number, audience=audience, state=told), line)
        return line


def hold_evidence(actor: Actor, incident_id: UUID, why: str) -> None:
    """What belongs to the incident's cases is to be kept until somebody lifts this: no medium of their items can be erased."""
    with writing(actor, reason=why) as w:
        row = _locked(actor, incident_id)
        if row.held_at is None:
            w.update(row, held_at=clock.now(), held_by=w.actor, held_why=_text(why, "why", 500))
            w.event(EvidenceHeld(number=row.number, cases=len(row.cases)), row)


def lift_hold(actor: Actor, incident_id: UUID, why: str) -> None:
    """It need no longer be kept for this incident."""
    with writing(actor, reason=_text(why, "why", 200)) as w:
        row = _locked(actor, incident_id)
        if row.held_at is not None:
            w.update(row, held_at=None, held_by="", held_why="")
            w.event(EvidenceHeld(number=row.number, cases=len(row.cases), lifted=True), row)


def close(actor: Actor, incident_id: UUID, why: str) -> None:
    """It is over; its pages are resolved with it."""
    from watchfloor.oncall.actions.paging import resolve_for

    with writing(actor, reason=_text(why, "why", 200)) as w:
        row = _open(actor, incident_id)
        now = clock.now()
        for page in queries.visible_pages(actor).filter(pk__in=row.pages).order_by("pk"):
            resolve_for(w, page.key)
        w.update(row, state=Incident.State.CLOSED, closed_at=now, closed_by=w.actor)
        w.event(IncidentClosed(number=row.number, after_ms=(now - row.opened_at) // timedelta(milliseconds=1)), row)


def reopen(actor: Actor, incident_id: UUID, why: str) -> None:
    """It was not over."""
    with writing(actor, reason=_text(why, "why", 200)) as w:
        row = _locked(actor, incident_id)
        if row.state == Incident.State.CLOSED:
            w.update(row, state=Incident.State.OPEN, closed_at=None, closed_by="")
            w.event(IncidentReopened(number=row.number), row)


def review(
    actor: Actor, incident_id: UUID, *, happened: str, causes: str, learned: str = "", check_on: date | None = None
) -> None:
    """Write down what happened and why, about the work and not the people; may be mended later."""
    with writing(actor) as w:
        row = _locked(actor, incident_id)
        if row.state != Incident.State.CLOSED:
            raise Conflict("not_closed", "It is not over yet.", hint="Close the incident first.")
        now = clock.now()
        w.update(
            row, happened=_text(happened, "happened", 20_000), causes=_text(causes, "causes", 20_000), learned=learned.strip()[:20_000],
            reviewed_at=row.reviewed_at or now, reviewed_by=row.reviewed_by or w.actor,
            check_on=check_on or row.check_on or (now + CHECK_AFTER).date(),
        )  # fmt: skip
        w.event(IncidentReviewed(number=row.number, corrections=row.corrections.count()), row)


def correct(
    actor: Actor, incident_id: UUID, *, text: str, owner_id: UUID | None, due_on: date | None
) -> CorrectiveAction:
    """Agree on what will be changed, by whom, until when."""
    if owner_id is None:
        raise BadInput("no_owner", "Somebody must own it.", where="owner")
    if due_on is None:
        raise BadInput("no_date", "Say until when.", where="due_on", hint="For example 2026-12-31.")
    with writing(actor) as w:
        row = _locked(actor, incident_id)
        _person(owner_id, "owner")
        made = w.create(
            CorrectiveAction, incident=row, text=_text(text, "correction", 500), owner_id=owner_id, due_on=due_on
        )
        w.event(CorrectionSaved(number=row.number, owner=str(owner_id), due=due_on.isoformat()), made)
        return made


def corrected(actor: Actor, incident_id: UUID, correction_id: UUID) -> None:
    """It is done. Twice changes nothing."""
    with writing(actor) as w:
        row = _locked(actor, incident_id)
        found = CorrectiveAction.objects.select_for_update().filter(pk=correction_id, incident=row).first()
        if found is None:
            raise NotFound("unknown_correction", "There is no such action.")
        if found.done_at is None:
            w.update(found, done_at=clock.now())
            w.event(
                CorrectionSaved(number=row.number, owner=str(found.owner_id), due=found.due_on.isoformat(), done=True),
                found,
            )


def check_recurrence(actor: Actor, incident_id: UUID, recurred: bool) -> None:
    """Somebody looked whether it came back."""
    with writing(actor) as w:
        row = _locked(actor, incident_id)
        if row.reviewed_at is None:
            raise Conflict("not_reviewed", "It has not been reviewed.", hint="Write the review first.")
        w.update(row, recurred=recurred, checked_at=clock.now())
        w.event(RecurrenceChecked(number=row.number, recurred=recurred), row)


def _locked(actor: Actor, incident_id: UUID) -> Incident:
    seen = queries_incidents.incident(actor, incident_id)
    return Incident.objects.select_for_update().get(pk=seen.pk)


def _open(actor: Actor, incident_id: UUID) -> Incident:
    row = _locked(actor, incident_id)
    if row.state != Incident.State.OPEN:
        raise Conflict("closed", "This incident is closed.", hint="Open it again first.")
    return row


def _case(actor: Actor, case_id: UUID) -> CaseSeen:
    seen = seams.cases().see(actor, case_id)
    if seen is None:
        raise NotFound("unknown_case", "There is no such case.", where="case")
    return seen


def _person(user_id: UUID | None, where: str) -> None:
    if user_id is not None and not User.objects.filter(pk=user_id, is_active=True).exists():
        raise BadInput("unknown_person", "There is nobody like that.", where=where)


def _text(text: str, where: str, most: int) -> str:
    found = text.strip()
    if not found or len(found) > most:
        raise BadInput("missing_text", f"Write something, at most {most:,} characters.", where=where)
    return found
