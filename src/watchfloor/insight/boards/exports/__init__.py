"""Boards and panels as files: CSV, Parquet, SVG, PNG, PPTX. Each carries what was counted, over what, when, and the definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from watchfloor.insight.boards.answers import Answer
from watchfloor.insight.boards.exports import images, slides, tables
from watchfloor.kernel.errors import BadInput

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A made file: its name, its media type, its bytes."""

    name: str
    type: str
    body: bytes


def make(
    name: str, purpose: str, answers: Sequence[Answer], kind: str, *, alone: bool = False, theme: str = "light"
) -> File:
    """The file of a board's answered panels; ``alone``: of one panel by itself.

    Raises:
        BadInput: an unknown kind.
        MissingExtra: png and pptx need ``watchfloor[exchange]``.
    """
    match kind:
        case "csv":
            body = tables.csv(name, answers)
        case "parquet":
            body = tables.parquet(name, answers)
        case "svg":
            body = images.svg(name, purpose, answers, alone=alone, theme=theme).encode()
        case "png":
            body = images.png(images.svg(name, purpose, answers, alone=alone, theme=theme))
        case "pptx":
            body = slides.pptx(name, purpose, answers)
        case _:
            raise BadInput(
                "unknown_format", f"{kind[:20]!r} is no export format.", where="format", hint=", ".join(TYPES)
            )
    return File(name=f"{_stem(name)}.{kind}", type=TYPES[kind], body=body)


def _stem(name: str) -> str:
    """A name that every file system takes."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "board"
