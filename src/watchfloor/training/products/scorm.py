"""A SCORM 1.2 package: the article to read, then the questions, in one page that tells the learning system status and score.

The page is plain HTML, CSS and JavaScript of our own. It loads nothing, works by keyboard, and says what it does to screen readers.
Format: Advanced Distributed Learning, SCORM 1.2 (2001), Content Aggregation Model and Run-Time Environment.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from html import escape
from importlib import resources

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain.files import Draft
from watchfloor.training.domain.units import Unit
from watchfloor.training.products.article import article_html
from watchfloor.training.products.labels import is_rtl, labels, written_for

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same unit makes the same bytes
_FILES = ("runtime.js", "style.css")


def scorm(unit: Unit, items: Sequence[Draft], *, cut: float = 0.8) -> bytes:
    """The package as a zip. ``cut``: the share of right answers from which it is passed.

    Raises:
        BadInput: an item offers no choices (a case to judge by findings belongs to the sandbox), or the cut is no share.
    """
    if not 0 < cut <= 1:
        raise BadInput("bad_cut", "The cut is a share above 0 and up to 1.", where="cut")
    for draft in items:
        if draft.answer not in draft.options:
            raise BadInput("no_choices", f"The item {draft.key!r} offers no choices.", where="items")
    files = {"imsmanifest.xml": _manifest(unit, cut), "index.html": _page(unit, items, cut)}
    for name in _FILES:
        files[name] = resources.files("watchfloor.training.products").joinpath("scorm_files", name).read_text("utf-8")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            made.writestr(entry, text)
    return target.getvalue()


def _manifest(unit: Unit, cut: float) -> str:
    stamp = unit.stamp
    name = f"watchfloor-{stamp.policy}-{stamp.version}-{stamp.digest[:12]}"
    files = "".join(f'<file href="{file}"/>' for file in ("index.html", *_FILES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest identifier="{name}" version="{stamp.version}" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" '
        'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">\n'
        "<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>\n"
        f'<organizations default="unit"><organization identifier="unit"><title>{escape(unit.title)}</title>\n'
        f'<item identifier="lesson" identifierref="page"><title>{escape(unit.title)}</title>'
        f"<adlcp:masteryscore>{_hundredths(cut)}</adlcp:masteryscore></item></organization></organizations>\n"
        f'<resources><resource identifier="page" type="webcontent" adlcp:scormtype="sco" href="index.html">{files}</resource>'
        "</resources>\n</manifest>\n"
    )


def _hundredths(cut: float) -> str:
    text = f"{cut * 100:.2f}".rstrip("0").rstrip(".")
    return text or "0"


def _page(unit: Unit, items: Sequence[Draft], cut: float) -> str:
    said = labels(unit.language)
    asked = [
        {
            "key": draft.key, "shown": draft.content.get("text", ""), "ask": draft.content.get("question", ""),
            "options": list(draft.options), "right": draft.options.index(draft.answer), "why": draft.why,
        }
        for draft in items
    ]  # fmt: skip
    words = ("question_of", "next", "back", "finish", "result", "passed", "failed", "unanswered", "yours", "start", "needed", "closing",
             "not_kept", "choose", "right", "why")  # fmt: skip
    data = {"cut": cut, "questions": asked, "words": {name: said[name] for name in words}}
    # "<" as an escape, so that no text of a unit can end the script element.
    body = (
        json.dumps(data, ensure_ascii=False)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
    direction = "rtl" if is_rtl(unit.language) else "ltr"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'none'; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="{escape(unit.language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="watchfloor-stamp" content="{escape(unit.policy)}/{unit.version}/{unit.stamp.digest}">\n'
        f'<title>{escape(unit.title)}</title>\n<link rel="stylesheet" href="style.css">\n</head>\n<body>\n<main>\n'
        f'<div id="read">\n{article_html(unit)}</div>\n<section id="exam" aria-live="polite"></section>\n'
        f"<footer>{escape(written_for(unit))}</footer>\n</main>\n"
        f'<script type="application/json" id="unit">{body}</script>\n<script src="runtime.js"></script>\n</body>\n</html>\n'
    )
