"""What is allowed but probably not meant: conditions that cannot hold, patterns that match all or nothing, doubles.

lint(rules, sources)                       what the text alone shows
lint(rules, sources, ranges={"$.n": (0, 9)})   also thresholds outside of the values seen in data
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.errors import Problem, Problems, Span
from watchfloor.engines.sml.lint_patterns import matches_everything, matches_nothing
from watchfloor.engines.sml.lint_ranges import contradiction, outside
from watchfloor.engines.sml.ruleset import RuleSet
from watchfloor.engines.sml.write import written

Range = tuple[float, float]
_PATTERNS = ("RegexMatch", "RegexMatchMap", "CountRegexMatches")
_LISTS = ("list", "bank")


def lint(
    rules: RuleSet,
    sources: Mapping[str, str],
    *,
    ranges: Mapping[str, Range] | None = None,
    lists: Collection[str] = (),
    labels: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Warnings, in the order of files and lines.

    Args:
        sources: the text the rules were compiled from, for the lines shown.
        ranges: smallest and largest number seen, by JSON path, in data the rules are meant for.
        lists: names of the lists there are; those that no rule asks are reported.
        labels: names of the labels that are declared; those that no rule names are reported.
    """
    problems = Problems(sources)
    _conditions(rules.program, problems, ranges or {})
    _patterns(rules.program, problems)
    _doubles(rules.program, problems)
    _alike(rules.program, problems)
    _unused(rules.program, problems, lists, labels)
    found = [*rules.warnings, *problems.warnings]
    return tuple(sorted(dict.fromkeys(found), key=lambda p: (p.file, p.line, p.column)))


def _everything(program: tree.Program) -> Iterator[tree.Expr]:
    """Every expression of every file, each once, the outer before the inner."""
    for file in program.files.values():
        for statement in file.statements:
            match statement:
                case tree.Assign():
                    yield from _inside(statement.variable.value)
                case tree.When():
                    for effect in statement.then:
                        yield from _inside(effect)
                case tree.Require():
                    if statement.condition is not None:
                        yield from _inside(statement.condition)


def _inside(expr: tree.Expr) -> Iterator[tree.Expr]:
    yield expr
    for child in tree.children(expr):
        yield from _inside(child)


def _conditions(program: tree.Program, problems: Problems, ranges: Mapping[str, Range]) -> None:
    for expr in _everything(program):
        if isinstance(expr, tree.RuleExpr):
            joined, what = list(expr.conditions), f"{expr.name} can never fire"
        elif isinstance(expr, tree.BoolOp) and expr.op == "and":
            joined, what = list(expr.values), "This can never hold"
        else:
            joined, what = [], ""
        for part in joined:
            if isinstance(part, tree.Const):
                if part.value is False:
                    problems.warn("impossible", f"{what}: this condition is always false.", part.span)
                elif part.value is True and len(joined) > 1:
                    problems.warn("always", "This condition is always true.", part.span, "Leave it out.")
        found = contradiction(joined)
        if found is not None:
            place, why = found
            problems.warn("impossible", f"{what}: {why}.", place.span)
        if isinstance(expr, tree.Compare):
            said = outside(expr, ranges)
            if said:
                problems.warn("outside_data", said, expr.span, "Compare it with the values there are.")


def _patterns(program: tree.Program, problems: Problems) -> None:
    for expr in _everything(program):
        if not isinstance(expr, tree.Apply) or expr.function not in _PATTERNS:
            continue
        constants = dict(expr.constants)
        given = constants.get("pattern", constants.get("patterns"))
        for pattern in given if isinstance(given, list) else [given]:
            if not isinstance(pattern, str):
                continue
            if matches_nothing(pattern):
                problems.warn(
                    "never_matches",
                    f"The pattern {pattern!r} can match no text.",
                    expr.span,
                    "`^` stands only at the beginning, `$` only at the end.",
                )
            elif matches_everything(pattern):
                problems.warn(
                    "always_matches",
                    f"The pattern {pattern!r} is found in every text.",
                    expr.span,
                    "It can match the empty text; `+` instead of `*` asks for at least one.",
                )


def _doubles(program: tree.Program, problems: Problems) -> None:
    """Rules with the same conditions, in whatever order."""
    first: dict[tuple[str, ...], tree.Variable] = {}
    for variable in program.rules():
        if isinstance(variable.value, tree.RuleExpr) and variable.value.conditions:
            key = tuple(sorted({written(condition) for condition in variable.value.conditions}))
            if any(name.startswith("_") for name in _names(variable.value)):
                key = (*key, variable.file)  # names beginning with `_` mean something else in each file
            other = first.setdefault(key, variable)
            if other is not variable:
                problems.warn(
                    "duplicate",
                    f"`{variable.name}` has the same conditions as `{other.name}`.",
                    variable.span,
                    f"`{other.name}` stands in {other.file}, line {other.span.line}. One of them is enough.",
                )


def _names(expr: tree.Expr) -> Iterator[str]:
    return (part.variable.name for part in _inside(expr) if isinstance(part, tree.Var))


def _alike(program: tree.Program, problems: Problems) -> None:
    """Names that differ in upper and lower case only: the one is taken for the other sooner or later."""
    first: dict[str, tree.Variable] = {}
    for variable in program.variables.values():
        other = first.setdefault(variable.name.lower(), variable)
        if other is not variable:
            problems.warn(
                "shadowed",
                f"`{variable.name}` and `{other.name}` differ only in upper and lower case.",
                variable.span,
                f"`{other.name}` stands in {other.file}, line {other.span.line}. Choose a name that tells them apart.",
            )


def _unused(program: tree.Program, problems: Problems, lists: Collection[str], labels: Collection[str]) -> None:
    asked: dict[str, set[object]] = {"list": set(), "label": set()}
    for expr in _everything(program):
        if isinstance(expr, tree.Apply):
            for name, value in expr.constants:
                kind = "list" if name in _LISTS else name
                if kind in asked and isinstance(value, str):
                    asked[kind].add(value)
    entry = next(iter(program.files.values())).path
    for kind, known in (("list", lists), ("label", labels)):
        for name in sorted(known):
            if name not in asked[kind]:
                problems.warn("unused", f"No rule uses the {kind} `{name}`.", Span(entry, 1, 0))
