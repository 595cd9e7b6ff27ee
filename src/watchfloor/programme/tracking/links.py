"""What an action is called elsewhere: systems above register how they know it (an issue's key and address).

@shown_by
def issues(actions: Sequence[UUID]) -> Mapping[UUID, Link]: ...   # registered in the app's ``ready``
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Link:
    """``key`` as people say it ("OPS-12"), ``url`` where it is, ``state`` as it is called there, ``note`` what is wrong with it."""

    system: str
    key: str
    url: str = ""
    state: str = ""
    note: str = ""


Shower = Callable[[Sequence[UUID]], Mapping[UUID, Link]]
_showers: list[Shower] = []


def shown_by(shower: Shower) -> Shower:
    """Register (in an app's ``ready``); twice changes nothing."""
    if shower not in _showers:
        _showers.append(shower)
    return shower


def of(actions: Sequence[UUID]) -> dict[UUID, list[Link]]:
    """The links of actions, asked once for all of them."""
    found: dict[UUID, list[Link]] = {}
    for shower in _showers:
        for action, link in shower(actions).items():
            found.setdefault(action, []).append(link)
    return found
