"""A program at a door: which token it shows, whether it may come from there, and how fast. Every door of Django's asks here.

Rates are buckets in each web process: a token's own ``per_minute``, else ``WATCHFLOOR_CALLS_PER_MINUTE`` (6,000 unless told, 0: none).
The answer says what is left (``RateLimit-Limit``, ``-Remaining``, ``-Reset``), beyond it 429 with ``Retry-After``.
"""

from __future__ import annotations

import math
import os
import threading
import time
import uuid
from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse

from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import token_for
from watchfloor.kernel.errors import BadInput, Overloaded
from watchfloor.platform import addresses

DEFAULT: Final = 6_000
MAX_TOKENS: Final = 2_000
MADE: Final = "_watchfloor_rate"  # the attribute of a request that carries what is left


class TooManyCalls(Overloaded):
    """This token has used up its minute; others are served."""

    status = 429

    def __init__(self, left: Left) -> None:
        super().__init__(
            f"This token may make {left.limit:,} calls a minute; it has made more.", retry_after=left.reset
        )
        self.code = "too_fast"
        self.left = left


class Left(msgspec.Struct, frozen=True):
    """What a token may still do: calls a minute, calls left now, seconds until there is one (or until all are)."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """As the answer says it."""
        return {
            "RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.remaining), "RateLimit-Reset": str(self.reset),
        }  # fmt: skip


class Buckets:
    """The buckets of one process; each holds a minute's calls and fills evenly."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[uuid.UUID, tuple[float, float]] = {}

    def take(self, token: uuid.UUID, per_minute: int, now: float) -> Left:
        """Count one call. Raises ``TooManyCalls`` when the bucket is empty; nothing was counted then."""
        each = 60 / per_minute
        with self._lock:
            left, since = self._left.get(token, (float(per_minute), now))
            left = min(float(per_minute), left + (now - since) / each)
            if left < 1:
                raise TooManyCalls(Left(per_minute, 0, max(1, math.ceil((1 - left) * each))))
            if len(self._left) >= MAX_TOKENS and token not in self._left:
                self._left.clear()
            self._left[token] = (left - 1, now)
        return Left(per_minute, int(left - 1), math.ceil((per_minute - left + 1) * each))

    def forget(self) -> None:
        """All full again."""
        with self._lock:
            self._left.clear()


buckets = Buckets()


def house_rate() -> int:
    """Calls a minute for a token without a rate of its own; 0: no limit."""
    text = os.environ.get("WATCHFLOOR_CALLS_PER_MINUTE", "").strip() or str(DEFAULT)
    if not (text.isascii() and text.isdigit()):
        raise BadInput(
            "bad_setting", f"WATCHFLOOR_CALLS_PER_MINUTE={text!r} is not a whole number.", where="WATCHFLOOR_CALLS_PER_MINUTE",
            hint="Calls a minute, or 0 for no limit.",
        )  # fmt: skip
    return int(text)


def secret_of(request: HttpRequest) -> str:
    """The bearer secret of a request, or an empty string."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def admit(request: HttpRequest, secret: str | None = None) -> ApiToken | None:
    """The live token of a request, if it may be used from there; None looks the same for every reason.

    Raises:
        TooManyCalls: it has used up its minute.
    """
    secret = secret_of(request) if secret is None else secret
    row = token_for(secret, addresses.client_of(request)) if secret else None
    if row is None:
        return None
    rate = row.per_minute or house_rate()
    if rate:
        try:
            setattr(request, MADE, buckets.take(row.pk, rate, time.monotonic()))
        except TooManyCalls as error:
            setattr(request, MADE, error.left)
            raise
    return row


def tell_rate(request: HttpRequest, response: HttpResponse) -> None:
    """Put what is left onto the answer; ``Retry-After`` where there is nothing."""
    left: Left | None = getattr(request, MADE, None)
    if left is None:
        return
    for name, value in left.headers.items():
        response.headers[name] = value
    if response.status_code == 429:
        response.headers["Retry-After"] = str(left.reset)
