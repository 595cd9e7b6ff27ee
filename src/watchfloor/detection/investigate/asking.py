"""A question to the lake: what, when, and who asks. Nobody is answered about rows they may not see."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from watchfloor.detection import lakes
from watchfloor.detection.investigate import matching, reading, running
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.review.models import Case

if TYPE_CHECKING:
    import polars as pl

PERMISSION = "investigate.view"
LONGEST = timedelta(days=400)
BY_ROWS_PIECE = 20_000
FOR_NOW = 600  # seconds for which what is worked out event by event holds: labels, lists and the like change


class Question(msgspec.Struct, frozen=True):
    """A query over the events from ``start`` until before ``end``."""

    text: str
    start: datetime
    end: datetime


class Asked(msgspec.Struct, frozen=True):
    """A question that may be answered: the frame the actor may see, and where the query holds.

    Attributes:
        files: of the span; ``before`` of as long a span just before it.
        schema: the columns of both.
        seen: True for rows the actor may know of.
        by_rows: why some of the events must be evaluated one by one ("" when all is done on columns).
        key: the same for the same question, rights and state of the lake.
    """

    question: Question
    query: reading.Query
    files: list[lakes.File]
    before: list[lakes.File]
    schema: dict[str, Any]
    untyped: frozenset[str]
    seen: Any
    by_rows: str
    key: Hashable

    @property
    def rows(self) -> int:
        """Events in the hours of the span."""
        return sum(each.rows for each in self.files)

    def frame(self, files: list[lakes.File] | None = None) -> pl.LazyFrame:
        """The rows of the span that the actor may see."""
        chosen = self.files if files is None else files
        return lakes.scan(chosen, self.question.start, self.question.end, schema=self.schema).filter(self.seen)

    def read(
        self, files: Sequence[lakes.File], wanted: Sequence[pl.Expr], *, back: bool = False, matched: bool = True
    ) -> pl.DataFrame:
        """The rows of some files that are within the span, that the actor may see, and for which the query holds.

        Args:
            wanted: what is made of each row by itself.
            back: with the rows of the span before.
            matched: False for all rows, with ``matched`` as a column.
        """
        import polars as pl

        parts = []
        for some in lakes.alike(files, self.schema):
            holds = self.query.matcher.holds(some)
            if matched and holds is not None and not holds.any():
                continue
            frame = (
                lakes.scan(some, schema=self.schema).select(*wanted, self._inside(some, back).alias("inside")).collect()
            )
            if frame["inside"].all():
                keep = holds if matched else None
            else:
                keep = frame["inside"] if holds is None or not matched else frame["inside"] & holds
            if not matched:
                frame = frame.with_columns((pl.lit(True) if holds is None else holds).alias("matched"))
            parts.append((frame if keep is None else frame.filter(keep)).drop("inside"))
        if not parts:
            none = pl.LazyFrame(schema=self.schema).select(*wanted).collect()
            return none if matched else none.with_columns(pl.lit(True).alias("matched"))
        return pl.concat(parts)

    def _inside(self, files: Sequence[lakes.File], back: bool) -> pl.Expr:
        """Which rows are within the span, and may be seen."""
        import polars as pl

        first = self.question.start - (self.question.end - self.question.start if back else timedelta())
        inside = self.seen
        if any(each.hour < first for each in files):
            inside = inside & (pl.col("timestamp") >= first)
        if any(each.hour + lakes.HOUR > self.question.end for each in files):
            inside = inside & (pl.col("timestamp") < self.question.end)
        return inside.fill_null(False)  # type: ignore[no-any-return]

    def chosen(self, *, back: bool = False) -> list[lakes.File]:
        """The files of the span; ``back``: those of the span before it too."""
        return self.before + self.files if back else self.files

    def growing(
        self, work: Callable[[list[lakes.File]], Any], add: Callable[[Any], bool], *, back: bool = False
    ) -> running.Growing:
        """An answer made of the work over the span's files, a few at a time (see ``running.Growing``)."""
        return running.Growing(self.few(back=back), work, add, self.threads)

    def few(self, files: Sequence[lakes.File] | None = None, *, back: bool = False) -> deque[list[lakes.File]]:
        """The files in pieces, newest first."""
        files = self.chosen(back=back) if files is None else files
        return running.few(files, BY_ROWS_PIECE if self.by_rows else running.PIECE)

    @property
    def threads(self) -> int | None:
        """Rules evaluated event by event may ask the database: that is done in the thread of the request."""
        return 1 if self.by_rows else None

    def pieces(self, work: Callable[[list[lakes.File]], Any]) -> Iterator[Any]:
        """What the work gives for the span's files, a few at a time.

        Raises:
            TooSlow: it took too long.
        """
        waiting = self.few()
        yield from running.through(work, waiting, seconds=running.SECONDS, threads=self.threads)
        if waiting:
            raise running.TooSlow(running.SECONDS)


