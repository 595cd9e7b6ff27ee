"""A question to the lake: what, when, and who asks. Nobody is answered about rows they may not see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from watchfloor.detection import lakes, ruleset
from watchfloor.detection.investigate import reading, running
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.review.models import Case

if TYPE_CHECKING:
    import polars as pl

PERMISSION = "investigate.view"
LONGEST = timedelta(days=400)
BY_ROWS = 1_000_000  # events that may be evaluated one by one
BY_ROWS_PIECE = 50_000


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
        key: the same for the same question, rights and state of the lake.
    """

    question: Question
    query: reading.Query
    files: list[lakes.File]
    before: list[lakes.File]
    schema: dict[str, Any]
    untyped: frozenset[str]
    seen: Any
    key: Hashable

    @property
    def rows(self) -> int:
        """Events in the hours of the span."""
        return sum(each.rows for each in self.files)

    def frame(self, files: list[lakes.File] | None = None, *, back: bool = False) -> pl.LazyFrame:
        """The rows of the span that the actor may see; ``back``: with those of the span before it too."""
        start = self.question.start - (self.question.end - self.question.start) if back else self.question.start
        chosen = (self.before + self.files if back else self.files) if files is None else files
        found = lakes.scan(chosen, start, self.question.end, schema=self.schema)
        return found.filter(self.seen)

    def matched(self, files: list[lakes.File] | None = None, *, back: bool = False) -> pl.LazyFrame:
        """Those of them for which the query holds."""
        return self.frame(files, back=back).filter(self.query.matched)

    def pieces(
        self,
        plan: Callable[[list[lakes.File]], pl.LazyFrame],
        *,
        files: list[lakes.File] | None = None,
        back: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """A plan's frames over the span's files, a few at a time (see ``running.pieces``)."""
        chosen = (self.before + self.files if back else self.files) if files is None else files
        return running.pieces(plan, chosen, rows=BY_ROWS_PIECE if self.query.by_rows else running.PIECE)


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
    if query.by_rows and (count := sum(each.rows for each in files)) > BY_ROWS:
        raise BadInput(
            "too_many_rows", f"{query.by_rows} is worked out event by event, and the span has {count:,} events.",
            hint=f"Choose a span of at most {BY_ROWS:,} events, or leave that part out.",
        )  # fmt: skip
    markets, hidden = _markets(actor, permission), _hidden(actor)
    state = tuple(sorted(each.path.name for each in before + files))
    key = (question, markets, tuple(sorted(hidden.items())), hash(state), ruleset.current().made_from[:1])
    return Asked(question, query, files, before, schema, untyped, _seen(markets, hidden), key)


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
