"""Campaigns against oracles: co-actions by comparing each pair, the same campaigns in one go or in many."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.campaigns import Gates, State, Texts, campaigns, grow
from watchfloor.engines.campaigns import coactions as joining

ACTIONS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz"), st.integers(-50, 300)), max_size=40)


@settings(max_examples=80, deadline=None)
@given(ACTIONS, st.integers(0, 60), st.sampled_from([1, 7, 1_000]))
def test_edges_are_those_of_comparing_each_pair(rows, window, at_once) -> None:
    frame = pl.DataFrame(rows, schema={"account": pl.String, "object": pl.String, "time": pl.Int64}, orient="row")
    actions: Counter[tuple[str, str]] = Counter()
    objects: dict[tuple[str, str], set[str]] = {}
    for (a, x, s), (b, y, t) in combinations(rows, 2):
        if a != b and x == y and abs(s - t) <= window:
            pair = min(a, b), max(a, b)
            actions[pair] += 1
            objects.setdefault(pair, set()).add(x)
    of = joining.read_actions(frame, account="account", object="object", time="time", reach=10.0 * window)
    before, joining._AT_ONCE = joining._AT_ONCE, at_once
    try:
        edges = joining.coactions(of, float(window)).edges
    finally:
        joining._AT_ONCE = before
    found = {(of.accounts[a], of.accounts[b]): (n, m) for a, b, n, m in edges.iter_rows()}
    assert found == {pair: (count, len(objects[pair])) for pair, count in actions.items()}


WORDS = [
    "cheap",
    "watches",
    "fast",
    "delivery",
    "call",
    "now",
    "our",
    "shop",
    "offer",
    "guru",
    "spell",
    "love",
    "today",
    "free",
]
TEXTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
        st.sampled_from([None, "p", "q", "r", "s"]),
        st.sampled_from([None, None, "k1", "k2"]),
    ),
    max_size=24,
)


def told(state: State) -> tuple[object, ...]:
    found = campaigns(state, Gates(texts=2, accounts=1))
    return found.campaigns, found.hubs, found.edges.rows()


@settings(max_examples=25, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 24), max_size=4))
def test_campaigns_are_the_same_however_the_texts_are_parted(rows, cuts) -> None:
    whole, parted = State(caps={"device": 2}), State(caps={"device": 2})
    edges = sorted({0, len(rows), *(min(cut, len(rows)) for cut in cuts)})
    for state, bounds in ((whole, [0, len(rows)]), (parted, edges)):
        for start, stop in pairwise(bounds):
            part = rows[start:stop]
            grow(
                state,
                Texts(
                    [text for text, _, _ in part],
                    [str(number) for number in range(start, stop)],
                    [account for _, account, _ in part],
                    [float(number) for number in range(start, stop)],
                    {"device": [key for _, _, key in part]},
                ),
            )
    assert told(whole) == told(parted)
