"""The little of Markdown that people write beside numbers: paragraphs, lists, bold and italic. Nothing else has a meaning."""

from __future__ import annotations

import re

import msgspec

_MARK = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|\*(?P<italic>[^*\n]+)\*")


class Run(msgspec.Struct, frozen=True):
    """A stretch of letters in one style: "" | bold | italic."""

    text: str
    style: str = ""


class Line(msgspec.Struct, frozen=True):
    """A paragraph (``p``) or a point of a list (``li``)."""

    kind: str
    runs: tuple[Run, ...]

    @property
    def plain(self) -> str:
        """Its letters."""
        return "".join(run.text for run in self.runs)


def parse(text: str) -> tuple[Line, ...]:
    """Lines that follow each other are one paragraph; ``- `` or ``* `` begins a point."""
    found: list[Line] = []
    waiting: list[str] = []

    def close() -> None:
        if waiting:
            found.append(Line("p", runs(" ".join(waiting))))
            waiting.clear()

    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = raw.strip()
        if not line:
            close()
        elif line[:2] in ("- ", "* ") and line[2:].strip():
            close()
            found.append(Line("li", runs(line[2:].strip())))
        else:
            waiting.append(line)
    close()
    return tuple(found)


def runs(line: str) -> tuple[Run, ...]:
    """The styles of one line."""
    made: list[Run] = []
    at = 0
    for hit in _MARK.finditer(line):
        if hit.start() > at:
            made.append(Run(line[at : hit.start()]))
        style = "bold" if hit.group("bold") else "italic"
        made.append(Run(hit.group(style), style))
        at = hit.end()
    if at < len(line):
        made.append(Run(line[at:]))
    return tuple(made)
