"""Values that fit a JSON schema, and values that fit it nowhere: what a program may send, honest or not. Seeded, so that a run can be repeated."""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

import math
import uuid
from random import Random
from typing import Any

TEXTS = (
    "", " ", "a", "something", "\0", "a\0b", "\ud800", "\u202e\u200b", "é" * 40, "x" * 5_000, "'; DROP TABLE x; --", "{{7*7}}", "../../etc/passwd", "%00", "null",
    "2026-13-45T99:99:99Z", "2026-03-01T12:00:00Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "-1", "1e999", "NaN", "true", "📎" * 9, "<b>", "a,b\n\"c",
    "(" * 200, "[[[[[", "^(a+)+$", "\\", "case_00000000000000000000000000", "00000000-0000-0000-0000-000000000007", "en-XX-x-y", "US", "\r\nX: y",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 7, 1_000, 2**31 - 1, 2**31, -(2**31) - 1, 2**63, 2**64, 10**30, 0.5, -0.0, 1e308, 1e-320)
ODD = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": None},
    "",
    0,
    -1,
    1.5,
    "x",
    [1, "x", None],
    {"a": {"b": [{}]}},
    {"__proto__": 1},
    "\0",
)


class Maker:
    """Makes values of a document's schemas with one source of chance."""

    def __init__(self, document: dict[str, Any], seed: int) -> None:
        self.schemas, self.chance = document.get("components", {}).get("schemas", {}), Random(seed)

    def value(self, schema: dict[str, Any], depth: int = 0, wild: float = 0.12) -> Any:
        """A value of it; with the chance ``wild`` of any part another."""
        pick = self.chance
        if pick.random() < wild:
            return pick.choice((pick.choice(ODD), pick.choice(TEXTS), pick.choice(NUMBERS)))
        if "$ref" in schema:
            return self.value(self.schemas[schema["$ref"].rsplit("/", 1)[1]], depth + 1, wild)
        for many in ("anyOf", "oneOf", "allOf"):
            if schema.get(many):
                return self.value(pick.choice(schema[many]), depth + 1, wild)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return pick.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = pick.choice(kind)
        return getattr(self, f"_{kind}", self._null)(schema, depth, wild)

    def _object(self, schema: dict[str, Any], depth: int, wild: float) -> Any:
        needed = set(schema.get("required", ()))
        made = {
            name: self.value(each, depth + 1, wild)
            for name, each in schema.get("properties", {}).items()
            if name in needed or (depth < 6 and self.chance.random() < 0.5)
        }
        more = schema.get("additionalProperties")
        if more not in (None, False) and depth < 5:
            made[self.chance.choice(TEXTS[2:9])[:50]] = self.value(
                more if isinstance(more, dict) else {}, depth + 1, wild
            )
        if self.chance.random() < wild / 2:
            made[self.chance.choice(TEXTS)[:60]] = self.chance.choice(ODD)
        return made

    def _array(self, schema: dict[str, Any], depth: int, wild: float) -> Any:
        count = self.chance.choice((schema.get("minItems", 0), 1, 2)) if depth < 6 else schema.get("minItems", 0)
        return [self.value(schema.get("items", {}), depth + 1, wild) for _ in range(count)]

    def _string(self, schema: dict[str, Any], depth: int, wild: float) -> Any:
        form, pick = schema.get("format", ""), self.chance
        known = {
            "date-time": "2026-03-01T12:00:00Z", "date": "2026-03-01", "uuid": str(uuid.UUID(int=pick.getrandbits(128))), "email": "a@example.org",
            "uri": "https://example.org/x", "time": "12:00:00", "duration": "PT1H",
        }  # fmt: skip
        if form in known:
            return known[form]
        text = pick.choice(TEXTS[2:])
        return text[: schema["maxLength"]] if "maxLength" in schema and pick.random() < 0.8 else text

    def _integer(self, schema: dict[str, Any], depth: int, wild: float) -> Any:
        low, high = schema.get("minimum", 0), schema.get("maximum", 50)
        return self.chance.choice((low, high, self.chance.randint(int(low), max(int(low), int(high))), *NUMBERS[:6]))

    def _number(self, schema: dict[str, Any], depth: int, wild: float) -> Any:
        return self.chance.choice(
            (schema.get("minimum", 0.0), schema.get("maximum", 1.0), 0.5, *(n for n in NUMBERS if math.isfinite(n)))
        )

    def _boolean(self, schema: dict[str, Any], depth: int, wild: float) -> Any:
        return self.chance.random() < 0.5

    def _null(self, schema: dict[str, Any], depth: int, wild: float) -> Any:
        return None


def misfit(schemas: dict[str, Any], schema: Any, value: Any, where: str = "$", depth: int = 0) -> str:
    """Where a value does not keep to a schema, in words; an empty string where it does. As much of the standard as our documents use."""
    if depth > 40 or not isinstance(schema, dict) or not schema:
        return ""
    if "$ref" in schema:
        return misfit(schemas, schemas[schema["$ref"].rsplit("/", 1)[1]], value, where, depth + 1)
    for many in ("anyOf", "oneOf"):
        if many in schema:
            found = [misfit(schemas, each, value, where, depth + 1) for each in schema[many]]
            return "" if not all(found) else min(found, key=len)
    for each in schema.get("allOf", ()):
        if wrong := misfit(schemas, each, value, where, depth + 1):
            return wrong
    if "const" in schema and value != schema["const"]:
        return f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where}: {value!r} is none of {schema['enum']!r}"[:200]
    kinds = schema.get("type")
    if kinds is not None and not any(_is(kind, value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return f"{where}: {str(value)[:40]!r} is no {kinds}"
    if isinstance(value, dict):
        for name in schema.get("required", ()):
            if name not in value:
                return f"{where}: {name} is missing"
        for name, each in value.items():
            part = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if part is False:
                return f"{where}: {name} is not described"
            if wrong := misfit(schemas, part, each, f"{where}.{name}", depth + 1):
                return wrong
    if isinstance(value, list):
        for number, each in enumerate(value[:20]):
            if wrong := misfit(schemas, schema.get("items"), each, f"{where}[{number}]", depth + 1):
                return wrong
    return ""


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, (int, float)) and not isinstance(value, bool)
