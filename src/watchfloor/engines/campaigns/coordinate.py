"""Accounts that act together: pairs that meet on the same objects within a window more often than chance explains, and their groups."""

from __future__ import annotations

import math

import msgspec
import polars as pl

from watchfloor.engines.campaigns.chance import WIDE, Activity, by_timing
from watchfloor.engines.campaigns.coactions import MOST_PAIRS, Actions, Coactions, coactions, read_actions
from watchfloor.engines.campaigns.enough import enough
from watchfloor.engines.campaigns.rings import Ring, rings_of
from watchfloor.engines.nearby.components import Parts
from watchfloor.kernel.errors import BadInput

FDR = 0.01


class Tie(msgspec.Struct, frozen=True):
    """Two accounts.

    Attributes:
        objects: different objects on which both acted within the window; ``actions``: pairs of actions there.
        expected: objects, by how busy they and the objects are; ``p_activity``: the chance of so many.
        near: objects on which both acted within ten windows; ``near_expected``: how many of these within one window,
            by the timing of others; ``p_timing``: the chance of so many.
        p: the larger of the two. ``q``: the share of false ones if this and all stronger ties are called (Benjamini and Hochberg).
    """

    left: str
    right: str
    objects: int
    actions: int
    expected: float
    p_activity: float
    near: int
    near_expected: float
    p_timing: float
    p: float
    q: float


