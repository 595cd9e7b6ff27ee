"""The only writers of cohorts, their people, sessions and attendance; and who is told when the day comes and somebody is not certified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.training import letters, standing
from watchfloor.training.domain import cohorts as clocks
from watchfloor.training.events_delivery import (
    AttendanceSaid,
    CohortClosed,
    CohortEscalated,
    CohortJoined,
    CohortSaved,
    SessionSaved,
    TrainerSaid,
)
from watchfloor.training.models import Attendance, Cohort, Member, Trainer, TrainingSession
from watchfloor.workforce.models import Reviewer, Vendor

MOST_MINUTES: Final = 600
STATES: Final = ("there", "late", "absent")


def save(
    w: Writer,
    row: Cohort | None,
    *,
    name: str,
    policy_key: str,
    vendor_key: str,
    language: str,
    due_on: date | None,
    lead_id: UUID | None,
    version: int = 0,
) -> Cohort:
    """Plan a cohort, or change one; policy and vendor of one stay. ``version`` 0: the one in force.

    Raises:
        BadInput: ``where`` is the field.
    """
    if not name.strip() or len(name) > 120:
        raise BadInput("bad_name", "Write a name of 1 to 120 characters.", where="name")
    if not (2 <= len(language) <= 12 and language.replace("-", "").isalnum()):
        raise BadInput("bad_language", "A language is a code such as en or pt-BR.", where="language")
    if row is None:
        policies.policy(policy_key)
        held = policies.version_in_force(policy_key)
        wanted = version or (held.number if held else 0)
        if wanted < 1 or (version and held is not None and version < held.number):
            raise BadInput("no_version", "The policy has no text in force yet." if not wanted else "That version is over.",
                           where="policy", hint="Put a version in force first.")  # fmt: skip
        vendor = Vendor.objects.filter(key=vendor_key).first()
        if vendor is None:
            raise BadInput("unknown_vendor", "Choose whose people these are.", where="vendor")
        if due_on is not None and clocks.ends(due_on, ZoneInfo(vendor.time_zone)) <= clock.now():
            raise BadInput("past_day", "That day is over.", where="due_on")
        row = w.create(
            Cohort, name=name.strip(), policy_key=policy_key, policy_version=wanted, vendor_key=vendor.key, site=vendor.site,
            language=language, time_zone=vendor.time_zone, due_on=due_on, lead_id=lead_id, made_by=w.actor, made_at=clock.now(),
        )  # fmt: skip
    else:
        w.update(row, name=name.strip(), language=language, due_on=due_on, lead_id=lead_id)
    event = CohortSaved(
        policy=row.policy_key, version=row.policy_version, vendor=row.vendor_key, language=language,
        due_on=due_on.isoformat() if due_on else "",
    )  # fmt: skip
    w.event(event, row)
    return row


def join(w: Writer, cohort: Cohort, people: Iterable[UUID]) -> int:
    """Take people of the cohort's vendor in; those of sessions to come are invited. Returns how many are new."""
    wanted = set(people)
    allowed = set(
        Reviewer.objects.filter(pk__in=wanted, vendor_key=cohort.vendor_key, active=True).values_list("pk", flat=True)
    )
    if wanted - allowed:
        raise BadInput("unknown_person", "One of them does not review for this vendor.", where="people")
    if cohort.closed_at is not None:
        raise Conflict("closed", "The cohort is closed.", hint="Open it again first.")
    known = {row.reviewer_id: row for row in Member.objects.select_for_update().filter(cohort=cohort)}
    now, came = clock.now(), []
    for pk in sorted(allowed):
        row = known.get(pk)
        if row is None:
            w.create(Member, cohort=cohort, reviewer_id=pk, joined_at=now)
        elif row.left_at is not None:
            w.update(row, left_at=None, joined_at=now, reminded_at=None, escalated_at=None)
        else:
            continue
        came.append(pk)
    if came:
        w.event(CohortJoined(policy=cohort.policy_key, vendor=cohort.vendor_key, came=len(came), went=0), cohort)
    for session in _to_come(cohort):
        letters.invite(session, came)
    return len(came)


def leave(w: Writer, cohort: Cohort, reviewer_id: UUID) -> Member:
    """Take somebody out; their attendance stays. ``join`` takes them in again."""
    row = Member.objects.select_for_update().filter(cohort=cohort, reviewer_id=reviewer_id, left_at=None).first()
    if row is None:
        raise NotFound("unknown_member", "They are not in this cohort.")
    w.update(row, left_at=clock.now())
    w.event(CohortJoined(policy=cohort.policy_key, vendor=cohort.vendor_key, came=0, went=1), cohort)
    for session in _to_come(cohort):
        letters.cancel(session, [reviewer_id])
    return row


def plan_session(
    w: Writer, cohort: Cohort, *, trainer_id: UUID, starts_at: datetime, minutes: int, place: str,
    row: TrainingSession | None = None,
) -> TrainingSession:  # fmt: skip
    """Plan a session, or move one: everybody in the cohort and the trainer are invited (again)."""
    if not 5 <= minutes <= MOST_MINUTES:
        raise BadInput("bad_minutes", f"A session lasts 5 to {MOST_MINUTES} minutes.", where="minutes")
    if not place.strip() or len(place) > 500:
        raise BadInput("no_place", "Say where: a room, or a link.", where="place")
    if starts_at <= clock.now():
        raise BadInput("past_moment", "That moment is over.", where="starts")
    if cohort.closed_at is not None:
        raise Conflict("closed", "The cohort is closed.", hint="Open it again first.")
    values = {"trainer_id": trainer_id, "starts_at": starts_at, "minutes": minutes, "place": place.strip()}
    if row is None:
        row = w.create(TrainingSession, cohort=cohort, **values)
    else:
        w.update(row, turn=row.turn + 1, cancelled_at=None, **values)
    _said(w, row)
    letters.invite(row, [*_members(cohort), trainer_id])
    return row


