"""One case out of two, and two out of one: reports, signals and notes move, nothing is lost, and a step back is one step.

The case that went into another is closed as its duplicate and names it; while that one is open, whatever comes in on the joined item
goes there, too. Part of a case is taken out by what its reports say: those of one item under one policy become a case of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.review.actions import cases, jobs, reporters
from watchfloor.review.actions.people import of_case
from watchfloor.review.events_many import CaseJoined, CasePartMoved, CaseTookPart, JoiningUndone
from watchfloor.review.models import Case, Joining, Note, Report, Signal
from watchfloor.review.queries import access

PERMISSION = "case.arrange"
TRUSTED = ("trusted_flagger", "government", "law_enforcement")


@begin_again
def join(actor: Actor, case_id: UUID, into_id: UUID, why: str) -> Joining:
    """Put one open case into another open one: its reports, signals and notes move, its jobs end, it is closed as a duplicate.

    Raises ``Conflict`` when either is closed, the first has been handed up, or they need different clearances.
    """
    _reason(why)
    for each in (case_id, into_id):
        _may(actor, access.case(actor, each, why="join"))
    with writing(actor, reason=why) as w:
        return join_in(w, case_id, into_id)


def join_in(w: Writer, case_id: UUID, into_id: UUID) -> Joining:
    """``join`` in the caller's transaction, without asking who may."""
    if case_id == into_id:
        raise BadInput("same_case", "A case cannot be joined to itself.", where="into")
    locked = {pk: cases.lock(pk) for pk in sorted((case_id, into_id))}
    case, into = locked[case_id], locked[into_id]
    if case.state != Case.State.OPEN:
        raise Conflict("not_open", f"The case is {case.state}: only an open one is joined to another.")
    if into.state == Case.State.CLOSED:
        raise Conflict("not_open", "The case it should go into is closed.", where="into")
    if case.clearance != into.clearance:
        raise Conflict("clearance", "Cases that need different clearances stay apart.")
    moved = _move(w, case, into, reports=Report.objects.filter(case=case).values_list("pk", flat=True),
                  signals=Signal.objects.filter(case=case).values_list("pk", flat=True),
                  notes=Note.objects.filter(case=case).values_list("pk", flat=True))  # fmt: skip
    row = _row(w, Joining.Kind.JOIN, case, into, moved)
    w.update(case, duplicate_of=into.pk)
    event = CaseJoined(**of_case(case), into=str(into.pk), reports=row.reports, signals=row.signals, notes=row.notes)
    w.event(event, row, case_id=case.pk)
    jobs.end_live(w, case, "joined")
    cases.close(w, case, how="duplicate", verdict="", violation="")
    _said(w, into, row, "joined")
    return row


