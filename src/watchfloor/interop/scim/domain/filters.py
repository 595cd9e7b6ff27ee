"""Filters and paths of RFC 7644 (3.4.2.2, 3.5.2): read once, then asked of resources.

``userName eq "ana" and (emails[type eq "work"] or not (active eq false))``; ``emails[type eq "work"].value``; ``urn:...:User:department``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from watchfloor.interop.scim.domain.errors import bad
from watchfloor.interop.scim.domain.schema import Attribute, Kind, top

MAX_FILTER: Final = 4_000
MAX_DEPTH: Final = 20
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[()\[\]])|(?P<word>[A-Za-z$][A-Za-z0-9_\-:.$/]*)|(?P<number>-?\d+(?:\.\d+)?))"""
)
Test = Callable[[dict[str, Any]], bool]
_NUMERIC = ("gt", "ge", "lt", "le")
_OPERATORS = ("eq", "ne", "co", "sw", "ew", "pr", *_NUMERIC)


class Path(msgspec.Struct, frozen=True):
    """Where: an extension's URN or "", an attribute, perhaps a filter of its values, perhaps a sub-attribute."""

    urn: str
    attribute: Attribute | None  # None: the extension as a whole
    sub: Attribute | None = None
    test: Test | None = None
    wanted: tuple[tuple[str, Any], ...] = ()  # what ``eq`` of the filter asks for: to make a value that fits


class _Reader:
    def __init__(self, text: str, kind: Kind) -> None:
        if len(text) > MAX_FILTER:
            raise bad("The filter is too long.", "invalidFilter")
        self.kind, self.tokens, self.at = kind, list(_tokens(text)), 0
        self.depth = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, str]:
        found = self.peek()
        self.at += 1
        return found

    def expect(self, mark: str) -> None:
        if self.next()[1] != mark:
            raise bad(f"A {mark!r} is missing in the filter.", "invalidFilter")

    def any_of(self, within: Attribute | None) -> Test:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise bad("The filter is too deep.", "invalidFilter")
        tests = [self.all_of(within)]
        while self.peek()[0] == "word" and self.peek()[1].lower() == "or":
            self.next()
            tests.append(self.all_of(within))
        self.depth -= 1
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def all_of(self, within: Attribute | None) -> Test:
        tests = [self.term(within)]
        while self.peek()[0] == "word" and self.peek()[1].lower() == "and":
            self.next()
            tests.append(self.term(within))
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def term(self, within: Attribute | None) -> Test:
        kind, text = self.next()
        if kind == "word" and text.lower() == "not":
            self.expect("(")
            inner = self.any_of(within)
            self.expect(")")
            return lambda row: not inner(row)
        if text == "(":
            inner = self.any_of(within)
            self.expect(")")
            return inner
        if kind != "word":
            raise bad("The filter cannot be read.", "invalidFilter")
        if self.peek()[1] == "[":
            return self.values_of(text, within)
        return self.comparison(text, within)

    def values_of(self, text: str, within: Attribute | None) -> Test:
        if within is not None:
            raise bad("A filter of values stands in no other.", "invalidFilter")
        path = located(text, self.kind, "invalidFilter")
        self.next()
        inner = self.any_of(path.attribute)
        self.expect("]")
        return lambda row: any(isinstance(each, dict) and inner(each) for each in _many(of(row, path)))

    def comparison(self, text: str, within: Attribute | None) -> Test:
        if within is not None:
            sub = within.sub(text) if within.subs else (within if text.lower() == "value" else None)
            if sub is None:
                raise bad(f"{within.name} has no {text[:60]!r}.", "invalidFilter")
            attribute, name = sub, sub.name

            def read(row: dict[str, Any]) -> Any:
                return row.get(name)

        else:
            path = located(text, self.kind, "invalidFilter")
            if path.attribute is None:
                raise bad("Name an attribute of the extension.", "invalidFilter")
            attribute = path.sub or path.attribute
            if path.sub is None and attribute.type == "complex":
                attribute = attribute.sub("value") or attribute

            def read(row: dict[str, Any]) -> Any:
                return of(row, path)

        operator = self.next()[1].lower()
        if operator not in _OPERATORS:
            raise bad(f"{operator[:20]!r} is no comparison.", "invalidFilter")
        if operator == "pr":
            return lambda row: any(each not in (None, "", {}, []) for each in _many(read(row)))
        value = self.literal()
        if operator in _NUMERIC and isinstance(value, bool):
            raise bad("True and false have no order.", "invalidFilter")
        compare = _comparing(operator, value, attribute)
        if operator == "ne":
            return lambda row: not any(_comparing("eq", value, attribute)(each) for each in _flat(read(row)))
        return lambda row: any(compare(each) for each in _flat(read(row)))

    def literal(self) -> Any:
        kind, text = self.next()
        if kind == "text":
            try:
                return msgspec.json.decode(text)
            except msgspec.DecodeError:
                raise bad("A text in the filter cannot be read.", "invalidFilter") from None
        if kind == "number":
            return float(text) if "." in text else int(text)
        words = {"true": True, "false": False, "null": None}
        if text.lower() in words:
            return words[text.lower()]
        raise bad("A value is missing in the filter.", "invalidFilter")


