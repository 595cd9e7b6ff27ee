"""Patterns respelt so that other engines find exactly what CPython's ``re`` finds.

CPython's reading of a pattern is the meaning of the language. It is written out again without anything on which engines
differ: every class of characters as explicit ranges, every ignored case as the characters it stands for, ``$`` as "an
optional line end, then the end". The result means the same in RE2 (the row engine's sets of patterns) and in Rust's regex
crate (columns), and both take time in proportion to the text.

There are two spellings: one for texts of ASCII only, and one for any text. The second does not exist for patterns with a
``\\b`` whose two sides are not known, because engines differ on which letters make words. Look-arounds, back-references,
atomic groups and possessive repeats have neither: they are left to ``re``.
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any

import msgspec

_codes: Any = importlib.import_module("re._constants")

Ranges = tuple[tuple[int, int], ...]
"""Characters as ranges of code points, both ends included, in order and apart."""

_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
_MAX_REPEAT = 1000
"""RE2 counts no further."""

_MAX_SPELT = 200_000
_CATEGORIES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}


class Portable(msgspec.Struct, frozen=True):
    """A pattern respelt: ``ascii`` for texts of ASCII only, ``any`` for every text, or None where that is not possible.

    ``loose`` finds all that the pattern finds in any text, and perhaps more; None where that would be nothing else than
    ``any``. It has no ``\\b``, so that an engine can jump from one occurrence of its letters to the next.
    """

    ascii: str
    any: str | None
    loose: str | None = None


class _NotPortable(Exception):
    """There is no such spelling."""


def respell(tree: Any, flags: int) -> Portable | None:
    """The portable spellings of a parsed pattern, or None.

    Args:
        tree: from CPython's parser.
        flags: of ``re``, those written inside the pattern included.
    """
    try:
        ascii_only = _Speller(True).top(tree, flags)
        loose = _Speller(False, loose=True).top(tree, flags)
    except _NotPortable:
        return None
    try:
        exact = _Speller(False).top(tree, flags)
    except _NotPortable:
        return Portable(ascii_only, None, loose)
    return Portable(ascii_only, exact, loose if loose != exact else None)


class _Speller:
    """Writes one spelling."""

    def __init__(self, ascii_only: bool, *, loose: bool = False) -> None:
        self.ascii_only, self.loose = ascii_only, loose

    def top(self, tree: Any, flags: int) -> str:
        """A whole pattern."""
        text = self.sequence(list(tree), flags, first=True, last=True)
        if len(text) > _MAX_SPELT:
            raise _NotPortable
        return text

    def sequence(self, items: list[Any], flags: int, *, first: bool, last: bool) -> str:
        """Elements in a row. ``first`` and ``last`` tell that nothing stands before and after them in the pattern."""
        parts = []
        for place, (op, arg) in enumerate(items):
            at_start, at_end = first and place == 0, last and place == len(items) - 1
            if op is _codes.AT and arg in (_codes.AT_BOUNDARY, _codes.AT_NON_BOUNDARY):
                parts.append(self._boundary(items, place, flags, at_start, at_end))
            else:
                parts.append(self._one(op, arg, flags, at_start, at_end))
        return "".join(parts)

    def _one(self, op: Any, arg: Any, flags: int, first: bool, last: bool) -> str:
        if op in (_codes.LITERAL, _codes.NOT_LITERAL, _codes.IN, _codes.ANY):
            found = _characters(op, arg, flags)
            # A text of ASCII has nothing else to be found.
            return _spelt(
                tuple((low, min(high, 127)) for low, high in found if low < 128) if self.ascii_only else found
            )
        if op is _codes.BRANCH:
            return f"(?:{'|'.join(self.sequence(list(branch), flags, first=first, last=last) for branch in arg[1])})"
        if op is _codes.SUBPATTERN:
            return f"(?:{self.sequence(list(arg[3]), flags & ~arg[2] | arg[1], first=first, last=last)})"
        if op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT):  # what is found lazily is found
            return self._repeat(arg, flags)
        if op is _codes.AT:
            return self._place(arg, flags, last)
        raise _NotPortable

    def _repeat(self, arg: Any, flags: int) -> str:
        least, most, body = arg
        unbounded = most is _codes.MAXREPEAT
        if least > _MAX_REPEAT or (not unbounded and most > _MAX_REPEAT):
            raise _NotPortable
        return f"(?:{self.sequence(list(body), flags, first=False, last=False)}){{{least},{'' if unbounded else most}}}"

    def _place(self, where: Any, flags: int, last: bool) -> str:
        many_lines = bool(flags & re.MULTILINE)
        if where is _codes.AT_BEGINNING_STRING or (where is _codes.AT_BEGINNING and not many_lines):
            return r"\A"
        if where is _codes.AT_BEGINNING:
            return "(?m:^)"
        if where is _codes.AT_END_STRING:
            return r"\z"
        if where is _codes.AT_END and many_lines:
            return "(?m:$)"
        if where is _codes.AT_END and last:
            return r"(?:\n?\z)"
        raise _NotPortable

    def _boundary(self, items: list[Any], place: int, flags: int, first: bool, last: bool) -> str:
        """``\\b`` and ``\\B``, by what is known of the characters on both sides."""
        if self.loose:
            return ""
        negative = items[place][1] is _codes.AT_NON_BOUNDARY
        if self.ascii_only and not negative:
            return r"\b"
        word = _category("WORD", bool(flags & re.ASCII))
        other = _but(word)
        before = _kind(_edge(items[:place][::-1], flags, -1), word, other)
        after = _kind(_edge(items[place + 1 :], flags, 0), word, other)
        if before is not None and after is not None:
            return "" if (before != after) is not negative else _spelt(())
        if negative:  # engines differ on what \B finds in an empty text
            raise _NotPortable
        # At either end of the pattern one may look at the next character by taking it: nothing else wants it.
        if first and after is not None:
            return rf"(?:\A|{_spelt(other)})" if after else _spelt(word)
        if last and before is not None:
            return rf"(?:\z|{_spelt(other)})" if before else _spelt(word)
        raise _NotPortable


# --- which characters -------------------------------------------------------------------------------------------------


def _edge(items: list[Any], flags: int, side: int) -> Ranges | None:
    """The characters a match of ``items`` may begin with (or end with, if they come reversed); None if not known."""
    found: list[tuple[int, int]] = []
    for op, arg in items:
        ranges, may_be_empty = _edge_of(op, arg, flags, side)
        if ranges is None:
            return None
        found.extend(ranges)
        if not may_be_empty:
            return _joined(found)
    return None


def _edge_of(op: Any, arg: Any, flags: int, side: int) -> tuple[Ranges | None, bool]:
    """The same of one element, and whether it may match nothing."""
    if op in (_codes.LITERAL, _codes.NOT_LITERAL, _codes.IN, _codes.ANY):
        return _characters(op, arg, flags), False
    inner: list[Any] = []
    may_be_empty = False
    if op is _codes.SUBPATTERN:
        flags, inner = flags & ~arg[2] | arg[1], [arg[3]]
    elif op is _codes.BRANCH:
        inner = arg[1]
    elif op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT):
        inner, may_be_empty = [arg[2]], arg[0] == 0
    found: list[tuple[int, int]] = []
    for part in inner:
        edge = _edge(list(part)[:: 1 if side == 0 else -1], flags, side)
        if edge is None:
            return None, True
        found.extend(edge)
    return (_joined(found) if inner else None), may_be_empty


def _kind(edge: Ranges | None, word: Ranges, other: Ranges) -> bool | None:
    """Whether all of some characters are word characters, or none; None if neither is known."""
    if edge is None or not edge:
        return None
    if not _common(edge, other):
        return True
    return False if not _common(edge, word) else None


def _characters(op: Any, arg: Any, flags: int) -> Ranges:
    """The characters an element stands for."""
    if op is _codes.ANY:
        return ((0, _LAST),) if flags & re.DOTALL else _but(((10, 10),))
    if op is not _codes.IN:
        found = _with_case(((arg, arg),), flags)
        return found if op is _codes.LITERAL else _but(found)
    ranges: list[tuple[int, int]] = []
    negated = False
    for kind, value in arg:
        if kind is _codes.NEGATE:
            negated = True
        elif kind is _codes.LITERAL:
            ranges.append((value, value))
        elif kind is _codes.RANGE:
            ranges.append(value)
        elif kind is _codes.CATEGORY:
            name = str(value).removeprefix("CATEGORY_")
            inside = _category(name.removeprefix("NOT_"), bool(flags & re.ASCII))
            ranges.extend(_but(inside) if name.startswith("NOT_") else inside)
        else:
            raise _NotPortable
    made = _with_case(_joined(ranges), flags)
    return _but(made) if negated else made


@cache
def _category(name: str, ascii_only: bool) -> Ranges:
    if name not in _CATEGORIES:
        raise _NotPortable
    runs = re.compile(f"{_CATEGORIES[name]}+", re.ASCII if ascii_only else 0).finditer(_assigned())
    return tuple((run.start(), run.end() - 1) for run in runs)


@cache
def _assigned() -> str:
    """Every character of the planes that hold letters, digits and spaces: the first four."""
    return "".join(map(chr, range(0x40000)))


@cache
def _cased() -> str:
    """Every character that has to do with case; Unicode keeps them below its third plane."""
    return "".join(char for char in map(chr, range(0x20000)) if char.lower() != char or char.upper() != char)


@cache
def _with_case(ranges: Ranges, flags: int) -> Ranges:
    """With what ignoring case takes for these characters, as CPython does."""
    if not flags & re.IGNORECASE or not ranges:
        return ranges
    source = "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]+"
    runs = re.compile(source, flags & (re.IGNORECASE | re.ASCII)).findall(_cased())
    return _joined([*ranges, *((ord(char), ord(char)) for run in runs for char in run)])


def _joined(ranges: list[tuple[int, int]]) -> Ranges:
    """In order, and those that meet as one."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return tuple(made)


def _but(ranges: Ranges) -> Ranges:
    """All other characters."""
    made, low = [], 0
    for begin, end in ranges:
        if begin > low:
            made.append((low, begin - 1))
        low = end + 1
    if low <= _LAST:
        made.append((low, _LAST))
    return tuple(made)


def _common(one: Ranges, other: Ranges) -> bool:
    """Whether two sets of characters share any."""
    return any(low <= end and begin <= high for low, high in one for begin, end in other)


def _spelt(ranges: Ranges) -> str:
    """A class of characters; surrogates are no characters and left out."""
    parts = []
    for low, high in ranges:
        for begin, end in ((low, min(high, _SURROGATES[0] - 1)), (max(low, _SURROGATES[1] + 1), high)):
            if begin <= end:
                parts.append(_char(begin) if begin == end else f"{_char(begin)}-{_char(end)}")
    if not parts:
        return r"[^\x{0}-\x{10FFFF}]"
    if len(parts) == 1 and ranges[0][0] == ranges[0][1]:
        return parts[0]
    return f"[{''.join(parts)}]"


def _char(code: int) -> str:
    return chr(code) if chr(code).isalnum() and code < 128 else f"\\x{{{code:X}}}"
