"""Regular expressions: checked for runaway shapes when loaded, and given a cheap test that skips most texts.

The cheap test: from most patterns one can read off texts of which at least one must occur in any match
(``viagra|cialis``
needs one of the two words). Looking for a plain text is some fifty times cheaper than running the pattern, so the
pattern
runs only where one of them occurs. The test never skips a text that the pattern would match (a property test holds
it to that).
"""

from __future__ import annotations

import importlib
import re
from typing import Any

import msgspec

from watchfloor.engines.sml.dialect import Portable, respell
from watchfloor.engines.sml.limits import MAX_PATTERN

# CPython's own reading of a pattern; there is no public name for it. Typed as Any on purpose.
_parser: Any = importlib.import_module("re._parser")
_codes: Any = importlib.import_module("re._constants")

_MAX_NEEDLES = 24
_UNBOUNDED = 32
"""From this many repetitions on, a repeat counts as unbounded."""

# The only characters outside ASCII that ``re.IGNORECASE`` takes for ASCII letters (dotted and dotless i, long s,
# Kelvin sign).
_FOLDS = {0x130: "i", 0x131: "i", 0x17F: "s", 0x212A: "k"}


class Pattern(msgspec.Struct, frozen=True):
    """A pattern ready to be used.

    Attributes:
        compiled: for ``search``.
        needles: at least one of these must occur in a text that matches; empty when nothing can be said.
        folded: whether the needles are to be sought in ``fold(text)`` instead of the text.
        beyond_ascii: every match holds a character outside ASCII, so plain texts need no search.
        portable: how other engines spell it; None for what only ``re`` can run.
        source: as the author wrote it.
    """

    compiled: Any
    needles: tuple[str, ...]
    folded: bool
    beyond_ascii: bool = False
    portable: Portable | None = None
    source: str = ""

    def search(self, text: str) -> bool:
        """Whether the pattern is found in the text."""
        if self.beyond_ascii and text.isascii():
            return False
        if self.needles:
            where = fold(text) if self.folded else text
            if not any(needle in where for needle in self.needles):
                return False
        return self.compiled.search(text) is not None


class PatternError(Exception):
    """The pattern cannot be used; the message says why."""


def fold(text: str) -> str:
    """The text with ASCII letters, and what ignoring case takes for them, in lower case."""
    return text.lower() if text.isascii() else text.translate(_FOLDS).lower()


def compile_pattern(pattern: str, case_insensitive: bool) -> Pattern:
    """Compile and check a pattern.

    Raises:
        PatternError: it is no regular expression, or its running time could explode.
    """
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"the pattern is longer than {MAX_PATTERN:,} characters")
    flags = re.IGNORECASE if case_insensitive else 0
    try:
        compiled = re.compile(pattern, flags)
        tree = _parser.parse(pattern, flags)
    except (re.error, OverflowError, RecursionError, MemoryError) as error:
        place = f" at character {error.pos + 1}" if isinstance(error, re.error) and error.pos is not None else ""
        reason = error.msg if isinstance(error, re.error) else "it is too large"
        raise PatternError(f"the pattern is no regular expression: {reason}{place}") from error
    _refuse_runaway(tree)
    folded = bool(compiled.flags & re.IGNORECASE) or _changes_case(tree)
    needles = _needles(tree)
    if folded:
        # Only ASCII letters fold alike everywhere; other needles are left to the pattern itself.
        needles = tuple(needle.lower() for needle in needles) if all(needle.isascii() for needle in needles) else ()
    beyond_ascii = not folded and not needles and _beyond_ascii(tree)
    portable = respell(tree, compiled.flags)
    return Pattern(compiled, tuple(dict.fromkeys(needles)), folded, beyond_ascii, portable, pattern)


def _changes_case(tree: Any) -> bool:
    """Whether a part of the pattern switches case on or off for itself: ``(?i:...)``."""
    for op, arg in tree:
        if op is _codes.SUBPATTERN and (arg[1] or arg[2]):
            return True
        if any(_changes_case(part) for part in _parts(op, arg)):
            return True
    return False


def _parts(op: Any, arg: Any) -> list[Any]:
    """The patterns inside one element."""
    if op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT, _codes.POSSESSIVE_REPEAT):
        return [arg[2]]
    if op is _codes.SUBPATTERN:
        return [arg[3]]
    if op is _codes.BRANCH:
        return list(arg[1])
    if op is _codes.ATOMIC_GROUP:
        return [arg]
    if op in (_codes.ASSERT, _codes.ASSERT_NOT):
        return [arg[1]]
    if op is _codes.GROUPREF_EXISTS:
        return [part for part in arg[1:] if part is not None]
    return []


# --- needles ----------------------------------------------------------------------------------------------------------


