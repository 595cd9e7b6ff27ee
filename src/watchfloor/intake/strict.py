"""JSON read strictly: what two readers could understand differently is refused, with the place and one clear sentence.

Python's and msgspec's decoders both let the last of two equal keys win and tell little about where they stopped. At the door of
a system that keeps evidence that is not enough (RFC 8259, sections 4, 6 and 8; I-JSON, RFC 7493, section 2). The C scanner
of the standard library does the work; this module looks at what it found. Pure.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from json.scanner import make_scanner  # type: ignore[attr-defined,unused-ignore]
from typing import Any

import msgspec

from watchfloor.kernel.errors import BadInput

MAX_DIGITS = 40  # of a number as written; more is an attack on the parser, not a quantity
MAX_VALUE = 1024 * 1024  # characters of one row: what is longer is refused before it is unfolded in memory
MAX_TOKENS = 500_000  # brackets and strings looked at to find where a refused row ends
_SPACE = re.compile(r"[ \t\n\r]*")
# Possessive (*+), so that a text of millions of characters leaves no trail of places to come back to.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rf"[\[\]{{}}]|{_STRING}", re.DOTALL)
_SCALAR = re.compile(rf"{_STRING}|[^,\]\s]+", re.DOTALL)


class BadJson(BadInput):
    """The bytes are not JSON as it is defined; nothing of this document (or line) was read."""

    status = 400


class Endless(BadInput):
    """A row so large that even looking for its end costs too much: the document is refused as a whole."""

    status = 413


class _Notes:
    """What the scanner's hooks noticed in one value: they cannot raise, or the place where the value ends would be lost."""

    def __init__(self) -> None:
        self.doubled: list[str] = []
        self.constants: list[str] = []
        self.long_numbers: list[str] = []

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            seen: set[str] = set()
            self.doubled += [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
        return result

    def constant(self, name: str) -> None:
        self.constants.append(name)

    def whole(self, text: str) -> int:
        if len(text) > MAX_DIGITS:
            self.long_numbers.append(text)
            return 0
        return int(text)

    def fraction(self, text: str) -> float:
        value = 0.0 if len(text) > 10 * MAX_DIGITS else float(text)
        if len(text) > 10 * MAX_DIGITS or math.isinf(value):
            self.long_numbers.append(text)
        return value

    def complain(self, where: str) -> None:
        """Raise for the first thing noticed, and forget everything."""
        doubled, constants, numbers = self.doubled, self.constants, self.long_numbers
        self.__init__()  # type: ignore[misc]
        if doubled:
            raise BadInput(
                "duplicate_key", f"The key {doubled[0][:60]!r} appears twice in one object.", where=where,
                hint="Send each key once; readers differ on which of the two counts.",
            )  # fmt: skip
        if constants:
            raise BadInput(
                "not_a_number",
                f"{constants[0]} is not a JSON number.",
                where=where,
                hint="Leave the field out, or send null.",
            )
        if numbers:
            raise BadInput(
                "number_too_large",
                f"The number {numbers[0][:20]}… is too large.",
                where=where,
                hint="Send it as a string.",
            )


class Reader:
    """A strict decoder. Cheap to keep; not shared between threads."""

    def __init__(self) -> None:
        self._notes = _Notes()
        decoder = json.JSONDecoder(
            object_pairs_hook=self._notes.pairs,
            parse_constant=self._notes.constant,
            parse_int=self._notes.whole,
            parse_float=self._notes.fraction,
        )
        self._scan: Any = make_scanner(decoder)  # type: ignore[arg-type]

    def one(self, text: str, where: str = "") -> Any:
        """The single value that ``text`` holds.

        Raises:
            BadJson: it is no JSON (status 400).
            BadInput: a doubled key, NaN or Infinity, a number beyond all bounds, nesting too deep (status 422).
        """
        start = _skip_space(text, 0)
        value, end = self._value(text, start, where)
        end = _skip_space(text, end)
        if end != len(text):
            raise _bad_json("There is something after the end of the JSON value", text, end, where)
        return value

    def array(self, text: str, name: str, limit: int, *, at: int = 0, closing: str = "") -> Iterator[tuple[str, Any]]:
        """The elements of a JSON array as ``(source text, value or BadInput)``; an element that breaks a rule costs only itself.

        Never looks beyond ``limit`` elements. ``name`` begins the place in errors: ``reports[3]``. The array begins at ``at``;
        after it only ``closing`` may come (the brace of an object around it).
        """
        at = _skip_space(text, at)
        if text[at : at + 1] != "[":
            raise _bad_json("An array was expected", text, at, name)
        at = _skip_space(text, at + 1)
        if text[at : at + 1] == "]":
            self._end(text, at + 1, name, closing)
            return
        for index in range(limit + 1):
            if index == limit:
                raise too_many_rows(name, limit)
            where = f"{name}[{index}]"
            result: Any
            try:
                if len(text) - at > MAX_VALUE and (end := _skip_value(text, at, where)) - at > MAX_VALUE:
                    raise row_too_large(where, end - at)
                result, end = self._value(text, at, where)
            except (BadJson, Endless):
                raise
            except BadInput as problem:
                result, end = problem, _skip_value(text, at, where)
            yield text[at:end], result
            at = _skip_space(text, end)
            if text[at : at + 1] == "]":
                self._end(text, at + 1, name, closing)
                return
            if text[at : at + 1] != ",":
                raise _bad_json("A comma or the end of the array was expected", text, at, where)
            at = _skip_space(text, at + 1)

    def _value(self, text: str, at: int, where: str) -> tuple[Any, int]:
        try:
            value, end = self._scan(text, at)
        except StopIteration as stop:
            self._notes.__init__()  # type: ignore[misc]
            at = stop.value if isinstance(stop.value, int) else at
            raise _bad_json("A JSON value was expected", text, at, where) from None
        except json.JSONDecodeError as problem:
            self._notes.__init__()  # type: ignore[misc]
            raise _bad_json(problem.msg, text, problem.pos, where) from None
        except RecursionError:
            self._notes.__init__()  # type: ignore[misc]
            raise BadInput(
                "too_deep", "This nests far too deeply.", where=where, hint="Twelve levels are allowed."
            ) from None
        self._notes.complain(where)
        return value, end

    def _end(self, text: str, at: int, where: str, closing: str) -> None:
        at = _skip_space(text, at)
        if closing:
            if not text.startswith(closing, at):
                raise _bad_json(f"Nothing but {closing!r} may follow the array", text, at, where)
            at = _skip_space(text, at + len(closing))
        if at != len(text):
            raise _bad_json("There is something after the end of the array", text, at, where)


def text_of(body: bytes, where: str = "") -> str:
    """The body as text; a UTF-8 byte order mark is let pass. ``BadJson`` names the first byte that is not UTF-8."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadJson(
            "bad_encoding",
            f"Byte {problem.start + 1:,} is not valid UTF-8.",
            where=where,
            hint="Send UTF-8 without exception.",
        ) from None


def canonical(value: Any, where: str) -> bytes:
    """The value as JSON with sorted keys: what two equal rows have in common however they were spaced and ordered.

    Raises ``BadInput`` for texts that no database and no other program could keep: half a surrogate pair, the NUL character.
    """
    try:
        result = msgspec.json.encode(value, order="sorted")
    except UnicodeEncodeError:
        place = _find(value, where, _has_surrogate)
        raise BadInput(
            "bad_text",
            "A text has half of a surrogate pair (\\ud800 to \\udfff alone).",
            where=place,
            hint="Send whole characters.",
        ) from None
    if b"\\u0000" in result:
        place = _find(value, where, lambda text: "\x00" in text)
        if place:
            raise BadInput("bad_text", "A text may not contain the NUL character.", where=place, hint="Remove U+0000.")
    return result


def too_many_rows(name: str, limit: int) -> BadInput:
    """The error of a batch above the limit."""
    problem = BadInput(
        "too_many_rows",
        f"A batch may have at most {limit:,} rows; nothing of it was taken.",
        where=name,
        hint="Send it in parts.",
    )
    problem.status = 413
    return problem


def row_too_large(where: str, size: int) -> BadInput:
    """The error of a row above the limit."""
    problem = BadInput(
        "row_too_large", f"One row may have at most {MAX_VALUE:,} bytes; this has {size:,}.", where=where
    )
    problem.status = 413
    return problem


def _find(value: Any, where: str, test: Any) -> str:
    """The place of the first text (or key) for which ``test`` holds, or ``""``."""
    todo: list[tuple[str, Any]] = [(where, value)]
    while todo:
        place, item = todo.pop()
        if isinstance(item, str) and test(item):
            return place
        if isinstance(item, dict):
            for key, inner in item.items():
                if test(key):
                    return place
                todo.append((f"{place}.{key[:60]}" if place else key[:60], inner))
        elif isinstance(item, list):
            todo += [(f"{place}[{index}]", inner) for index, inner in enumerate(item)]
    return ""


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _skip_value(text: str, at: int, where: str) -> int:
    """The end of the array or object that begins at ``at``, without recursion; scalars end at the next comma or bracket.

    Raises ``Endless`` when that takes too long.
    """
    if text[at : at + 1] not in {"[", "{"}:
        match = _SCALAR.match(text, at)
        return match.end() if match else at
    depth = 0
    for number, token in enumerate(_TOKEN.finditer(text, at)):
        if number == MAX_TOKENS:
            raise Endless(
                "row_too_large", f"One row may have at most {MAX_VALUE:,} bytes; this one goes on and on.", where=where,
                hint="Nothing of the batch was taken; send it without this row.",
            )  # fmt: skip
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
            if depth == 0:
                return token.end()
    return len(text)


def _bad_json(what: str, text: str, at: int, where: str) -> BadJson:
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    what = what[0].upper() + what[1:]
    return BadJson(
        "bad_json", f"{what} (line {line}, column {column}).", where=where, hint="The body must be valid JSON."
    )
