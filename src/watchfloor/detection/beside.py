"""What is asked beside the rules, before an event is published and when it happened: whoever keeps restrictions hands them in.

beside.register(ANSWERS)      # in an app's ``ready``
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from watchfloor.items.models import Item


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Something that holds an event back, or exempts it.

    Attributes:
        key: what holds it, by the name its page has. effect: ``allow``, ``slow``, ``challenge``, ``review`` or ``deny``.
        action: what of the event it is about. verdict: how an answer calls it; "" where nothing follows.
        retry_after: seconds until it is worth trying again, of ``slow``. policy: under which a held item is reviewed.
        reason: in words that name nobody.
    """

    key: str
    effect: str
    action: str
    verdict: str = ""
    retry_after: int = 0
    policy: str = ""
    reason: str = ""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is told: the item (with its author; not stored yet before it is published), its data, the event's own fields."""

    item: Item
    name: str
    data: dict[str, Any]
    event: dict[str, Any]
    at: datetime


class Answers(Protocol):
    """Who answers."""

    def before(self, what: Happening) -> Sequence[Held]:
        """Asked before it is published. Must be quick, must write nothing in the caller's transaction, must not raise."""
        ...

    def look(self) -> None:
        """Look whether anything changed, now: a thread does, so that nobody who asks waits for it."""
        ...

    def after(self, what: Happening) -> Sequence[Held]:
        """It happened; in the transaction that screens it."""
        ...

    def band(self, account_type: str, account_id: str) -> str:
        """The band of an account's reputation."""
        ...


_answers: list[Answers] = []


def register(answers: Answers) -> None:
    """Hand in who answers."""
    if answers not in _answers:
        _answers.append(answers)


def look() -> None:
    """Have everyone look whether anything changed."""
    for each in _answers:
        each.look()


def before(what: Happening) -> list[Held]:
    """What holds an event that is not published yet."""
    return [held for each in _answers for held in each.before(what)]


def after(what: Happening) -> list[Held]:
    """What would have held an event that happened."""
    return [held for each in _answers for held in each.after(what)]


def band(account_type: str, account_id: str) -> str:
    """The band of an account's reputation; "unknown" where nobody keeps any."""
    return next((each.band(account_type, account_id) for each in _answers), "unknown")
