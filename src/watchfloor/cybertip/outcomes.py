"""What an outcome does to a report: written by the sending process, and by people who take it out of its hands."""

from __future__ import annotations

from uuid import UUID

from watchfloor.cybertip import access, drafts
from watchfloor.cybertip.access import PREPARE, RELEASE
from watchfloor.cybertip.domain import machine
from watchfloor.cybertip.domain.machine import Step
from watchfloor.cybertip.events import (
    TipFailed,
    TipFileSent,
    TipFinished,
    TipResumed,
    TipReturned,
    TipStepped,
    TipWithdrawn,
)
from watchfloor.cybertip.models import Opening, Tip, TipFile
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.contracts import PageIn

State = Tip.State
ON_ITS_WAY = (State.SENDING, State.STOPPED, State.QUARANTINED)


def stepped(w: Writer, tip: Tip) -> None:
    """Where the sending stands now."""
    w.event(TipStepped(**drafts.of(tip), step=tip.step, report_id=tip.report_id), tip, case_id=tip.case_id)


def file_sent(w: Writer, tip: Tip, row: TipFile, what: str) -> None:
    """A file is there, or was described."""
    w.event(TipFileSent(**drafts.of(tip), what=what, bytes=row.bytes), row, case_id=tip.case_id)


def finished(w: Writer, tip: Tip, opening: Opening) -> None:
    """NCMEC has it. What was sent stays with the row; a test's cases are still to be reported."""
    now = clock.now()
    w.update(opening, outcome=Opening.Outcome.FINISHED, ended_at=now)
    real = tip.environment == "production"
    w.update(
        tip, state=State.FINISHED, step=Step.NOTHING, after="", finished_at=now, why="", why_code="",
        keep_until=now + machine.PRESERVED_FOR if real else None,
    )  # fmt: skip
    if not real:
        drafts.free(w, tip)
    assert tip.report_id is not None
    done = TipFinished(
        **drafts.of(tip), report_id=tip.report_id, environment=tip.environment, files=tip.files.filter(state="described").count(),
        age_ms=int((now - tip.began_at).total_seconds() * 1000),
    )  # fmt: skip
    w.event(done, tip, case_id=tip.case_id)
    for key in (late_key(tip), trouble_key(tip)):
        oncall.resolve_for(w, key)


def closed(w: Writer, tip: Tip, outcome: str) -> bool:
    """The report there is done with and was not finished. True when that was the end; else another is opened."""
    for opening in Opening.objects.select_for_update().filter(tip=tip, outcome=Opening.Outcome.OPEN):
        w.update(opening, outcome=outcome, ended_at=clock.now())
    for row in TipFile.objects.select_for_update().filter(tip=tip).exclude(state=TipFile.State.WAITING):
        w.update(row, state=TipFile.State.WAITING, file_id="", sent=None)
    after = tip.after
    w.update(tip, step=Step.NOTHING, after="", report_id=None, opened_at=None, changed_at=None)
    stepped(w, tip)
    if after == "retracted":
        w.update(tip, state=State.RETRACTED)
        drafts.free(w, tip)
        w.event(TipWithdrawn(**drafts.of(tip), state=tip.state), tip, case_id=tip.case_id)
    elif after == "quarantined":
        failed(w, tip, "quarantined", tip.why_code, tip.why)
    return bool(after)


def failed(w: Writer, tip: Tip, then: str, code: str, why: str) -> None:
    """A pass came to nothing: again later, or put aside and somebody is paged. After ten tries or thirty days it is put aside."""
    now = clock.now()
    wait = machine.wait_after(tip.tries, tip.first_try_at or now, now) if then == "again" else None
    if then == "again" and wait is None:
        then = "quarantined"
    state = {"again": State.SENDING, "stopped": State.STOPPED, "quarantined": State.QUARANTINED}[then]
    step = tip.step
    tip.next_at = None if wait is None else now + wait
    Tip.objects.filter(pk=tip.pk).update(next_at=tip.next_at)
    w.update(tip, state=state, why_code=code[:40], why=why[:1000])
    w.event(
        TipFailed(**drafts.of(tip), step=step, code=code[:40], tries=tip.tries, then=then), tip, case_id=tip.case_id
    )
    if then != "again":
        page(w, tip, trouble_key(tip), "A report to NCMEC does not go out and needs a person.")


