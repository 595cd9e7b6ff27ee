"""Groups of accounts that act together, and what they did: the connected parts of the ties between them."""

from __future__ import annotations

import msgspec
import polars as pl

from watchfloor.engines.campaigns.coactions import Actions
from watchfloor.engines.nearby.components import Parts

SHOWN = 20


class Joined(msgspec.Struct, frozen=True):
    """An account (or the first of a smaller group) that was found by meeting with a group as a whole; objects, expected, q as of a tie."""

    account: str
    objects: int
    expected: float
    q: float


class Ring(msgspec.Struct, frozen=True):
    """Accounts held together by ties.

    Attributes:
        ties: how many there are; ``density``: of all pairs of its accounts.
        objects: on which most of them acted within the window of another member, at most twenty, each with its number of members.
        shared: how many such objects there are. ``first``, ``last``: seconds since 1970 of these actions.
        q: of its strongest tie. ``joined``: members that only meet with the group as a whole.
    """

    id: int
    accounts: list[str]
    ties: int
    density: float
    objects: list[tuple[str, int]]
    shared: int
    first: float
    last: float
    q: float
    joined: list[Joined]


def rings_of(
    of: Actions, parts: Parts, edges: pl.DataFrame, joined: list[tuple[int, int, int, float, float]], window: float
) -> list[Ring]:
    """The connected parts of two accounts and more, the largest first, and on what their members met."""
    roots = pl.Series(parts.roots(), dtype=pl.UInt32)
    ring = pl.DataFrame({"account": pl.int_range(len(roots), dtype=pl.UInt32, eager=True), "ring": roots})
    ring = ring.filter(pl.col("ring").is_duplicated())
    if not len(ring):
        return []
    held = edges.join(ring, left_on="left", right_on="account").group_by("ring").agg(ties=pl.len(), q=pl.col("q").min())
    met = _meetings(of, ring, window)
    late: dict[int, list[Joined]] = {}
    for group, newcomer, objects, expected, q in joined:
        late.setdefault(parts.root(group), []).append(Joined(of.accounts[newcomer], objects, expected, q))
    made = []
    for number, accounts in ring.group_by("ring").agg("account").iter_rows():
        there = met.filter(pl.col("ring") == number)
        things = there.group_by("object").agg(members=pl.col("account").n_unique())
        things = things.sort("members", "object", descending=[True, False])
        ties, q = held.filter(pl.col("ring") == number).select("ties", "q").row(0)
        first, last = there.select(pl.col("time").min(), pl.col("time").max().alias("last")).row(0)
        size = len(accounts)
        made.append(
            Ring(
                id=0,
                accounts=sorted(of.accounts[code] for code in accounts),
                ties=ties,
                density=ties / (size * (size - 1) / 2),
                objects=[(of.objects[code], members) for code, members in things.head(SHOWN).iter_rows()],
                shared=len(things),
                first=first / of.ticks,
                last=last / of.ticks,
                q=q,
                joined=late.get(number, []),
            )
        )
    made.sort(key=lambda each: (-len(each.accounts), each.q, each.accounts))
    return [msgspec.structs.replace(each, id=number) for number, each in enumerate(made, 1)]


def _meetings(of: Actions, ring: pl.DataFrame, window: float) -> pl.DataFrame:
    """The actions of members beside another member's on the same object: bouts without a gap beyond the window."""
    table = of.table.join(ring, on="account").sort("ring", "line", "account")
    same = pl.col("ring") == pl.col("ring").shift()
    beside = (same & (pl.col("line").diff() <= round(window * of.ticks))).fill_null(False)
    table = table.with_columns(bout=(~beside).cum_sum())
    return table.filter(pl.col("account").n_unique().over("bout") > 1)