class Coordination(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        actions, accounts, objects: how much there was; ``edges``: pairs of accounts that met at all.
        tested: pairs of accounts that could have met twice. ``fdr``: the stated share of false ties.
        left_out: objects with so many pairs of actions that they were not looked at, with the pairs.
    """

    actions: int
    accounts: int
    objects: int
    edges: int
    tested: int
    window: float
    fdr: float
    rings: list[Ring]
    ties: list[Tie]
    left_out: list[tuple[str, int]]


def coordinate(
    frame: pl.DataFrame,
    *,
    account: str = "account",
    object: str = "object",
    time: str = "time",
    window: float = 60.0,
    fdr: float = FDR,
    most: int = MOST_PAIRS,
) -> Coordination:
    """Who acts together, with at most ``fdr`` of the ties by chance (expected share; with nothing planted, the chance of any at all).

    The same on reports (account: who reports; object: who or what is reported) finds brigades.

    Args:
        time: date-times, or numbers of seconds since 1970.
        window: seconds within which two actions on one object count as together.
        most: pairs of actions looked at; beyond, the most crowded objects are left out and named.

    Raises:
        BadInput: a column is missing, times are none, or the window or rate makes no sense.
    """
    if not (math.isfinite(window) and window > 0):
        raise BadInput("bad_window", "The window is a number of seconds above 0.", where="window")
    if not 0 < fdr < 1:
        raise BadInput("bad_rate", "The rate of false discoveries lies between 0 and 1.", where="fdr")
    of = read_actions(frame, account=account, object=object, time=time, reach=window * WIDE)
    tested, found, edges = _called(of, window, fdr / 2, most)
    parts = Parts(len(of.accounts))
    parts.join(edges.select("left", "right").iter_rows())
    joined = _join(of, parts, edges, window, fdr / 2, most)
    return Coordination(
        actions=len(of.table),
        accounts=len(of.accounts),
        objects=len(of.objects),
        edges=len(found.edges),
        tested=int(tested),
        window=window,
        fdr=fdr,
        rings=rings_of(of, parts, edges, joined, window),
        ties=_ties(of, edges),
        left_out=[(of.objects[code], pairs) for code, pairs in found.left_out.iter_rows()],
    )


def _called(
    of: Actions, window: float, fdr: float, most: int, groups: pl.Series | None = None, before: int = 0
) -> tuple[float, Coactions, pl.DataFrame]:
    """How many pairs of accounts were tested, all that met, and those that neither activity nor timing explains.

    Args:
        groups: only pairs with one of these. ``before``: what is there already; the false ones are a share of this and of the new.
    """
    found = coactions(of, window, most, groups)
    if len(found.left_out):
        of = of._replace(table=of.table.join(found.left_out, on="object", how="anti", maintain_order="left"))
    activity = Activity(of, found)
    tested = activity.able * ((activity.able - 1) / 2 if groups is None else float(len(groups)))
    edges = _among(activity.told(found.edges), tested, fdr, before)
    if not len(edges):
        return tested, found, edges.with_columns(q=pl.lit(1.0))
    edges, share = by_timing(of, edges, window)
    most_p = fdr / 2 * (before + len(edges))
    tests, least = enough(of, activity, window * WIDE, share, most_p, most_p / tested, groups)
    score = 2 * pl.max_horizontal(pl.col("p_activity") * tested, pl.col("p_timing") * tests)
    return tested, found, _discoveries(edges.filter(pl.col("near") >= least).with_columns(score=score), fdr, before)


def _join(
    of: Actions, parts: Parts, edges: pl.DataFrame, window: float, fdr: float, most: int
) -> list[tuple[int, int, int, float, float]]:
    """Who meets with a group as a whole more than chance explains joins it, until nobody does: members that take turns meet few
    others often. The false ones are at most the stated share of the groups, or of those who join if they are more: half of it may
    come in the first round, and in each half of what may in the round before. Returns (group, who joins it, objects, expected, q).
    """
    joined: list[tuple[int, int, int, float, float]] = []
    changed = len(edges) > 0
    while changed and (fdr := fdr / 2) > 1e-6:
        roots = pl.Series(parts.roots(), dtype=pl.UInt32)
        groups = roots.filter(roots.is_duplicated()).unique()
        whole = _as_one(of, roots, window)
        _, _, more = _called(whole, window, fdr, most, groups, len(groups))
        changed = False
        for left, right, objects, expected, q in more.select("left", "right", "objects", "expected", "q").iter_rows():
            if parts.root(left) != parts.root(right):
                parts.join([(left, right)])
                group, newcomer = (left, right) if left in groups else (right, left)
                joined.append((group, newcomer, objects, expected, q))
                changed = True
    return joined


def _as_one(of: Actions, roots: pl.Series, window: float) -> Actions:
    """The actions as if each group were one account; what it does on an object in one go is one action."""
    table = of.table.with_columns(account=roots.gather(of.table["account"])).sort("object", "account", "line")
    same = (pl.col("object") == pl.col("object").shift()) & (pl.col("account") == pl.col("account").shift())
    again = (same & (pl.col("line").diff() <= round(window * of.ticks))).fill_null(False)
    return of._replace(table=table.filter(~again).sort("line", "account"))


def _among(edges: pl.DataFrame, tested: float, fdr: float, before: int) -> pl.DataFrame:
    """The edges that activity alone would call at half the rate: no other can be called in the end."""
    edges = edges.filter(pl.col("p_activity") * tested <= fdr / 2 * (before + len(edges)))
    edges = edges.sort("p_activity", "left", "right").with_row_index("rank", offset=1)
    passed = edges.filter(pl.col("p_activity") * tested <= fdr / 2 * (before + pl.col("rank")))
    return edges.head(int(passed["rank"].max() or 0)).drop("rank")  # type: ignore[arg-type] # a rank


def _discoveries(edges: pl.DataFrame, fdr: float, before: int) -> pl.DataFrame:
    """Benjamini and Hochberg's step-up over both tests at half the rate each (Blanchard and Roquain 2008 for why that is allowed)."""
    edges = edges.sort("score", "left", "right").with_row_index("rank", offset=1)
    edges = edges.with_columns(
        q=(pl.col("score") / (before + pl.col("rank"))).clip(upper_bound=1.0).cum_min(reverse=True)
    )
    return edges.filter(pl.col("q") <= fdr)


def _ties(of: Actions, edges: pl.DataFrame) -> list[Tie]:
    if not len(edges):
        return []
    named = edges.with_columns(
        left=of.accounts.gather(edges["left"]),
        right=of.accounts.gather(edges["right"]),
        p=pl.max_horizontal("p_activity", "p_timing"),
    )
    return [Tie(**row) for row in named.select(Tie.__struct_fields__).iter_rows(named=True)]
