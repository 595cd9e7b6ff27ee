"""Pictures: the SVG, and the PNG that is made of it by a renderer that comes as a wheel (resvg, no system library)."""

from __future__ import annotations

from collections.abc import Sequence

from watchfloor.insight.boards import drawing
from watchfloor.insight.boards.answers import Answer
from watchfloor.insight.boards.exports import fonts
from watchfloor.kernel.errors import MissingExtra

LARGEST = 4_000  # pixels of a side


def svg(name: str, purpose: str, answers: Sequence[Answer], *, alone: bool = False, theme: str = "light") -> str:
    """One panel by itself, or the board."""
    return (
        drawing.panel(answers[0], theme=theme)
        if alone and answers
        else drawing.board(name, answers, theme=theme, words=purpose)
    )


def png(picture: str, *, zoom: float = 2.0) -> bytes:
    """The picture in pixels, ``zoom`` times its size but never larger than ``LARGEST``.

    Raises:
        MissingExtra: the renderer is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        raise MissingExtra("exchange", "A picture as PNG") from None
    width, height = (int(picture.split(f'{side}="', 1)[1].split('"', 1)[0]) for side in ("width", "height"))
    zoom = min(zoom, LARGEST / max(width, height))
    made = resvg_py.svg_to_bytes(
        svg_string=picture, width=int(width * zoom), height=int(height * zoom), font_files=fonts.files(), font_family=fonts.FAMILY,
        sans_serif_family=fonts.FAMILY,
    )  # fmt: skip
    return bytes(made)
