"""What the author card says beside strikes, by whoever above review keeps records of accounts.

author_marks.told_by(marks)      # marks(actor, account) -> Sequence[Mark], in an app's ``ready``
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the card. ``tone`` colours a chip with ``chip``'s words; ``url`` leads to what is behind it."""

    label: str
    text: str
    chip: str = ""
    tone: str = "outline"
    icon: str = ""
    url: str = ""


Teller = Callable[[Actor, Item], Sequence[Mark]]
_tellers: list[Teller] = []


def told_by(teller: Teller) -> None:
    """Hand in who tells."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(actor: Actor, account: Item) -> list[Mark]:
    """All there is to say of an account."""
    return [mark for teller in _tellers for mark in teller(actor, account)]
