"""Where a query holds, file by file: on columns, event by event where only that is exact; kept, as files never change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from watchfloor.detection import lakes
from watchfloor.engines import sml
from watchfloor.engines.sml import tree
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

RULE = "FoundByQuery"
BY_ROWS = 1_000_000  # events of one question that may be evaluated one by one
KEEP = 400_000_000  # events whose answers are kept, a bit each
_EVENT = ["action_id", "action_name", "timestamp", "data"]

_kept: OrderedDict[tuple[Hashable, str], pl.Series] = OrderedDict()
_lock = threading.Lock()
_at_work: dict[tuple[Hashable, str], threading.Lock] = {}


class Matcher:
    """Tells of each event of a file whether a query's rule fires.

    Args:
        rules: a rule set with the rule ``RULE``; None: every event is found.
        key: the same for the same query and rule set.
    """

    def __init__(self, rules: sml.RuleSet | None, key: Hashable) -> None:
        self._key = key
        self._rows = 0
        self._paths: tuple[str, ...] = ()
        self._runner: Any = None
        self._reasons: dict[int, str] = {}
        if rules is not None:
            from watchfloor.engines.sml.columns.replay import Runner  # loads Polars

            self._runner = Runner(rules, only=[RULE], replay=False)
            self._paths = tuple(sorted(_paths(rules)))

    def schema(self, file: lakes.File) -> dict[str, Any]:
        """The columns of a file that the query may ask for; ``untyped`` only where the file has any."""
        import polars as pl

        from watchfloor.engines.sml.columns.frame import BASE, UNTYPED, related

        base: dict[str, Any] = {name: kind for name, kind in BASE.items() if name != UNTYPED}
        if file.untyped:
            base[UNTYPED] = pl.List(pl.String())
        about = {
            name: kind
            for name, kind in file.columns.items()
            if name.startswith("$") and any(related(name, path) for path in self._paths)
        }
        return base | dict(sorted(about.items()))

    def until(self, key: Hashable) -> Matcher:
        """The same, with answers of its own."""
        other = copy(self)
        other._key = key
        return other

    def by_rows_of(self, file: lakes.File) -> str:
        """Why a file is evaluated event by event; "" when it is not."""
        if self._runner is None:
            return ""
        if id(file.columns) not in self._reasons:
            self._reasons[id(file.columns)] = self.by_rows(self.schema(file))
        return self._reasons[id(file.columns)]

    def by_rows(self, schema: Mapping[str, Any]) -> str:
        """Why files with these columns are evaluated event by event; "" when they are not."""
        return self._runner.compiled(schema).by_rows.get(RULE, "") if self._runner is not None else ""

    def holds(self, files: Sequence[lakes.File]) -> pl.Series | None:
        """For each row of these files, in their order, whether the query holds; None: for all of them.

        Raises:
            BadInput: more than ``BY_ROWS`` events turned out to need the row engine.
        """
        import polars as pl

        if self._runner is None or not files:
            return None
        with self._one_at_a_time(files[0]):
            found: dict[str, pl.Series] = {}
            with _lock:
                for each in files:
                    if (known := _kept.get((self._key, str(each.path)))) is not None:
                        found[str(each.path)] = known
                        _kept.move_to_end((self._key, str(each.path)))
            for some in _alike([each for each in files if str(each.path) not in found], self.schema):
                mask, start = self._evaluated(some), 0
                for each in some:
                    found[str(each.path)] = mask.slice(start, each.rows)
                    start += each.rows
                    self._keep(str(each.path), found[str(each.path)])
        return pl.concat([found[str(each.path)] for each in files])

    def _evaluated(self, files: Sequence[lakes.File]) -> pl.Series:
        import polars as pl

        from watchfloor.engines.sml.columns.sources import Piece

        schema = self.schema(files[0])
        frame = pl.scan_parquet(
            [each.path for each in files], schema=schema, missing_columns="insert", extra_columns="ignore",
            hive_partitioning=False, glob=False,
        )  # fmt: skip

        def rest(places: pl.Series) -> pl.DataFrame:
            self._count(len(places))
            return frame.select(_EVENT).collect()[places]

        if self.by_rows(schema):
            self._count(sum(each.rows for each in files))
        piece = Piece(schema, frame.select(self._runner.needs(schema)).collect(), rest)
        return self._runner.states(piece)[RULE].fill_null(False).rechunk()  # type: ignore[no-any-return]

    def _count(self, rows: int) -> None:
        self._rows += rows
        if self._rows > 2 * BY_ROWS:  # the span, and as long a one before
            raise too_many_rows("Some values go beyond what columns hold.", self._rows)

    def _keep(self, path: str, mask: pl.Series) -> None:
        with _lock:
            _kept[(self._key, path)] = mask
            total = sum(len(each) for each in _kept.values()) if len(_kept) % 64 == 0 else 0
            while total > KEEP:
                total -= len(_kept.popitem(last=False)[1])

    def _one_at_a_time(self, file: lakes.File) -> threading.Lock:
        """So that panels which are made at the same time do not find out the same thing twice."""
        with _lock:
            if len(_at_work) > 10_000:
                _at_work.clear()
            return _at_work.setdefault((self._key, str(file.path)), threading.Lock())


def too_many_rows(reason: str, count: int) -> BadInput:
    """The refusal of a question that would take the row engine too long."""
    return BadInput(
        "too_many_rows", f"{reason} So the query is worked out event by event, and that is {count:,} events here.",
        hint=f"Choose a span of at most {BY_ROWS:,} such events, or leave that part out.",
    )  # fmt: skip


def _alike(files: Sequence[lakes.File], schema: Any) -> list[list[lakes.File]]:
    """The files, those with the same columns together; in their order otherwise."""
    found: dict[tuple[tuple[str, Any], ...], list[lakes.File]] = {}
    for each in files:
        found.setdefault(tuple(schema(each).items()), []).append(each)
    return list(found.values())


def _paths(rules: sml.RuleSet) -> set[str]:
    """Every JSON path that the query, or a file it needs, names."""
    from watchfloor.engines.sml.columns import path_text

    found: set[str] = set()
    for file in rules.program.files.values():
        for statement in file.statements:
            waiting = list(_roots(statement))
            while waiting:
                expr = waiting.pop()
                if isinstance(expr, tree.Extract):
                    found.add(path_text(expr.path))
                waiting.extend(tree.children(expr))
    return found


def _roots(statement: Any) -> list[tree.Expr]:
    if isinstance(statement, tree.Assign):
        return [statement.variable.value]
    if isinstance(statement, tree.Require):
        return [expr for expr in (statement.condition, statement.name) if expr is not None]
    return []


def forget() -> None:
    """Keep nothing (tests)."""
    with _lock:
        _kept.clear()
