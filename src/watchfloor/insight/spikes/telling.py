"""Telling people of what alarms found, within their budgets. A kind of news brings who may know of it and its words at the time of reading.

What is told is kept by name alone (``about``, ``subject``): words are made for whoever reads, with what they may know of then. Beyond a
person's budget news wait for the day's digest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.insight.spikes.models import Notified
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

BUDGET = 5  # a day, for whoever chose nothing else


class News(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell.

    Attributes:
        about: a kind that was registered (``spike``, ``topic``, ``study``).
        subject: which one, as its kind names it.
        permission: whose business it is.
        sees: whether somebody may know of it.
        again: how long after the last time it may be told again; None: once.
        besides: whoever knows it already.
    """

    about: str
    subject: str
    permission: str
    sees: Callable[[Actor], bool]
    again: timedelta | None = None
    besides: str = ""


class Line(msgspec.Struct, frozen=True):
    """News as one reads them."""

    headline: str
    since: datetime
    url: str


Reader = Callable[[Actor, str, datetime], Line | None]  # None: gone, or not for this actor any more

_readers: dict[str, Reader] = {}


def register(about: str, read: Reader) -> None:
    """A kind of news: how ``(actor, subject, told at)`` becomes a line."""
    _readers[about] = read


def tell(news: News) -> int:
    """Tell those whose business it is, within their budgets; to how many. Within the transaction of what happened."""
    now = clock.now()
    count = 0
    for user in User.objects.filter(is_active=True).order_by("pk"):
        actor = actor_for(user)
        if str(actor) == news.besides or not actor.has(news.permission) or not news.sees(actor):
            continue
        told = Notified.objects.filter(person=str(actor))
        before = told.filter(about=news.about, subject=news.subject)
        if news.again is not None:
            before = before.filter(at__gt=now - news.again)
        if before.exists():
            continue
        spent = told.filter(day=now.date(), digest=False).count()
        Notified.objects.get_or_create(
            about=news.about, subject=news.subject, person=str(actor), day=now.date(),
            defaults={"at": now, "digest": spent >= budget_of(user)},
        )  # fmt: skip
        count += 1
    return count


def mine(actor: Actor, *, digest: bool = False) -> list[Line]:
    """What a person was told of today, the newest first: within the budget, or the digest of the rest."""
    rows = Notified.objects.filter(person=str(actor), day=clock.now().date(), digest=digest).order_by("-at", "-pk")
    found = (_readers[row.about](actor, row.subject, row.at) for row in rows if row.about in _readers)
    return [line for line in found if line is not None]


def budget_of(user: User) -> int:
    """How many a day this person wants to be told of one by one."""
    kept = (user.preferences or {}).get("alarms")
    wanted = kept.get("budget") if isinstance(kept, dict) else None
    return wanted if isinstance(wanted, int) else BUDGET


def save_budget(user: User, budget: int) -> None:
    """A person's own choice: 0 puts everything into the digest."""
    if not 0 <= budget <= 50:
        raise BadInput("bad_budget", "A budget is 0 to 50 alarms a day.", where="budget")
    user.preferences = {**(user.preferences or {}), "alarms": {"budget": budget}}
    user.save(update_fields=["preferences"])
