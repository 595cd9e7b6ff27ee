"""Functions that look for regular expressions."""

from __future__ import annotations

import re

from watchfloor.engines.sml.function import BadArgument, Cost, function
from watchfloor.engines.sml.limits import MAX_REGEX_TEXT
from watchfloor.engines.sml.patterns import Pattern, PatternError, compile_pattern

_HINT = "Patterns are those of Python's `re`, without back-references; write them as r'...'."


def _compile(argument: str, pattern: str, case_insensitive: bool) -> Pattern:
    try:
        return compile_pattern(pattern, case_insensitive)
    except PatternError as error:
        message = str(error)
        raise BadArgument(argument, f"{message[0].upper()}{message[1:]}.", _HINT) from error


_SLOW = "This pattern uses what cannot be run in time proportional to the text; it is run by itself, more slowly."
_SLOW_HINT = "That is a look-around, an atomic group, a possessive repeat, `\\B`, or `$` before the pattern's end."


def _warnings(argument: str, *patterns: Pattern) -> tuple[BadArgument, ...]:
    """What a rule's author should know of patterns outside the dialect; they still run."""
    if all(pattern.portable is not None for pattern in patterns):
        return ()
    return (BadArgument(argument, _SLOW, _SLOW_HINT),)


@function(category="regex", cost=Cost.REGEX, total=True)
class RegexMatch:
    """Whether the pattern is found anywhere in the text.

    Args:
        target: the text.
        pattern: the regular expression.
        case_insensitive: whether upper and lower case are the same.
    """

    def __init__(self, pattern: str, case_insensitive: bool = False) -> None:
        self.pattern = _compile("pattern", pattern, case_insensitive)
        self.warnings = _warnings("pattern", self.pattern)

    def __call__(self, target: str) -> bool:
        return self.pattern.search(target[:MAX_REGEX_TEXT])


@function(category="regex", cost=Cost.HEAVY)
class RegexMatchMap:
    """Whether the pattern is found in any, or all, of the texts of a list.

    Args:
        target: the texts.
        pattern: the regular expression.
        case_insensitive: whether upper and lower case are the same.
        mode: 'any' or 'all'.
    """

    def __init__(self, pattern: str, case_insensitive: bool = False, mode: str = "any") -> None:
        if mode not in ("any", "all"):
            raise BadArgument("mode", "`mode` is 'any' or 'all'.")
        self._pattern = _compile("pattern", pattern, case_insensitive)
        self.warnings = _warnings("pattern", self._pattern)
        self._all = mode == "all"

    def __call__(self, target: list[str]) -> bool:
        found = (self._pattern.search(text[:MAX_REGEX_TEXT]) for text in target)
        return all(found) if self._all else any(found)


@function(category="regex", cost=Cost.HEAVY, total=True)
class CountRegexMatches:
    """How many of the patterns are found in the text.

    Args:
        target: the text.
        patterns: regular expressions; each counts once at most.
        case_insensitive: whether upper and lower case are the same.
    """

    def __init__(self, patterns: list[str], case_insensitive: bool = False) -> None:
        self.patterns = [_compile("patterns", pattern, case_insensitive) for pattern in patterns]
        self.warnings = _warnings("patterns", *self.patterns)

    def __call__(self, target: str) -> int:
        return sum(pattern.search(target[:MAX_REGEX_TEXT]) for pattern in self.patterns)


@function(category="regex", cost=Cost.REGEX, total=True)
class TextContains:
    """Whether a word or phrase stands in the text as whole words; case does not matter by default.

    Args:
        text: the text.
        phrase: the word or phrase, taken literally.
        case_sensitive: whether upper and lower case differ.
    """

    def __init__(self, phrase: str, case_sensitive: bool = False) -> None:
        self.pattern = _compile("phrase", rf"\b{re.escape(phrase)}\b", not case_sensitive)

    def __call__(self, text: str) -> bool:
        return self.pattern.search(text[:MAX_REGEX_TEXT])