def ask(actor: Actor, question: Question, permission: str = PERMISSION) -> Asked:
    """Check a question and who asks it.

    Raises:
        Forbidden: the actor holds no such permission anywhere.
        BadInput: the span cannot be used; ``sml.RuleErrors``: the query cannot be read.
    """
    if not actor.has(permission):
        raise Forbidden("no_permission", "Your roles do not include this.", hint="Ask an administrator for access.")
    if question.start >= question.end:
        raise BadInput("bad_span", "The span ends before it begins.", where="from")
    if question.end - question.start > LONGEST:
        raise BadInput("bad_span", f"A span is at most {LONGEST.days} days long.", where="from")
    before = lakes.files(question.start - (question.end - question.start), question.start)
    files = lakes.files(question.start, question.end)
    known = {each.path for each in files}
    before = [each for each in before if each.path not in known]
    schema, untyped = lakes.schema_of(before + files), frozenset(lakes.untyped(before + files))
    plain = {name: kind for name, kind in schema.items() if name not in untyped}
    query = reading.read(question.text, plain, untyped)
    by_rows = _by_rows(query, files)
    markets, hidden = _markets(actor, permission), _hidden(actor)
    state = tuple(sorted(each.path.name for each in before + files))
    now = int(clock.now().timestamp()) // FOR_NOW if by_rows else 0
    if by_rows:
        query = msgspec.structs.replace(query, matcher=query.matcher.until((query.key, now)))
    key = (question, markets, tuple(sorted(hidden.items())), hash(state), query.key, now)
    return Asked(question, query, files, before, schema, untyped, _seen(markets, hidden), by_rows, key)


def _by_rows(query: reading.Query, files: list[lakes.File]) -> str:
    """Why some files are evaluated event by event.

    Raises:
        BadInput: they have too many events for that.
    """
    reason, count = "", 0
    for each in files:
        if why := query.matcher.by_rows_of(each):
            reason, count = why, count + each.rows
    if count > matching.BY_ROWS:
        raise matching.too_many_rows(reason, count)
    return reason


def _markets(actor: Actor, permission: str) -> tuple[str, ...] | None:
    """The markets whose events the actor may see; None: all, and events without a market."""
    found: set[str] = set()
    if actor.all_powerful:
        return None
    for scope in actor.scopes:
        if permission not in scope.permissions:
            continue
        if scope.markets is None:
            return None
        found |= scope.markets
    return tuple(sorted(found))


def _hidden(actor: Actor) -> dict[str, tuple[str, ...]]:
    """Items of restricted cases, by type: they are opened one by one, so that each look is logged, and never listed."""
    found: dict[str, set[str]] = defaultdict(set)
    if not (actor.kind == "system" and actor.all_powerful):
        for kind, name in Case.objects.exclude(clearance="").values_list("item__type_key", "item__external_id"):
            found[kind].add(name)
    return {kind: tuple(sorted(names)) for kind, names in found.items()}


def _seen(markets: tuple[str, ...] | None, hidden: dict[str, tuple[str, ...]]) -> Any:
    import polars as pl

    seen = pl.lit(True)
    if markets is not None:
        seen = pl.col("market").is_in(list(markets))
    for kind, names in hidden.items():
        seen = seen & ~((pl.col("item_type") == kind) & pl.col("item_id").is_in(list(names)))
    return seen
