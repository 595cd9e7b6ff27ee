"""A user story and its acceptance criteria, and what is still missing before anybody can decide on it."""

from __future__ import annotations

import msgspec

from watchfloor.kernel.errors import BadInput

LONGEST = 2_000
MOST = 20


class Criterion(msgspec.Struct, frozen=True):
    """One line by which it is seen to be done. ``met``: somebody saw it."""

    given: str
    when: str
    then: str
    met: bool = False

    @property
    def text(self) -> str:
        """As it is written into a tracker."""
        return f"Given {self.given}, when {self.when}, then {self.then}."


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """As a ... I want ... so that ..."""

    title: str = ""
    as_a: str = ""
    i_want: str = ""
    so_that: str = ""
    criteria: tuple[Criterion, ...] = ()

    @property
    def text(self) -> str:
        """The whole in plain words."""
        lines = [f"As {self.as_a} I want {self.i_want} so that {self.so_that}.", *(each.text for each in self.criteria)]
        return "\n".join(lines)

    def missing(self) -> list[str]:
        """Keys of what is not written yet."""
        found = [name for name in ("title", "as_a", "i_want", "so_that") if not getattr(self, name)]
        return [*found, *([] if self.criteria else ["criteria"])]


def line(text: str, where: str, *, longest: int = LONGEST, needed: bool = True) -> str:
    """One text a person typed, trimmed.

    Raises:
        BadInput: nothing where something is needed, or too much.
    """
    said = " ".join(text.split()) if longest <= 300 else text.strip()
    if (needed and not said) or len(said) > longest:
        least = "1" if needed else "0"
        raise BadInput("bad_text", f"Write {least} to {longest:,} characters.", where=where)
    return said
