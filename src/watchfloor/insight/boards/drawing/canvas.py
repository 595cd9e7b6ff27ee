"""A small SVG writer: shapes and text with everything escaped, in the colours of a theme."""

from __future__ import annotations

from html import escape
from typing import Final

# Families a reader's machine is likely to have; the last is always there. No font is embedded or fetched.
FONTS: Final = (
    "'Inter Variable', Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans Arabic', 'Noto Sans JP', "
    "'DejaVu Sans', sans-serif"
)
LIGHT: Final = {
    "ground": "#ffffff", "ink": "#161a22", "ink2": "#4a5361", "ink3": "#616b7a", "line": "#e4e7ec", "soft": "#edeff3",
    "good": "#18794e", "bad": "#c0272d", "s1": "#2454d6", "s2": "#b4690e", "s3": "#1a8f6a", "s4": "#9c3fb8", "s5": "#c0413d",
    "s6": "#64748b",
}  # fmt: skip
DARK: Final = {
    "ground": "#161a21", "ink": "#e9ecf2", "ink2": "#b6bfcc", "ink3": "#97a2b2", "line": "#272d38", "soft": "#232933",
    "good": "#63d29a", "bad": "#ff8f8f", "s1": "#7ea3ff", "s2": "#efae5a", "s3": "#5fcfa3", "s4": "#d291ea", "s5": "#ff8d88",
    "s6": "#9aa8bd",
}  # fmt: skip
_HIDDEN = dict.fromkeys((*range(32), *range(8234, 8239), *range(8294, 8298), 8203, 8206, 8207), "�")


class Canvas:
    """Collects shapes; sizes are in pixels of the picture."""

    def __init__(self, theme: str) -> None:
        self.colours = DARK if theme == "dark" else LIGHT
        self.parts: list[str] = []

    def colour(self, name: str) -> str:
        """A colour of the theme by its name."""
        return self.colours[name]

    def text(
        self, x: float, y: float, words: str, *, size: float = 12, colour: str = "ink", weight: int = 400, anchor: str = "start",
        most: float = 0,
    ) -> None:  # fmt: skip
        """Words on a baseline; ``most`` pixels wide at the most (cut with an ellipsis, by the usual width of a letter)."""
        shown = cut(words, most / (size * (0.56 if weight < 600 else 0.6))) if most else words
        end = f' text-anchor="{anchor}"' if anchor != "start" else ""
        heavy = f' font-weight="{weight}"' if weight != 400 else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{self.colour(colour)}"{heavy}{end}>{clean(shown)}</text>'
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, colour: str = "line", width: float = 1, dash: str = ""
    ) -> None:
        """A straight line."""
        broken = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{self.colour(colour)}" stroke-width="{width:g}" fill="none"{broken}/>'
        )

    def path(self, points: list[tuple[float, float]], *, colour: str, width: float = 2, dash: str = "") -> None:
        """A line through points; a single one is a dot."""
        if len(points) == 1:
            x, y = points[0]
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width * 1.2:g}" fill="{self.colour(colour)}"/>')
            return
        broken = f' stroke-dasharray="{dash}"' if dash else ""
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(
            f'<path d="M{way}" stroke="{self.colour(colour)}" stroke-width="{width:g}" fill="none" stroke-linejoin="round" '
            f'stroke-linecap="round"{broken}/>'
        )

    def area(self, points: list[tuple[float, float]], *, colour: str, share: float = 0.14) -> None:
        """A filled shape."""
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="M{way}Z" fill="{self.colour(colour)}" fill-opacity="{share:g}"/>')

    def box(
        self, x: float, y: float, width: float, height: float, *, colour: str, share: float = 1, round_: float = 0
    ) -> None:
        """A rectangle."""
        opacity = f' fill-opacity="{share:.2f}"' if share < 1 else ""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{height:.1f}" rx="{round_:g}" '
            f'fill="{self.colour(colour)}"{opacity}/>'
        )

    def dot(self, x: float, y: float, radius: float, *, colour: str) -> None:
        """A round dot."""
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{self.colour(colour)}"/>')

    def svg(self, width: int, height: int, label: str) -> str:
        """The whole document, read aloud by its label."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'font-family="{escape(FONTS)}" role="img" aria-label="{clean(label)}">'
            f'<rect width="{width}" height="{height}" fill="{self.colour("ground")}"/>{"".join(self.parts)}</svg>'
        )

    def placed(self, x: float, y: float, other: Canvas) -> None:
        """Another canvas' shapes, moved."""
        self.parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{"".join(other.parts)}</g>')


def clean(words: str) -> str:
    """Text that is only text: no markup, no control or bidi characters (they are shown as such)."""
    return escape(words.translate(_HIDDEN))


def cut(words: str, most: float) -> str:
    """At most so many letters, with an ellipsis where some are gone."""
    room = max(1, int(most))
    return words if len(words) <= room else words[: max(1, room - 1)].rstrip() + "…"
