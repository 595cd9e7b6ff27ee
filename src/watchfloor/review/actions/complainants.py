"""People whose appeals are plainly unfounded again and again: a warning first, then a suspension for a while, each by a person.

Regulation (EU) 2022/2065, article 23(2) and (3): case by case, after a warning, weighing the number, the proportion, the gravity and,
where it can be told, the intent. The program only counts and proposes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Count, Q

from watchfloor.enforcement import notices
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review import appeal_terms
from watchfloor.review.actions.appeal_terms import PERMISSION
from watchfloor.review.actions.people import of_case
from watchfloor.review.domain.appeal_terms import Record
from watchfloor.review.events_appeals import AppealUnfounded, ComplainantFree, ComplainantSuspended, ComplainantWarned
from watchfloor.review.models import Appeal, ComplaintMeasure, Decision

Kind = ComplaintMeasure.Kind
DECIDED = (Appeal.State.UPHELD, Appeal.State.OVERTURNED, Appeal.State.MODIFIED, Appeal.State.REMEDIED)


class Complainant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who appealed, with their record within the look-back, and what was done about it."""

    side: str
    appellant: str
    language: str
    record: Record
    warned_at: datetime | None
    suspended_until: datetime | None
    proposed: str  # "" | warning | suspension


def is_suspended(side: str, appellant: str) -> bool:
    """Whether appeals of this person are not taken now."""
    return _suspension(side, appellant) is not None


def mark_unfounded(actor: Actor, appeal_id: UUID, plainly: bool) -> Appeal:
    """Whoever heard an appeal says that it was plainly unfounded, or takes that back. Only of one that was turned down."""
    with writing(actor) as w:
        row = Appeal.objects.select_for_update().filter(pk=appeal_id).first()
        if row is None:
            raise NotFound("unknown_appeal", "There is no such appeal.")
        outcome = row.outcome_decision_id
        heard = outcome is not None and Decision.objects.filter(pk=outcome, decider=str(actor)).exists()
        if not heard and not actor.has(PERMISSION):
            raise Forbidden("not_yours", "Whoever heard the appeal says whether it was plainly unfounded.")
        if plainly and row.state != Appeal.State.UPHELD:
            raise Conflict("not_upheld", "Only an appeal that was turned down can have been unfounded.")
        if row.unfounded != plainly:
            w.update(row, unfounded=plainly)
            w.event(AppealUnfounded(**of_case(row.case), by=row.by, plainly=plainly), row, case_id=row.case_id)
        return row


def record_of(side: str, appellant: str) -> Complainant:
    """One person's record now; ``NotFound`` for somebody who never appealed."""
    found = _records(Q(by=side, appellant=appellant))
    if not found:
        raise NotFound("unknown_complainant", "Nobody of this name has appealed.")
    return found[0]


def records(*, show: str = "") -> list[Complainant]:
    """Everybody with an unfounded appeal or a measure, the most unfounded first; ``show``: proposed or suspended."""
    measured = ComplaintMeasure.objects.values_list("appellant", flat=True)
    found = _records(Q(unfounded=True) | Q(appellant__in=measured))
    if show == "proposed":
        found = [each for each in found if each.proposed]
    elif show == "suspended":
        found = [each for each in found if each.suspended_until]
    return sorted(found, key=lambda each: (-each.record.unfounded, each.appellant))


def warn(actor: Actor, side: str, appellant: str, why: str) -> ComplaintMeasure:
    """Tell somebody that their appeals are plainly unfounded, and what follows if it goes on."""
    _allowed(actor, why)
    with writing(actor) as w:
        who = record_of(side, appellant)
        if not who.record.unfounded:
            raise Conflict("no_ground", "No appeal of this person was found plainly unfounded.")
        row = _measure(w, who, Kind.WARNING, why)
        event = ComplainantWarned(side=side, decided=who.record.decided, unfounded=who.record.unfounded)
        w.event(event, row)
        notices.tell_appellant(
            w,
            "appellant_warned",
            notices.About(),
            to=side,
            recipient=appellant,
            language=who.language,
            reason=why.strip(),
        )
        return row


