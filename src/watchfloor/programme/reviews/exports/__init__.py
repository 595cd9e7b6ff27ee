"""Reviews as files: slides with speaker notes, a PDF, and one HTML page that needs nothing else."""

from __future__ import annotations

from typing import Final

from watchfloor.insight.boards.exports import File
from watchfloor.kernel.errors import BadInput
from watchfloor.programme.reviews.exports import html, pdf, slides
from watchfloor.programme.reviews.shown import Shown

TYPES: Final = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}


def make(shown: Shown, kind: str) -> File:
    """The review as a file.

    Raises:
        BadInput: an unknown kind.
        MissingExtra: pptx and pdf need ``watchfloor[exchange]``.
    """
    match kind:
        case "pptx":
            body = slides.pptx(shown)
        case "pdf":
            body = pdf.pdf(shown)
        case "html":
            body = html.page(shown).encode()
        case _:
            raise BadInput(
                "unknown_format", f"{kind[:20]!r} is no export format.", where="format", hint=", ".join(TYPES)
            )
    return File(name=f"{_stem(shown.title)}.{kind}", type=TYPES[kind], body=body)


def _stem(name: str) -> str:
    """A name that every file system takes."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return "-".join(part for part in kept.split("-") if part)[:80] or "review"
