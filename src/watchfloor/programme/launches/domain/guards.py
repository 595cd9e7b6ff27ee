"""Guards of a launch: a limit on a number, and an interval that holds however often one looks.

A loop looks every minute for weeks. An ordinary 95 % interval, looked at so often, lies beyond any limit sooner or later by chance alone.
So the intervals here are confidence sequences: the chance that the true value is *ever* outside is at most ``1 - level``. They come from
mixtures of likelihoods (Robbins 1970; Ville's inequality): Beta for shares, Gamma for counts, Normal for means. A guard trips when the
whole interval lies beyond its limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from watchfloor.kernel.words import N_

SIDES: Final = {"above": N_("above"), "below": N_("below")}
LEVEL: Final = 0.95
CALM, TRIPPED, WAITING = "calm", "tripped", "waiting"
LEAST_COUNT, LEAST_BUCKETS = 5, 8


class Span(msgspec.Struct, frozen=True):
    """A value and where it lies, at every look at once."""

    value: float
    low: float
    high: float


def share(hits: float, of: float, level: float = LEVEL) -> Span | None:
    """Of a share: ``hits`` of ``of``. None where there is nothing yet."""
    if of <= 0 or not 0 <= hits <= of:
        return None
    told = math.log(1 / (1 - level))
    prior = math.lgamma(hits + 1) + math.lgamma(of - hits + 1) - math.lgamma(of + 2)  # uniform over shares

    def refused(p: float) -> bool:
        like = (hits * math.log(p) if hits else 0.0) + ((of - hits) * math.log1p(-p) if of > hits else 0.0)
        return prior - like >= told

    at = hits / of
    return Span(at, _edge(refused, at, 0.0), _edge(refused, at, 1.0))


def rate(count: float, exposure: float, spread: float = 1.0, level: float = LEVEL) -> Span | None:
    """Of a rate: ``count`` in ``exposure`` (hours, or what the baseline would have counted). ``spread``: variance over mean, 1 or more."""
    if exposure <= 0 or count < 0:
        return None
    wide = max(1.0, spread)
    told, n, t = math.log(1 / (1 - level)), count / wide, exposure / wide
    prior = math.lgamma(n + 1) - (n + 1) * math.log1p(t)  # Gamma(1, 1) over rates

    def refused(of: float) -> bool:
        return prior - ((n * math.log(of) if n else 0.0) - of * t) >= told

    at = count / exposure
    top = max(1.0, at)
    while not refused(top):
        top *= 2
    return Span(at, _edge(refused, at, 0.0), _edge(refused, at, top))


def mean(values: Sequence[float], deviation: float, level: float = LEVEL) -> Span | None:
    """Of the mean of buckets, whose standard deviation is known from before. None with fewer than eight of them."""
    many = len(values)
    if many < LEAST_BUCKETS or deviation <= 0:
        return None
    at, tuned = math.fsum(values) / many, 1 / 24  # tightest after about a day of hours
    grown = many * tuned + 1
    half = deviation * math.sqrt(2 * grown / (many * many * tuned) * math.log(math.sqrt(grown) / (1 - level)))
    return Span(at, at - half, at + half)


def judge(span: Span | None, side: str, limit: float) -> str:
    """``tripped`` when all of the interval is beyond the limit, ``waiting`` before there is one."""
    if span is None:
        return WAITING
    beyond = span.low > limit if side == "above" else span.high < limit
    return TRIPPED if beyond else CALM


def limit_of(limit: float, relative: bool, base: float | None) -> float | None:
    """The limit in the metric's own unit; ``relative``: so much (0.2 = 20 %) from the baseline, which may be missing."""
    if not relative:
        return limit
    return None if base is None else base * (1 + limit)


def _edge(refused: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where values begin to be refused on the way from one that is kept to one end of what is possible."""
    last = 1e-12 if outside == 0.0 else outside - 1e-12 if outside == 1.0 else outside
    if inside == outside or not refused(last):
        return outside
    kept, gone = inside, last
    for _ in range(60):
        middle = (kept + gone) / 2
        if refused(middle):
            gone = middle
        else:
            kept = middle
    return kept
