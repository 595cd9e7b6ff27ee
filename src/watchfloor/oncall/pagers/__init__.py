"""Ways to reach people. A pager is a class with the few methods of ``Pager``; packages bring theirs by the entry point group
``watchfloor.pagers`` (name -> class), and the shipped ones use the same interface.

A message never holds content: severity, whose policy it is about unless restricted, and an address behind a sign-in.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import ClassVar, Protocol

import msgspec

from watchfloor.kernel.errors import BadInput

GROUP = "watchfloor.pagers"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is said. ``key`` is the same for every try of one call; ``page`` for every call of one page. ``what``: trigger,
    acknowledge or resolve (the latter two only to pagers that follow), or silent (paging itself was checked and nobody answered; by mail).
    ``answer``: where a program outside answers a check of the pager with a POST, without a sign-in; "" for every other page."""

    key: str
    page: str
    what: str
    summary: str
    url: str
    severity: int
    raised_at: str  # RFC 3339, UTC
    answer: str = ""


class Sent(msgspec.Struct, frozen=True):
    """What came of it; ``final``: trying again would not help."""

    ok: bool
    error: str = ""
    final: bool = False


class Pager(Protocol):
    """The interface. ``key`` is stored; ``follows``: it is told of acknowledge and resolve as well."""

    key: ClassVar[str]
    name: ClassVar[str]
    follows: ClassVar[bool]

    def check(self, address: str) -> None:
        """Raise ``BadInput`` where an address cannot be one."""

    def new_secret(self) -> str:
        """A fresh secret to share with the other side, or ""."""

    def send(self, address: str, secret: str, message: Message) -> Sent:
        """Say it, once; returns instead of raising when the other side fails."""


@cache
def known() -> dict[str, Pager]:
    """All pagers by key: the shipped ones, then those of installed packages."""
    from watchfloor.oncall.pagers.chat import Slack, Teams
    from watchfloor.oncall.pagers.mail import Mail
    from watchfloor.oncall.pagers.pagerduty import PagerDuty
    from watchfloor.oncall.pagers.webhook import Webhook

    found: dict[str, Pager] = {each.key: each for each in (Mail(), Webhook(), PagerDuty(), Slack(), Teams())}
    for entry in entry_points(group=GROUP):
        one = entry.load()()
        found.setdefault(one.key, one)
    return found


def by_name(key: str) -> Pager:
    """One pager; ``BadInput`` names the known ones."""
    found = known().get(key)
    if found is None:
        raise BadInput("unknown_pager", f"There is no pager {key[:40]!r}.", where="pager", hint=", ".join(known()))
    return found


def following() -> list[str]:
    """The pagers that keep a state of their own."""
    return [key for key, one in known().items() if one.follows]
