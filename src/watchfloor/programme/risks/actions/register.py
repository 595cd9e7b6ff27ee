"""Risks and their controls: written, changed, looked through, closed and opened again. Every change leaves a version."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.risks import access, domain
from watchfloor.programme.risks.domain import RiskIn
from watchfloor.programme.risks.events import ControlSet, RiskWritten
from watchfloor.programme.risks.models import Control, Risk, RiskVersion
from watchfloor.workforce.models import Vendor

_FIGURES = ("likelihood", "impact", "residual_likelihood", "residual_impact", "treatment")


def write(w: Writer, actor: Actor, given: RiskIn) -> Risk:
    """Write a new risk down."""
    values = _checked(actor, given)
    number = (Risk.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    row = w.create_unless_known(Risk, **values, number=number, made_by=w.actor, made_at=clock.now())
    if row is None:
        raise Conflict("written_meanwhile", "Somebody wrote another risk at the same moment.", hint="Send it again.")
    _said(w, row, "written")
    return row


def change(w: Writer, actor: Actor, risk_id: UUID, given: RiskIn, *, said: str = "") -> Risk:
    """Write it anew; what it was stays in its history."""
    row = locked(actor, risk_id)
    w.update(row, **_checked(actor, given))
    if w.has_changes:
        _said(w, row, "changed", said)
    return row


def review(w: Writer, actor: Actor, risk_id: UUID, *, said: str, next_on: date) -> Risk:
    """It was looked through, and is again on another day."""
    row = locked(actor, risk_id)
    today = clock.now().date()
    if not said.strip() or len(said) > domain.LONGEST:
        raise BadInput("say_what", "Say in a sentence what you found.", where="said")
    if not today < next_on <= today + timedelta(days=732):
        raise BadInput("bad_day", "The next day comes after today, within two years.", where="next_on")
    w.update(row, review_on=next_on, reviewed_at=clock.now())
    _said(w, row, "reviewed", said)
    return row


def close(w: Writer, actor: Actor, risk_id: UUID, *, why: str) -> Risk:
    """It cannot happen any more, or is carried on elsewhere."""
    row = locked(actor, risk_id)
    if not why.strip() or len(why) > domain.LONGEST:
        raise BadInput("say_why", "Say why it is closed.", where="why")
    if row.closed_at is None:
        w.update(row, closed_at=clock.now(), why_closed=why.strip())
        _said(w, row, "closed", why)
    return row


def reopen(w: Writer, actor: Actor, risk_id: UUID) -> Risk:
    """Closing is taken back."""
    row = locked(actor, risk_id)
    if row.closed_at is not None:
        w.update(row, closed_at=None, why_closed="")
        _said(w, row, "reopened")
    return row


def set_control(
    w: Writer,
    actor: Actor,
    risk_id: UUID,
    *,
    text: str,
    owner: str = "",
    works: str = "untested",
    tested_on: date | None = None,
    test_by: date | None = None,
    control_id: UUID | None = None,
) -> Control:
    """A control is set, or (with ``control_id``) tried and written anew."""
    risk = locked(actor, risk_id)
    if not text.strip() or len(text) > domain.LONGEST:
        raise BadInput("bad_control", "Say what keeps it small.", where="text")
    if works not in domain.WORKS:
        raise BadInput("bad_works", "Say whether it works.", where="works")
    if works != "untested" and tested_on is None:
        raise BadInput("no_test", "Say when it was tried.", where="tested_on")
    if tested_on is not None and tested_on > clock.now().date():
        raise BadInput("future_test", "It cannot have been tried on a day to come.", where="tested_on")
    values = {
        "text": text.strip(), "owner": access.person(owner), "works": works, "tested_on": tested_on, "test_by": test_by,
        "removed_at": None,
    }  # fmt: skip
    if control_id is None:
        row = w.create(Control, risk=risk, **values)
    else:
        row = _control(risk, control_id)
        w.update(row, **values)
    if w.has_changes:
        w.event(ControlSet(works=works, market=risk.market or "", vendor=risk.vendor_key or ""), row)
    return row


def remove_control(w: Writer, actor: Actor, risk_id: UUID, control_id: UUID, *, removed: bool = True) -> Control:
    """It is a control no more (``removed`` false: it is one again)."""
    risk = locked(actor, risk_id)
    row = _control(risk, control_id)
    if (row.removed_at is not None) != removed:
        w.update(row, removed_at=clock.now() if removed else None)
        said = ControlSet(works=row.works, removed=removed, market=risk.market or "", vendor=risk.vendor_key or "")
        w.event(said, row)
    return row


def locked(actor: Actor, risk_id: UUID) -> Risk:
    """The row for writing, if it is the actor's to write."""
    row = access.risks(actor, access.EDIT).select_for_update().filter(pk=risk_id).first()
    if row is None:
        raise NotFound("unknown_risk", "There is no such risk.")
    return row


def _control(risk: Risk, control_id: UUID) -> Control:
    row = Control.objects.select_for_update().filter(pk=control_id, risk=risk).first()
    if row is None:
        raise NotFound("unknown_control", "There is no such control.")
    return row


def _checked(actor: Actor, given: RiskIn) -> dict[str, object]:
    domain.check(given, clock.now().date())
    market, vendor = given.market.strip()[:12] or None, given.vendor.strip()[:40] or None
    access.must(actor, market, vendor)
    if vendor is not None and not Vendor.objects.filter(key=vendor).exists():
        raise BadInput("unknown_vendor", "There is no such vendor.", where="vendor")
    return {
        "title": given.title.strip(), "cause": given.cause.strip(), "event": given.event.strip(), "effect": given.effect.strip(),
        "plan": given.plan.strip(), "owner": access.person(given.owner), "market": market, "vendor_key": vendor,
        "review_on": given.review_on, **{name: getattr(given, name) for name in _FIGURES},
    }  # fmt: skip


def _said(w: Writer, row: Risk, what: str, said: str = "") -> None:
    figures: dict[str, Any] = {name: getattr(row, name) for name in _FIGURES}
    number = row.versions.count() + 1
    w.create(RiskVersion, risk=row, number=number, what=what, said=said.strip(), by=w.actor, at=clock.now(), **figures)
    w.event(RiskWritten(step=what, **figures, market=row.market or "", vendor=row.vendor_key or ""), row)