def parse(text: str, kind: Kind) -> Test:
    """A filter as a test of resources; 400 ``invalidFilter`` when it cannot be read."""
    reader = _Reader(text, kind)
    found = reader.any_of(None)
    if reader.peek()[0] != "end":
        raise bad("The filter does not end where it should.", "invalidFilter")
    return found


def parse_path(text: str, kind: Kind) -> Path:
    """A path of a patch; 400 ``invalidPath`` when there is no such place."""
    found = re.fullmatch(r"([^\[\]]+)(?:\[(.*)\](?:\.([A-Za-z$][\w$-]*))?)?", text.strip(), re.DOTALL)
    if found is None:
        raise bad(f"{text[:80]!r} is no path.", "invalidPath")
    path = located(found[1], kind, "invalidPath")
    if found[2] is None:
        return path
    attribute = path.attribute
    if attribute is None or path.sub is not None:
        raise bad(f"{text[:80]!r} is no path.", "invalidPath")
    reader = _Reader(found[2], kind)
    test = reader.any_of(attribute)
    if reader.peek()[0] != "end":
        raise bad(f"{text[:80]!r} is no path.", "invalidPath")
    sub = attribute.sub(found[3]) if found[3] else None
    if found[3] and sub is None:
        raise bad(f"{attribute.name} has no {found[3][:60]!r}.", "invalidPath")
    return Path(path.urn, attribute, sub, test, tuple(_equalities(reader.tokens, attribute)))


def located(text: str, kind: Kind, error: str) -> Path:
    """An attribute by its name, with or without its schema's URN."""
    for schema in (kind.schema, *kind.extensions):
        if text.lower() == schema.id.lower() and schema is not kind.schema:
            return Path(schema.id, None)
        if text.lower().startswith(schema.id.lower() + ":"):
            name, _, sub = text[len(schema.id) + 1 :].partition(".")
            urn = "" if schema is kind.schema else schema.id
            return _path(urn, schema.get(name) if urn else top(kind, name), sub, text, error)
    name, _, sub = text.partition(".")
    return _path("", top(kind, name), sub, text, error)


def _path(urn: str, attribute: Attribute | None, sub: str, text: str, error: str) -> Path:
    below = attribute.sub(sub) if attribute is not None and sub else None
    if attribute is None or (sub and below is None):
        raise bad(f"There is no attribute {text[:80]!r}.", error)
    return Path(urn, attribute, below)


def of(row: dict[str, Any], path: Path) -> Any:
    """What a resource has there."""
    holder = row.get(path.urn) or {} if path.urn else row
    if path.attribute is None:
        return holder
    found = holder.get(path.attribute.name)
    if path.sub is None:
        return found
    return [each.get(path.sub.name) for each in _many(found) if isinstance(each, dict)]


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _flat(value: Any) -> Iterator[Any]:
    many = _many(value)
    for each in many:
        yield each.get("value") if isinstance(each, dict) else each
    if not many:
        yield None


def _comparing(operator: str, wanted: Any, attribute: Attribute) -> Callable[[Any], bool]:
    fold = not attribute.exact and isinstance(wanted, str) and attribute.type in ("string", "reference")
    right: Any = wanted.lower() if fold else wanted

    def compare(value: Any) -> bool:
        left: Any = value.lower() if fold and isinstance(value, str) else value
        if operator == "eq":
            return (type(left) is type(right) and bool(left == right)) or (left is None and right is None)
        if left is None or type(left) is not type(right):
            return False
        if operator == "gt":
            return bool(left > right)
        if operator == "ge":
            return bool(left >= right)
        if operator == "lt":
            return bool(left < right)
        if operator == "le":
            return bool(left <= right)
        if not isinstance(left, str):
            return False
        return (
            right in left if operator == "co" else left.startswith(right) if operator == "sw" else left.endswith(right)
        )

    return compare


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise bad(f"The filter cannot be read from {text[at : at + 20]!r} on.", "invalidFilter")
        kind = found.lastgroup or ""
        yield kind, found[kind]
        at = found.end()


def _equalities(tokens: list[tuple[str, str]], attribute: Attribute) -> Iterator[tuple[str, Any]]:
    for (_, name), (_, operator), (kind, value) in zip(tokens, tokens[1:], tokens[2:], strict=False):
        sub = attribute.sub(name)
        if sub is not None and operator.lower() == "eq" and kind == "text":
            yield sub.name, msgspec.json.decode(value)
