"""Accounts that act together: pairs that meet on the same objects within a window more often than chance explains, and their groups."""

from __future__ import annotations

import math

import msgspec
import polars as pl

from watchfloor.engines.campaigns.chance import by_activity, by_timing
from watchfloor.engines.campaigns.coactions import MOST_PAIRS, Actions, coactions, read_actions
from watchfloor.engines.campaigns.components import Parts
from watchfloor.engines.campaigns.chance import WIDE
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


class Ring(msgspec.Struct, frozen=True):
    """Accounts held together by ties.

    Attributes:
        ties: how many there are; ``density``: of all pairs of its accounts.
        objects: the objects on which most of them acted within the window of another member, at most twenty, each with its number of members.
        shared: how many such objects there are. ``first``, ``last``: seconds since 1970 of these actions.
        q: of its strongest tie.
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
    if not (math.isfinite(window) and window >= 0):
        raise BadInput("bad_window", "The window is a number of seconds, 0 or more.", where="window")
    if not 0 < fdr < 1:
        raise BadInput("bad_rate", "The rate of false discoveries lies between 0 and 1.", where="fdr")
    of = read_actions(frame, account=account, object=object, time=time, reach=window * WIDE)
    found = coactions(of, window, most)
    edges, tested = by_activity(of, found)
    edges = _among(edges, tested, fdr)
    if len(edges):
        suspected = len(edges)
        edges, share, near = by_timing(of, found, edges, window)
        tests, least = _timing_tests(share, near, tested, suspected, fdr)
        edges = edges.filter(pl.col("near") >= least).with_columns(
            score=2 * pl.max_horizontal(pl.col("p_activity") * tested, pl.col("p_timing") * tests)
        )
        edges = _discoveries(edges, fdr)
    ties = _ties(of, edges)
    return Coordination(
        actions=len(of.table),
        accounts=len(of.accounts),
        objects=len(of.objects),
        edges=len(found.edges),
        tested=int(tested),
        window=window,
        fdr=fdr,
        rings=_rings(of, edges, window) if ties else [],
        ties=ties,
        left_out=[(of.objects[code], pairs) for code, pairs in found.left_out.iter_rows()],
    )


def _among(edges: pl.DataFrame, tested: float, fdr: float) -> pl.DataFrame:
    """The edges that activity alone would call at half the rate: no other can be called in the end."""
    edges = edges.sort("p_activity", "left", "right").with_row_index("rank", offset=1)
    passed = edges.filter(pl.col("p_activity") * tested <= fdr / 2 * pl.col("rank"))
    return edges.head(int(passed["rank"].max() or 0)).drop("rank")  # type: ignore[arg-type] # a rank


def _timing_tests(share: float, near: float, tested: float, suspected: int, fdr: float) -> tuple[float, int]:
    """How many pairs could be called by timing, and on how many near objects that takes (Tarone 1990): ``near`` meetings are only
    enough for so many pairs."""
    for least in range(1, 200):
        tests = max(1.0, min(tested, near / least))
        if share**least * tests <= fdr / 2 * suspected:
            return tests, least
    return max(1.0, min(tested, near)), 1


def _discoveries(edges: pl.DataFrame, fdr: float) -> pl.DataFrame:
    """Benjamini and Hochberg's step-up over both tests at half the rate each (Blanchard and Roquain 2008 for why that is allowed)."""
    edges = edges.sort("score", "left", "right").with_row_index("rank", offset=1)
    edges = edges.with_columns(q=(pl.col("score") / pl.col("rank")).clip(upper_bound=1.0).cum_min(reverse=True))
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


def _rings(of: Actions, edges: pl.DataFrame, window: float) -> list[Ring]:
    """The connected parts, the largest first, and on what their members met."""
    codes = pl.concat([edges["left"], edges["right"]]).unique().sort()
    place = {code: number for number, code in enumerate(codes)}
    parts = Parts(len(codes))
    parts.join((place[left], place[right]) for left, right in edges.select("left", "right").iter_rows())
    ring = pl.DataFrame({"account": codes, "ring": parts.roots()}).with_columns(pl.col("ring").cast(pl.UInt32))
    held = edges.join(ring, left_on="left", right_on="account").group_by("ring").agg(ties=pl.len(), q=pl.col("q").min())
    table = of.table.join(ring, on="account").sort("ring", "line", "account")
    # Beside another member's action on the same object within the window, before or after.
    reach = round(window * of.ticks)
    met = table.with_columns(
        gap=pl.when(pl.col("ring") == pl.col("ring").shift()).then(pl.col("line").diff()),
        changed=pl.col("account") != pl.col("account").shift(),
    ).with_columns(joined=(pl.col("gap") <= reach).fill_null(False))
    met = met.with_columns(bout=(~pl.col("joined")).cum_sum())
    met = met.filter(pl.col("account").n_unique().over("bout") > 1)
    made = []
    for number, accounts in ring.group_by("ring").agg("account").iter_rows():
        there = met.filter(pl.col("ring") == number)
        objects = there.group_by("object").agg(members=pl.col("account").n_unique())
        objects = objects.sort("members", "object", descending=[True, False])
        ties, q = held.filter(pl.col("ring") == number).select("ties", "q").row(0)
        first, last = there.select(pl.col("time").min(), pl.col("time").max().alias("last")).row(0)
        size = len(accounts)
        made.append(
            Ring(
                0,
                sorted(of.accounts[code] for code in accounts),
                ties,
                ties / (size * (size - 1) / 2),
                [(of.objects[code], members) for code, members in objects.head(20).iter_rows()],
                len(objects),
                first / of.ticks,
                last / of.ticks,
                q,
            )
        )
    made.sort(key=lambda each: (-len(each.accounts), each.q, each.accounts))
    return [msgspec.structs.replace(each, id=number) for number, each in enumerate(made, 1)]
