"""What is seen of a live stream that a case is about: whoever watches streams (detection, above) tells it to the workbench here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from watchfloor.enforcement import queries as enforcement
from watchfloor.identity.domain import Actor
from watchfloor.items import live
from watchfloor.items.media.contracts import MediaView
from watchfloor.policy import queries as policies
from watchfloor.review.models import Case

STOP = "stop_stream"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Known content that came up: its second, the bank's name, how many of 256 bits apart."""

    at_s: float
    name: str
    distance: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A stream as it is watched.

    Attributes:
        state: waiting | watching | broken | refused | over; ``why`` in a sentence where it is not read.
        media: its last minutes as stills, for the veiled viewer; None where there are none (any more).
        violation: what its matches suggest is violated, "" for nothing.
        clips: how many clips are kept; ``held_until``: none of them can be erased before.
    """

    state: str
    began_at: datetime
    last_frame_at: datetime | None = None
    frames: int = 0
    why: str = ""
    media: MediaView | None = None
    found: tuple[Found, ...] = ()
    violation: str = ""
    clips: int = 0
    held_until: datetime | None = None


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows. ``going``: the platform says that it goes on, so it can be stopped; ``choices``: (key, name) of what may be
    violated, the case's own policy first."""

    going: bool
    viewers: int
    since: datetime
    seen: Seen | None
    choices: tuple[tuple[str, str], ...]
    chosen: str


Teller = Callable[[Case, Actor], Seen | None]
_tellers: list[Teller] = []


def told_by(teller: Teller) -> None:
    """Hand in who watches streams (in an app's ``ready``); the last one counts."""
    _tellers[:] = [teller]


def panel(case: Case, actor: Actor) -> Panel | None:
    """For a case about something that can be live; None for any other, or where nothing is known of its stream."""
    if not live.may_be_live(case.item.type_key):
        return None
    now_on = live.now(case.item)
    seen = _tellers[0](case, actor) if _tellers else None
    if now_on is None and seen is None:
        return None
    may_stop = now_on is not None and any(kind.key == STOP for kind in enforcement.kinds())
    kinds = policies.violations(case.policy_key, case.market) if may_stop else []
    choices = tuple((kind.key, kind.name) for kind in kinds)
    wanted = seen.violation if seen is not None else ""
    return Panel(
        going=may_stop, viewers=now_on.viewers if now_on is not None else 0,
        since=seen.began_at if seen is not None else case.item.first_seen_at, seen=seen, choices=choices,
        chosen=wanted if any(key == wanted for key, _ in choices) else "",
    )  # fmt: skip
