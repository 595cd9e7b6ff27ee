"""The register of doors: who speaks another system's protocol with us says so once, and one page shows them all.

A door registers itself when its app is ready (``register(Door(...))``); what it says of its state is asked when the page is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from watchfloor.kernel import clock

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DAYS: Final = 30
Direction = Literal["in", "out", "both"]


@dataclass(frozen=True, slots=True)
class State:
    """How a door is now.

    Attributes:
        kind: ``open`` (anybody with a key can use it), ``off`` (something must be set first), ``failing`` (it was used and could not).
        sentence: why it is so, in words; empty where there is nothing to say.
        last_used: when it last did something, if anybody knows.
        count: how much came through in the last 30 days, if it is counted.
    """

    kind: Literal["open", "off", "failing"] = "open"
    sentence: StrOrPromise = ""
    last_used: datetime | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One protocol we speak.

    Attributes:
        key: names it, for ever; reports that come in by a token are counted by ``source``, not by this.
        name: what people call it; ``purpose``: one sentence, who uses it and for what.
        addresses: paths on this installation, as a client is given them (``/xrpc``), or a word of another address (``smtp://...:2525``).
        how_to: the page of the documentation, ``atproto`` for docs/how-to/atproto.md.
        settings: the name of the URL where it is set up, if it has a page of its own.
        facts: lines to copy: what a client must be told, ``(label, value)``. Asked when the page is opened, with the base address.
        state: asked when the page is opened. It must be quick and must not raise.
    """

    key: str
    name: StrOrPromise
    purpose: StrOrPromise
    addresses: tuple[str, ...]
    how_to: str
    direction: Direction = "in"
    settings: str = ""
    state: Callable[[], State] = State
    facts: Callable[[str], list[tuple[StrOrPromise, str]]] = field(default=lambda base: [])


_DOORS: dict[str, Door] = {}


def register(door: Door) -> None:
    """Called in an app's ``ready``; saying it twice changes nothing."""
    _DOORS[door.key] = door


def all_doors() -> list[Door]:
    """By name, as the reader's language has it."""
    return sorted(_DOORS.values(), key=lambda door: str(door.name).casefold())


def since() -> datetime:
    """The beginning of what ``State.count`` counts."""
    return clock.now() - timedelta(days=DAYS)
