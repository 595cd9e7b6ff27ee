"""Texts come in, campaigns grow: what is known is kept, only what is new is read and compared.

A campaign is what hangs together by edges: the same text, a near-duplicate, a shared key that is no hub. Its id is that of its
earliest text, so it stays while the campaign grows; where two become one, the older id stays. Should a key turn out to be a hub,
its edges are gone, and what hung by it alone falls apart again. Edges depend on the order in which texts came and on nothing
else: the campaigns are the same whether texts come one by one, day by day or all at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import msgspec
import polars as pl

from watchfloor.engines.campaigns.keys import canonical, found_in, judge
from watchfloor.engines.nearby.columns import FEWEST, NOTHING, Columns, columns, joined
from watchfloor.engines.nearby.components import Parts
from watchfloor.engines.nearby.pairs import PAIRS, near
from watchfloor.engines.nearby.reading import read
from watchfloor.kernel.errors import BadInput

_NOBODY = pl.Series([], dtype=pl.UInt32)
_KEYS = {"kind": pl.String, "value": pl.String, "text": pl.UInt32}


class Texts(NamedTuple):
    """Texts in the order they came; each column is as long as ``texts`` or missing.

    Attributes:
        ids: by which a text is called, each once ever (default: its number from 1).
        accounts: who wrote it. ``times``: when, in seconds since 1970.
        keys: kind -> what each text has of it (None or empty: nothing): ``{"device": [...], "ip": [...]}``.
    """

    texts: Sequence[str]
    ids: Sequence[str] | None = None
    accounts: Sequence[str | None] | None = None
    times: Sequence[float | None] | None = None
    keys: Mapping[str, Sequence[str | None]] | None = None


class Changes(msgspec.Struct, frozen=True):
    """What new texts did to campaigns of two texts and more: ids that began and that grew, (old, into), (old, what it fell into)."""

    begun: list[str]
    grown: list[str]
    merged: list[tuple[str, str]]
    split: list[tuple[str, list[str]]]


@dataclass
class State:
    """What is known of all texts so far. ``caps``: for ``keys.judge``; ``look``: whether keys are looked for in the texts."""

    caps: Mapping[str, int] = field(default_factory=dict)
    look: bool = True
    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    accounts: list[str | None] = field(default_factory=list)
    times: list[float | None] = field(default_factory=list)
    form: list[int] = field(default_factory=list)
    forms: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    firsts: list[int] = field(default_factory=list)
    columns: Columns = NOTHING
    near: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIRS))
    keys: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_KEYS))
    judged: pl.DataFrame = field(
        default_factory=lambda: judge(pl.DataFrame(schema=_KEYS), pl.Series(dtype=pl.UInt32), {})
    )
    roots: list[int] = field(default_factory=list)


def grow(state: State, new: Texts) -> Changes:
    """Take texts in. ``state`` is changed; what it then holds does not depend on how the texts were parted.

    Raises:
        BadInput: columns of different lengths, or an id that is known already.
    """
    start, first_form = len(state.ids), len(state.firsts)
    _append(state, new)
    distinct: dict[str, list[int]] = {}
    for place in range(start, len(state.texts)):
        distinct.setdefault(state.texts[place], []).append(place)
    said = read(list(distinct))
    fresh: list[int] = []
    found: list[tuple[str, str, int]] = []
    state.form += [0] * (len(state.texts) - start)
    known_forms, firsts, form_of, look = state.forms, state.firsts, state.form, state.look
    for number, ((text, places), said_form) in enumerate(zip(distinct.items(), said.forms(), strict=True)):
        form = known_forms.setdefault(said_form, len(firsts))
        if form == len(firsts):
            firsts.append(places[0])
            fresh.append(number)
        for place in places:
            form_of[place] = form
        if look and (seen := found_in(text)):
            found += [(kind, value, place) for place in places for kind, value in seen]
    found.sort(key=itemgetter(2))  # in the order in which texts came
    for kind, values in (new.keys or {}).items():
        known: dict[str, str] = {}
        for place, value in enumerate(values, start):
            if value is not None and value.strip():
                if value not in known:
                    known[value] = canonical(kind, value)
                found.append((kind, known[value], place))
    if found:
        table = pl.DataFrame(found, schema=_KEYS, orient="row").unique(maintain_order=True)
        state.keys = pl.concat([state.keys, table])
    state.columns = joined([state.columns, columns(said.of(fresh), first_form)])
    state.near = pl.concat([state.near, near(state.columns, first_form)])
    return _renamed(state, start)


def _append(state: State, new: Texts) -> None:
    size, start = len(new.texts), len(state.ids)
    for name, column in (("ids", new.ids), ("accounts", new.accounts), ("times", new.times), *(new.keys or {}).items()):
        if column is not None and len(column) != size:
            raise BadInput("lengths", f"{name} has {len(column)} rows, and there are {size} texts.", where=name)
    ids = list(new.ids) if new.ids is not None else [str(start + number) for number in range(1, size + 1)]
    if len(set(ids)) < size or not set(ids).isdisjoint(state.ids):
        raise BadInput("known_id", "Each text needs an id of its own that was not used before.", where="ids")
    state.ids += ids
    state.texts += new.texts
    state.accounts += new.accounts if new.accounts is not None else [None] * size
    state.times += new.times if new.times is not None else [None] * size


def _renamed(state: State, start: int) -> Changes:
    """Judge the keys anew, join what hangs together, and say what became of the campaigns there were."""
    before = state.roots
    parts = Parts(len(state.firsts))
    parts.join(state.near.select("left", "right").iter_rows())
    alike = parts.roots()
    says = [size >= FEWEST for size in state.columns.pieces.list.len().to_list()]
    state.judged = judge(state.keys, _parties(state, alike, says) if len(state.keys) else _NOBODY, state.caps)
    whole = Parts(len(state.ids))
    firsts = state.firsts
    whole.join((firsts[form], place) for place, form in enumerate(state.form) if firsts[form] < place and says[form])
    whole.join(
        (state.firsts[left], state.firsts[right]) for left, right in state.near.select("left", "right").iter_rows()
    )
    whole.join(key_edges(state).select("left", "text").iter_rows())
    state.roots = after = whole.roots()
    return _changes(state, before, after, start)


def key_edges(state: State) -> pl.DataFrame:
    """``left`` (the first text with a key), ``text``, ``kind``, ``value`` of each key that is no hub."""
    good = state.judged.filter(~pl.col("hub")).select("kind", "value", left="first")
    return (
        state.keys.join(good, on=["kind", "value"])
        .filter(pl.col("left") != pl.col("text"))
        .sort("text", "kind", "value")
    )


def _parties(state: State, alike: Sequence[int], says: Sequence[bool]) -> pl.Series:
    """Of each text whose it is: accounts linked by near-duplicate texts are one; a text without account stands for itself and its like."""
    codes: dict[str, int] = {}
    owners = [codes.setdefault(name, len(codes)) if name is not None else None for name in state.accounts]
    forms, people = len(state.firsts), len(codes)
    parts = Parts(forms + people + len(owners))
    nodes = [forms + (people + place if owner is None else owner) for place, owner in enumerate(owners)]
    parts.join((alike[form], node) for form, node in zip(state.form, nodes, strict=True) if says[form])
    roots = parts.roots()
    return pl.Series([roots[node] for node in nodes], dtype=pl.UInt32)


def _changes(state: State, before: Sequence[int], after: Sequence[int], start: int) -> Changes:
    sizes = _sizes(before)
    now = _sizes(after)
    grown = {after[place] for place in range(start, len(after))}
    into: dict[int, set[int]] = {}
    for place in range(start):
        if sizes[before[place]] > 1:
            into.setdefault(before[place], set()).add(after[place])
    names = state.ids
    kept = {root for root in into if root in into[root]}
    return Changes(
        begun=[names[root] for root in sorted(now) if now[root] > 1 and root not in kept],
        grown=[names[root] for root in sorted(kept & grown)],
        merged=[(names[root], names[other]) for root in sorted(into) for other in sorted(into[root]) if other < root],
        split=[
            (names[root], [names[each] for each in sorted(parts)])
            for root, parts in sorted(into.items())
            if len(parts) > 1
        ],
    )


def _sizes(roots: Sequence[int]) -> dict[int, int]:
    return Counter(roots)
