"""A review as PDF, set by Typst: real text in every script and direction, tables that break over pages, vector pictures.

What is said goes in as data beside a fixed document (``review.typ``), which loads nothing: no text is read as markup.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from watchfloor.insight.boards import drawing
from watchfloor.insight.boards.exports import fonts
from watchfloor.kernel.errors import MissingExtra
from watchfloor.programme.reviews.shown import Part, Shown

# The shipped fonts first, then what a machine is likely to have for scripts that are not shipped (Japanese).
FAMILIES: Final = (
    "Inter", "Inter Variable", "Noto Sans Arabic", "Noto Sans CJK JP", "Noto Sans JP", "IPAGothic", "Hiragino Sans", "Yu Gothic",
    "MS Gothic", "Droid Sans Fallback", "DejaVu Sans",
)  # fmt: skip
_HIDDEN = dict.fromkeys((*range(9), *range(11, 32), *range(8234, 8239), *range(8294, 8298), 8203, 8206, 8207), "�")


def pdf(shown: Shown) -> bytes:
    """The pages.

    Raises:
        MissingExtra: the typesetter is not installed.
    """
    try:
        import typst
    except ImportError:
        raise MissingExtra("exchange", "A PDF") from None
    files = fonts.files()
    made: Any = typst.compile(  # type: ignore[misc]
        _source(), sys_inputs={"data": json.dumps(_data(shown, files))}, font_paths=sorted({str(Path(each).parent) for each in files}),
    )  # fmt: skip
    return bytes(made)


@cache
def _source() -> bytes:
    return resources.files(__package__).joinpath("review.typ").read_bytes()


@cache
def _known(_fonts: tuple[str, ...]) -> tuple[str, ...]:
    """Of the families those this machine has: naming one it has not is a warning for each line."""
    import typst

    there = {
        name.lower() for name in typst.Fonts(font_paths=sorted({str(Path(each).parent) for each in _fonts})).families()
    }
    return tuple(name for name in FAMILIES if name.lower() in there)


def _data(shown: Shown, files: list[str]) -> dict[str, Any]:
    with override(shown.language):
        definitions = dict(pair for part in shown.parts for pair in part.definitions)
        return {
            "title": _plain(shown.title), "span": shown.span, "source": _plain(shown.source), "lang": shown.language[:2],
            "rtl": shown.language in settings.LANGUAGES_BIDI, "fonts": list(_known(tuple(files))) or ["DejaVu Sans Mono"],
            "parts": [_part(each) for each in shown.parts], "defined": _("Definitions"),
            "definitions": [[_plain(title), _plain(formula)] for title, formula in definitions.items()],
        }  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    more = ngettext("%(num)s more row.", "%(num)s more rows.", part.more) % {"num": part.more} if part.more else ""
    return {
        "kind": part.kind, "title": _plain(part.title), "said": [_plain(words) for words in part.said],
        "text": [
            {"kind": line.kind, "runs": [{"text": _plain(run.text), "style": run.style} for run in line.runs]} for line in part.text
        ],
        "numbers": [
            {"title": _plain(one.title), "value": _plain(one.value), "note": _plain(" ".join(filter(None, (one.interval, one.change))))}
            for one in part.numbers
        ],
        "picture": drawing.panel(part.picture, width=920, height=340, source=False) if part.picture is not None else None,
        "columns": [_plain(name) for name in part.columns],
        "rows": [[_plain(row.name), *(_plain(cell) for cell in row.cells)] for row in part.rows], "more": more,
        "entries": [
            {"title": _plain(each.title), "state": _plain(each.state), "lines": [_plain(line) for line in each.lines]}
            for each in part.entries
        ],
    }  # fmt: skip


def _plain(words: str) -> str:
    """Text without characters that hide or turn others."""
    return words.translate(_HIDDEN)