@begin_again
def split(actor: Actor, case_id: UUID, reports: Collection[UUID], why: str, *, policy_key: str = "") -> Joining:
    """Take some reports of an open case out, into the case of their item under ``policy_key`` (default: the case's own policy).

    That case is opened, reopened, or joined if it is open. All the reports must be about one item. Signals of that policy's harm
    group about that item move with them.
    """
    _reason(why)
    _may(actor, access.case(actor, case_id, why="split"))
    policy = policies.policy(policy_key) if policy_key else None
    wanted = set(reports)
    if not wanted:
        raise BadInput("nothing_chosen", "Choose the reports that should be taken out.", where="reports")
    with writing(actor, reason=why) as w:
        case = cases.lock(case_id)
        if case.state == Case.State.CLOSED:
            raise Conflict("not_open", "The case is closed.")
        rows = list(Report.objects.filter(case=case, pk__in=wanted).select_related("item"))
        if len(rows) < len(wanted):
            raise NotFound("unknown_report", "There is no such report on this case.", where="reports")
        if len({row.item_id for row in rows}) > 1:
            raise BadInput("many_items", "Choose reports about one item.", where="reports")
        policy = policy or policies.policy(case.policy_key)
        if policy.clearance and not actor.may("case.view", clearance=policy.clearance):
            raise Forbidden(
                "clearance", "You are not cleared for this policy.", where="policy", hint="Escalate the case."
            )
        first = rows[0]
        arrival = cases.Arrival(
            item=first.item, version=max(rows, key=lambda row: row.received_at).item_version, policy=policy, by="split",
            channel=first.channel, severity=policy.severity, at=min(row.received_at for row in rows),
            reporter_kind=first.reporter_kind, market=first.market, language=first.language, surface=case.surface,
            reach=case.reach if first.item_id == case.item_id else 0,
        )  # fmt: skip
        into = cases.find(arrival, follow=False)
        if into is not None and into.pk == case.pk:
            raise BadInput(
                "same_case", "These reports belong to this very case: choose another policy.", where="policy"
            )
        made = into is None or into.state == Case.State.CLOSED
        if into is None or into.state != Case.State.CLOSED:
            into, _ = cases.take_in(w, into, arrival, manual=True)
        else:
            cases.reopen(w, into, why="split", at=arrival.at, arrival=arrival)
        signals = [
            row.pk for row in Signal.objects.filter(case=case, item_version__in=_versions(rows))
            if row.policy_key and policies.policy(row.policy_key).harm_group == into.harm_group != case.harm_group
        ]  # fmt: skip
        moved = _move(w, case, into, reports=wanted, signals=signals, notes=())
        row = _row(w, Joining.Kind.SPLIT, case, into, moved, made_target=made)
        event = CasePartMoved(**of_case(case), into=str(into.pk), reports=row.reports, signals=row.signals)
        w.event(event, row, case_id=case.pk)
        jobs.hurry(w, case)
        _said(w, case, row, "split")
        if made:
            jobs.make(w, into, kind="review", cause="new", where=cases.where(into), due_at=into.due_at)
        else:
            jobs.hurry(w, into)
            _said(w, into, row, "split")
        return row


@begin_again
def undo_joining(actor: Actor, joining_id: UUID, why: str) -> None:
    """Move everything back. Only while neither case has been decided since; what came in meanwhile stays where it came."""
    found = Joining.objects.filter(pk=joining_id).first()
    if found is None:
        raise NotFound("unknown_joining", "There is no such step.")
    for each in (found.source_id, found.target_id):
        _may(actor, access.case(actor, each, why="undo joining"))
    with writing(actor, reason=why or "taken back") as w:
        undo_in(w, joining_id)


def undo_in(w: Writer, joining_id: UUID) -> None:
    """``undo_joining`` in the caller's transaction, without asking who may."""
    row = Joining.objects.select_for_update().get(pk=joining_id)
    if row.undone_at is not None:
        raise Conflict("undone_already", "This was taken back already.")
    locked = {pk: cases.lock(pk) for pk in sorted((row.source_id, row.target_id))}
    source, target = locked[row.source_id], locked[row.target_id]
    later = Joining.objects.filter(
        undone_at__isnull=True, at__gt=row.at, source_id__in=locked
    ) | Joining.objects.filter(undone_at__isnull=True, at__gt=row.at, target_id__in=locked)
    if later.exists():
        raise Conflict("not_latest", "One of the cases was joined or split again since.", hint="Take that back first.")
    since = target.decisions.filter(at__gte=row.at) | source.decisions.filter(at__gte=row.at)
    if target.state == Case.State.CLOSED or since.exists():
        raise Conflict("decided_since", "The case was decided since.", hint="Take the decision back first.")
    join_kind = row.kind == Joining.Kind.JOIN
    if join_kind:
        if source.state != Case.State.CLOSED or source.closed_how != "duplicate":
            raise Conflict("reopened", "The case was opened again by itself.")
        w.update(source, duplicate_of=None)
        cases.reopen(w, source, why="undo", at=clock.now())
    elif source.state == Case.State.CLOSED:
        raise Conflict("decided_since", "The case was decided since.", hint="Take the decision back first.")
    moved = row.moved
    _move(w, target, source, reports=_ids(moved["reports"]), signals=_ids(moved["signals"]), notes=_ids(moved["notes"]))
    w.update(row, undone_at=clock.now(), undone_by=w.actor)
    w.event(JoiningUndone(**of_case(source), kind=row.kind, reports=row.reports), row, case_id=source.pk)
    if join_kind:
        jobs.make(w, source, kind="review", cause="reopened", where=cases.where(source), due_at=source.due_at)
    else:
        jobs.hurry(w, source)
        _said(w, source, row, "undone")
    left = target.reports.filter(outcome="").exists() or target.signals.exists()
    if row.made_target and not left:
        jobs.end_live(w, target, "undone")
        cases.close(w, target, how="withdrawn", verdict="", violation="")
    else:
        jobs.hurry(w, target)
        _said(w, target, row, "undone")


