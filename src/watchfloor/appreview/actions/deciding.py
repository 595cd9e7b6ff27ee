"""A reviewer takes an application and decides it. What the developer will read is written from the decision, in one place."""

from __future__ import annotations

from typing import Any

import msgspec

from watchfloor.appreview import catalogue, events
from watchfloor.appreview.actions import wire
from watchfloor.appreview.actions.submitting import asked_of
from watchfloor.appreview.domain.violations import checked
from watchfloor.appreview.models import ApiApp, AppDecision, Application, AppMessage
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

State = Application.State
APPROVE, NARROWER, ASK, REFUSE = "approve", "approve_narrower", "ask_more", "refuse"
KINDS = (APPROVE, NARROWER, ASK, REFUSE)
LONGEST = 10_000


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer decides. ``scopes`` and ``daily_limit`` count for an approval, ``violations`` for a refusal, ``words`` for both
    and for a question; ``conditions`` are what an approved app must keep to."""

    kind: str
    scopes: tuple[str, ...] = ()
    daily_limit: int | None = None
    conditions: str = ""
    violations: tuple[str, ...] = ()
    words: str = ""


def claim(w: Writer, actor: Actor, number: Any) -> Application:
    """Take an application; nobody else decides it meanwhile. Taking one's own again is nothing."""
    row = _locked(number)
    if row.state == State.IN_REVIEW and row.reviewer == str(actor):
        return row
    if row.state != State.SUBMITTED:
        raise Conflict("not_waiting", "This application does not wait to be taken.")
    w.update(row, state=State.IN_REVIEW, reviewer=str(actor))
    w.event(events.AppClaimed(number=row.number), row)
    return row


def release(w: Writer, actor: Actor, number: Any) -> Application:
    """Give it back to the queue; its clock goes on."""
    row = _locked(number)
    _hold(row, actor)
    w.update(row, state=State.SUBMITTED, reviewer="")
    w.event(events.AppClaimed(number=row.number, back=True), row)
    return row


def decide(w: Writer, actor: Actor, number: Any, verdict: Verdict) -> AppDecision:
    """Decide what one has taken.

    Raises:
        BadInput: a narrower approval that is no narrower, a refusal without violations, a question without words, an unknown id.
        Conflict: it was not taken by this person.
    """
    row = _locked(number)
    _hold(row, actor)
    settled = settle(row, verdict)
    now = clock.now()
    decision = w.create(
        AppDecision, application=row, kind=settled.kind, scopes=list(settled.scopes), daily_limit=settled.daily_limit,
        violations=list(settled.violations), conditions=settled.conditions, words=settled.words, by=str(actor), at=now,
    )  # fmt: skip
    app = ApiApp.objects.select_for_update().get(pk=row.app_id)
    if settled.kind == ASK:
        w.update(row, state=State.MORE_ASKED)
        w.create(AppMessage, app=app, from_developer=False, text=settled.words, by=str(actor), at=now)
    elif settled.kind == REFUSE:
        w.update(row, state=State.REFUSED, decided_at=now)
        if app.state == ApiApp.State.WAITING:
            w.update(app, state=ApiApp.State.REFUSED)
    else:
        asked = asked_of(row)
        w.update(row, state=State.APPROVED, decided_at=now)
        w.update(
            app, state=ApiApp.State.APPROVED, scopes=list(settled.scopes), daily_limit=settled.daily_limit, name=asked.name,
            conditions=settled.conditions, mix=asked.mix, volume=asked.volume, tier=row.tier, approved_at=now,
        )  # fmt: skip
    w.event(
        events.AppDecided(
            number=row.number, kind=settled.kind, scopes=list(settled.scopes), violations=list(settled.violations), tier=row.tier,
            late=row.due_at is not None and now > row.due_at,
        ),
        row,
    )  # fmt: skip
    wire.tell_decision(w, app, row, decision)
    return decision


def settle(row: Application, verdict: Verdict) -> Verdict:
    """The verdict as it will stand, complete and checked; the preview shows the same."""
    asked = [each.scope for each in asked_of(row).scopes]
    if verdict.kind not in KINDS:
        raise BadInput("unknown_kind", "Choose what is decided.", where="kind")
    if max(len(verdict.words), len(verdict.conditions)) > LONGEST:
        raise BadInput("too_long", f"At most {LONGEST} characters.", where="words")
    if verdict.kind == ASK:
        if not verdict.words.strip():
            raise BadInput("say_what", "Write what you want to know.", where="words")
        return Verdict(kind=ASK, words=verdict.words.strip())
    if verdict.kind == REFUSE:
        ids = checked(verdict.violations)
        if not ids:
            raise BadInput(
                "no_violation", "Choose at least one reason: the developer learns from it.", where="violations"
            )
        return Verdict(kind=REFUSE, violations=tuple(ids), words=verdict.words.strip())
    most = catalogue.current().tiers[row.tier].calls
    if verdict.kind == APPROVE:
        scopes, limit = asked, most
    else:
        scopes = [scope for scope in asked if scope in verdict.scopes]
        limit = most if verdict.daily_limit is None else verdict.daily_limit
        if not scopes:
            raise BadInput("no_scopes", "Leave one scope at least, or refuse.", where="scopes")
        if not 0 < limit <= most:
            raise BadInput("bad_limit", f"The limit lies between 1 and {most} calls a day.", where="daily_limit")
        if scopes == asked and limit == most:
            raise BadInput("not_narrower", "Take a scope out or lower the limit.", where="scopes")
    return Verdict(kind=verdict.kind, scopes=tuple(scopes), daily_limit=limit, conditions=verdict.conditions.strip(),
                   words=verdict.words.strip())  # fmt: skip


def write_message(w: Writer, app: ApiApp, text: str, *, by: str, from_developer: bool) -> AppMessage:
    """A message in either direction. An answer to a question puts the application back into the queue, with the clock of its tier."""
    from watchfloor.appreview.domain import risk

    text = text.strip()
    if not text or len(text) > LONGEST:
        raise BadInput("bad_message", f"A message has 1 to {LONGEST} characters.", where="text")
    now = clock.now()
    row = w.create(AppMessage, app=app, from_developer=from_developer, text=text, by=by, at=now)
    if from_developer:
        waiting = app.applications.select_for_update().filter(state=State.MORE_ASKED).first()
        if waiting is not None:
            w.update(
                waiting,
                state=State.SUBMITTED,
                reviewer="",
                due_at=now + risk.clock(waiting.tier, by=catalogue.current()),
            )
    w.event(events.AppMessageWritten(from_developer=from_developer), app)
    return row


def new_link(w: Writer, app: ApiApp) -> int:
    """Make the developer's link void and a new one good."""
    app = ApiApp.objects.select_for_update().get(pk=app.pk)
    w.update(app, link_turn=app.link_turn + 1)
    w.event(events.AppLinkChanged(turn=app.link_turn), app)
    return app.link_turn


def _hold(row: Application, actor: Actor) -> None:
    if row.state != State.IN_REVIEW or row.reviewer != str(actor):
        raise Conflict("not_taken", "You have not taken this application.", hint="Take it first.")


def _locked(number: Any) -> Application:
    row = Application.objects.select_for_update().select_related("app").filter(pk=number).first()
    if row is None:
        raise NotFound("unknown_application", "There is no such application.")
    return row
