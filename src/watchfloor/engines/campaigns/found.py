"""Campaigns as they are read: size, accounts, time, what stands for each, what holds it together and by which edges."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import polars as pl

from watchfloor.engines.campaigns.grow import State, Texts, grow, key_edges
from watchfloor.engines.nearby.columns import FEWEST

_BUCKETS = 60
_STEPS = (60, 300, 900, 3_600, 14_400, 86_400, 604_800)


class Gates(msgspec.Struct, frozen=True):
    """What a campaign must have to be shown: texts, accounts (if accounts are known), its last text not before, its life in seconds."""

    texts: int = 3
    accounts: int = 2
    newest_from: float | None = None
    seconds: float = 0.0


class Key(msgspec.Struct, frozen=True):
    """Something texts have in common. ``parties``: unrelated accounts that have it; more than the cap make it a hub."""

    kind: str
    value: str
    texts: int
    parties: int


class Campaign(msgspec.Struct, frozen=True):
    """Texts that hang together.

    Attributes:
        id: the id of its earliest text. ``size``: texts; ``forms``: different wordings; ``accounts``: None if none are known.
        representative, sample: id and text of the wording that most others are near to.
        first, last: seconds since 1970. ``timeline``: (start of a stretch, texts in it); ``step``: seconds of a stretch.
        keys: shared by its texts, the most frequent first. ``hubs``: keys that would have tied it to strangers.
        edges: how many of each kind hold it together (``same``, ``near``, or the kind of a key).
        texts: ids of all its texts, in the order they came.
    """

    id: str
    size: int
    forms: int
    accounts: int | None
    representative: str
    sample: str
    first: float | None
    last: float | None
    step: int
    timeline: list[tuple[float, int]]
    keys: list[Key]
    hubs: list[Key]
    edges: dict[str, int]
    texts: list[str]


class Clusters(msgspec.Struct, frozen=True):
    """Campaigns, the largest first; all hubs; how many texts there were.

    ``edges``: ``campaign``, ``left``, ``right`` (ids of texts), ``kind``, ``value`` (of a key), ``distance`` (of words).
    """

    campaigns: list[Campaign]
    hubs: list[Key]
    edges: pl.DataFrame
    texts: int


def cluster(
    new: Texts, *, caps: Mapping[str, int] | None = None, look: bool = True, gates: Gates | None = None
) -> Clusters:
    """The campaigns among texts, all at once.

    Args:
        caps: kind of key -> unrelated accounts up to which it is an edge (``""``: kinds not named); over ``keys.CAPS``.
        look: whether to look for phone numbers, domains and the like in the texts, beside the keys given.

    Raises:
        BadInput: columns of different lengths, or an id twice.
    """
    state = State(caps=dict(caps or {}), look=look)
    grow(state, new)
    return campaigns(state, gates)


def campaigns(state: State, gates: Gates | None = None) -> Clusters:
    """The campaigns as they stand."""
    gates = gates or Gates()
    table = pl.DataFrame(
        {
            "text": pl.int_range(len(state.ids), dtype=pl.UInt32, eager=True),
            "root": pl.Series(state.roots, dtype=pl.UInt32),
            "form": pl.Series(state.form, dtype=pl.UInt32),
            "account": pl.Series(state.accounts, dtype=pl.String),
            "time": pl.Series(state.times, dtype=pl.Float64),
        }
    )
    known = any(account is not None for account in state.accounts)
    sums = table.group_by("root").agg(
        texts=pl.len(),
        accounts=pl.col("account").drop_nulls().n_unique(),
        first=pl.col("time").min(),
        last=pl.col("time").max(),
    )
    good = sums.filter(pl.col("texts") >= gates.texts, pl.col("texts") > 1)
    if known:
        good = good.filter(pl.col("accounts") >= gates.accounts)
    if gates.newest_from is not None:
        good = good.filter(pl.col("last") >= gates.newest_from)
    if gates.seconds:
        good = good.filter(pl.col("last") - pl.col("first") >= gates.seconds)
    good = good.sort(["texts", "root"], descending=[True, False])
    edges = _edges(state, good["root"])
    hubs = [Key(*row) for row in state.judged.filter("hub").select("kind", "value", "texts", "parties").iter_rows()]
    made = _campaigns(state, table, good, edges, known)
    ids = pl.Series(state.ids, dtype=pl.String)
    shown = edges.select(
        campaign=ids.gather(edges["root"]), left=ids.gather(edges["left"]), right=ids.gather(edges["right"]),
        kind="kind", value="value", distance="distance",
    )  # fmt: skip
    return Clusters(made, hubs, shown, len(state.ids))


def _edges(state: State, roots: pl.Series) -> pl.DataFrame:
    """``root``, ``left``, ``right`` (places of texts), ``kind``, ``value``, ``distance`` of the campaigns named by their roots."""
    firsts = pl.Series(state.firsts, dtype=pl.UInt32)
    form = pl.Series(state.form, dtype=pl.UInt32)
    here = pl.int_range(len(form), dtype=pl.UInt32, eager=True)
    says = (state.columns.pieces.list.len() >= FEWEST).gather(form)
    same = pl.DataFrame({"left": firsts.gather(form), "right": here}).filter(says & (firsts.gather(form) != here))
    none = pl.lit(None, dtype=pl.String)
    alike = state.near.select(
        left=firsts.gather(state.near["left"]), right=firsts.gather(state.near["right"]), kind=pl.lit("near"), value=none,
        distance="distance",
    )  # fmt: skip
    keyed = key_edges(state).select(
        "left", right="text", kind="kind", value="value", distance=pl.lit(None, dtype=pl.Float64)
    )
    same = same.select("left", "right", kind=pl.lit("same"), value=none, distance=pl.lit(0.0))
    every = pl.concat([same, alike, keyed])
    every = every.with_columns(root=pl.Series(state.roots, dtype=pl.UInt32).gather(every["right"]))
    return every.filter(pl.col("root").is_in(roots.implode())).sort("root", "right", "left", "kind", "value")


def _campaigns(
    state: State, table: pl.DataFrame, good: pl.DataFrame, edges: pl.DataFrame, known: bool
) -> list[Campaign]:
    kinds: dict[int, dict[str, int]] = {}
    for root, kind, count in edges.group_by("root", "kind").agg(pl.len()).sort("root", "kind").iter_rows():
        kinds.setdefault(root, {})[kind] = count
    near_most = pl.concat([edges.filter(kind="near").select("root", text=side) for side in ("left", "right")])
    best = (
        near_most.group_by("root", "text")
        .agg(near=pl.len())
        .sort(["root", "near", "text"], descending=[False, True, False])
    )
    standing = dict(best.group_by("root", maintain_order=True).agg(pl.col("text").first()).iter_rows())
    members = table.filter(pl.col("root").is_in(good["root"].implode()))
    parted = {root: part for (root,), part in members.partition_by("root", as_dict=True, maintain_order=True).items()}
    told = state.keys.join(state.judged, on=["kind", "value"])
    told = told.with_columns(root=pl.Series(state.roots, dtype=pl.UInt32).gather(told["text"]))
    told = told.group_by("root", "kind", "value").agg(pl.len().alias("here"), pl.col("parties", "hub").first())
    told = told.filter(pl.col("root").is_in(good["root"].implode())).sort(
        ["here", "kind", "value"], descending=[True, False, False]
    )
    keys: dict[int, tuple[list[Key], list[Key]]] = {}
    for root, kind, value, here, parties, hub in told.iter_rows():
        keys.setdefault(root, ([], []))[hub].append(Key(kind, value, here, parties))
    made = []
    for root, size, accounts, first, last in good.iter_rows():
        part = parted[root]
        stands = standing.get(root, root)
        step, timeline = _timeline(part["time"].drop_nulls())
        shared, hubs = keys.get(root, ([], []))
        made.append(
            Campaign(
                id=state.ids[root],
                size=size,
                forms=part["form"].n_unique(),
                accounts=accounts if known else None,
                representative=state.ids[stands],
                sample=state.texts[stands],
                first=first,
                last=last,
                step=step,
                timeline=timeline,
                keys=[key for key in shared if key.texts > 1],
                hubs=hubs,
                edges=kinds.get(root, {}),
                texts=[state.ids[place] for place in part["text"]],
            )
        )
    return made


def _timeline(times: pl.Series) -> tuple[int, list[tuple[float, int]]]:
    """Counts in even stretches, at most ``_BUCKETS`` or weeks."""
    if not len(times):
        return 0, []
    low, high = float(times.min()), float(times.max())  # type: ignore[arg-type] # floats
    step = next((each for each in _STEPS if (high - low) / each <= _BUCKETS), _STEPS[-1])
    counts = pl.DataFrame({"time": times}).group_by((pl.col("time") // step * step).alias("at")).len().sort("at")
    return step, list(counts.iter_rows())
