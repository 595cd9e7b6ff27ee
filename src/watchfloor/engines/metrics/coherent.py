"""Forecasts of a whole and of its parts that add up: each is made by itself, then all are reconciled by how sure each one is.

Paths name the parts: ``("de", "spam")`` lies in ``("de",)`` lies in ``()``. Of all sets of numbers that add up, the one nearest to the
single forecasts is taken, each weighed by one over its variance: minimum trace reconciliation with a diagonal matrix (Wickramasuriya,
Athanasopoulos and Hyndman 2019, JASA 114:804). On a tree that needs no matrix: sums go up and are averaged with the parent's own
forecast, and what the parent then differs by goes down to the parts in proportion to their variances.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from watchfloor.engines.metrics.forecast import Ahead, Backtest, Events, Forecast, forecast
from watchfloor.kernel.errors import BadInput

Path = tuple[str, ...]
Numbers = dict[Path, float]


class Branch(msgspec.Struct, frozen=True):
    """One node of the tree.

    Attributes:
        path: its place; the whole is the empty path.
        ahead: reconciled; the interval is that of its own forecast, moved with the value.
    """

    path: Path
    ahead: list[Ahead]


class Coherent(msgspec.Struct, frozen=True):
    """Forecasts that add up, and how such forecasts have fared on this very tree.

    Attributes:
        branches: the whole first, then by path.
        backtest: of all nodes together, each node's errors over its own naive ones by their sums; None where the series are short.
        alone: the ratio of error to naive if each forecast were left by itself.
    """

    branches: list[Branch]
    backtest: Backtest | None
    alone: float | None


def forecast_tree(
    leaves: Mapping[Path, Sequence[float]],
    *,
    horizon: int,
    season: int = 1,
    level: float = 0.95,
    origins: int = 2,
    events: Events | None = None,
) -> Coherent:
    """Forecast every leaf and every sum of leaves above it, coherently.

    Args:
        leaves: series by path, all paths as long and all series as long.
        origins: times the past is forecast from for the backtest (each costs as much as the forecast).
        events: as for ``forecast``; they count for every node.

    Raises:
        BadInput: no leaf, paths or series of unlike length, or what ``forecast`` refuses.
    """
    if not leaves or len({len(path) for path in leaves}) > 1 or not all(leaves):
        raise BadInput("bad_tree", "A tree needs leaves whose paths are all as long, and at least one step.")
    lengths = {len(values) for values in leaves.values()}
    if len(lengths) > 1:
        raise BadInput("unlike_length", "All series must cover the same steps of time.")
    length = lengths.pop()
    nodes = _nodes(leaves)
    found = _round(nodes, length, horizon, season, level, events)
    branches = [Branch(path, ahead) for path, ahead in sorted(found[1].items())]
    return Coherent(branches, *_backtest(nodes, length, horizon, season, level, origins, events))


def reconciled(said: Mapping[Path, float], variance: Mapping[Path, float]) -> Numbers:
    """The numbers nearest to those said, by their variances, of which every node is the sum of its children."""
    children: dict[Path, list[Path]] = {}
    for path in said:
        if path:
            children.setdefault(path[:-1], []).append(path)
    middle, spread = dict(said), dict(variance)
    below: dict[Path, tuple[float, float]] = {}
    for path in sorted(said, key=len, reverse=True):
        if path in children:
            total = math.fsum(middle[each] for each in children[path])
            unsure = math.fsum(spread[each] for each in children[path])
            below[path] = total, unsure
            own, weight = variance[path], variance[path] + unsure
            middle[path] = (said[path] * unsure + total * own) / weight if weight else total
            spread[path] = own * unsure / weight if weight else 0.0
    for path in sorted(children, key=len):
        total, unsure = below[path]
        for each in children[path]:
            part = spread[each] / unsure if unsure else 1 / len(children[path])
            middle[each] += (middle[path] - total) * part
    return middle


def _nodes(leaves: Mapping[Path, Sequence[float]]) -> dict[Path, list[float]]:
    """Series of the leaves and of everything above them."""
    found: dict[Path, list[float]] = {}
    for path, values in leaves.items():
        for depth in range(len(path) + 1):
            above = found.setdefault(path[:depth], [0.0] * len(values))
            for place, value in enumerate(values):
                above[place] += float(value)
    return found


def _round(
    nodes: Mapping[Path, Sequence[float]],
    length: int,
    horizon: int,
    season: int,
    level: float,
    events: Events | None,
) -> tuple[dict[Path, list[Ahead]], dict[Path, list[Ahead]]]:
    """All forecasts from the first ``length`` steps: each by itself, and reconciled."""
    single: dict[Path, Forecast] = {
        path: forecast(values[:length], horizon=horizon, season=season, level=level, origins=0, events=events)
        for path, values in nodes.items()
    }
    never_below = {path: min(values[:length]) >= 0 for path, values in nodes.items()}
    alone = {path: each.ahead for path, each in single.items()}
    together: dict[Path, list[Ahead]] = {path: [] for path in nodes}
    deepest = max(map(len, nodes))
    for step in range(horizon):
        said = {path: ahead[step].value for path, ahead in alone.items()}
        width = {path: max(ahead[step].high - ahead[step].low, 1e-9) for path, ahead in alone.items()}
        numbers = reconciled(said, {path: each * each for path, each in width.items()})
        # Counts are never below nought: where a leaf would be, the sums above follow it.
        leaves = {
            path: max(value, 0.0) if never_below[path] else value
            for path, value in numbers.items()
            if len(path) == deepest
        }
        sums: dict[Path, list[float]] = {}
        for path, value in leaves.items():
            for depth in range(deepest + 1):
                sums.setdefault(path[:depth], []).append(value)
        for path, values in sums.items():
            value, old = math.fsum(values), alone[path][step]
            low, high = old.low + value - old.value, old.high + value - old.value
            together[path].append(Ahead(step + 1, value, max(low, 0.0) if never_below[path] else low, high))
    return alone, together


def _backtest(
    nodes: Mapping[Path, Sequence[float]],
    length: int,
    horizon: int,
    season: int,
    level: float,
    origins: int,
    events: Events | None,
) -> tuple[Backtest | None, float | None]:
    first = max(2 * season + 2 * horizon + 2, length // 2)
    room = length - horizon - first
    many = min(origins, room // horizon + 1) if room >= 0 else 0
    if many < 1:
        return None, None
    error = naive = single = 0.0
    inside = seen = 0
    for number in range(many):
        origin = length - horizon - number * max(horizon, room // many)
        alone, together = _round(nodes, origin, horizon, season, level, events)
        for path, values in nodes.items():
            for step, (said, own) in enumerate(zip(together[path], alone[path], strict=True)):
                real = values[origin + step]
                error += abs(said.value - real)
                single += abs(own.value - real)
                naive += abs(values[origin - season + step % season] - real)
                inside += said.low <= real <= said.high
                seen += 1
    ratio, other = (each / naive if naive else math.inf for each in (error, single))
    return Backtest(many, error / seen, naive / seen, ratio, inside / seen, level), other
