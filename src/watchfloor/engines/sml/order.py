"""The order in which rule files run: imports before importers, a requiring file before those it requires."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.errors import Problems, Span


def run_order(files: Mapping[str, tree.File], entry: str, problems: Problems) -> tuple[tuple[str, ...], frozenset[str]]:
    """The files that can run, in order, and those that run for every event.

    Without the entry file, every file runs for every event: a rule set may be a plain heap of files.
    """
    if entry not in files:
        always = frozenset(files)
    else:
        always = _closure(files, [entry], conditional=False)
    reachable = _closure(files, sorted(always), conditional=True)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for path in sorted(reachable):
        file = files[path]
        sorter.add(path, *(imported for imported in file.imports if imported in reachable))
        before = _closure(files, [path], conditional=False, requires=False)
        for statement in file.statements:
            if isinstance(statement, tree.Require):
                for required in statement.files:
                    # A file that runs anyway, or has run as an import of this one, need not wait.
                    if required in before:
                        continue
                    # The required file's own imports run because of it, so they wait as well.
                    for needed in _closure(files, [required], conditional=False, requires=False):
                        if needed not in always and needed not in before:
                            sorter.add(needed, path)
    try:
        return tuple(sorter.static_order()), always
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        place = _require_span(files, circle)
        if not problems.found:  # a circle of imports has been reported already
            problems.add(
                "require_circle",
                f"These files require each other in a circle: {' -> '.join(circle)}.",
                place,
                "Take one of the Require lines out.",
            )
        return (), always


def _closure(
    files: Mapping[str, tree.File], start: list[str], *, conditional: bool, requires: bool = True
) -> frozenset[str]:
    """Files that run when those in ``start`` do: by import, by Require without condition, and with one if asked."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in found or path not in files:
            continue
        found.add(path)
        waiting.extend(files[path].imports)
        for statement in files[path].statements if requires else ():
            if isinstance(statement, tree.Require) and (
                conditional or (statement.condition is None and statement.name is None)
            ):
                waiting.extend(statement.files)
    return frozenset(found)


def _require_span(files: Mapping[str, tree.File], circle: list[str]) -> Span:
    for path in circle:
        for statement in files[path].statements:
            if isinstance(statement, tree.Require) and set(statement.files) & set(circle):
                return statement.span
    return Span(circle[0], 1, 0)
