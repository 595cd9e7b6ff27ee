"""A text that is not saved yet, judged in the whole set: what is wrong with it, and what its rules make of one event."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from watchfloor.detection import functions, lakes, ruleset
from watchfloor.detection.investigate import asking
from watchfloor.engines import sml
from watchfloor.engines.sml.limits import MAX_SOURCE_CHARS
from watchfloor.engines.sml.lint import lint
from watchfloor.engines.sml.outline import imports, outline
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered

ENTRY = "main.sml"
MAX_EXPLAINED = 40
NEWEST = 20_000
FEWEST = 1_000  # events from which on it is worth saying that a number was never seen
LAKE_DAYS = timedelta(days=28)


class Marked(msgspec.Struct, frozen=True):
    """A problem as the editor marks it: columns count from 1 in characters, ``length`` is at least 1."""

    level: str  # error or warning
    message: str
    hint: str
    file: str
    line: int
    column: int
    length: int


class Checked(msgspec.Struct, frozen=True):
    """``runs``: evaluation reaches this file. ``rules``: those it names, as far as it can be read."""

    problems: tuple[Marked, ...]
    rules: tuple[str, ...]
    runs: bool


class SoFar(msgspec.Struct, frozen=True):
    """What the draft's rules would have found among the newest events of the lake that the asker may see.

    ``hits`` by rule; ``since`` is the time of the oldest of the ``events``, None where the lake is empty.
    """

    events: int
    since: datetime | None
    hits: dict[str, int]
    undecided: dict[str, int]


class Tried(msgspec.Struct, frozen=True):
    """What came of one event: each rule of the draft explained, and what the whole set gives."""

    explanations: tuple[sml.Explanation, ...]
    features: tuple[tuple[str, Any], ...]
    outcome: sml.Outcome
    left_out: int = 0


def check(path: str, text: str) -> Checked:
    """Compile the set with the draft in it; nothing is stored."""
    _short(text)
    sources = {**ruleset.sources(), path: text}
    rules = tuple(each.name for each in outline(text, path, functions.known()) if each.is_rule)
    try:
        compiled = ruleset.compile_sources(sources)
    except sml.RuleErrors as error:
        found = sorted(error.problems, key=lambda each: each.file != path)
        return Checked(tuple(marked(each, "error") for each in found), rules, True)
    said = lint(compiled, sources, ranges=_ranges())
    warnings = tuple(marked(each, "warning") for each in said if each.file == path)
    return Checked(warnings, rules, path in compiled.program.order)


def try_on(path: str, text: str, event: sml.Event) -> Tried:
    """Evaluate the draft on an event as if it were saved and imported.

    Raises:
        RuleErrors: it does not compile.
    """
    _short(text)
    compiled = ruleset.compile_sources(_reached(path, {**ruleset.sources(), path: text}))
    here = [variable.name for variable in compiled.program.rules() if variable.file == path]
    outcome = compiled.evaluate(event)
    shown = [
        variable.name
        for variable in compiled.program.variables.values()
        if variable.file == path and variable.name in outcome.features and variable.name not in here
    ]
    return Tried(
        tuple(compiled.explain(event, name) for name in here[:MAX_EXPLAINED]),
        tuple((name, outcome.features[name]) for name in shown),
        outcome,
        max(0, len(here) - MAX_EXPLAINED),
    )


def _read_ranges() -> dict[str, tuple[float, float]]:
    """The smallest and largest number seen by JSON path among the newest events; nothing where they are too few to go by."""
    import polars as pl

    chosen = _newest()
    if sum(each.rows for each in chosen) < FEWEST:
        return {}
    numbers = [name for name, kind in lakes.schema_of(chosen).items() if name.startswith("$") and kind.is_numeric()]
    if not numbers:
        return {}
    frame = lakes.scan(chosen).select(
        *(pl.col(name).min().alias(f"least {name}") for name in numbers),
        *(pl.col(name).max().alias(f"most {name}") for name in numbers),
    )
    [row] = frame.collect().rows(named=True)
    return {
        name: (float(row[f"least {name}"]), float(row[f"most {name}"]))
        for name in numbers
        if row[f"least {name}"] is not None
    }


_ranges = Remembered(_read_ranges, seconds=300)


def _newest() -> list[lakes.File]:
    """The newest whole hours of the lake that hold ``NEWEST`` events or so, in their order."""
    chosen: list[lakes.File] = []
    for each in reversed(lakes.files(clock.now() - LAKE_DAYS)):
        chosen.insert(0, each)
        if sum(one.rows for one in chosen) >= NEWEST:
            break
    return chosen


def hits_so_far(actor: Actor, path: str, text: str) -> SoFar:
    """Run the draft over the newest ``NEWEST`` events or so (whole hours of the lake).

    Raises:
        RuleErrors: it does not compile. Forbidden: the asker may not query events.
    """
    _short(text)
    compiled = ruleset.compile_sources(_reached(path, {**ruleset.sources(), path: text}))
    here = [variable.name for variable in compiled.program.rules() if variable.file == path]
    now, chosen = clock.now(), _newest()
    asked = asking.ask(actor, asking.Question("", chosen[0].hour if chosen else now - LAKE_DAYS, now))
    if not chosen or not here:
        return SoFar(0, None, dict.fromkeys(here, 0), {})
    found = sml.backtest(compiled, asked.frame(chosen), samples=0, only=here)
    return SoFar(found.events, found.start, found.hits, found.undecided)


def marked(problem: sml.Problem, level: str) -> Marked:
    """A problem with its length: as many characters as it has carets."""
    carets = [
        line.split("|", 1)[1].strip()
        for line in problem.rendered.splitlines()
        if set(line) <= set(" |^") and "^" in line
    ]
    length = len(carets[0]) if carets else 1
    return Marked(level, problem.message, problem.hint, problem.file, problem.line, problem.column, length)


def _reached(path: str, sources: dict[str, str]) -> dict[str, str]:
    """The set with the file imported by the entry, if nothing leads to it yet."""
    if ENTRY not in sources or path == ENTRY:
        return sources
    seen: set[str] = set()
    waiting = [ENTRY]
    while waiting:
        here = waiting.pop()
        if here not in seen and here in sources:
            seen.add(here)
            waiting += imports(sources[here])
    if path in seen:
        return sources
    return {**sources, ENTRY: f"Import(rules=[{path!r}])\n{sources[ENTRY]}"}


def _short(text: str) -> None:
    if len(text) > MAX_SOURCE_CHARS:
        raise BadInput("too_large", f"A rule file has at most {MAX_SOURCE_CHARS:,} characters.", where="text")
