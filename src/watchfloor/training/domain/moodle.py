"""Moodle XML: the question banks of Moodle, out and in. Pure. Format: https://docs.moodle.org/en/Moodle_XML_format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from xml.etree.ElementTree import Element

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import xmltree
from watchfloor.training.domain.files import MOST_ROWS, Draft
from watchfloor.training.domain.markup import from_html, plain, to_html
from watchfloor.training.domain.stems import key_of, offered, settled
from watchfloor.training.domain.units.shape import Stamp


def write(
    drafts: Iterable[Draft], findings: Sequence[str], *, category: str = "Watchfloor", stamp: Stamp | None = None
) -> str:
    """The drafts as a file; a case to judge offers all findings, in the order of the bench."""
    info = f"{stamp.policy}/{stamp.version}/{stamp.digest}" if stamp else ""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n<question type="category"><category>',
        f'{_text("$course$/" + category.replace("/", "-"))}</category><info format="plain_text">{_text(info)}</info></question>\n',
    ]
    parts += [_question(draft, findings) for draft in drafts]
    return "".join(parts) + "</quiz>\n"


def _question(draft: Draft, findings: Sequence[str]) -> str:
    tags = [f"topic:{draft.topic}", f"difficulty:{draft.difficulty}"]
    tags += [f"{name}:{draft.content[name]}" for name in ("clause", "language") if draft.content.get(name)]
    answers = "".join(
        f'<answer fraction="{100 if option == draft.answer else 0}" format="plain_text">{_text(option)}'
        f'<feedback format="html">{_text("")}</feedback></answer>\n'
        for option in offered(draft, findings)
    )
    return (
        f'<question type="multichoice">\n<name>{_text(draft.key)}</name>\n'
        f'<questiontext format="html">{_text(to_html(draft.content))}</questiontext>\n'
        f'<generalfeedback format="plain_text">{_text(draft.why)}</generalfeedback>\n'
        f"<defaultgrade>1</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber>{escape(draft.key)}</idnumber>\n"
        f"<single>true</single><shuffleanswers>{'true' if draft.options else 'false'}</shuffleanswers>"
        f"<answernumbering>ABCD</answernumbering>\n{answers}"
        f"<tags>{''.join(f'<tag>{_text(tag)}</tag>' for tag in tags)}</tags>\n</question>\n"
    )


def _text(words: str) -> str:
    return f"<text>{escape(xmltree.storable(words), quote=False)}</text>"


def read(data: bytes) -> list[Draft]:
    """The questions of a file that have one right answer of several, or are true or false.

    Raises:
        BadInput: naming the question, for another kind of question.
    """
    root = xmltree.tree(data)
    if xmltree.local(root) != "quiz":
        raise BadInput(
            "no_quiz", "This is no question bank of Moodle.", where="file", hint="Its first element is <quiz>."
        )
    found: list[Draft] = []
    for number, each in enumerate((each for each in root if each.get("type") != "category"), 1):
        found.append(_read(each, f"question {number}"))
        if len(found) > MOST_ROWS:
            raise BadInput("too_many", f"A file has at most {MOST_ROWS} questions.", where="file")
    if not found:
        raise BadInput("no_items", "The file has no questions.", where="file")
    return found


def _read(question: Element, where: str) -> Draft:
    kind = question.get("type", "")
    answers = [each for each in question if xmltree.local(each) == "answer"]
    options = [_said(each) for each in answers]
    right = [option for each, option in zip(answers, options, strict=True) if _full(each)]
    single = xmltree.text(xmltree.child(question, "single")).lower() not in ("false", "0")
    if kind not in ("multichoice", "truefalse") or not single or len(right) != 1 or len(options) < 2:
        raise BadInput("not_choice", "Only questions with one right answer of several can be taken in.", where=where,
                       hint=f"This is of the type {kind[:40]!r}.")  # fmt: skip
    tags = dict.fromkeys(("topic", "difficulty", "clause", "language"), "")
    for each in xmltree.child(question, "tags") or ():
        name, _, value = xmltree.text(each).partition(":")
        if name in tags:
            tags[name] = value.strip()
    shown = xmltree.child(question, "questiontext")
    content = _content(shown)
    content |= {name: tags[name] for name in ("clause", "language") if tags[name]}
    key = xmltree.text(xmltree.child(question, "idnumber")) or xmltree.text(xmltree.child(question, "name"))
    return settled(
        key=key_of(key, where.replace(" ", "-")), content=content, options=options, answer=right[0],
        why=_said(xmltree.child(question, "generalfeedback")), topic=tags["topic"] or "general",
        difficulty=int(tags["difficulty"]) if tags["difficulty"] in ("1", "2", "3") else 2,
    )  # fmt: skip


def _full(answer: Element) -> bool:
    try:
        return float(answer.get("fraction", "0")) >= 100
    except ValueError:
        return False


def _raw(element: Element | None) -> str:
    inner = xmltree.child(element, "text") if element is not None else None
    return (inner.text or "") if inner is not None else ""


def _said(element: Element | None) -> str:
    raw = _raw(element)
    if element is None or element.get("format") in ("plain_text", "markdown"):
        return raw.strip()
    return plain(raw)


def _content(element: Element | None) -> dict[str, str]:
    if element is not None and element.get("format") in ("plain_text", "markdown"):
        return {"question": _raw(element).strip()}
    return from_html(_raw(element))