def _move(
    w: Writer, source: Case, target: Case, *, reports: Iterable[UUID], signals: Iterable[UUID], notes: Iterable[UUID]
) -> dict[str, list[str]]:  # fmt: skip
    """Move rows and count anew on both sides; says what moved."""
    moved: dict[str, list[str]] = {}
    wanted = {"reports": (Report, reports), "signals": (Signal, signals), "notes": (Note, notes)}
    for name, (model, ids) in wanted.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET case_id = %s WHERE case_id = %s AND id = ANY(%s) RETURNING id",
                [target.pk, source.pk, list(ids)],
            )
            found = sorted(row[0] for row in cursor.fetchall())
        for pk in found:
            w.wrote(model(pk=pk, case_id=target.pk), "case")  # type: ignore[misc]
        moved[name] = [str(pk) for pk in found]
    _recount(w, source)
    _recount(w, target)
    w.update(source, signal_count=max(0, source.signal_count - len(moved["signals"])))
    w.update(
        target, signal_count=target.signal_count + len(moved["signals"]), severity=max(target.severity, source.severity)
        if source.harm_group == target.harm_group else target.severity, reach=max(target.reach, source.reach)
        if source.item_id == target.item_id else target.reach,
    )  # fmt: skip
    return moved


def _recount(w: Writer, case: Case) -> None:
    """Of each reporter's open reports on the case the first counts; what nobody signed counts each time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE review_report AS r SET counted = first.one FROM (SELECT id, reporter = '' OR"
            " row_number() OVER (PARTITION BY reporter_kind, reporter ORDER BY received_at, id) = 1 AS one"
            " FROM review_report WHERE case_id = %s AND outcome = '') AS first"
            " WHERE r.id = first.id AND r.counted <> first.one RETURNING r.id, r.counted",
            [case.pk],
        )
        changed = sorted(cursor.fetchall())
    for pk, counted in changed:
        w.wrote(Report(pk=pk, counted=counted), "counted")
    rows = Report.objects.filter(case=case, outcome="", counted=True)
    trusted = rows.filter(reporter_kind__in=TRUSTED).count()
    w.update(case, report_count=rows.count(), trusted_count=trusted, credit=reporters.credit_of(case))


def _row(
    w: Writer, kind: Joining.Kind, source: Case, target: Case, moved: dict[str, list[str]], *, made_target: bool = False
) -> Joining:
    return w.create(
        Joining, kind=kind, source_id=source.pk, target_id=target.pk, made_target=made_target,
        reports=len(moved["reports"]), signals=len(moved["signals"]), notes=len(moved["notes"]), by=w.actor,
        at=clock.now(), moved=moved,
    )  # fmt: skip


def _said(w: Writer, case: Case, row: Joining, step: str) -> None:
    """The other case hears of it, too: its live jobs are brought up to date and its history says so."""
    if step == "joined":
        jobs.hurry(w, case)
    other = row.source_id if case.pk == row.target_id else row.target_id
    event = CaseTookPart(**of_case(case), other=str(other), step=step, reports=row.reports, signals=row.signals)
    w.event(event, case, case_id=case.pk)


def _versions(rows: list[Report]) -> list[str]:
    return sorted({row.item_version for row in rows})


def _ids(texts: list[str]) -> list[UUID]:
    return [UUID(text) for text in texts]


def _may(actor: Actor, case: Case) -> None:
    here: dict[str, Any] = {"market": case.market, "severity": case.severity, "clearance": case.clearance}
    if not actor.may(PERMISSION, **here):
        raise Forbidden("no_permission", "Your roles do not include joining and splitting cases.")


def _reason(why: str) -> None:
    if not why.strip():
        raise BadInput("no_reason", "Say why.", where="why")
