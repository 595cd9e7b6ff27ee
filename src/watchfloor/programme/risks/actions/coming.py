"""What is coming: the horizon, and the calendar whose events stand in the change log from the moment they are written down."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.insight.changes import actions as changes
from watchfloor.insight.changes.contracts import ChangeIn
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.risks import access, domain
from watchfloor.programme.risks.domain import EventIn
from watchfloor.programme.risks.events import CalendarWritten, HorizonWritten
from watchfloor.programme.risks.models import CalendarEvent, Horizon


def write_horizon(
    w: Writer,
    actor: Actor,
    *,
    kind: str,
    title: str,
    review_on: date,
    source: str = "",
    impact: str = "",
    action: str = "",
    market: str = "",
    on: date | None = None,
    owner: str = "",
    horizon_id: UUID | None = None,
) -> Horizon:
    """Write down what comes nearer, or (with ``horizon_id``) write it anew."""
    if kind not in domain.HORIZON_KINDS:
        raise BadInput("bad_kind", "A law, a tactic or an event.", where="kind")
    if not 1 <= len(title.strip()) <= 200:
        raise BadInput("bad_title", "Name it in 1 to 200 characters.", where="title")
    for text, name, most in (
        (impact, "impact", domain.LONGEST),
        (action, "action", domain.LONGEST),
        (source, "source", 500),
    ):
        if len(text) > most:
            raise BadInput("long_text", f"At most {most:,} characters.", where=name)
    today = clock.now().date()
    if not today <= review_on <= today + timedelta(days=732):
        raise BadInput("bad_day", "It is looked at again within two years from today.", where="review_on")
    at = market.strip()[:12] or None
    access.must(actor, at)
    values = {
        "kind": kind, "title": title.strip(), "source": source.strip(), "impact": impact.strip(), "action": action.strip(),
        "market": at, "on": on, "owner": access.person(owner), "review_on": review_on,
    }  # fmt: skip
    if horizon_id is None:
        row = w.create(Horizon, made_by=w.actor, made_at=clock.now(), **values)
    else:
        row = _horizon(actor, horizon_id)
        w.update(row, **values)
    if w.has_changes:
        w.event(HorizonWritten(kind=kind, market=at or "", done=row.done_at is not None), row)
    return row


def done_with(w: Writer, actor: Actor, horizon_id: UUID, *, done: bool = True) -> Horizon:
    """It is dealt with (``done`` false: it is not, after all)."""
    row = _horizon(actor, horizon_id)
    if (row.done_at is not None) != done:
        w.update(row, done_at=clock.now() if done else None)
        w.event(HorizonWritten(kind=row.kind, market=row.market or "", done=done), row)
    return row


def write_event(w: Writer, actor: Actor, given: EventIn, *, event_id: UUID | None = None) -> CalendarEvent:
    """Write an event into the calendar and the change log, or (with ``event_id``) write it anew in both."""
    domain.check_event(given)
    market = given.market.strip()
    access.must(actor, market)
    values = {
        "title": given.title.strip(), "kind": given.kind, "market": market, "starts_at": given.starts_at, "ends_at": given.ends_at,
        "uplift": given.uplift, "note": given.note.strip(), "cancelled_at": None,
    }  # fmt: skip
    if event_id is None:
        row = w.create(CalendarEvent, made_by=w.actor, made_at=clock.now(), **values)
    else:
        row = _event(actor, event_id)
        w.update(row, **values)
    if not w.has_changes:
        return row
    w.event(_written(row), row)
    said = ChangeIn(
        kind="holiday" if row.kind == "holiday" else "world", title=row.title, starts_at=row.starts_at, ends_at=row.ends_at,
        scope={"market": [market]}, effect="more" if row.uplift > 0 else "less" if row.uplift < 0 else "", source="calendar",
        key=f"programme-event:{row.pk}", link="/programme/calendar",
    )  # fmt: skip
    w.update(row, change_id=changes.record(w, said).pk)
    if w.has_changes:
        w.event(_written(row), row)
    return row


def cancel_event(w: Writer, actor: Actor, event_id: UUID, *, cancelled: bool = True) -> CalendarEvent:
    """It does not take place (``cancelled`` false: it does)."""
    row = _event(actor, event_id)
    if (row.cancelled_at is not None) != cancelled:
        w.update(row, cancelled_at=clock.now() if cancelled else None)
        w.event(_written(row), row)
        if row.change_id is not None:
            (changes.undo if cancelled else changes.put_back)(w, row.change_id)
    return row


def _written(row: CalendarEvent) -> CalendarWritten:
    return CalendarWritten(
        kind=row.kind, market=row.market, starts_at=row.starts_at.isoformat(timespec="seconds"), uplift=row.uplift,
        ends_at=row.ends_at.isoformat(timespec="seconds"), cancelled=row.cancelled_at is not None,
    )  # fmt: skip


def _horizon(actor: Actor, horizon_id: UUID) -> Horizon:
    row = access.horizon(actor, access.EDIT).select_for_update().filter(pk=horizon_id).first()
    if row is None:
        raise NotFound("unknown_horizon", "There is no such entry.")
    return row


def _event(actor: Actor, event_id: UUID) -> CalendarEvent:
    row = access.calendar(actor, access.EDIT).select_for_update().filter(pk=event_id).first()
    if row is None:
        raise NotFound("unknown_event", "There is no such event.")
    return row