def resume(actor: Actor, tip_id: UUID) -> Tip:
    """Have a stopped or quarantined one tried again, with ten more tries."""
    with writing(actor) as w:
        tip = _mine(actor, tip_id)
        if tip.state not in (State.STOPPED, State.QUARANTINED):
            raise Conflict("other_state", f"This report is {tip.state}.")
        before = tip.state
        _again(w, tip)
        w.event(TipResumed(**drafts.of(tip), from_state=before), tip, case_id=tip.case_id)
        return tip


def withdraw(actor: Actor, tip_id: UUID, why: str) -> Tip:
    """Take it back before it is finished: what is open there is retracted. ``Conflict`` once it may be finished."""
    if not 3 <= len(why.strip()) <= 200:
        raise BadInput("no_reason", "Say in a sentence why it is taken back.", where="why")
    with writing(actor, reason=why.strip()) as w:
        tip = _mine(actor, tip_id)
        if tip.state not in ON_ITS_WAY:
            raise Conflict("other_state", f"This report is {tip.state}.")
        if tip.step == Step.FINISHING:
            raise Conflict(
                "too_late", "It is being handed in, which cannot be taken back.", hint="Have it tried again to know."
            )
        w.update(tip, after="retracted")
        if tip.report_id is None:
            w.event(TipWithdrawn(**drafts.of(tip), state=tip.state), tip, case_id=tip.case_id)
            closed(w, tip, Opening.Outcome.LEFT)
            _take_away(tip)
        else:
            w.update(tip, step=Step.RETRACTING)
            _again(w, tip)
            w.event(TipWithdrawn(**drafts.of(tip), state=tip.state), tip, case_id=tip.case_id)
        return tip


def to_draft(actor: Actor, tip_id: UUID, why: str) -> Tip:
    """A prepared one, or one put aside, is a draft again; ``why`` is kept with it. What may be open there is left to vanish."""
    if not 3 <= len(why.strip()) <= 1_000:
        raise BadInput("no_reason", "Say in a sentence what is to be mended.", where="why")
    with writing(actor) as w:
        tip = _mine(actor, tip_id)
        if tip.state not in (State.PREPARED, State.QUARANTINED):
            raise Conflict("other_state", f"This report is {tip.state}.", hint="Load the page again.")
        if tip.step == Step.FINISHING:
            raise Conflict("too_late", "It may be handed in already.", hint="Have it tried again to know.")
        before = tip.state
        if before == State.QUARANTINED:
            w.update(tip, after="")
            closed(w, tip, Opening.Outcome.LEFT)
        w.update(
            tip, state=State.DRAFT, prepared_by="", prepared_at=None, released_by="", released_at=None, why_code="sent_back",
            why=why.strip(), edits=tip.edits + 1, sent=None,
        )  # fmt: skip
        _take_away(tip)
        w.event(TipReturned(**drafts.of(tip), from_state=before), tip, case_id=tip.case_id)
        return tip


def page(w: Writer, tip: Tip, key: str, words: str) -> None:
    """Somebody on call who is cleared; nothing of the report is in it."""
    oncall.page(
        w,
        PageIn(
            key=key, about="case", severity=tip.severity, policy=tip.case.policy_key, market=tip.market, clearance=tip.clearance,
            case_id=tip.case_id, words=words,
        ),
    )  # fmt: skip


def late_key(tip: Tip) -> str:
    """The page for a target that was missed."""
    return f"cybertip-late:{tip.pk}"


def trouble_key(tip: Tip) -> str:
    """The page for one that does not go out."""
    return f"cybertip:{tip.pk}"


def _mine(actor: Actor, tip_id: UUID) -> Tip:
    tip = Tip.objects.select_for_update(of=("self",)).select_related("case").filter(pk=tip_id).first()
    if tip is None or not (access.may(actor, PREPARE, tip) or access.may(actor, RELEASE, tip)):
        raise access.nothing()
    access.person(actor, PREPARE if access.may(actor, PREPARE, tip) else RELEASE, tip)
    return tip


def _again(w: Writer, tip: Tip) -> None:
    w.update(tip, state=State.SENDING)
    now = clock.now()
    # A higher number: whoever works on it now can write nothing more.
    Tip.objects.filter(pk=tip.pk).update(lease=tip.lease + 1, lease_until=None, next_at=now, tries=0, first_try_at=None)


def _take_away(tip: Tip) -> None:
    Tip.objects.filter(pk=tip.pk).update(
        lease=tip.lease + 1, lease_until=None, next_at=None, tries=0, first_try_at=None
    )