def suspend(
    actor: Actor, side: str, appellant: str, why: str, *, gravity: str, intent: str = "", days: int | None = None
) -> ComplaintMeasure:
    """Take no appeals of somebody for a while: only after a warning, and when it went on after that.

    ``gravity`` and ``intent`` are what the law wants weighed beside the numbers, in a person's words.
    """
    _allowed(actor, why)
    if not gravity.strip():
        raise BadInput("no_gravity", "Say how grave the misuse is, and what came of it.", where="gravity")
    days = appeal_terms.current().abuse.suspend_days if days is None else days
    if not 1 <= days <= 366:
        raise BadInput("bad_days", "A suspension lasts from a day to a year.", where="days")
    with writing(actor) as w:
        who = record_of(side, appellant)
        if who.suspended_until:
            raise Conflict("suspended", "This person is suspended already.")
        if who.warned_at is None:
            raise Conflict("not_warned", "Nobody is suspended without a warning.", hint="Warn first.")
        since = Appeal.objects.filter(by=side, appellant=appellant, unfounded=True, filed_at__gt=who.warned_at)
        if not since.exists():
            raise Conflict("heeded", "Since the warning no appeal of this person was plainly unfounded.")
        until = clock.now() + timedelta(days=days)
        row = _measure(w, who, Kind.SUSPENSION, why, gravity=gravity.strip(), intent=intent.strip(), until=until)
        event = ComplainantSuspended(side=side, decided=who.record.decided, unfounded=who.record.unfounded, days=days)
        w.event(event, row)
        notices.tell_appellant(
            w, "appellant_suspended", notices.About(), to=side, recipient=appellant, language=who.language, reason=why.strip(),
            until=f"{until:%Y-%m-%d}",
        )  # fmt: skip
        return row


def lift(actor: Actor, side: str, appellant: str, why: str) -> ComplaintMeasure:
    """End a suspension before its time."""
    _allowed(actor, why)
    with writing(actor, reason=why) as w:
        row = _suspension(side, appellant)
        if row is None:
            raise Conflict("not_suspended", "This person is not suspended.")
        w.update(row, lifted_at=clock.now(), lifted_by=w.actor)
        w.event(ComplainantFree(side=side), row)
        return row


def _measure(w: Writer, who: Complainant, kind: str, why: str, **more: object) -> ComplaintMeasure:
    return w.create(
        ComplaintMeasure, kind=kind, side=who.side, appellant=who.appellant, decided=who.record.decided,
        unfounded=who.record.unfounded, why=why.strip(), by=w.actor, at=clock.now(), **more,
    )  # fmt: skip


def _suspension(side: str, appellant: str) -> ComplaintMeasure | None:
    rows = ComplaintMeasure.objects.filter(
        kind=Kind.SUSPENSION, side=side, appellant=appellant, lifted_at__isnull=True, until__gt=clock.now()
    )
    return rows.order_by("-until").first()


def _records(which: Q) -> list[Complainant]:
    abuse = appeal_terms.current().abuse
    since = clock.now() - timedelta(days=abuse.days)
    people = Appeal.objects.filter(which).order_by().values_list("by", "appellant").distinct()
    found = []
    for side, appellant in people:
        mine = Appeal.objects.filter(by=side, appellant=appellant)
        counts = mine.filter(filed_at__gte=since).aggregate(
            decided=Count("pk", filter=Q(state__in=DECIDED)), unfounded=Count("pk", filter=Q(unfounded=True))
        )
        record = Record(**counts)
        measures = ComplaintMeasure.objects.filter(side=side, appellant=appellant, at__gte=since)
        warned = measures.filter(kind=Kind.WARNING).order_by("-at").values_list("at", flat=True).first()
        suspension = _suspension(side, appellant)
        went_on = warned is not None and mine.filter(unfounded=True, filed_at__gt=warned).exists()
        proposed = ""
        if suspension is None and record.is_abuse(abuse):
            proposed = "warning" if warned is None else "suspension" if went_on else ""
        language = mine.order_by("-filed_at").values_list("language", flat=True).first() or "en"
        found.append(
            Complainant(
                side=side, appellant=appellant, language=language, record=record, warned_at=warned,
                suspended_until=suspension.until if suspension else None, proposed=proposed,
            )
        )  # fmt: skip
    return found


def _allowed(actor: Actor, why: str) -> None:
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include warning or suspending people who appeal.")
    if not why.strip():
        raise BadInput("no_reason", "Say why, in words the person will read.", where="why")
