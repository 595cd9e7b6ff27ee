"""Actions on objects as a platform sees them, with rings planted among them: for tests and benchmarks of coordination."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import NamedTuple

import polars as pl


class Planted(NamedTuple):
    """``frame``: account, object, time (seconds). ``rings``: the accounts of each."""

    frame: pl.DataFrame
    rings: list[frozenset[str]]


def planted(
    actions: int,
    *,
    rings: int = 20,
    size: int = 15,
    objects: int = 30,
    accounts: int | None = None,
    things: int | None = None,
    days: float = 7.0,
    within: float = 50.0,
    camouflage: int = 20,
    joins: float = 1.0,
    popular: bool = False,
    groups: int = 1,
    burst: float = 0.0,
    seed: int = 1,
) -> Planted:
    """Background of ``actions`` by accounts and on objects of Zipf popularity, and rings that act together.

    Args:
        within: seconds within which a ring acts on an object; ``joins``: the chance that a member takes part.
        camouflage: actions of each member that are as anybody's.
        popular: rings act on objects that others act on, too.
        groups: so many languages, each with accounts and objects of its own: strangers share interests.
        burst: share of actions that come in the first ten minutes of their object's life.
    """
    rng = random.Random(seed)
    accounts = accounts or max(50, actions // 5)
    things = things or max(50, actions // 10)
    span = days * 86_400
    born = [rng.random() * span for _ in range(things)]
    who = _zipf(accounts, 0.8)
    what = _zipf(things, 1.0)
    actors = rng.choices(range(accounts), cum_weights=who, k=actions)
    acted = rng.choices(range(things), cum_weights=what, k=actions)
    rows: list[tuple[str, str, float]] = []
    for actor, thing in zip(actors, acted, strict=True):
        thing += (actor - thing) % groups
        thing = thing if thing < things else thing - groups
        moment = born[thing] + rng.expovariate(1 / 200) if rng.random() < burst else rng.random() * span
        rows.append((f"a{actor}", f"o{thing}", moment))
    made = []
    for ring in range(rings):
        members = [f"r{ring}_{each}" for each in range(size)]
        made.append(frozenset(members))
        for each in range(objects):
            name = f"o{rng.randrange(min(things, 2_000))}" if popular else f"ring{ring}_{each}"
            start = rng.random() * span
            rows += [(member, name, start + rng.random() * within) for member in members if rng.random() < joins]
        for member in members:
            for thing in rng.choices(range(things), cum_weights=what, k=camouflage):
                rows.append((member, f"o{thing}", rng.random() * span))
    rng.shuffle(rows)
    frame = pl.DataFrame(rows, schema=["account", "object", "time"], orient="row")
    return Planted(frame.with_columns(pl.col("time").cast(pl.Int64)), made)


def _zipf(count: int, power: float) -> list[float]:
    return list(accumulate(1 / (rank + 3) ** power for rank in range(count)))