def _needles(tree: Any) -> tuple[str, ...]:
    """Texts of which one must occur in a match of the sequence ``tree``: the best of what its elements demand."""
    best: tuple[str, ...] = ()
    run = ""
    for op, arg in [*tree, (None, None)]:
        if op is _codes.LITERAL:
            run += chr(arg)
            continue
        best = _better(best, (run,) if run else ())
        run = ""
        if op is _codes.SUBPATTERN and not arg[1] and not arg[2] and _is_text(arg[3]):
            run = "".join(chr(value) for _, value in arg[3])
        elif op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT, _codes.POSSESSIVE_REPEAT):
            if arg[0] >= 1:
                best = _better(best, _needles(arg[2]))
        elif op is _codes.SUBPATTERN:
            best = _better(best, _needles(arg[3]))
        elif op is _codes.ATOMIC_GROUP:
            best = _better(best, _needles(arg))
        elif op is _codes.BRANCH:
            best = _better(best, _branch_needles(arg[1]))
    return best


def _is_text(tree: Any) -> bool:
    return all(op is _codes.LITERAL for op, _ in tree)


def _branch_needles(branches: list[Any]) -> tuple[str, ...]:
    found: list[str] = []
    for branch in branches:
        needles = _needles(branch)
        if not needles:
            return ()
        found.extend(needles)
    return tuple(found) if len(found) <= _MAX_NEEDLES else ()


def _better(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """The more telling demand: the one whose shortest text is longer, then the one with fewer texts."""
    if not old or not new:
        return old or new
    return max(old, new, key=lambda needles: (min(len(needle) for needle in needles), -len(needles)))


def _beyond_ascii(tree: Any) -> bool:
    """Whether some obligatory element of the pattern is a class of characters that are all outside ASCII."""
    for op, arg in tree:
        if op is _codes.IN and all(_starts_beyond(kind, value) for kind, value in arg):
            return True
        if op is _codes.SUBPATTERN and _beyond_ascii(arg[3]):
            return True
        if (
            op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT, _codes.POSSESSIVE_REPEAT)
            and arg[0] >= 1
            and _beyond_ascii(arg[2])
        ):
            return True
    return False


def _starts_beyond(kind: Any, value: Any) -> bool:
    return bool((kind is _codes.LITERAL and value > 127) or (kind is _codes.RANGE and value[0] > 127))


# --- runaway patterns -------------------------------------------------------------------------------------------------


def _refuse_runaway(tree: Any) -> None:
    """Refuse a repeat whose body can be cut up in more than one way: its time doubles with each character.

    Raises:
        PatternError: such a repeat, or a back-reference, is in the pattern.
    """
    for op, arg in tree:
        if op in (_codes.GROUPREF, _codes.GROUPREF_EXISTS):
            raise PatternError("back-references such as `\\1` are not allowed: their time cannot be bounded")
        if op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT) and _is_unbounded(arg) and _is_ambiguous(arg[2]):
            raise PatternError(
                "a repeat stands inside a repeat, as in `(a+)+`, with nothing that must come between: "
                "its time can explode"
            )
        for part in _parts(op, arg):
            _refuse_runaway(part)


def _is_unbounded(arg: Any) -> bool:
    return bool(arg[1] is _codes.MAXREPEAT or arg[1] >= _UNBOUNDED)


def _is_ambiguous(body: Any) -> bool:
    """Whether repeating ``body`` can match one text in many ways: an open-ended part and nothing else that is
    obligatory."""
    elements = _flat(body)
    open_ended = 0
    obligatory = 0
    for op, arg in elements:
        if op is _codes.BRANCH:
            if any(_is_ambiguous(branch) for branch in arg[1]) or _first_characters_clash(arg[1]):
                return True
            obligatory += 1
        elif op in (_codes.MAX_REPEAT, _codes.MIN_REPEAT):
            if _is_unbounded(arg):
                open_ended += 1
            elif arg[0] > 0:
                obligatory += 1
        elif op not in (_codes.AT, _codes.ASSERT, _codes.ASSERT_NOT):
            obligatory += 1
    return open_ended > 0 and obligatory == 0


def _flat(tree: Any) -> list[tuple[Any, Any]]:
    """The elements of a sequence, with plain groups opened."""
    found: list[tuple[Any, Any]] = []
    for op, arg in tree:
        if op is _codes.SUBPATTERN:
            found.extend(_flat(arg[3]))
        else:
            found.append((op, arg))
    return found


def _first_characters_clash(branches: list[Any]) -> bool:
    """Whether two branches are the same, or a wildcard stands beside another: ``(a|a)*``, ``(.|x)*``."""
    shapes = [str(_flat(branch)) for branch in branches]
    wild = any(len(_flat(branch)) == 1 and _flat(branch)[0][0] is _codes.ANY for branch in branches)
    return len(shapes) != len(set(shapes)) or (len(shapes) > 1 and wild)
