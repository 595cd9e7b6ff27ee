"""How fast one token may send: a bucket of rows per token in each web process; beyond it 429 with Retry-After.

``WATCHFLOOR_TOKEN_RATE`` is rows (reports, events, verdicts asked for) a second, 50,000 unless told, 0 for no limit; the bucket holds two
seconds of it. A token may have a rate of its own, in rows a minute.
A batch may run the bucket into debt, so that a large one is never impossible, only followed by a pause.
Rows of the never-shed lane do not pass here.
"""

from __future__ import annotations

import math
import os
import time

from watchfloor.kernel.errors import BadInput, Overloaded

MAX_TOKENS = 1_000
DEFAULT = 50_000  # beyond what one process and one database take in, so that it stops a runaway sender and nobody else


class TooFast(Overloaded):
    """This sender has used up its rate; others are served."""

    status = 429

    def __init__(self, rate: float, retry_after: int, per: str = "second") -> None:
        super().__init__(f"This token may send {rate:,.0f} rows a {per}; it has sent more.", retry_after=retry_after)
        self.code = "too_fast"


class Rates:
    """The buckets of one process; used from event loops only."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._buckets: dict[str, tuple[float, float]] = {}  # token -> what is left, and when that was

    def take(self, token: str, rows: int, per_minute: int | None = None) -> None:
        """Count rows of a token; ``per_minute`` is the token's own rate, where it has one.

        Raises:
            TooFast: the bucket is empty; nothing was counted.
        """
        rate = per_minute / 60 if per_minute else self.rate
        if not rate:
            return
        room = 60 * rate if per_minute else 2 * rate
        now = time.monotonic()
        left, since = self._buckets.get(token, (room, now))
        left = min(room, left + (now - since) * rate)
        least = 1 if per_minute else 0  # a rate of one's own is often small: a whole row of it must be there
        if left <= 0 or left < least:
            wait = max(1, math.ceil((least - left) / rate))
            raise TooFast(per_minute, wait, "minute") if per_minute else TooFast(rate, wait)
        if len(self._buckets) >= MAX_TOKENS and token not in self._buckets:
            self._buckets.clear()
        self._buckets[token] = (left - rows, now)


def rates_from_settings() -> Rates:
    """The limit that the environment states."""
    text = os.environ.get("WATCHFLOOR_TOKEN_RATE", "").strip() or str(DEFAULT)
    if not text.isascii() or not text.isdigit():
        raise BadInput(
            "bad_setting", f"WATCHFLOOR_TOKEN_RATE={text!r} is not a whole number.", where="WATCHFLOOR_TOKEN_RATE",
            hint="Rows a second, or 0 for no limit.",
        )  # fmt: skip
    return Rates(float(text))
