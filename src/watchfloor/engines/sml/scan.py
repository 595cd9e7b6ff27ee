"""All patterns of a rule set over one text, looked for in one pass.

Patterns that have a portable spelling (see ``dialect``) go into a set of RE2, which runs them side by side in time
proportional to the text. Texts of ASCII only have a set of their own; the other set holds the spellings for any text. What
has no spelling is run by itself. Without RE2 every pattern is run by itself: slower, with the same answers.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from watchfloor.engines.sml.limits import MAX_REGEX_TEXT
from watchfloor.engines.sml.patterns import Pattern

_MEMORY = 64 << 20
"""Bytes one set may use for its automaton."""

_SET = 64
"""Patterns in one set: the automaton of very many patterns outgrows its memory."""

Finder = Callable[[str], int]


def scanner(patterns: Sequence[Pattern]) -> Finder:
    """A function that gives, for a text, a number whose bit ``i`` is set if pattern ``i`` is found in it."""
    plain = [_set(patterns, begin, ascii_only=True) for begin in range(0, len(patterns), _SET)]
    wide = [_set(patterns, begin, ascii_only=False) for begin in range(0, len(patterns), _SET)]

    def scan(text: str) -> int:
        text = text if len(text) <= MAX_REGEX_TEXT else text[:MAX_REGEX_TEXT]
        found = 0
        for find in plain if text.isascii() else wide:
            found |= find(text)
        return found

    if len(plain) > 1:
        return scan
    only_plain, only_wide = plain[0], wide[0]

    def scan_one(text: str) -> int:
        if len(text) > MAX_REGEX_TEXT:
            text = text[:MAX_REGEX_TEXT]
        return only_plain(text) if text.isascii() else only_wide(text)

    return scan_one


def _set(patterns: Sequence[Pattern], begin: int, *, ascii_only: bool) -> Finder:
    """The finder of ``_SET`` patterns from ``begin`` on."""
    alone: list[tuple[int, Pattern]] = []
    spelt: list[tuple[int, str, Pattern]] = []
    for number, pattern in enumerate(patterns[begin : begin + _SET], begin):
        spelling = pattern.portable and (pattern.portable.ascii if ascii_only else pattern.portable.any)
        if spelling:
            spelt.append((1 << number, spelling, pattern))
        elif not (ascii_only and pattern.beyond_ascii):
            alone.append((1 << number, pattern))
    match, bits, refused = _matcher(spelt)
    alone += refused
    one_by_one = [*alone, *((bit, pattern) for bit, _, pattern in spelt if (bit, pattern) not in refused)]

    def slowly(text: str, some: Sequence[tuple[int, Pattern]]) -> int:
        found = 0
        for bit, pattern in some:
            if pattern.search(text):
                found |= bit
        return found

    if match is None:
        return lambda text: slowly(text, one_by_one)

    def find(text: str) -> int:
        hits = match(text)
        if not hits:  # not even the pattern that is always found: the automaton outgrew its memory
            return slowly(text, one_by_one)
        found = 0
        if len(hits) > 1:
            for hit in hits:
                found |= bits[hit]
        return found | slowly(text, alone) if alone else found

    return find


def has_sets() -> bool:
    """Whether RE2 is there."""
    return _library() is not None


def _library() -> Any:
    """RE2, or None; other things go by its name too."""
    try:
        found = importlib.import_module("re2")
    except ImportError:
        return None
    return found if hasattr(found, "Set") else None


def _matcher(
    spelt: list[tuple[int, str, Pattern]],
) -> tuple[Callable[[str], list[int] | None] | None, list[int], list[tuple[int, Pattern]]]:
    """RE2's set of some patterns, the bits of its answers, and the patterns that it refuses. The last is found always."""
    re2 = _library()
    if re2 is None:
        return None, [], []
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    made = re2.Set.SearchSet(options)
    bits: list[int] = []
    refused: list[tuple[int, Pattern]] = []
    for bit, spelling, pattern in spelt:
        try:
            made.Add(spelling)
            bits.append(bit)
        except re2.error:
            refused.append((bit, pattern))
    made.Add("")
    bits.append(0)
    try:
        made.Compile()
    except re2.error:
        return None, [], []
    return made.Match, bits, refused
