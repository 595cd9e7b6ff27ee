"""What a correct floor answers: leases that one person holds at a time, effects that happen once, values that no writer loses.

Each is a few lines to be read and believed, for ``tests.support.histories`` to judge a history by.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tests.support.histories import Call


class Held(NamedTuple):
    """A job: who holds it by which token until when (None: a call without an answer set it), and what became of it."""

    holder: str = ""
    token: int | None = None
    until: float | None = None
    lapsed: bool = False  # its time is over; a sweep may have given it back already, or not yet
    last: int = 0  # the highest token there was
    decided: bool = False


class Lease:
    """``claim`` (answers ``token`` and ``until``, or ``why`` not), ``heartbeat``, ``release``, ``decide`` with a token (``ok``, and
    ``until`` of a heartbeat), and ``lapse`` of the time it was held ``until``, which nobody calls: see ``lapses``."""

    start = Held()

    def step(self, at: Held, call: Call) -> Iterable[Held]:
        if call.verb == "lapse":
            ends = at.holder and not at.lapsed and at.until == call.given["until"]
            return (at._replace(lapsed=True),) if ends else (at,)
        if call.verb == "claim":
            return self._claim(at, call)
        mine = at.holder == call.who and at.token in (None, call.given["token"]) and not at.lapsed and not at.decided
        if call.known and not call.got["ok"]:
            return () if mine else (at,)
        if not mine:
            return ()
        if call.verb == "heartbeat":
            return (at._replace(token=call.given["token"], until=call.got.get("until")),)
        free = Held(last=max(at.last, call.given["token"]), decided=call.verb == "decide")
        return (free,)

    def _claim(self, at: Held, call: Call) -> Iterable[Held]:
        why, token = call.got.get("why"), call.got.get("token")
        if why == "held":
            return (at,) if at.holder and at.holder != call.who else ()
        if why == "nothing_waits":
            return (at,) if at.decided else ()
        if why:
            return (at,)  # refused for what is no matter of this job: one holds another
        if at.decided:
            return ()
        if at.holder == call.who and not at.lapsed:  # asked again: the lease one has
            same = None in (token, at.token) or token == at.token
            until = call.got.get("until", at.until)
            return (at._replace(token=token or at.token, until=until, last=max(at.last, token or 0)),) if same else ()
        if at.holder and not at.lapsed:
            return ()
        if token is not None and token <= at.last:
            return ()  # a token that was given before fences nobody
        return (Held(call.who, token, call.got.get("until"), last=max(at.last, token or 0)),)


def lapses(calls: Iterable[Call], *, slack: float) -> list[Call]:
    """The calls, and each moment at which a lease's time was over: from then a holder may be told so, ``slack`` later must be.

    A call without an answer may have begun a lease of which nobody knows the end.
    """
    found = list(calls)
    for call in list(found):
        if call.verb not in ("claim", "heartbeat"):
            continue
        if not call.known:
            found.append(Call(call.key, "time", "lapse", call.called, None, {"until": None}))
        elif "until" in call.got:
            until = call.got["until"]
            found.append(Call(call.key, "time", "lapse", until, until + slack, {"until": until}))
    return found


class Effect:
    """Something that is on or off at the platform: ``apply`` and ``reverse`` take turns; a repeat under a known key is no effect."""

    start = False

    def step(self, at: bool, call: Call) -> Iterable[bool]:
        wanted = call.verb == "apply"
        return (wanted,) if at != wanted else ()


class Value:
    """A number that is read, or changed from what one read: ``change`` was told (``ok``) that it was still ``old``, and made it ``new``."""

    start = 0

    def step(self, at: int, call: Call) -> Iterable[int]:
        if call.verb == "read":
            return (at,) if call.got["value"] == at else ()
        fits = call.given["old"] == at
        if call.known and not call.got["ok"]:
            return () if fits else (at,)
        return (call.given["new"],) if fits else ()
