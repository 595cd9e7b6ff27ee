"""The dead-man check of the pager: a page that the outside must answer in time. Where nobody does, it is said in the console and by mail.

It goes the way every page goes (steps, calls, pagers), so that what it proves is that way. One row, one loop; each turn is one
transaction, so a process that dies leaves the turn to be taken again, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.urls import reverse

from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall.actions.paging import acknowledge_for, page, resolve_for
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.events import PagerChecked, PagerCheckSaved
from watchfloor.oncall.models import Call, EscalationPolicy, Page, PagerCheck

KEY: Final = "pager-check"
SALT: Final = "watchfloor.oncall.answer"
MOST_MINUTES: Final = 7 * 24 * 60
MOST_TOLD: Final = 50


def current() -> PagerCheck | None:
    """The row, once somebody has set it up."""
    return PagerCheck.objects.first()


def silent() -> PagerCheck | None:
    """The row where the last check was not answered: paging may be dead."""
    return PagerCheck.objects.filter(state=PagerCheck.State.SILENT).first()


def save(w: Writer, *, escalation_policy: str, every_minutes: int, answer_minutes: int) -> PagerCheck:
    """Check every so many minutes (0: never), by an escalation policy whose contacts answer by themselves."""
    if every_minutes and not 1 <= answer_minutes < every_minutes <= MOST_MINUTES:
        raise BadInput("bad_minutes", "An answer is due before the next check, within a week.", where="answer_minutes")
    known = EscalationPolicy.objects.filter(key=escalation_policy, archived_at__isnull=True).exists()
    if every_minutes and not known:
        raise BadInput("unknown_policy", "Choose whom it pages.", where="escalation_policy")
    row = PagerCheck.objects.select_for_update().first()
    if row is not None:
        resolve_for(w, KEY)
    values = {
        "escalation_policy": escalation_policy if known else "", "every_minutes": every_minutes, "answer_minutes": answer_minutes,
        "state": PagerCheck.State.RESTING if every_minutes else PagerCheck.State.OFF, "page_id": None, "silent_since": None,
        "next_at": clock.now() if every_minutes else None,
    }  # fmt: skip
    row = w.create(PagerCheck, **values) if row is None else w.update(row, **values)
    w.event(PagerCheckSaved(every_minutes=every_minutes, answer_minutes=answer_minutes), row)
    return row


def turn() -> int:
    """Ask, or see what came of it, when it is time; returns how many turns were taken (0 or 1)."""
    with writing(system("paging")) as w:
        now = clock.now()
        row = PagerCheck.objects.select_for_update(skip_locked=True).exclude(state=PagerCheck.State.OFF).first()
        if row is None:
            return 0
        asked = Page.objects.filter(pk=row.page_id).first() if row.page_id else None
        if asked is not None and asked.state != Page.State.RAISED:
            _answered(w, row, now)
        elif row.next_at is None or row.next_at > now:
            return 0
        elif asked is not None:
            _silent(w, row, asked, now)
        else:
            _ask(w, row, now)
    return 1


def answer(token: str) -> bool:
    """Take an answer from outside; False where the token is none. A second answer changes nothing."""
    try:
        page_id = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return False
    with writing(system("pager check")) as w:
        if Page.objects.filter(pk=page_id, key=KEY).exclude(state=Page.State.RESOLVED).exists():
            acknowledge_for(w, KEY, None)
    return True


def address(page_id: UUID) -> str:
    """Where the outside answers the check ``page_id``: a POST, without a sign-in."""
    return reverse("oncall-answer", args=[signing.Signer(salt=SALT).sign(str(page_id))])


def _ask(w: Writer, row: PagerCheck, now: datetime) -> None:
    resolve_for(w, KEY)  # should somebody have raised it by hand
    policy = EscalationPolicy.objects.filter(key=row.escalation_policy, archived_at__isnull=True).exists()
    if not policy:  # nobody can be asked, so nobody answers
        _say_silent(w, row, None, now)
        return
    made = page(w, PageIn(key=KEY, about="check", severity=1, escalation_policy=row.escalation_policy))
    assert made is not None
    due = now + timedelta(minutes=row.answer_minutes)
    # silent stays silent until somebody answers: asking again is no sign of life
    state = row.state if row.state == PagerCheck.State.SILENT else PagerCheck.State.WAITING
    w.update(row, state=state, page_id=made.pk, asked_at=now, next_at=due)
    w.event(PagerChecked(state=str(PagerCheck.State.WAITING)), row)


def _answered(w: Writer, row: PagerCheck, now: datetime) -> None:
    resolve_for(w, KEY)
    after = (row.asked_at or now) + timedelta(minutes=row.every_minutes)
    w.update(
        row, state=PagerCheck.State.RESTING, page_id=None, answered_at=now, silent_since=None, next_at=max(after, now)
    )
    w.event(PagerChecked(state=str(PagerCheck.State.RESTING)), row)


def _silent(w: Writer, row: PagerCheck, asked: Page, now: datetime) -> None:
    resolve_for(w, KEY)
    _say_silent(w, row, asked, now)


def _say_silent(w: Writer, row: PagerCheck, asked: Page | None, now: datetime) -> None:
    first = row.state != PagerCheck.State.SILENT
    after = (row.asked_at or now) + timedelta(minutes=row.every_minutes)
    if asked is None:
        after = now + timedelta(minutes=row.every_minutes)
    w.update(
        row, state=PagerCheck.State.SILENT, page_id=None, silent_since=row.silent_since or now, next_at=max(after, now)
    )
    if first and asked is not None:
        managers = [user for user in User.objects.filter(is_active=True) if actor_for(user).has("oncall.manage")]
        w.create_many(Call, [
            {
                "page": asked, "what": "silent", "user_id": user.pk, "pager": "email", "key": f"{asked.pk}:silent:{user.pk}",
                "state": Call.State.PENDING, "made_at": now, "next_at": now,
            }
            for user in managers[:MOST_TOLD]
        ])  # fmt: skip
    w.event(PagerChecked(state=str(PagerCheck.State.SILENT)), row)