def call_off(w: Writer, row: TrainingSession, *, back: bool = False) -> TrainingSession:
    """A session does not take place; ``back``: it does, after all."""
    if row.starts_at <= clock.now():
        raise Conflict("begun", "It has begun already.")
    w.update(row, cancelled_at=None if back else clock.now(), turn=row.turn + 1)
    _said(w, row)
    (letters.invite if back else letters.cancel)(row, [*_members(row.cohort), row.trainer_id])
    return row


def attend(w: Writer, session: TrainingSession, given: Mapping[UUID, str]) -> int:
    """Write down who was there; said again it replaces what was said. Returns how many of them were."""
    if session.cancelled_at is not None or session.starts_at > clock.now():
        raise Conflict("not_begun", "Attendance is written down once the session has begun.")
    members = set(Member.objects.filter(cohort_id=session.cohort_id).values_list("reviewer_id", flat=True))
    if set(given) - members or not set(given.values()) <= set(STATES):
        raise BadInput("bad_attendance", "There, late or absent, for people of this cohort.", where="attendance")
    known = {row.reviewer_id: row for row in Attendance.objects.select_for_update().filter(session=session)}
    now = clock.now()
    for pk, state in given.items():
        values = {"state": state, "said_by": w.actor, "said_at": now}
        row = known.get(pk)
        if row is None:
            w.create(Attendance, session=session, reviewer_id=pk, **values)
        else:
            w.update(row, **values)
    counts = {state: sum(1 for each in given.values() if each == state) for state in STATES}
    cohort = session.cohort
    w.event(AttendanceSaid(policy=cohort.policy_key, vendor=cohort.vendor_key, **counts), session)
    return counts["there"] + counts["late"]


def close(w: Writer, cohort: Cohort, *, again: bool = False) -> Cohort:
    """The cohort is over (``again``: it is not, after all): nobody of it is reminded any more."""
    members = _members(cohort)
    holds = standing.holding_version(members, cohort.policy_key, cohort.policy_version)
    w.update(cohort, closed_at=None if again else clock.now())
    event = CohortClosed(
        policy=cohort.policy_key, vendor=cohort.vendor_key, closed=not again, certified=len(holds), people=len(members)
    )
    w.event(event, cohort)
    return cohort


def escalate_due(w: Writer, limit: int = 50) -> int:
    """Remind and tell leads where it is time; returns how many were."""
    now, told = clock.now(), 0
    open_ones = Cohort.objects.filter(closed_at=None, due_on__isnull=False)
    for cohort in open_ones.order_by("due_on", "pk"):
        assert cohort.due_on is not None
        end = clocks.ends(cohort.due_on, ZoneInfo(cohort.time_zone))
        if clocks.step(clocks.Place(certified=False, reminded=False, escalated=False), end, now) == "":
            continue  # its reminders are still to come
        rows = list(Member.objects.select_for_update().filter(cohort=cohort, left_at=None, escalated_at=None))
        holds = standing.holding_version([row.reviewer_id for row in rows], cohort.policy_key, cohort.policy_version)
        for row in rows:
            place = clocks.Place(
                certified=row.reviewer_id in holds,
                reminded=row.reminded_at is not None,
                escalated=row.escalated_at is not None,
            )
            step = clocks.step(place, end, now)
            if not step or (step == "lead" and cohort.lead_id is None):
                continue  # with no lead nobody can be told yet: once there is one, they are
            w.update(row, **{"reminded_at" if step == "remind" else "escalated_at": now})
            event = CohortEscalated(
                policy=cohort.policy_key, vendor=cohort.vendor_key, step=step, due_on=cohort.due_on.isoformat()
            )
            w.event(event, row)
            if step == "remind":
                letters.remind(cohort, row.reviewer_id)
            elif cohort.lead_id is not None:
                letters.to_lead(cohort, cohort.lead_id)
            told += 1
            if told >= limit:
                return told
    return told


def _members(cohort: Cohort) -> list[UUID]:
    return list(Member.objects.filter(cohort=cohort, left_at=None).values_list("reviewer_id", flat=True))


def _to_come(cohort: Cohort) -> list[TrainingSession]:
    return list(TrainingSession.objects.filter(cohort=cohort, cancelled_at=None, starts_at__gt=clock.now()))


def _said(w: Writer, row: TrainingSession) -> None:
    event = SessionSaved(
        policy=row.cohort.policy_key, vendor=row.cohort.vendor_key, starts=row.starts_at.isoformat(), minutes=row.minutes,
        cancelled=row.cancelled_at is not None,
    )  # fmt: skip
    w.event(event, row)


def name_trainer(w: Writer, person_id: UUID, policy_key: str, *, may: bool = True) -> Trainer:
    """Say that somebody may teach a policy (``may`` false: no longer). They also need a certificate of their own to teach it."""
    policies.policy(policy_key)
    row = Trainer.objects.select_for_update().filter(person_id=person_id, policy_key=policy_key, ended_at=None).first()
    if may and row is not None:
        raise Conflict("trainer_already", "They may teach it already.")
    if not may and row is None:
        raise NotFound("no_trainer", "They are no trainer of this policy.")
    if row is None:
        if f"user:{person_id}" == w.actor:
            raise Forbidden("same_person", "Nobody names themselves a trainer.", hint="Ask a colleague.")
        row = w.create(Trainer, person_id=person_id, policy_key=policy_key, granted_by=w.actor, granted_at=clock.now())
    else:
        w.update(row, ended_at=clock.now())
    w.event(TrainerSaid(policy=policy_key, may=may), row)
    return row
