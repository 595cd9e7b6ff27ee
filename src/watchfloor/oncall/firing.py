"""The loop that takes steps: whose page is due is called, in the transaction that says so, so a step is taken once whatever dies.

A page is locked with SKIP LOCKED, its calls are rows with a key of page, round, step and person, and the step moves on in the same
commit. A process that dies before it leaves nothing; one that dies after it leaves calls for ``calling`` to make.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import queries
from watchfloor.oncall.actions.paging import facts
from watchfloor.oncall.domain import paging
from watchfloor.oncall.events import PageFired
from watchfloor.oncall.models import Call, Contact, Page, Schedule

CONSOLE = "console"  # the bell of the console rings by the row alone


def fire_due() -> int:
    """Take the next step of one page that is due; returns how many (0 or 1)."""
    with writing(system("paging")) as w:
        now = clock.now()
        due = Page.objects.select_for_update(skip_locked=True).filter(state=Page.State.RAISED, next_at__lte=now)
        row = due.order_by("next_at", "pk").first()
        if row is None:
            return 0
        _take(w, row, now)
    return 1


def _take(w: Writer, row: Page, now: datetime) -> None:
    steps = msgspec.convert(row.steps, tuple[paging.Step, ...])
    step = steps[row.step]
    people, contacts = reached(step, now)
    calls = _calls(row, people, contacts, now)
    w.create_many(Call, calls)
    turn = paging.following(steps, row.repeat, row.round, row.step)
    due, done = row.next_at or now, (row.round, row.step)
    nobody = not people and not contacts
    if turn is None:
        w.update(row, next_at=None)
    else:  # where nobody could be called there is nobody to wait for
        w.update(row, round=turn.round, step=turn.step, next_at=now if nobody else now + turn.after)
    event = PageFired(
        **facts(row), round=done[0], step=done[1], people=len(people) + len(contacts),
        late_ms=(now - due) // timedelta(milliseconds=1), exhausted=turn is None,
    )  # fmt: skip
    w.event(event, row, case_id=row.case_id)


def reached(step: paging.Step, now: datetime) -> tuple[list[UUID], list[UUID]]:
    """The people and house contacts a step pages now, each once."""
    people: dict[UUID, None] = {}
    contacts: dict[UUID, None] = {}
    for target in (paging.Target.of(text) for text in step.targets):
        if target.kind == "schedule":
            found = Schedule.objects.filter(key=target.id, archived_at__isnull=True).first()
            shift = queries.on_now(found, now) if found else None
            if shift is not None:
                people[shift.person] = None
        elif target.kind == "user":
            people[UUID(target.id)] = None
        elif Contact.objects.filter(pk=target.id, removed_at__isnull=True).exists():
            contacts[UUID(target.id)] = None
    active = set(User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True))
    return [each for each in people if each in active], list(contacts)


def _calls(row: Page, people: list[UUID], contacts: list[UUID], now: datetime) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []

    def call(user: UUID | None, contact: UUID | None, pager: str, name: str) -> None:
        by_itself = pager == CONSOLE
        made.append({
            "page": row, "round": row.round, "step": row.step, "user_id": user, "contact_id": contact, "pager": pager,
            "key": f"{row.pk}:{row.round}:{row.step}:{name}", "made_at": now,
            "state": Call.State.SENT if by_itself else Call.State.PENDING, "done_at": now if by_itself else None,
            "next_at": None if by_itself else now,
        })  # fmt: skip

    own = Contact.objects.filter(user_id__in=people, removed_at__isnull=True).order_by("pk")
    for user in people:
        call(user, None, CONSOLE, f"{user}:{CONSOLE}")
        mine = [each for each in own if each.user_id == user]
        for each in mine:
            call(user, each.pk, each.pager, str(each.pk))
        if not mine:
            call(user, None, "email", f"{user}:email")  # the address they sign in with
    for house in Contact.objects.filter(pk__in=contacts):
        call(None, house.pk, house.pager, str(house.pk))
    return made
