"""Which change did it: a posterior over the known changes and "none of them", by time, scope and direction.

For a spike that began at ``t0`` in a slice, and a change of kind ``k`` that began at ``t`` and reached the scope ``S``:

    weight = prior(k, family) x lag density(t0 - t | k) x reach(S, what moved) x direction

``prior``: how often a change of this kind is behind such a movement, relative to the others. ``lag density``: per hour, an exponential of
the kind's own pace, blurred by how well the onset is known, and a thin uniform tail over two days. ``reach``: the part of the
movement that lies in ``S`` (cubed: a cause holds nearly all of it), and how much of what ``S`` reached did move
(a change for everyone is a poor explanation of one corner). ``direction``: a change that lightens work hardly makes more of it.
"No known change" has a weight of its own, as if changes nobody wrote down began evenly over three days; its share of the sum is
its probability. The constants were chosen on planted years with other seeds than those that are reported (benchmarks/spike_year.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

VOLUME, TIME, QUALITY = "volume", "time", "quality"
STOCK = "stock"  # grows by what comes and by what is not done: the likelier of the two

# kind -> (prior for volume, for times, for quality; hours until it shows)
PRIORS: dict[str, tuple[float, float, float, float]] = {
    "rule": (1.0, 0.2, 0.6, 0.5),
    "model": (0.6, 0.2, 0.6, 1.0),
    "automation": (1.0, 0.2, 0.4, 0.3),
    "threshold": (0.6, 0.2, 0.6, 0.5),
    "policy": (0.5, 0.7, 1.0, 4.0),
    "routing": (0.6, 0.6, 0.3, 0.3),
    "due_times": (0.1, 0.3, 0.05, 0.5),
    "staffing": (0.15, 1.0, 0.8, 2.0),
    "training": (0.1, 0.8, 0.8, 8.0),
    "release": (0.8, 0.5, 0.3, 2.0),
    "outage": (1.0, 0.8, 0.3, 0.3),
    "surge": (0.1, 0.5, 0.3, 0.5),
    "holiday": (0.4, 0.2, 0.05, 6.0),
    "world": (0.7, 0.2, 0.2, 2.0),
    "other": (0.2, 0.2, 0.2, 2.0),
}
SLIGHT = 0.005  # weight of a change whose scope has nothing to do with what moved
NONE_PRIOR = 0.3
NONE_HOURS = 72.0
TAIL, TAIL_HOURS = 0.06, 48.0
AGAINST, WITH = 0.08, 1.5


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A change that may be the cause. ``effect``: more | less | ""."""

    id: str
    kind: str
    starts_at: datetime
    ends_at: datetime | None = None
    scope: Mapping[str, Sequence[str]] = {}
    effect: str = ""


class Leaf(msgspec.Struct, frozen=True):
    """One cell of the finest table: its values by dimension, what was counted, what was expected, and whether it lies in the slice."""

    names: Mapping[str, str]
    real: float
    expected: float
    inside: bool


class Ranked(msgspec.Struct, frozen=True):
    """A change with its probability of being the cause.

    Attributes:
        lag_hours: from the change to the onset; below nought: it began after.
        holds: part of the movement that lies in its scope.
        moved: part of what its scope expects that lies in the slice which moved.
    """

    id: str
    p: float
    lag_hours: float
    holds: float
    moved: float


def rank(
    events: Sequence[Event],
    leaves: Sequence[Leaf],
    *,
    onset: datetime,
    blur_hours: float,
    up: bool,
    family: str = VOLUME,
) -> tuple[list[Ranked], float]:
    """Changes by probability, the likeliest first, and the probability of none of them."""
    columns = (0, 1) if family == STOCK else ((VOLUME, TIME, QUALITY).index(family),)
    total = sum(leaf.real - leaf.expected for leaf in leaves if leaf.inside)
    weights: list[tuple[float, Event, float, float, float]] = []
    for event in events:
        prior = PRIORS.get(event.kind, PRIORS["other"])
        lag = (onset - event.starts_at).total_seconds() / 3600
        density = (1 - TAIL) * blurred(lag, prior[3], blur_hours) + (
            TAIL / TAIL_HOURS if 0 <= lag <= TAIL_HOURS else 0.0
        )
        if event.ends_at is not None and event.ends_at <= onset:
            density *= 0.1
        holds, moved = reach(event.scope, leaves, total)
        scope = (SLIGHT + holds**3) * (SLIGHT + moved)
        way = 1.0 if not event.effect else WITH if (event.effect == "more") == up else AGAINST
        weights.append((max(prior[at] for at in columns) * density * scope * way, event, lag, holds, moved))
    none = NONE_PRIOR / NONE_HOURS
    whole = none + math.fsum(each[0] for each in weights)
    ranked = [Ranked(event.id, weight / whole, lag, holds, moved) for weight, event, lag, holds, moved in weights]
    ranked.sort(key=lambda each: (-each.p, abs(each.lag_hours)))
    return ranked, none / whole


def reach(scope: Mapping[str, Sequence[str]], leaves: Sequence[Leaf], total: float) -> tuple[float, float]:
    """The part of the movement that lies in a scope, and the part of the scope that lies in what moved; both 0 to 1.

    Dimensions that the table does not have are not held against a change.
    """
    known = {name: set(values) for name, values in scope.items() if leaves and name in leaves[0].names}
    held = base = both = real_in = real_both = 0.0
    for leaf in leaves:
        if all(leaf.names[name] in values for name, values in known.items()):
            base += leaf.expected
            real_in += leaf.real
            if leaf.inside:
                held += leaf.real - leaf.expected
                both += leaf.expected
                real_both += leaf.real
    holds = min(1.0, max(0.0, held / total)) if total else 0.0
    if base <= 0:  # nothing was ever there: what came is what it reached
        return holds, real_both / real_in if real_in else 0.0
    return holds, min(1.0, both / base)


def blurred(lag: float, pace: float, blur: float) -> float:
    """Density per hour of an exponential delay plus a normal error of the onset (exponentially modified Gaussian)."""
    blur = max(blur, 1e-3)
    rate = 1 / pace
    shift = rate * blur
    argument = (shift - lag / blur) / math.sqrt(2)
    if argument > 25:  # far before: nothing
        return 0.0
    exponent = shift * shift / 2 - rate * lag
    if argument < -5:
        return rate * math.exp(exponent) if exponent < 50 else 0.0
    return rate / 2 * math.exp(min(exponent, 700.0)) * math.erfc(argument)
