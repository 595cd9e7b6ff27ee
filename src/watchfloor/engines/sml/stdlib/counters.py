"""Counters: how many, how many different, how much, how fast, how long, by any key, in the time of the events.

A counter is the value of a name (``Posts = Count(...)``), which is also its own name. It counts every event its file runs for,
once, whether or not a rule comes to look at it; its value includes the event at hand, if that is counted.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from typing import Any

import msgspec

from watchfloor.engines.sml.counters.calls import Counter
from watchfloor.engines.sml.counters.spec import USUAL_LATENESS, CounterSpec, grain_of, span_of
from watchfloor.engines.sml.counters.store import Ask
from watchfloor.engines.sml.counters.tallies import SCALE
from watchfloor.engines.sml.function import BadArgument, Cost, Site, function
from watchfloor.engines.sml.outcome import Entity
from watchfloor.engines.sml.runtime import unwrap

_encode = msgspec.json.Encoder().encode
_LONGEST_KEY = 200
MOST = 10**12
"""The largest amount that can be added up."""


def _time(argument: str, text: str) -> int:
    try:
        return span_of(text)
    except ValueError as error:
        raise BadArgument(
            argument, f"`{argument}`: {error}.", "Write '90s', '10m', '1h', '7d' or '10 minutes'."
        ) from None


class _Counter(Counter):
    """What all counters share: a name, a span, a lateness, a key and a filter."""

    kind = ""

    def ask(self, *args: Any) -> Ask | None:
        """The question for an event with this key."""
        by, when = args
        return self._asked(by, when)

    def _made(self, site: Site, name: str, span: str, lateness: str, argument: str = "span") -> CounterSpec:
        if len(name) > 100 or "@" in name:
            raise BadArgument("name", "A counter's name has at most 100 characters and no `@`.")
        self.site = site
        own = site.feature if not site.feature.startswith("_") else f"{site.file}:{site.feature}"
        width = _time(argument, span)
        late = _time("lateness", lateness) if lateness else min(USUAL_LATENESS, width)
        self.spec = CounterSpec(name or own, self.kind, width, late, grain_of(width, unique=self.kind == "unique"))
        return self.spec

    def _asked(self, by: list[Any], when: bool | None, value: int = 1) -> Ask | None:
        if len(by) == 1 and by[0].__class__ is str:
            key = by[0].encode("utf-8", "surrogatepass")
            if len(key) <= _LONGEST_KEY:
                return Ask(self.spec, b'"' + key, when is True, value)
        plain = [[each.type, each.id] if each.__class__ is Entity else unwrap(each) for each in by]
        if None in plain:
            return None
        key = _encode(plain)
        if len(key) > _LONGEST_KEY:
            key = b"#" + blake2b(key, digest_size=20).digest()
        return Ask(self.spec, key, when is True, value)


class _OverSpan(_Counter):
    """Counters over a span that ends now."""

    def __init__(self, site: Site, span: str, name: str = "", lateness: str = "") -> None:
        self._made(site, name, span, lateness)


@function(category="counters", cost=Cost.LOOKUP)
class Count(_OverSpan):
    """How many events there were in the span that ends now, this one included: `Posts = Count(by=[User], span='1h')`.

    Args:
        by: what to count by: `[User]`, `[User, Domain]`; `[]` counts all events together.
        span: over how long: '90s', '10m', '1h', '7d'.
        when: which events count; one for which it is undecided does not.
        name: the counter's own name; else the name its value has.
        lateness: how much later than newer events of its key an event may come and still count; else 5 minutes, or the span.
    """

    kind = "count"

    def __call__(self, by: list[Any], when: bool | None = True) -> int:
        raise NotImplementedError


@function(category="counters", cost=Cost.LOOKUP)
class CountBefore(_OverSpan):
    """How many events there were in the span before the span that ends now: yesterday, where `Count` gives today.

    Args:
        by: what to count by.
        span: how long the period is.
        when: which events count.
        name: the counter's own name; else the name its value has.
        lateness: how late an event may come and still count.
    """

    kind = "before"

    def __call__(self, by: list[Any], when: bool | None = True) -> int:
        raise NotImplementedError


@function(category="counters", cost=Cost.LOOKUP)
class Trending(_OverSpan):
    """How many times as many events there were in the span that ends now as in the one before it; none before counts as one.

    Args:
        by: what to count by: `[Domain]`.
        span: how long a period is.
        when: which events count.
        name: the counter's own name; else the name its value has.
        lateness: how late an event may come and still count.
    """

    kind = "trend"

    def __call__(self, by: list[Any], when: bool | None = True) -> float:
        raise NotImplementedError


@function(category="counters", cost=Cost.LOOKUP)
class CountUnique(_OverSpan):
    """How many different values there were in the span that ends now: `Senders = CountUnique(of=User, by=[Ip], span='1d')`.

    Exact up to 256 different values (and beyond, where they are spread over the span); above that an estimate with a standard
    error of 2.3 %.

    Args:
        of: what is told apart.
        by: what to count by.
        span: over how long.
        when: which events count.
        name: the counter's own name; else the name its value has.
        lateness: how late an event may come and still count.
    """

    kind = "unique"
    value_argument = "of"

    def __call__(self, of: Any, by: list[Any], when: bool | None = True) -> int:
        raise NotImplementedError

    def ask(self, *args: Any) -> Ask | None:
        """The question for an event with this value and key."""
        of, by, when = args
        value = [of.type, of.id] if of.__class__ is Entity else unwrap(of)
        if value is None:
            return None
        digest = blake2b(_encode(value), digest_size=8).digest()
        return self._asked(by, when, int.from_bytes(digest, "big"))


@function(category="counters", cost=Cost.LOOKUP)
class SumOf(_OverSpan):
    """The sum of an amount over the span that ends now: `Spent = SumOf(value=Amount, by=[Card], span='1d')`.

    Amounts are kept to the sixth decimal; one beyond a million million is not counted.

    Args:
        value: what is added up.
        by: what to add up by.
        span: over how long.
        when: which events count.
        name: the counter's own name; else the name its value has.
        lateness: how late an event may come and still count.
    """

    kind = "sum"
    value_argument = "value"

    def __call__(self, value: float, by: list[Any], when: bool | None = True) -> float:
        raise NotImplementedError

    def ask(self, *args: Any) -> Ask | None:
        """The question for an event with this amount and key."""
        value, by, when = args
        if not (isinstance(value, int) or math.isfinite(value)) or abs(value) > MOST:
            raise ValueError(f"the amount is beyond {MOST:,}")
        return self._asked(by, when, round(value * SCALE))


@function(category="counters", cost=Cost.LOOKUP)
class RateLimited(_Counter):
    """Whether this event is one too many: `Flood = RateLimited(by=[Ip], max=10, every='1m')`.

    A bucket of `max` tokens, refilled steadily by `refill` tokens in each `every`; an event takes a token, or is limited.

    Args:
        by: whose bucket.
        max: how many may come at once.
        every: in what time `refill` tokens come back.
        refill: how many; else `max`.
        strict: a limited event takes what little there is, so that who keeps trying stays out until a token's time has passed.
        when: which events take tokens; the others are never limited.
        name: the counter's own name; else the name its value has.
        lateness: how late an event may come and still be put in order.
    """

    kind = "rate"

    def __init__(
        self,
        site: Site,
        max: int,
        every: str,
        refill: int = 0,
        strict: bool = False,
        name: str = "",
        lateness: str = "",
    ) -> None:
        for argument, value in (("max", max), ("refill", refill)):
            if not (argument == "refill" and value == 0) and not 1 <= value <= 1_000_000:
                raise BadArgument(argument, f"`{argument}` must be from 1 to 1,000,000.")
        spec = self._made(site, name, every, lateness, "every")
        self.spec = msgspec.structs.replace(spec, grain=0, limit=max, refill=refill or max, strict=strict)

    def __call__(self, by: list[Any], when: bool | None = True) -> bool:
        raise NotImplementedError


class _Session(_Counter):
    def __init__(self, site: Site, gap: str, name: str = "", lateness: str = "") -> None:
        spec = self._made(site, name, gap, lateness, "gap")
        self.spec = msgspec.structs.replace(spec, grain=0)


@function(category="counters", cost=Cost.LOOKUP)
class SessionLength(_Session):
    """For how many seconds the session has gone on: `Online = SessionLength(by=[User], gap='30m')`.

    A session is made of events that follow each other within `gap`.

    Args:
        by: whose session.
        gap: after so long without an event the next one begins a new session.
        when: which events make a session.
        name: the counter's own name; else the name its value has.
        lateness: how late an event may come and still count.
    """

    kind = "session_length"

    def __call__(self, by: list[Any], when: bool | None = True) -> float:
        raise NotImplementedError


@function(category="counters", cost=Cost.LOOKUP)
class SessionEvents(_Session):
    """How many events the session has had, this one included.

    Args:
        by: whose session.
        gap: after so long without an event the next one begins a new session.
        when: which events make a session.
        name: the counter's own name; else the name its value has.
        lateness: how late an event may come and still count.
    """

    kind = "session_events"

    def __call__(self, by: list[Any], when: bool | None = True) -> int:
        raise NotImplementedError
