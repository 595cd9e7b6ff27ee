"""Legal holds: what must be kept, whoever asks for it to go. Registered with ``items.holds``, which every erasing asks.

``place(w, ...)`` is for people and for parts above (a report to an authority makes a preservation of its own); a hold with a
``source`` exists once for each item, so that saying it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.law.events import HoldLifted, HoldPlaced
from watchfloor.law.models import Hold
from watchfloor.ledger.writer import Writer, plain, writing
from watchfloor.oncall.models import Incident
from watchfloor.review.models import Case

BASES: Final = ("litigation", "tco", "cybertip", "order", "investigation")
PRESERVED: Final = {"tco": timedelta(days=183), "cybertip": timedelta(days=365)}
"""How long a law itself wants things kept: Regulation (EU) 2021/784, article 6 (six months); 18 U.S.C. 2258A(h) (a year)."""


def place(
    w: Writer, *, item: Item | None = None, case_id: UUID | None = None, account: bool = False, basis: str, why: str = "",
    until: datetime | None = None, source: str = "",
) -> Hold | None:  # fmt: skip
    """Keep an item, everything of an account, or the item of a case; None where this ``source`` holds it already.

    Without ``until`` a basis that a law puts an end to gets that end; the others hold until they are lifted.
    """
    if basis not in BASES:
        raise BadInput(
            "unknown_basis", f"{basis[:40]!r} is no ground for a hold.", where="basis", hint=", ".join(BASES)
        )
    if (item is None) == (case_id is None):
        raise BadInput("what_is_held", "A hold is on an item, on an account or on a case.", where="about")
    now = clock.now()
    if until is None and basis in PRESERVED:
        until = now + PRESERVED[basis]
    if until is not None and until <= now:
        raise BadInput("over", "A hold ends in the future.", where="until")
    about = "case" if case_id is not None else "account" if account else "item"
    if case_id is not None and not Case.objects.filter(pk=case_id).exists():
        raise NotFound("unknown_case", "There is no such case.")
    row = w.create_unless_known(
        Hold, about=about, item=item, case_id=case_id, basis=basis, why=why, since=now, until=until, placed_by=w.actor,
        source=source[:80],
    )  # fmt: skip
    if row is not None:
        w.event(HoldPlaced(about=about, basis=basis, until=plain(until) or ""), row, case_id=case_id)
    return row


def lift(actor: Actor, hold_id: UUID, why: str) -> None:
    """It need not be kept any longer."""
    if not why.strip():
        raise BadInput("no_reason", "Say why it need not be kept any longer.", where="why")
    with writing(actor, reason=why) as w:
        row = Hold.objects.select_for_update().filter(pk=hold_id).first()
        if row is None:
            raise NotFound("unknown_hold", "There is no such hold.")
        if row.lifted_at is not None:
            raise Conflict("lifted", "This hold was lifted already.")
        _lift(w, row, "by_hand")


def lift_over(w: Writer, limit: int = 200) -> int:
    """Holds whose end has come; how many."""
    over = Hold.objects.select_for_update(skip_locked=True).filter(lifted_at__isnull=True, until__lte=clock.now())
    rows = list(over.order_by("until")[:limit])
    for row in rows:
        _lift(w, row, "over")
    return len(rows)


def in_force(now: datetime | None = None) -> QuerySet[Hold]:
    """The holds that hold."""
    moment = now or clock.now()
    return Hold.objects.filter(Q(until__isnull=True) | Q(until__gt=moment), lifted_at__isnull=True)


def held_items() -> Q:
    """A filter for items that are held: by themselves, with their account, with a case, or as evidence of an incident.

    Of an account that is held the account itself and everything it wrote are.
    """
    holds = in_force()
    accounts = holds.filter(about="account").values("item")
    cases = Case.objects.filter(pk__in=holds.filter(about="case").values("case_id")).values("item")
    evidence = Incident.objects.filter(held_at__isnull=False).values_list("items", "cases")
    items = {each for row in evidence for each in row[0]}
    of_cases = {each for row in evidence for each in row[1]}
    found = Q(pk__in=holds.filter(about="item").values("item")) | Q(pk__in=accounts) | Q(author__in=accounts)
    found |= Q(pk__in=cases)
    if items:
        found |= Q(pk__in=list(items))
    if of_cases:
        found |= Q(pk__in=Case.objects.filter(pk__in=list(of_cases)).values("item"))
    return found


def of_items(items: Sequence[UUID]) -> str:
    """Why one of these items is held by a legal hold, in a sentence; "" where none is (``items.holds``)."""
    if not items:
        return ""
    holds = in_force()
    authors = Item.objects.filter(pk__in=items, author__isnull=False).values("author")
    direct = holds.filter(Q(item__in=items) | Q(about="account", item__in=authors))
    of_case = holds.filter(case_id__in=Case.objects.filter(item__in=items).values("pk"))
    row = (direct | of_case).order_by("since").first()
    if row is None:
        return ""
    return "a legal hold keeps it" + (f" until {row.until:%Y-%m-%d}" if row.until else "") + "."


def _lift(w: Writer, row: Hold, how: str) -> None:
    w.update(row, lifted_at=clock.now(), lifted_by=w.actor)
    w.event(HoldLifted(about=row.about, basis=row.basis, how=how), row, case_id=row.case_id)
