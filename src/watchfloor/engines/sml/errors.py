"""What is wrong with a rule file, said so that its author can mend it: place, caret, one sentence, hint."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import msgspec

from watchfloor.kernel.errors import BadInput


class Span(msgspec.Struct, frozen=True):
    """A stretch of a rule file. Lines count from 1, columns from 0 in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int = 0
    end_column: int = 0


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong, with everything a page or a terminal needs to show it.

    Attributes:
        code: a stable word for programs (``"unknown_name"``).
        message: one clear sentence.
        file, line, column: where; the column counts from 1, as editors do.
        hint: how to mend it, or ``""``.
        rendered: message, place, the line with carets beneath, and hint, as text.
    """

    code: str
    message: str
    file: str
    line: int
    column: int
    hint: str
    rendered: str


class RuleErrors(BadInput):
    """The rules cannot be used. ``problems`` holds every problem found, in the order of the files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        first = self.problems[0]
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(
            "bad_rules", f"{first.message}{more}", where=f"{first.file}:{first.line}:{first.column}", hint=first.hint
        )

    def __str__(self) -> str:
        return "\n\n".join(problem.rendered for problem in self.problems)


class Problems:
    """Collects problems while the rules are read, and renders each against its source."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._lines = {path: text.splitlines() for path, text in sources.items()}
        self.found: list[Problem] = []
        self.warnings: list[Problem] = []

    def add(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Record an error; the rule set will be refused once reading has finished."""
        problem = self._problem("error", code, message, span, hint)
        if problem not in self.found:
            self.found.append(problem)

    def warn(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Record something that is allowed but is probably not meant."""
        self.warnings.append(self._problem("warning", code, message, span, hint))

    def raise_if_any(self) -> None:
        """Raises:
        RuleErrors: at least one error was recorded.
        """
        if self.found:
            raise RuleErrors(sorted(self.found, key=lambda p: (p.file, p.line, p.column)))

    def _problem(self, level: str, code: str, message: str, span: Span, hint: str) -> Problem:
        lines = self._lines.get(span.file, [])
        text = [f"{level}: {message}", f"  --> {span.file}:{span.line}:{span.column + 1}"]
        if 1 <= span.line <= len(lines):
            text.extend(_excerpt(lines[span.line - 1], span))
        text.extend(f"   = hint: {line}" if number == 0 else f"           {line}" for number, line in _numbered(hint))
        return Problem(code, message, span.file, span.line, span.column + 1, hint, "\n".join(text))


def _numbered(hint: str) -> Iterable[tuple[int, str]]:
    return enumerate(hint.splitlines())


def _excerpt(line: str, span: Span) -> list[str]:
    """The source line with carets under the span; long lines are cut around it."""
    start = min(span.column, len(line))
    end = span.end_column if span.end_line == span.line else len(line)
    end = max(start + 1, min(end, max(len(line), start + 1)))
    left = max(0, start - 80)
    shown = line[left : left + 120].replace("\t", " ")
    carets = " " * (start - left) + "^" * max(1, min(end, left + 120) - start)
    gutter = str(span.line)
    blank = " " * len(gutter)
    return [f" {blank} |", f" {gutter} | {shown}", f" {blank} | {carets}"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"Did you mean `Text`?"``, or ``""`` when nothing known is close to ``word``. Case is not held against the
    author."""
    by_fold: dict[str, str] = {}
    for name in sorted(known):
        by_fold.setdefault(name.lower(), name)
    close = difflib.get_close_matches(word.lower(), by_fold, n=1, cutoff=0.7)
    return f"Did you mean `{by_fold[close[0]]}`?" if close else ""
