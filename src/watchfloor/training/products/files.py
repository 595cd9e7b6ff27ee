"""All files that are made of a unit, by product: what the command writes into a folder and a worker keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Final

from watchfloor.kernel.errors import BadInput, MissingExtra
from watchfloor.training.domain import files, moodle, qti
from watchfloor.training.domain.units import Unit
from watchfloor.training.products.article import article, article_html
from watchfloor.training.products.deck import deck
from watchfloor.training.products.guide_docx import guide_docx
from watchfloor.training.products.guide_html import guide_html
from watchfloor.training.products.items import cases, items
from watchfloor.training.products.scorm import scorm

CUT = 0.8


def _name(unit: Unit) -> str:
    return f"{unit.policy}-{unit.language.lower()}-{unit.version}"


_MAKERS: Final[Mapping[str, tuple[tuple[str, Callable[[Unit, float], str | bytes]], ...]]] = {
    "article": (
        ("article.md", lambda unit, cut: article(unit)),
        ("article.html", lambda unit, cut: article_html(unit)),
    ),
    "deck": (("deck.pptx", lambda unit, cut: deck(unit)),),
    "guide": (
        ("guide.docx", lambda unit, cut: guide_docx(unit)),
        ("guide.html", lambda unit, cut: guide_html(unit)),
    ),
    "items": (
        ("questions.csv", lambda unit, cut: files.write_csv(items(unit))),
        ("questions.gift", lambda unit, cut: files.write_gift(items(unit), ())),
        (
            "questions.moodle.xml",
            lambda unit, cut: moodle.write(items(unit), (), category=unit.title, stamp=unit.stamp),
        ),
        (
            "questions.qti.zip",
            lambda unit, cut: qti.package(
                items(unit), (), name=_name(unit), title=unit.title, stamp=unit.stamp, cut=cut
            ),
        ),
        ("cases.csv", lambda unit, cut: files.write_csv(cases(unit))),
    ),
    "scorm": (("scorm.zip", lambda unit, cut: scorm(unit, items(unit), cut=cut)),),
}
PRODUCTS: Final = tuple(_MAKERS)
_NEEDS = {"deck": "pptx", "guide": "docx"}  # module -> of the extra ``exchange``


def names(only: Iterable[str] = ()) -> list[str]:
    """The files of these products; of all without any."""
    return [name for product in _chosen(only) for name, _ in _MAKERS[product]]


def make(unit: Unit, only: Iterable[str] = (), *, cut: float = CUT) -> Iterator[tuple[str, bytes]]:
    """Each file's name and bytes, as it is made. The same unit makes the same bytes, but for PPTX and DOCX, which hold times.

    Raises:
        BadInput: there is no such product, or the cut is no share.
        MissingExtra: before anything is made, when a wanted product needs a part that is not installed.
    """
    chosen = _chosen(only)
    if not 0 < cut <= 1:
        raise BadInput("bad_cut", "The cut is a share above 0 and up to 1.", where="cut")
    for product in chosen:
        if product in _NEEDS and find_spec(_NEEDS[product]) is None:
            raise MissingExtra("exchange", f"The {product} as a document")
    return _made(unit, chosen, cut)


def _made(unit: Unit, chosen: Iterable[str], cut: float) -> Iterator[tuple[str, bytes]]:
    for product in chosen:
        for name, maker in _MAKERS[product]:
            body = maker(unit, cut)
            yield name, body.encode() if isinstance(body, str) else body


def _chosen(only: Iterable[str]) -> list[str]:
    wanted = list(only)
    for each in wanted:
        if each not in _MAKERS:
            raise BadInput(
                "unknown_product", f"{each[:40]!r} is no product.", where="only", hint=f"One of: {', '.join(PRODUCTS)}."
            )
    return [product for product in PRODUCTS if not wanted or product in wanted]
