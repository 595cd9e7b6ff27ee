"""Rules over stored frames, batch by batch: columns where they are exact, the row engine where they are not."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from watchfloor.engines.sml.backtest import Backtest
from watchfloor.engines.sml.columns.compile import ColumnRules, compile_columns
from watchfloor.engines.sml.columns.frame import UNTYPED, related
from watchfloor.engines.sml.columns.slice import slice_of
from watchfloor.engines.sml.columns.sources import Piece, in_order, pieces
from watchfloor.engines.sml.columns.tally import Tally, count
from watchfloor.engines.sml.counters import MemoryCounters
from watchfloor.engines.sml.outcome import Event
from watchfloor.engines.sml.ruleset import RuleSet
from watchfloor.kernel.errors import NotFound

_decode: Callable[[str], Any] = msgspec.json.Decoder().decode


def replay(
    rules: RuleSet,
    source: pl.LazyFrame | Sequence[Path],
    *,
    start: datetime | None,
    end: datetime | None,
    bucket: str,
    samples: int,
    only: Collection[str] | None,
    progress: Callable[[int, int], None] | None,
) -> Backtest:
    """See ``sml.backtest``."""
    began = time.perf_counter()
    runner = Runner(rules, only=only, bucket=bucket, samples=samples)
    tally = runner.run(source, start=start, end=end, progress=progress)
    return tally.finished(time.perf_counter() - began, start, end)


class Runner:
    """Counts what some rules of a rule set do. Stateless rules may be counted in parts, in any order and process.

    Args:
        rules: the rule set.
        only: these rules; all by default.
        bucket: width of the series' buckets.
        samples: how many events to name for each rule.
        columns: False to run everything event by event; the numbers are the same.
        replay: False to leave counters without numbers, for rules that are asked about single events.

    Raises:
        NotFound: ``only`` names a rule that is not there.
    """

    def __init__(
        self,
        rules: RuleSet,
        *,
        only: Collection[str] | None = None,
        bucket: str = "1d",
        samples: int = 20,
        columns: bool = True,
        replay: bool = True,
    ) -> None:
        if only is not None:
            unknown = sorted(set(only) - set(rules.rules))
            if unknown:
                raise NotFound("no_such_rule", f"There is no rule `{unknown[0]}`.")
        self.rules = rules
        self.names = tuple(name for name in rules.rules if only is None or name in only)
        self.bucket, self.samples, self.columns = bucket, samples, columns
        self.counts = replay and bool(rules.counters)
        """Whether rules count over events: then these are replayed in order of (timestamp, action_id)."""

        self._store: MemoryCounters | None = None
        self._compiled: dict[tuple[tuple[str, pl.DataType], ...], ColumnRules] = {}
        self._slices: dict[frozenset[str], RuleSet] = {}

    def run(
        self,
        source: pl.LazyFrame | Sequence[Path],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Tally:
        """The counts over a source."""
        tally = Tally(self.names, self.samples)
        self.begin()
        if self.counts:
            source = in_order(source, start, end, tally.errors)
        for piece in pieces(source, self.needs, start, end, progress, tally.errors):
            tally.add(self.count(piece))
        return tally

    def begin(self) -> None:
        """Counters start at nothing; whoever hands over pieces by hand does so in order of (timestamp, action_id) if ``counts``."""
        self._store = MemoryCounters() if self.counts else None

    def count(self, piece: Piece) -> Tally:
        """The counts of one piece of a frame."""
        return self.counted(piece)[0]

    def counted(self, piece: Piece) -> tuple[Tally, pl.DataFrame]:
        """The counts of one piece, and what each rule gave on each of its rows (as ``tally.count`` takes it)."""
        compiled = self.compiled(piece.schema)
        states = self._states(piece, compiled)
        tally = count(states, self.names, self.bucket, self.samples)
        tally.by_rows = dict(compiled.by_rows)
        return tally, states

    def compiled(self, schema: Mapping[str, pl.DataType]) -> ColumnRules:
        """The rules for frames of a schema."""
        key = tuple(schema.items())
        if key not in self._compiled:
            if self.counts:
                reason = "These rules count over events, and are replayed in order."
                self._compiled[key] = ColumnRules(by_rows=dict.fromkeys(self.names, reason))
            elif self.columns:
                self._compiled[key] = compile_columns(self.rules, schema, only=self.names, features=False, scans=True)
            else:
                self._compiled[key] = ColumnRules(by_rows=dict.fromkeys(self.names, "Asked to."))
        return self._compiled[key]

    def needs(self, schema: Mapping[str, pl.DataType]) -> list[str]:
        """The columns of a frame that must be read; its ``data`` only if some rule has to read it all."""
        compiled = self.compiled(schema)
        found = {"action_id", "timestamp"}
        for expr in [*compiled.fired.values(), *compiled.unsure.values(), *compiled.scans.values()]:
            found.update(expr.meta.root_names())
        if UNTYPED in schema:
            found.add(UNTYPED)
        if compiled.by_rows:
            found.update(("action_name", "data"))
        return [name for name in schema if name in found]

    # --- states ---

    def states(self, piece: Piece) -> dict[str, pl.Series]:
        """For each rule, what it gave on each event of a piece: True, False, or null where it is undecided."""
        found = self._states(piece, self.compiled(piece.schema))
        return {name: found[f"r{number}"] for number, name in enumerate(self.names)}

    def _states(self, piece: Piece, compiled: ColumnRules) -> pl.DataFrame:
        """What each rule gave on each event."""
        frame = piece.frame
        on_columns = [name for name in self.names if name in compiled.fired]
        place = {name: f"r{number}" for number, name in enumerate(self.names)}
        exprs = [compiled.fired[name].alias(place[name]) for name in on_columns]
        doubts = [compiled.unsure[name].alias(f"u{place[name]}") for name in on_columns if name in compiled.unsure]
        scanned = frame.with_columns(**compiled.scans) if compiled.scans else frame
        made = scanned.select("action_id", "timestamp", *exprs, *doubts)
        doubtful = self._doubtful(made, frame, compiled, on_columns, place)
        columns = {name: made[place[name]] for name in on_columns}
        for name, rows in self._by_rows(piece, compiled, doubtful).items():
            where, values = rows
            if where is None:
                columns[name] = pl.Series(values, dtype=pl.Boolean)
            else:
                columns[name] = columns[name].scatter(where, pl.Series(values, dtype=pl.Boolean))
        return made.select("action_id", "timestamp").with_columns(
            columns[name].alias(place[name]) for name in self.names
        )

    def _doubtful(
        self,
        made: pl.DataFrame,
        frame: pl.DataFrame,
        compiled: ColumnRules,
        names: list[str],
        place: dict[str, str],
    ) -> dict[str, pl.Series]:
        """For each rule on columns, the places of the rows that only the row engine can decide."""
        found: dict[str, pl.Series] = {}
        untyped = _untyped(frame) if UNTYPED in frame.columns else {}
        for name in names:
            mask = made[f"u{place[name]}"] if name in compiled.unsure else None
            for path, rows in untyped.items():
                if any(related(path, other) for other in compiled.paths[name]):
                    mask = rows if mask is None else mask | rows
            if mask is not None and mask.any():
                found[name] = mask.arg_true()
        return found

    def _by_rows(
        self, piece: Piece, compiled: ColumnRules, doubtful: dict[str, pl.Series]
    ) -> dict[str, tuple[pl.Series | None, list[bool | None]]]:
        """For rules and rows that need it, the places (None for all) and what the row engine gives there."""
        found: dict[str, tuple[pl.Series | None, list[bool | None]]] = {}
        whole = frozenset(compiled.by_rows)
        if whole:
            events = piece.frame.select("action_id", "action_name", "timestamp", "data")
            for name, values in self._evaluate(whole, events).items():
                found[name] = (None, values)
        if doubtful:
            rows = pl.concat(list(doubtful.values())).unique().sort()
            events = piece.rows(rows)
            at = {row: number for number, row in enumerate(rows)}
            for name, values in self._evaluate(frozenset(doubtful), events).items():
                found[name] = (doubtful[name], [values[at[row]] for row in doubtful[name]])
        return found

    def _evaluate(self, names: frozenset[str], events: pl.DataFrame) -> dict[str, list[bool | None]]:
        """What rules give, event by event."""
        if names not in self._slices:
            self._slices[names] = slice_of(self.rules, names)
        chosen = self._slices[names]
        found: dict[str, list[bool | None]] = {name: [] for name in names}
        for number, action, when, data in events.iter_rows():
            features = chosen.evaluate(Event(number, action, when, _decode(data)), self._store).features
            for name, values in found.items():
                values.append(features.get(name, False))
        return found


def _untyped(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """For each path that some rows name as untyped: which rows."""
    column = frame[UNTYPED]
    if column.null_count() == frame.height:
        return {}
    paths = column.explode().drop_nulls().unique().to_list()
    return {path: frame.select(pl.col(UNTYPED).list.contains(path).fill_null(False)).to_series() for path in paths}


def parts(files: Sequence[Path], many: int) -> Iterator[list[Path]]:
    """Files dealt out to workers, about evenly by size."""
    shares: list[tuple[int, list[Path]]] = [(0, []) for _ in range(many)]
    for file in sorted(files, key=lambda path: -path.stat().st_size):
        size, share = min(shares, key=lambda pair: pair[0])
        shares.remove((size, share))
        shares.append((size + file.stat().st_size, [*share, file]))
    yield from (share for _, share in shares if share)
