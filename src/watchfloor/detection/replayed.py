"""One pass of a rule set over the past: what one of its rules did, counted on columns, and its hits with the items they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from watchfloor.detection import past
from watchfloor.detection.floor_forecast import Hit
from watchfloor.engines import sml

if TYPE_CHECKING:
    import polars as pl

    from watchfloor.engines.sml.columns.sources import Piece
    from watchfloor.engines.sml.columns.tally import Tally

HITS_KEPT = 200_000  # beyond, only counts are kept and the forecast rests on these


@dataclass
class Replayed:
    """What one rule did among the others.

    Attributes:
        total, undecided: events it fired on, and could not be decided on.
        alone: hits on which no other rule fired; ``overlap``: hits shared with each other rule.
        by_day: day -> hits, for every day that has events.
        by_rows: why the lake was worked out event by event; empty: on columns.
        hits: the first ``HITS_KEPT``, in order of time.
    """

    events: int = 0
    total: int = 0
    undecided: int = 0
    alone: int = 0
    overlap: dict[str, int] = field(default_factory=dict)
    by_day: dict[str, int] = field(default_factory=dict)
    by_rows: str = ""
    hits: list[Hit] = field(default_factory=list)


def replay(rules: sml.RuleSet, rule: str, seen: past.Past, progress: Callable[[int, int], None]) -> Replayed:
    """Run the set over a stretch of the past; the numbers are those of ``sml.backtest``."""
    from watchfloor.engines.sml.columns.replay import Runner
    from watchfloor.engines.sml.columns.tally import Tally

    on_columns = seen.kind == "lake"  # items have none
    everything = Runner(rules, samples=0, columns=on_columns)
    everything.begin()
    # The other rules matter where this one fires. Rules that count must see every event in its turn, though.
    first = everything if rules.counters else Runner(rules, only=[rule], samples=0, columns=on_columns)
    column = f"r{first.names.index(rule)}"
    found, tally, on_hits = Replayed(), Tally(first.names, 0), Tally(everything.names, 0)
    for piece in past.pieces(seen, everything.needs):
        counted, states = first.counted(piece)
        tally.add(counted)
        mask = states[column].fill_null(False)
        if first is not everything and mask.any():
            on_hits.add(everything.count(_some(piece, mask)))
        for day in piece.frame["timestamp"].dt.date().unique():
            found.by_day.setdefault(day.isoformat(), 0)
        if len(found.hits) < HITS_KEPT:
            found.hits += _hits(piece.frame.filter(mask).head(HITS_KEPT - len(found.hits)))
        progress(tally.events, seen.events)
    if first is not everything:
        tally.overlap, tally.alone = on_hits.overlap, on_hits.alone
    return _of(tally, rule, found, on_columns)


def _some(piece: Piece, mask: pl.Series) -> Piece:
    """Some rows of a piece."""
    from watchfloor.engines.sml.columns.sources import Piece

    kept = mask.arg_true()
    return Piece(piece.schema, piece.frame.filter(mask), lambda places: piece.rows(kept[places]))


def _hits(frame: pl.DataFrame) -> list[Hit]:
    rows = frame.select("timestamp", *past.WHERE).iter_rows()
    return [Hit(at, kind, item, market or "", language or "") for at, kind, item, market, language in rows]


def _of(tally: Tally, rule: str, found: Replayed, on_columns: bool) -> Replayed:
    counts = tally.finished(0.0)
    found.events, found.total = counts.events, counts.hits[rule]
    found.undecided, found.alone = counts.undecided[rule], counts.alone[rule]
    found.by_rows = counts.by_rows.get(rule, "") if on_columns else ""
    for (one, other), shared in counts.overlap.items():
        if rule in (one, other):
            found.overlap[other if one == rule else one] = shared
    for when, count in counts.series[rule]:
        found.by_day[when.date().isoformat()] = count
    return found
