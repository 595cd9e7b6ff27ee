"""Maps to other people's frameworks, as data: practices of ISO/IEC 25389 to their evidence, findings to INHOPE's schema."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

COMMITMENTS: Final = {
    "5.1": "Product development", "5.2": "Product governance", "5.3": "Product enforcement", "5.4": "Product improvement",
    "5.5": "Product transparency",
}  # fmt: skip


class Practice(msgspec.Struct, frozen=True, kw_only=True):
    """A practice and what shows that it is lived: event types of the ledger, and the page to look at. None: outside this program."""

    key: str
    clause: str  # of ISO/IEC 25389: its commitment
    name: str
    events: list[str]
    page: str


class Practices(msgspec.Struct, frozen=True):
    """All of them, with the source."""

    source: str
    practice: list[Practice]


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of ours (a violation type, or an industry class) in INHOPE's schema."""

    violation: str
    section: str
    element: str
    label: str = ""


class Inhope(msgspec.Struct, frozen=True):
    """The mapping, with its source and the schema's sections."""

    source: str
    sections: dict[str, str]
    mapping: list[Mapping]


@cache
def practices() -> Practices:
    """ISO/IEC 25389, practice by practice."""
    return msgspec.convert(_read("practices.toml"), Practices)


@cache
def inhope() -> Inhope:
    """INHOPE's Universal Classification Schema."""
    return msgspec.convert(_read("inhope.toml"), Inhope)


def _read(name: str) -> dict[str, object]:
    return tomllib.loads((files("watchfloor.transparency.domain") / "data" / name).read_text("utf-8"))
