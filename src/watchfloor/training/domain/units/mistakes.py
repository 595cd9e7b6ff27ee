"""What is wrong with a source, line by line, collected while it is read."""

from __future__ import annotations

import msgspec


class Mistake(msgspec.Struct, frozen=True):
    """One mistake: where, a stable word for programs, one sentence for people, perhaps how to mend it."""

    line: int
    code: str
    message: str
    hint: str = ""


class Mistakes:
    """Collects them; ``found`` is in the order of the lines."""

    def __init__(self) -> None:
        self._all: list[Mistake] = []

    def add(self, line: int, code: str, message: str, *, hint: str = "") -> None:
        """Note one."""
        self._all.append(Mistake(line, code, message, hint))

    @property
    def found(self) -> list[Mistake]:
        """All of them, by line."""
        return sorted(self._all, key=lambda each: each.line)
