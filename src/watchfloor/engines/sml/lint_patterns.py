"""Which regular expressions match every text, and which none, as far as their form shows it."""

from __future__ import annotations

import importlib
import re
from typing import Any

# CPython's own reading of a pattern; there is no public name for it. Typed as Any on purpose.
_parser: Any = importlib.import_module("re._parser")
_codes: Any = importlib.import_module("re._constants")
_BEGIN = (_codes.AT_BEGINNING, _codes.AT_BEGINNING_STRING)
_END = (_codes.AT_END, _codes.AT_END_STRING)


def matches_everything(pattern: str) -> bool:
    """Whether the pattern can match the empty text anywhere, so that it is found in every text."""
    tree = _parse(pattern)
    return tree is not None and tree.getwidth()[0] == 0 and _holds_anywhere(tree)


def _holds_anywhere(tree: Any) -> bool:
    """Whether some way of matching the empty text looks at nothing around it."""
    for op, arg in tree:
        if op in (_codes.AT, _codes.ASSERT, _codes.ASSERT_NOT):
            return False
        if op is _codes.SUBPATTERN and not (arg[3].getwidth()[0] == 0 and _holds_anywhere(arg[3])):
            return False
        if op is _codes.BRANCH and not any(way.getwidth()[0] == 0 and _holds_anywhere(way) for way in arg[1]):
            return False
        if op is _codes.ATOMIC_GROUP and not _holds_anywhere(arg):
            return False
        if (
            op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT, _codes.POSSESSIVE_REPEAT)
            and arg[0]
            and not _holds_anywhere(arg[2])
        ):
            return False
    return True


def matches_nothing(pattern: str) -> bool:
    """Whether something must come before a beginning, or after an end."""
    tree = _parse(pattern)
    if tree is None or re.compile(pattern).flags & re.MULTILINE:
        return False
    return _impossible(tree)


def _impossible(tree: Any) -> bool:
    solid_before = ended = False
    for op, arg in tree:
        if op is _codes.AT and arg in _BEGIN and solid_before:
            return True
        if op is _codes.AT and arg in _END:
            ended = True
            continue
        inner = arg[3] if op is _codes.SUBPATTERN else None
        if inner is not None and not (arg[1] or arg[2]) and _impossible(inner):
            return True
        if op is _codes.BRANCH and all(_impossible(way) for way in arg[1]):
            return True
        if _solid(op, arg):
            if ended and _not_newline(op, arg):
                return True
            solid_before = True
    return False


def _solid(op: Any, arg: Any) -> bool:
    """Whether the element takes at least one character."""
    if op in (_codes.LITERAL, _codes.NOT_LITERAL, _codes.IN, _codes.ANY):
        return True
    if op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT, _codes.POSSESSIVE_REPEAT):
        return bool(arg[0] > 0 and arg[2].getwidth()[0] > 0)
    return bool(op is _codes.SUBPATTERN and arg[3].getwidth()[0] > 0)


def _not_newline(op: Any, arg: Any) -> bool:
    """Whether the element cannot be the line break that `$` lets stand at the very end."""
    return bool(op is _codes.LITERAL and arg != 10) or op is _codes.ANY


def _parse(pattern: str) -> Any:
    try:
        return _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
