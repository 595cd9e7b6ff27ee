"""What is made of a unit: everything stamped, nothing of the exam on slides, nothing that runs out of a slide, either direction."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from watchfloor.kernel.errors import BadInput
from watchfloor.training import products
from watchfloor.training.domain import units
from watchfloor.training.domain.files import checked
from watchfloor.training.products import docx_order, fitting, labels, slides

SOURCE = (Path(__file__).parents[3] / "examples" / "training" / "spam.md").read_text(encoding="utf-8")
UNIT = units.parse(SOURCE)
FINDINGS = ["spam.bulk", "spam.advertising", "spam.links", "spam.chain", "clean"]


def test_items_and_cases_are_what_the_bank_takes() -> None:
    questions, cases = products.items(UNIT), products.cases(UNIT)
    for draft in (*questions, *cases):
        checked(draft, FINDINGS)
    assert [draft.key for draft in questions] == [f"spam.unit.q{n}" for n in range(1, 5)]
    assert questions[1].options[2] == questions[1].answer == "Link scheme (9.3)"
    assert (cases[3].answer, cases[3].topic, cases[3].options) == ("clean", "clean", ())


def test_the_article_keeps_the_exam_to_itself() -> None:
    for text in (products.article(UNIT), products.article_html(UNIT)):
        assert "garden chairs to a stranger" in text and "Ten watches" in text
        assert "Which finding do you choose" not in text and "turned cards" not in text
        assert UNIT.stamp.digest[:12] in text and "Policy spam, version 1" in text
    assert len(products.article(UNIT)) < 10_000  # what an article of the knowledge base holds


def test_text_of_a_unit_is_text_everywhere() -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    unit = units.parse(
        SOURCE.replace("Hello friend!", evil).replace("Free tickets", evil).replace("A bakery opens", evil)
    )
    package = zipfile.ZipFile(io.BytesIO(products.scorm(unit, products.items(unit)))).read("index.html").decode()
    for page in (products.article_html(unit), products.guide_html(unit), package):
        tags: list[str] = []
        reader = HTMLParser()
        reader.handle_starttag = lambda tag, attrs, tags=tags: tags.append(tag)  # type: ignore[method-assign,assignment,misc]
        reader.feed(page)
        assert "img" not in tags and tags.count("script") == (2 if page is package else 0)


def long_unit(language: str, text: str, much: int = 40) -> units.Unit:
    """A unit whose every part is too long for a slide."""
    block = units.Block(kind="p", items=((units.Span(text * 12),), (units.Span(text * 3, "strong"),)))
    listed = units.Block(kind="ul", items=(*[(units.Span(text),)] * 14, (units.Span(text * much),)))
    title = text[:160]
    case = units.Case(title=title, shown="\n".join([text * 3] * (much // 2)), finding="clean", why=(block,))
    act = units.Activity(title="A", minutes=5, task=(block, listed), answer=(block,))
    parts = (units.Part(title=title, blocks=(listed,)), units.Part(title="", blocks=(block,)))
    return msgspec.structs.replace(
        UNIT, language=language, title=title, headings={}, aim=(listed,), explanation=parts, examples=(case,), edge_cases=(),
        activities=(act,), review=date(2030, 1, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Read where a post stands and who sees it before you read what it says. "),
        ("ar", "اقرأ أين يقف المنشور ومن يراه قبل أن تقرأ ما يقوله. "),
        ("ja", "投稿がどこにあり、誰が見るのかを、内容を読む前に確かめます。"),
        (
            "de",
            "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkundenvordruckpapiersorte" * 2
            + " ",
        ),
    ],
)
def test_no_slide_overflows(language: str, text: str) -> None:
    unit = long_unit(language, text.strip() + " " if language != "ja" else text)
    drawn = slides.slides(unit)
    for slide in drawn:
        used = sum(slides.height(line) + (24 if line.role == "quote" else 0) for line in slide.lines)
        assert used <= slides.BOTTOM - slides.TOP or slide.kind == "cover", (slide.title, used)
        size = slides.title_size(slide.title)
        assert (
            len(fitting.wrap(slide.title, slides.WIDTH - 2 * slides.SIDE, size, bold=True)) * slides.leading(size) * 0.9
            <= slides.TITLE_ROOM
        )
    # Nothing is lost on the way: the words of the aim stand on the slides in order.
    told = "".join(line.text for slide in drawn for line in slide.lines if slide.title == labels.heading(unit, "aim"))
    assert re.sub(r"\s", "", told) == re.sub(r"\s", "", "".join(unit.aim[0].texts))


def test_widths_are_those_of_the_fonts() -> None:
    assert fitting.width("Watchfloor", 1000) == pytest.approx(
        sum([944, 556, 278, 500, 556, 278, 222, 556, 556, 333]) * fitting.MARGIN
    )
    assert fitting.letter("é") == fitting.letter("e") and fitting.letter("日") == 1.0 and fitting.letter("\u0301") == 0
    for text in ("one two three", "日本語の文章です。続きます。", "x" * 90, "a\nb"):
        lines = fitting.wrap(text, 100, 20)
        assert all(fitting.width(line, 20) <= 100 or len(line) < 3 or line[-1] in "。" for line in lines)
        assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


def test_the_deck_and_the_guide_open_and_are_stamped() -> None:
    pptx, docx = pytest.importorskip("pptx"), pytest.importorskip("docx")
    deck = pptx.Presentation(io.BytesIO(products.deck(UNIT)))
    assert len(deck.slides) == len(slides.slides(UNIT))
    shown = "\n".join(shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame)
    notes = "\n".join(slide.notes_slide.notes_text_frame.text for slide in deck.slides)
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)
    assert "A newsletter to 40,000 subscribers" in notes and "A newsletter to 40,000" not in shown
    assert "Which finding do you choose" not in shown + notes
    assert shown.count(UNIT.stamp.short) == notes.count(UNIT.stamp.short) == len(deck.slides)
    assert deck.core_properties.keywords == f"spam/1/{UNIT.stamp.digest}"

    guide = docx.Document(io.BytesIO(products.guide_docx(UNIT)))
    words = "\n".join(paragraph.text for paragraph in guide.paragraphs)
    assert "Talk about the turned cards only." in words and "Right answer: Link scheme (9.3) (Clause 9.3)" in words
    assert [row.cells[1].text for row in guide.tables[0].rows][1:] == [str(part.minutes) for part in units.timed(UNIT)]
    assert UNIT.stamp.short in guide.sections[0].footer.paragraphs[0].text
    assert UNIT.stamp.digest in products.guide_html(UNIT)


def test_writing_from_the_right() -> None:
    pytest.importorskip("pptx"), pytest.importorskip("docx")
    unit = long_unit("ar", "اقرأ أين يقف المنشور [1] قبل أن تقرأ. ")
    deck = zipfile.ZipFile(io.BytesIO(products.deck(unit)))
    page = deck.read("ppt/slides/slide2.xml").decode()
    assert page.count('rtl="1"') > 3 and 'lang="ar"' in page and "<a:cs " in page
    guide = zipfile.ZipFile(io.BytesIO(products.guide_docx(unit))).read("word/document.xml").decode()
    assert guide.count("<w:bidi/>") > 10 and "<w:bidiVisual/>" in guide and guide.count("<w:rtl/>") > 10
    for kind, order in docx_order.ORDER.items():  # readers may refuse another order
        for found in re.findall(rf"<w:{kind}>(.*?)</w:{kind}>", guide, re.DOTALL):
            stand = [order.index(name) for name in re.findall(r"<w:(\w+)", found) if name in order]
            assert stand == sorted(stand), (kind, found)
    assert 'dir="rtl"' in products.guide_html(unit) and "دليل الميسّر" in products.guide_html(unit)


def test_every_language_says_everything() -> None:
    assert len({tuple(sorted(words)) for words in labels.LABELS.values()}) == 1
    for words in labels.LABELS.values():
        for name in ("question_of", "result", "needed", "written_for"):
            assert sorted(re.findall(r"\{(\w+)\}", words[name])) == sorted(
                re.findall(r"\{(\w+)\}", labels.LABELS["en"][name])
            )


def test_the_scorm_package() -> None:
    items = products.items(UNIT)
    package = products.scorm(UNIT, items, cut=0.75)
    assert package == products.scorm(UNIT, items, cut=0.75)
    made = zipfile.ZipFile(io.BytesIO(package))
    manifest = made.read("imsmanifest.xml").decode()
    assert "<adlcp:masteryscore>75</adlcp:masteryscore>" in manifest and UNIT.stamp.digest[:12] in manifest
    assert {f'<file href="{name}"/>' in manifest for name in made.namelist() if name != "imsmanifest.xml"} == {True}
    page = made.read("index.html").decode()
    data = json.loads(re.search(r'<script type="application/json" id="unit">(.*?)</script>', page)[1])  # type: ignore[index]
    assert [each["right"] for each in data["questions"]] == [0, 2, 1, 1]
    assert "http" not in made.read("runtime.js").decode() + made.read("style.css").decode()
    with pytest.raises(BadInput):
        products.scorm(UNIT, products.cases(UNIT))
    with pytest.raises(BadInput):
        products.scorm(UNIT, items, cut=0)
