"""A query as it is typed, read: a condition of the rule language over features, rules and JSON paths written as they are.

    RegexMatch(pattern='casino', target=LowerText), $.item.data.followers < 10

``$.item.data.followers`` stands for the value at that place; conditions with commas between must all hold. The text is put into a
rule of its own and compiled with the files whose names it uses, so everything that is wrong is said as for rules, at its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from watchfloor.detection import ruleset
from watchfloor.detection.investigate.matching import RULE, Matcher
from watchfloor.engines import sml
from watchfloor.engines.sml.errors import Problems, Span, did_you_mean

FILE = "query"
MAX_QUERY = 4_000
TOKEN = re.compile(
    r"""'(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" | \#[^\n]*   # texts and remarks are left alone
      | (?P<path>\$(?:\.[^\s.\[\]'"*()?@,:<>=!+\-/%&|]+ | \[\s*'[^']*'\s*\] | \[\s*"[^"]*"\s*\] | \[\d{1,6}\])*)
    """,
    re.VERBOSE,
)


class Query(msgspec.Struct, frozen=True):
    """A query that can be asked.

    Attributes:
        matcher: tells where it holds.
        key: the same for the same query and rule set.
        paths: the JSON paths written in it.
    """

    text: str
    matcher: Matcher
    key: Hashable
    paths: tuple[str, ...]


def read(text: str, schema: Mapping[str, Any], untyped: frozenset[str] | set[str] = frozenset()) -> Query:
    """Read a query against the columns of a span.

    Raises:
        sml.RuleErrors: what is wrong, where in ``text``, and how to mend it; lines and columns are those of ``text``.
    """
    text = text.strip()
    if not text:
        return Query("", Matcher(None, ""), "", ())
    body, paths = _with_names(text, schema, set(untyped))
    _check_syntax(text, body)
    rules, key = _compiled(text, body, tuple(paths.items()), _types(paths, schema, set(untyped)))
    return Query(text, Matcher(rules, key), key, tuple(paths.values()))


def _with_names(text: str, schema: Mapping[str, Any], untyped: set[str]) -> tuple[str, dict[str, str]]:
    """The text with each path as a name of the same length, so that every place in it stays what it was."""
    problems = Problems({FILE: text})
    names: dict[str, str] = {}
    parts: list[str] = []
    last = 0

    def known(path: str) -> bool:
        return any(each in schema or each in untyped for each in (path, _list_of(path)))

    if len(text) > MAX_QUERY:
        problems.add("too_long", f"A query has at most {MAX_QUERY:,} characters.", Span(FILE, 1, 0))
        problems.raise_if_any()
    for found in TOKEN.finditer(text):
        path = found["path"]
        if path is None:
            continue
        name = re.sub(r"\W", "_", path)
        while name in names and names[name] != path:  # $.a.b and $.a_b
            name = "_" + name[1:].swapcase() if name[1:].swapcase() != name[1:] else "_" * len(name)
        names[name] = path
        if not known(path):
            place = text[: found.start()].count("\n") + 1, found.start() - (text.rfind("\n", 0, found.start()) + 1)
            problems.add(
                "unknown_path", f"No event of this span has `{path}`.",
                Span(FILE, place[0], place[1], place[0], place[1] + len(path)),
                did_you_mean(path, [each for each in schema if each.startswith("$")]) or "The fields panel lists what there is.",
            )  # fmt: skip
        parts += [text[last : found.start()], name]
        last = found.end()
    problems.raise_if_any()
    return "".join([*parts, text[last:]]), names


def _check_syntax(text: str, body: str) -> None:
    """A text that is no expression is refused by itself: what stands around it must not confuse the message."""
    problems = Problems({FILE: text})
    lines = text.split("\n")
    try:
        ast.parse(f"(\n{body}\n)" if len(lines) > 1 else body, mode="eval")
    except SyntaxError as error:
        at = (error.lineno or 1) - (len(lines) > 1)
        line = min(max(at, 1), len(lines))
        column = max((error.offset or 1) - 1, 0) if line == at else len(lines[-1])
        message = (error.msg or "this is no condition").split(". ")[0]
        problems.add(
            "syntax",
            f"This cannot be read: {message}.",
            Span(FILE, line, column),
            "Write a condition, like `Text == 'x'`.",
        )
    except (ValueError, RecursionError, MemoryError):
        problems.add("syntax", "This cannot be read.", Span(FILE, 1, 0))
    problems.raise_if_any()


def _types(paths: dict[str, str], schema: Mapping[str, Any], untyped: set[str]) -> tuple[str, ...]:
    return tuple(_type(path, schema, untyped) for path in paths.values())


def _type(path: str, schema: Mapping[str, Any], untyped: set[str]) -> str:
    """How the rule language writes the type of what stands at a path; ``Any`` where events differ."""
    if path in schema and path not in untyped:
        return spelled(schema[path])
    whole = spelled(schema[_list_of(path)]) if _list_of(path) in schema else ""
    inner = whole.removeprefix("List[").removesuffix("]")
    return inner if whole.startswith("List[") and _INDEX.fullmatch(path.removeprefix(_list_of(path))) else "Any"


_INDEX = re.compile(r"\[\d{1,6}\]")


def _list_of(path: str) -> str:
    """The list that a path goes into: ``$.a.tags`` of ``$.a.tags[0]``."""
    found = _INDEX.search(path)
    return path[: found.start()] if found else path


def spelled(kind: Any) -> str:
    """A column type as the rule language writes it."""
    import polars as pl

    if isinstance(kind, pl.List):
        return f"List[{spelled(kind.inner)}]"
    return {pl.Int64: "int", pl.Float64: "float", pl.Boolean: "bool"}.get(type(kind), "str")


def _compiled(
    text: str, body: str, paths: tuple[tuple[str, str], ...], types: tuple[str, ...]
) -> tuple[sml.RuleSet, Hashable]:
    current = ruleset.current()
    key = (text, body, paths, types, current.made_from[:1] if current.rules is not None else ())
    return _compile(*key), key


@lru_cache(maxsize=128)
def _compile(
    text: str, body: str, paths: tuple[tuple[str, str], ...], types: tuple[str, ...], made_from: tuple[object, ...]
) -> sml.RuleSet:
    """Compile the query with the files it needs. ``made_from`` names the rule set, so that a change of it is noticed."""
    sources = {("set/main.sml" if path == "main.sml" else path): file for path, file in _needed(body).items()}
    head = "".join(
        f"{name}: {kind} = JsonData(path={path!r}, required=False)\n"
        for (name, path), kind in zip(paths, types, strict=True)
    )
    if sources:
        head = f"Import(rules={sorted(sources)!r})\n" + head
    head += f"{RULE} = Rule(description='found by a query', when_all=[\n"
    try:
        return ruleset.compile_sources({**sources, "main.sml": head + body + "\n])\n"})
    except sml.RuleErrors as error:
        raise _in_query(error, text, head.count("\n"), dict(paths)) from None


def _needed(body: str) -> dict[str, str]:
    """The files that give the names used in the query, and what those import."""
    rules = ruleset.current().rules
    if rules is None:
        return {}
    program = rules.program
    used = {node.id for node in ast.walk(ast.parse(f"(\n{body}\n)")) if isinstance(node, ast.Name)}
    waiting = [program.variables[name].file for name in used if name in program.variables and not name.startswith("_")]
    texts, found = ruleset.sources(), {}
    while waiting:
        path = waiting.pop()
        if path not in found and path in texts:
            found[path] = texts[path]
            waiting += program.files[path].imports
    return found


def known_names() -> dict[str, str]:
    """Features and rules a query may use, with their types."""
    rules = ruleset.current().rules
    if rules is None:
        return {}
    return {
        name: str(each.type)
        for name, each in rules.program.variables.items()
        if not name.startswith("_") and not each.local
    }


def _in_query(error: sml.RuleErrors, text: str, before: int, paths: dict[str, str]) -> sml.RuleErrors:
    """The same problems, with places in the query's own text and paths as they were written."""
    problems = Problems({FILE: text})
    known = known_names()
    lines = text.count("\n") + 1
    for each in error.problems:
        if each.file != "main.sml":
            problems.add(each.code, f"{each.message} (in {each.file})", Span(FILE, 1, 0), each.hint)
            continue
        carets = re.search(r"\^+", each.rendered)
        line = min(max(each.line - before, 1), lines)
        end = each.column - 1 + (len(carets[0]) if carets else 1)
        message, hint = each.message, each.hint
        for name, path in paths.items():
            message, hint = message.replace(name, path), hint.replace(name, path)
        if each.code == "unknown_name" and (word := re.search(r"`(\w+)`", message)):
            hint = did_you_mean(word[1], known) or hint
        problems.add(each.code, message, Span(FILE, line, each.column - 1, line, end), hint)
    return sml.RuleErrors(problems.found)
