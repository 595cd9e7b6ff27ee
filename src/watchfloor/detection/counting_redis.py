"""Counters in Redis, for stream workers on several machines.

Nothing is locked: what an event's counters read is watched, and the change is made only if nobody changed it meanwhile, else it is
worked out again. An event and its counts are written together or not at all, so a worker may die at any point.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from watchfloor.engines.sml.counters import Ask, Moment, address, tally
from watchfloor.engines.sml.counters.kinds import dump
from watchfloor.kernel.errors import MissingExtra, Overloaded

if TYPE_CHECKING:
    import redis

REMEMBERED = timedelta(days=7)
"""For so long an event that is delivered again is known."""

_SLACK = 3_600_000  # milliseconds a state is kept after it can matter
_TRIES = 50
ANSWER_SECONDS, CONNECT_SECONDS = 5, 2  # beyond it the event fails and is tried again, as with any other failure


def connect(url: str) -> RedisCounters:
    """The counters kept at an address, ``redis://host:6379/0``.

    Raises:
        MissingExtra: the client is not installed.
    """
    try:
        import redis
    except ImportError:
        raise MissingExtra("cluster", "Keeping counters in Redis") from None
    return RedisCounters(
        redis.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=CONNECT_SECONDS)
    )


class RedisCounters:
    """Keeps each key's state as one value that expires by itself.

    Args:
        client: a connected client that gives bytes.
        prefix: what all our keys begin with.
    """

    def __init__(self, client: redis.Redis, prefix: bytes = b"watchfloor:") -> None:
        self._client, self._prefix = client, prefix

    def count(self, moment: Moment, asks: Sequence[Ask], *, keep: bool = True) -> list[Any]:
        """See ``CounterStore``.

        Raises:
            Overloaded: others changed the same keys all the time.
        """
        event = self._prefix + b"e:%d:%d" % moment
        places = {ask.spec.id: self._prefix + b"c:" + address(ask) for ask in asks}
        for _ in range(_TRIES):
            with self._client.pipeline() as pipe:
                answers = self._try(pipe, event, places, moment, asks, keep)
            if answers is not None:
                return answers
        raise Overloaded("Too many workers count the same keys at once.")

    def _try(
        self, pipe: Any, event: bytes, places: dict[str, bytes], moment: Moment, asks: Sequence[Ask], keep: bool
    ) -> list[Any] | None:
        """One attempt; None if somebody else was faster."""
        import redis

        pipe.watch(event, *places.values())
        seen, *stored = pipe.mget(event, *places.values())
        known: set[str] = set(msgspec.msgpack.decode(seen)) if seen else set()
        answers, changed = tally(moment, asks, known, dict(zip(places, stored, strict=True)))
        counting = {ask.spec.id for ask in asks if ask.counted}
        if not keep or not (changed or counting - known):
            return answers
        pipe.multi()
        pipe.set(event, msgspec.msgpack.encode(sorted(known | counting)), px=REMEMBERED)
        for ask in asks:
            state = changed.get(ask.spec.id)
            if state is not None:
                # From now, not from the event's time: a replay of old events must not expire under its own feet.
                pipe.set(places[ask.spec.id], dump(state), px=ask.spec.horizon // 1_000 + _SLACK)
        try:
            pipe.execute()
        except redis.WatchError:
            return None
        return answers
