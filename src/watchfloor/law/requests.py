"""What people ask about their own data: taken in with a clock, nothing done before somebody has made sure who asks, then answered.

The words of a request for erasure are themselves erased once it is answered; what stays is that it was asked and answered, and when.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from watchfloor.identity import audit
from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.law import bundle, clocks, documents
from watchfloor.law.clocks import About
from watchfloor.law.erasing import rows, runs
from watchfloor.law.events import RequestChanged, RequestReceived
from watchfloor.law.models import Clock, Erasure, Request
from watchfloor.ledger.writer import Writer, writing

KINDS: Final = ("access", "erasure", "rectification", "objection")
HOW: Final = ("platform", "document", "known")
State = Request.State
OPEN: Final = (State.IDENTITY, State.WORKING)


class RequestIn(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came. ``account_id`` is the platform's id of the person."""

    kind: str
    account_type: str
    account_id: str
    name: str = ""
    contact: str = ""
    text: str = ""
    received_at: datetime | None = None


def take_in(actor: Actor, asked: RequestIn) -> Request:
    """Take it in: the clock starts with its receipt, and stands still while nobody knows who asks."""
    if asked.kind not in KINDS:
        raise BadInput(
            "unknown_kind", f"{asked.kind[:20]!r} is no kind of request.", where="kind", hint=", ".join(KINDS)
        )
    if not asked.account_id.strip() or not asked.account_type.strip():
        raise BadInput("missing", "Say which account it is about, by the platform's own id.", where="account_id")
    now = clock.now()
    received = asked.received_at or now
    if received > now:
        raise BadInput("in_the_future", "It cannot have arrived later than now.", where="received_at")
    with writing(actor) as w:
        row = w.create(
            Request, kind=asked.kind, account_type=asked.account_type.strip()[:40], account_id=asked.account_id.strip()[:250],
            name=asked.name.strip()[:200], contact=asked.contact.strip()[:250], text=asked.text.strip(), state=State.IDENTITY,
            received_at=received, taken_by=w.actor,
        )  # fmt: skip
        w.event(RequestReceived(kind=row.kind), row)
        clocks.start_all(w, "request", About(kind="request", id=row.pk, facts={"kind": row.kind}), received)
        for each in clocks.of("request", row.pk):
            if "identity" in clocks.rule_of(each).pauses and each.state == Clock.State.RUNNING and each.due_at > now:
                clocks.pause(w, each.pk, "identity")
    return row


def identify(actor: Actor, request_id: UUID, how: str) -> Request:
    """Somebody made sure who asks: ``platform`` (signed in there), ``document``, or ``known``. The clock goes on."""
    if how not in HOW:
        raise BadInput(
            "unknown_way", f"{how[:20]!r} is no way to make sure of a person.", where="how", hint=", ".join(HOW)
        )
    with writing(actor) as w:
        row = _open(request_id, State.IDENTITY)
        w.update(row, state=State.WORKING, identity_how=how, identity_at=clock.now(), identity_by=w.actor)
        w.event(_event(row, "identified"), row)
        for each in clocks.of("request", row.pk):
            if each.state == Clock.State.PAUSED:
                clocks.resume(w, each.pk)
    return row


def extend(actor: Actor, request_id: UUID, why: str) -> Request:
    """It is complex: the person was told, within the first month, that it takes two months more."""
    if not why.strip():
        raise BadInput("no_reason", "Say why it takes longer; the person is told.", where="why")
    with writing(actor) as w:
        row = _open(request_id, State.WORKING)
        if row.extended_at is not None:
            raise Conflict("extended", "It was extended already.")
        table = documents.table()
        rule = table.clocks.get("eu.gdpr.request_extended")
        if rule is None:
            raise Conflict("no_rule", "The clock table in force knows no longer period for requests.")
        for each in clocks.of("request", row.pk):
            clocks.end(w, each)
        clocks.begin(w, rule, table.number, About(kind="request", id=row.pk, facts={"kind": row.kind}), row.received_at)
        w.update(row, extended_at=clock.now())
        w.event(_event(row, "extended"), row)
    return row


def export(actor: Actor, request_id: UUID) -> bytes:
    """Everything that is held of the person, as JSON; each export is in the log of looks."""
    with writing(actor) as w:
        row = _open(request_id, State.WORKING)
        account = _account(row)
        audit.record(actor, f"request:{row.pk}", "export")
        found = bundle.of(account)
        w.event(_event(row, "exported"), row)
    return found


def erase(actor: Actor, request_id: UUID) -> Erasure:
    """Ask for the erasing of the person; somebody else must agree."""
    row = find(request_id)
    if row.kind != "erasure" or row.state != State.WORKING:
        raise Conflict("not_working", "First somebody makes sure who asks.")
    erasure = runs.ask(actor, _account(row), "the person asked for it", request_id=row.pk)
    with writing(actor) as w:
        locked = _open(request_id, State.WORKING)
        w.update(locked, erasure_id=erasure.pk)
        w.event(_event(locked, "erasing"), locked)
    return erasure


def answer(actor: Actor, request_id: UUID, text: str, *, refused: bool = False) -> Request:
    """Tell the person what was done, or why not. The clock stops; of an erasure only its dates stay."""
    if not text.strip():
        raise BadInput("no_text", "Write what the person is told.", where="text")
    with writing(actor) as w:
        row = _open(request_id)
        if not refused and row.state != State.WORKING:
            raise Conflict("who_asks", "First somebody makes sure who asks.")
        if row.kind == "erasure" and not refused and not _erased(row):
            raise Conflict("not_erased", "It is answered once everything is erased.")
        now = clock.now()
        w.update(
            row,
            state=State.REFUSED if refused else State.ANSWERED,
            answer=text.strip(),
            answered_at=now,
            answered_by=w.actor,
        )
        w.event(_event(row, "refused" if refused else "answered"), row)
        for each in clocks.of("request", row.pk):
            if each.state == Clock.State.PAUSED:
                clocks.resume(w, each.pk)
                each = clocks.lock(each.pk)
            clocks.stop(w, each, "answer", f"request:{row.pk}", now)
        if row.kind == "erasure" and not refused:
            forget(w, row)
    return row


def forget(w: Writer, row: Request) -> None:
    """Empty what a request says of the person."""
    w.update(row, seal=None, **{name: rows.blank(getattr(row, name)) for name in sorted(row.private)})
    w.wrote(row, *sorted(row.private))
    w.event(_event(row, "forgotten"), row)


def find(request_id: UUID) -> Request:
    """One request."""
    row = Request.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound("unknown_request", "There is no such request.")
    return row


def _erased(row: Request) -> bool:
    done = (Erasure.State.ERASED, Erasure.State.SCRUBBED)
    return row.erasure_id is not None and Erasure.objects.filter(pk=row.erasure_id, state__in=done).exists()


def _account(row: Request) -> Item:
    return runs.account(row.account_type, row.account_id)


def _open(request_id: UUID, state: str = "") -> Request:
    row = Request.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NotFound("unknown_request", "There is no such request.")
    if row.state not in ((state,) if state else OPEN):
        raise Conflict("not_now", "The request is not at this step.")
    return row


def _event(row: Request, step: str) -> RequestChanged:
    after = (clock.now() - row.received_at) // timedelta(milliseconds=1)
    return RequestChanged(kind=row.kind, step=step, after_ms=after)
