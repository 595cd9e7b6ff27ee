"""The only writers of pages, as long as somebody asks for them or answers them; the steps in between are taken by ``firing``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import pagers, queries, seams
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.domain import matrix, paging
from watchfloor.oncall.events import PageAcknowledged, PageHandedBack, PageRaised, PageRepeated, PageResolved
from watchfloor.oncall.models import Call, EscalationPolicy, Matrix, Page

ABOUT = ("escalation", "case", "spike", "delivery", "clock", "policy", "outside", "check", "manual")


def page(w: Writer, asked: PageIn) -> Page | None:
    """Page for it; the live page of the same key is counted up instead. None where the matrix has no line for it."""
    if asked.about not in ABOUT or not 1 <= asked.severity <= 5 or not asked.key or len(asked.key) > 200:
        raise BadInput(
            "bad_page", "A page has a key, a severity of 1 to 5, and is about something known.", where="page"
        )
    live = Page.objects.select_for_update().filter(key=asked.key).exclude(state=Page.State.RESOLVED).first()
    if live is not None:
        return _again(w, live)
    policy = _policy(asked)
    if policy is None:
        return None
    now = clock.now()
    row = w.create_unless_known(
        Page, key=asked.key, about=asked.about, state=Page.State.RAISED, words=asked.words[:200], case_id=asked.case_id,
        policy_key=asked.policy, market=asked.market or None, severity=asked.severity, clearance=asked.clearance,
        escalation_policy=policy.key, steps=policy.steps, repeat=policy.repeat, next_at=now, raised_at=now, raised_by=w.actor,
    )  # fmt: skip
    if row is None:  # somebody asked at the same moment
        return _again(w, Page.objects.select_for_update().exclude(state=Page.State.RESOLVED).get(key=asked.key))
    w.event(PageRaised(**facts(row), escalation_policy=policy.key), row, case_id=row.case_id)
    return row


@begin_again
def acknowledge(actor: Actor, page_id: UUID) -> Page:
    """Take it: nobody else is called. Twice by the same person changes nothing; what it is about is acknowledged with it."""
    with writing(actor) as w:
        row = _held(actor, page_id)
        me = _person(actor)
        if row.state == Page.State.ACKNOWLEDGED and row.acknowledged_by == me:
            return row
        if row.state == Page.State.ACKNOWLEDGED:
            raise Conflict("acknowledged", "Somebody else has acknowledged it.", hint="Load the page again to see who.")
        _acknowledged(w, row, me)
        if row.case_id is not None:
            seams.cases().acknowledged(w, row.case_id)
        return row


@begin_again
def hand_back(actor: Actor, page_id: UUID, why: str) -> Page:
    """Give an acknowledged page back: its steps begin anew, at once."""
    if not why.strip():
        raise BadInput("no_reason", "Say why you give it back.", where="why")
    with writing(actor, reason=why) as w:
        row = _held(actor, page_id)
        state = paging.moved(row.state, "hand_back")
        now = clock.now()
        # A round of its own, so that its calls have keys of their own; after it as many as the policy said when it was raised.
        again, more = row.round + 1, row.repeat - row.first_round
        w.update(
            row, state=state, acknowledged_at=None, acknowledged_by=None, next_at=now, round=again, first_round=again,
            step=0, repeat=again + more,
        )  # fmt: skip
        w.event(PageHandedBack(**facts(row)), row, case_id=row.case_id)
        return row


@begin_again
def resolve(actor: Actor, page_id: UUID, why: str = "") -> Page:
    """It is over. Twice changes nothing."""
    with writing(actor, reason=why) as w:
        row = _held(actor, page_id)
        _resolved(w, row)
        return row


def acknowledge_for(w: Writer, key: str, by: UUID | None) -> None:
    """What a page is about was taken in hand elsewhere (the case of an escalation): so is the page."""
    row = Page.objects.select_for_update().filter(key=key, state=Page.State.RAISED).first()
    if row is not None:
        _acknowledged(w, row, by)


def resolve_for(w: Writer, key: str) -> None:
    """What a page is about is over."""
    row = Page.objects.select_for_update().filter(key=key).exclude(state=Page.State.RESOLVED).first()
    if row is not None:
        _resolved(w, row)


def facts(row: Page) -> dict[str, Any]:
    """What every event of a page says of it."""
    return {"about": row.about, "severity": row.severity, "policy": row.policy_key, "market": row.market or ""}


def _again(w: Writer, row: Page) -> Page:
    w.update(row, times=row.times + 1)
    w.event(PageRepeated(**facts(row), times=row.times), row, case_id=row.case_id)
    return row


def _policy(asked: PageIn) -> EscalationPolicy | None:
    key = asked.escalation_policy
    if not key:
        row = Matrix.objects.first()
        lines = msgspec.convert(row.lines if row else [], list[matrix.Line])
        for severity in (asked.severity, asked.or_as):
            key = key or matrix.choose(lines, policy=asked.policy, market=asked.market, severity=severity)
    if not key:
        return None
    found = EscalationPolicy.objects.filter(key=key, archived_at__isnull=True).first()
    if found is None and asked.escalation_policy:
        raise BadInput("unknown_policy", f"There is no escalation policy {key[:60]!r}.", where="escalation_policy")
    return found


def _acknowledged(w: Writer, row: Page, by: UUID | None) -> None:
    now = clock.now()
    steps = row.round * len(row.steps) + row.step
    w.update(row, state=paging.moved(row.state, "acknowledge"), acknowledged_at=now, acknowledged_by=by, next_at=None)
    _tell(w, row, "acknowledge", now)
    w.event(PageAcknowledged(**facts(row), after_ms=_ms(now - row.raised_at), steps=steps), row, case_id=row.case_id)


def _resolved(w: Writer, row: Page) -> None:
    if row.state == Page.State.RESOLVED:
        return
    now = clock.now()
    w.update(row, state=paging.moved(row.state, "resolve"), resolved_at=now, next_at=None)
    _tell(w, row, "resolve", now)
    w.event(PageResolved(**facts(row), after_ms=_ms(now - row.raised_at)), row, case_id=row.case_id)


def _tell(w: Writer, row: Page, what: str, now: datetime) -> None:
    """Pagers that keep a state of their own hear of it too, where they were called."""
    told = Call.objects.filter(page=row, what="trigger", pager__in=pagers.following()).exclude(contact_id=None)
    for contact, pager in told.values_list("contact_id", "pager").distinct():
        w.create_unless_known(
            Call, page=row, what=what, round=row.round, step=row.step, contact_id=contact, pager=pager,
            key=f"{row.pk}:{row.round}:{what}:{contact}", state=Call.State.PENDING, made_at=now, next_at=now,
        )  # fmt: skip


def _held(actor: Actor, page_id: UUID) -> Page:
    seen = queries.page(actor, page_id)
    if not queries.may_answer(actor, seen):
        raise Forbidden("no_permission", "You were not paged for this, and may not answer for others.")
    return Page.objects.select_for_update().get(pk=seen.pk)


def _person(actor: Actor) -> UUID | None:
    return UUID(actor.id) if actor.kind == "user" else None


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
