# ruff: noqa: N802 - names and arguments are those of the rule language
"""Functions on times; "now" is always the event's own time, so that a replay gives the same answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from watchfloor.engines.sml.function import BadArgument, Context, Cost, Undefined, function

_ZERO = timedelta()
_DOUBLE_ZONE = re.compile(r"Z(?=[+-]\d)")
"""``...Z+00:00``, as some JavaScript clients write it."""


@function(category="time", total=True)
class TimeDelta:
    """A span of time, such as `TimeDelta(days=7)`; in comparisons it counts in seconds.

    Args:
        weeks: of seven days.
        days: of 24 hours.
        hours: of 60 minutes.
        minutes: of 60 seconds.
        seconds: whole ones.
    """

    def __init__(self, weeks: int = 0, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        try:
            self._span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError:
            raise BadArgument("days", "This span of time is too long.") from None

    def __call__(self) -> timedelta:
        return self._span


@function(category="time", cost=Cost.TEXT)
def TimeSince(ctx: Context, timestamp: str) -> timedelta:
    """The time from a moment to the event, never less than nothing; compare it with seconds.

    Args:
        timestamp: a moment, as in ISO 8601 or in an e-mail's Date; without a zone it is taken for UTC.
    """
    return max(ctx.event.timestamp - _moment(timestamp), _ZERO)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds_of(text: str) -> int | None:
    """A moment in microseconds since 1970, or None where TimeSince has no value; for whole columns of texts."""
    try:
        return (_moment(text) - _EPOCH) // timedelta(microseconds=1)
    except (Undefined, ValueError, TypeError, IndexError, OverflowError):
        return None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_DOUBLE_ZONE.sub("", text.strip()))
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            raise Undefined from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _hours(granularity_seconds: int) -> int:
    if granularity_seconds < 3600:
        raise BadArgument("granularity_seconds", "`granularity_seconds` must be 3600 (one hour) or more.")
    return granularity_seconds


@function(category="time", total=True)
class GetTimestampBucket:
    """A Unix time in seconds, rounded down to a whole number of `granularity_seconds`.

    Args:
        timestamp: seconds since 1970.
        granularity_seconds: 3600 or more.
    """

    def __init__(self, granularity_seconds: int) -> None:
        self._seconds = _hours(granularity_seconds)

    def __call__(self, timestamp: int) -> int:
        return timestamp - timestamp % self._seconds


@function(category="time")
class GetTimedeltaBucket:
    """The seconds of a span of time, rounded down to a whole number of `granularity_seconds`.

    Args:
        timedelta: the span.
        granularity_seconds: 3600 or more.
    """

    def __init__(self, granularity_seconds: int) -> None:
        self._seconds = _hours(granularity_seconds)

    def __call__(self, timedelta: timedelta) -> int:
        seconds = int(timedelta.total_seconds())
        return seconds - seconds % self._seconds


@function(category="time", total=True)
class GetSnowflakeBucket:
    """The Unix time in seconds inside a snowflake id (its bits above the 22nd, in milliseconds), rounded down.

    Args:
        snowflake: the id.
        granularity_seconds: 3600 or more.
        epoch_milliseconds: the moment the ids count from.
    """

    def __init__(self, granularity_seconds: int, epoch_milliseconds: int = 0) -> None:
        self._seconds, self._epoch = _hours(granularity_seconds), epoch_milliseconds

    def __call__(self, snowflake: int) -> int:
        seconds = ((snowflake >> 22) + self._epoch) // 1000
        return seconds - seconds % self._seconds
