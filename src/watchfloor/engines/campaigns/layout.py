"""A campaign as a picture one can read: equal texts are one dot, alike ones with the same keys too if there are many, and few lines."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import polars as pl

from watchfloor.engines.campaigns.found import Campaign, Clusters
from watchfloor.engines.nearby.components import Parts
from watchfloor.kernel.errors import NotFound

MOST = 30
"""Dots of texts at most."""


class Node(msgspec.Struct, frozen=True):
    """A dot.

    Attributes:
        kind: ``texts``, ``key``, or ``hub`` (a key that ties nobody, without lines).
        label: of texts the id of the first; of keys the value. ``what``: of keys their kind.
        texts: how many it stands for; ``wordings`` of these.
        x, y: 0 to 1. Keys stand left, texts in the middle, hubs right; what is tied stands near.
    """

    id: str
    kind: str
    label: str
    what: str
    texts: int
    wordings: int
    x: float
    y: float


class Line(msgspec.Struct, frozen=True):
    """Between two dots: ``near`` (with the least distance) or ``key`` (with how many texts have it)."""

    left: str
    right: str
    kind: str
    texts: int
    distance: float | None


class Picture(msgspec.Struct, frozen=True):
    """``nodes`` from top to bottom within each column, and ``edges``."""

    nodes: list[Node]
    edges: list[Line]


class _Dot(NamedTuple):
    texts: list[int]
    wordings: int
    keys: frozenset[tuple[str, str]]


def layout(clusters: Clusters, campaign_id: str, most: int = MOST) -> Picture:
    """The picture of one campaign.

    Raises:
        NotFound: there is no such campaign.
    """
    campaign = next((each for each in clusters.campaigns if each.id == campaign_id), None)
    if campaign is None:
        raise NotFound("no_campaign", f"There is no campaign {campaign_id!r}.")
    place = {name: number for number, name in enumerate(campaign.texts)}
    edges = clusters.edges.filter(pl.col("campaign") == campaign_id).drop("campaign")
    rows = [(place[left], place[right], kind, value, far) for left, right, kind, value, far in edges.iter_rows()]
    dots = _dots(len(place), rows, most)
    where = {text: number for number, dot in enumerate(dots) for text in dot.texts}
    lines = _key_lines(dots, rows, where) + _near_lines(rows, where)
    return Picture(_nodes(campaign, dots), lines)


def _dots(count: int, rows: list[tuple[int, int, str, str | None, float | None]], most: int) -> list[_Dot]:
    """Texts by their wording; if these are too many, by what they are near to and the keys they have; then the smallest together."""
    same, alike = Parts(count), Parts(count)
    keys: dict[int, set[tuple[str, str]]] = {}
    for left, right, kind, value, _ in rows:
        if kind in ("same", "near"):
            alike.join([(left, right)])
            if kind == "same":
                same.join([(left, right)])
        elif value is not None:
            keys.setdefault(left, set()).add((kind, value))
            keys.setdefault(right, set()).add((kind, value))
    wordings: dict[int, list[int]] = {}
    for text in range(count):
        wordings.setdefault(same.root(text), []).append(text)
    held = {root: frozenset(key for text in texts for key in keys.get(text, ())) for root, texts in wordings.items()}
    groups: dict[object, list[int]] = {}
    for root in wordings:
        groups.setdefault(root if len(wordings) <= most else (alike.root(root), held[root]), []).append(root)
    made = [
        _Dot([text for root in roots for text in wordings[root]], len(roots), held[roots[0]])
        for roots in groups.values()
    ]
    made.sort(key=lambda dot: (-len(dot.texts), dot.texts[0]))
    if len(made) > most:
        rest = made[most - 1 :]
        every = frozenset(key for dot in rest for key in dot.keys)
        made[most - 1 :] = [
            _Dot(sorted(text for dot in rest for text in dot.texts), sum(dot.wordings for dot in rest), every)
        ]
    return made


def _key_lines(
    dots: list[_Dot], rows: list[tuple[int, int, str, str | None, float | None]], where: dict[int, int]
) -> list[Line]:
    having: dict[tuple[int, tuple[str, str]], set[int]] = {}
    for left, right, kind, value, _ in rows:
        if value is not None:
            for text in (left, right):
                having.setdefault((where[text], (kind, value)), set()).add(text)
    return [
        Line(_key_id(*key), f"texts:{dot}", "key", len(texts), None)
        for (dot, key), texts in sorted(having.items(), key=lambda each: each[0])
    ]


def _near_lines(rows: list[tuple[int, int, str, str | None, float | None]], where: dict[int, int]) -> list[Line]:
    """The shortest that hold the dots together (Kruskal 1956): the rest says nothing more."""
    least: dict[tuple[int, int], float] = {}
    for left, right, kind, _, far in rows:
        pair = (min(where[left], where[right]), max(where[left], where[right]))
        if kind == "near" and far is not None and pair[0] != pair[1]:
            least[pair] = min(far, least.get(pair, 1.0))
    parts = Parts(max(where.values(), default=-1) + 1)
    made = []
    for (left, right), far in sorted(least.items(), key=lambda each: (each[1], each[0])):
        if parts.root(left) != parts.root(right):
            parts.join([(left, right)])
            made.append(Line(f"texts:{left}", f"texts:{right}", "near", 0, far))
    return made


def _nodes(campaign: Campaign, dots: list[_Dot]) -> list[Node]:
    used = {key for dot in dots for key in dot.keys}
    keys = [each for each in campaign.keys if (each.kind, each.value) in used]
    height = {(each.kind, each.value): _even(number, len(keys)) for number, each in enumerate(keys)}
    middle = [
        sum(height[key] for key in dot.keys if key in height) / len(dot.keys) if dot.keys else 1.0 for dot in dots
    ]
    order = sorted(range(len(dots)), key=lambda number: (middle[number], number))
    nodes = [
        Node(
            _key_id(each.kind, each.value),
            "key",
            each.value,
            each.kind,
            each.texts,
            0,
            0.0,
            height[each.kind, each.value],
        )
        for each in keys
    ]
    for rank, number in enumerate(order):
        dot = dots[number]
        first = campaign.texts[dot.texts[0]]
        nodes.append(
            Node(f"texts:{number}", "texts", first, "", len(dot.texts), dot.wordings, 0.5, _even(rank, len(dots)))
        )
    for number, hub in enumerate(campaign.hubs):
        at = _even(number, len(campaign.hubs))
        nodes.append(Node(f"hub:{hub.kind}:{hub.value}", "hub", hub.value, hub.kind, hub.texts, 0, 1.0, at))
    return nodes


def _key_id(kind: str, value: str) -> str:
    return f"key:{kind}:{value}"


def _even(number: int, count: int) -> float:
    return (number + 0.5) / count
