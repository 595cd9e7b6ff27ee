"""Practice cases and questions as files: CSV, and GIFT (the text format of Moodle's question banks), in and out; pure.

CSV columns: key, topic, difficulty, text, answer, why; perhaps question, author, kind, market, language, clause, and options
separated by ``|``.
GIFT: https://docs.moodle.org/en/GIFT_format; multiple choice with one right answer, true or false. The title is the key; ``####``
gives the explanation; a line ``// topic: spam.bulk, difficulty: 2, clause: 9.1, language: en`` before a question says what GIFT has
no place for.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain.markup import from_html, to_html

COLUMNS = ("key", "topic", "difficulty", "text", "question", "options", "answer", "why", "author", "kind", "market",
           "language", "clause")  # fmt: skip
CONTENT = ("text", "question", "author", "kind", "market", "language", "clause")
MOST_ROWS = 5_000
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}$")
_REMARK = re.compile(
    r"//\s*topic:\s*(?P<topic>[\w.-]+)\s*(?:,\s*difficulty:\s*(?P<difficulty>\d+))?\s*(?:,\s*clause:\s*(?P<clause>[^,]+?))?"
    r"\s*(?:,\s*language:\s*(?P<language>[\w-]+))?\s*$"
)
_BLOCK = re.compile(r"(?P<head>(?:\\.|[^{}\\])*)\{(?P<body>(?:\\.|[^{}\\])*)\}(?P<tail>(?:\\.|[^{}\\])*)$", re.DOTALL)
_TRUTH = re.compile(r"(?:(?P<true>T|TRUE)|F|FALSE)\s*(?:#.*)?$", re.DOTALL)
_CHOICE = re.compile(r"(?P<sign>[=~])(?P<text>(?:\\.|[^\\=~])*)", re.DOTALL)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A practice case or question as it is written. See ``models.TrainingItem`` for ``content``, ``options`` and ``answer``."""

    key: str
    topic: str
    content: dict[str, str]
    answer: str
    why: str
    difficulty: int = 2
    options: tuple[str, ...] = ()


def checked(draft: Draft, findings: Sequence[str], where: str = "item") -> Draft:
    """The draft, if it can be asked; ``findings`` are the keys that may be an answer (violation types and ``clean``).

    Raises ``BadInput`` for the first thing wrong with it.
    """
    if not _KEY.match(draft.key):
        raise BadInput("bad_key", f"{draft.key[:40]!r} cannot be a key.", where=f"{where}.key",
                       hint="Small letters, digits, dots, dashes; at most 80.")  # fmt: skip
    if not draft.content.get("text", "").strip() and not draft.content.get("question", "").strip():
        raise BadInput(
            "no_text", "There is nothing to judge: give the text of the case, or a question.", where=f"{where}.text"
        )
    if not draft.why.strip():
        raise BadInput("no_why", "Say why the answer is right: that is what people learn from.", where=f"{where}.why")
    if draft.difficulty not in (1, 2, 3):
        raise BadInput("bad_difficulty", "The difficulty is 1, 2 or 3.", where=f"{where}.difficulty")
    if draft.topic not in (*findings, "general"):
        raise BadInput("unknown_topic", f"{draft.topic[:60]!r} is no topic of this policy.", where=f"{where}.topic",
                       hint=f"One of: {', '.join((*findings, 'general'))}.")  # fmt: skip
    known: Sequence[str] = draft.options or findings
    if draft.options and len(set(draft.options)) != len(draft.options):
        raise BadInput("same_option", "Two options are the same.", where=f"{where}.options")
    if len(known) < 2 or draft.answer not in known:
        raise BadInput("bad_answer", f"{draft.answer[:60]!r} is not one of the answers.", where=f"{where}.answer",
                       hint=f"One of: {', '.join(known)}.")  # fmt: skip
    return draft


def read(text: str, name: str = "") -> list[Draft]:
    """The drafts of a file: GIFT when its name ends so or its first line is no CSV head, else CSV."""
    if name.lower().endswith((".gift", ".txt")) or not _is_csv(text):
        return read_gift(text)
    return read_csv(text)


def _is_csv(text: str) -> bool:
    head = text.lstrip("\ufeff").split("\n", 1)[0].split(",")
    return len(head) > 1 and "key" in {part.strip().strip('"') for part in head}


def read_csv(text: str) -> list[Draft]:
    """One draft a row. Raises ``BadInput`` naming the line."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = {"key", "topic", "answer", "why"} - set(reader.fieldnames or ())
    if missing:
        raise BadInput("missing_column", f"The column {sorted(missing)[0]!r} is missing.", where="head",
                       hint=f"Columns: {', '.join(COLUMNS)}.")  # fmt: skip
    found = []
    for row in reader:
        values = {name: (row.get(name) or "").strip() for name in COLUMNS}
        found.append(
            Draft(
                key=values["key"], topic=values["topic"], difficulty=_number(values["difficulty"], reader.line_num),
                content={name: values[name] for name in CONTENT if values[name]},
                options=tuple(part.strip() for part in values["options"].split("|") if part.strip()),
                answer=values["answer"], why=values["why"],
            )
        )  # fmt: skip
        _not_too_many(found)
    return found


def write_csv(drafts: Iterable[Draft]) -> str:
    """The drafts as CSV that ``read_csv`` reads back the same."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for draft in drafts:
        row: Mapping[str, Any] = {
            **draft.content, "key": draft.key, "topic": draft.topic, "difficulty": draft.difficulty,
            "options": "|".join(draft.options), "answer": draft.answer, "why": draft.why,
        }  # fmt: skip
        writer.writerow(row)
    return out.getvalue()


def read_gift(text: str) -> list[Draft]:
    """The multiple-choice questions of a GIFT file. Raises ``BadInput`` naming the question for what is no such question."""
    found: list[Draft] = []
    for number, block in enumerate(re.split(r"\n\s*\n", text.lstrip("\ufeff").replace("\r\n", "\n")), 1):
        lines = block.strip().split("\n")
        remarks = [line for line in lines if line.startswith("//")]
        body = "\n".join(line for line in lines if not line.startswith(("//", "$CATEGORY"))).strip()
        if body:
            found.append(_question(body, remarks, f"question {number}"))
            _not_too_many(found)
    return found


def _question(body: str, remarks: Sequence[str], where: str) -> Draft:
    title, stem = "", body
    if body.startswith("::"):
        title, _, stem = body[2:].partition("::")
    match = _BLOCK.match(stem)
    if match is None:
        raise BadInput("bad_gift", "A question ends with its answers in braces.", where=where)
    answers, _, general = match["body"].partition("####")
    options, right = [], []
    truth = _TRUTH.match(answers.strip())
    if truth:
        answers = "=True ~False" if truth["true"] else "~True =False"
    for choice in _CHOICE.finditer(answers):
        option = re.split(r"(?<!\\)#", choice["text"], maxsplit=1)[0]
        option = _plain(re.sub(r"^%-?[\d.]+%", "", option))
        options.append(option)
        if choice["sign"] == "=":
            right.append(option)
    if len(options) < 2 or len(right) != 1:
        raise BadInput("not_choice", "Only questions with one right answer of several can be taken in.", where=where,
                       hint="Write = before the right answer and ~ before each other one.")  # fmt: skip
    said = next((found for line in remarks if (found := _REMARK.match(line))), None)
    topic = said["topic"] if said else "general"
    stem = (match["head"] + match["tail"]).strip()
    shown = _plain(re.sub(r"^\[(?:html|plain|markdown|moodle)\]", "", stem))
    content = from_html(shown) if stem.startswith("[html]") else {"question": shown}
    key = re.sub(r"[^a-z0-9_.-]+", "-", _plain(title).lower()).strip("-.") or where.replace(" ", "-")
    # Options that are all findings make it a case to judge: everybody gets the same list, as at the bench.
    finding = all(re.fullmatch(r"clean|[a-z0-9_-]+\.[a-z0-9_.-]+", option) for option in options)
    if finding and "text" not in content:
        content = {"text": content["question"]}
    for name in ("language", "clause"):
        if said and said[name]:
            content[name] = said[name].strip()
    return Draft(
        key=key, topic=topic, difficulty=int(said["difficulty"] or 2) if said else 2, answer=right[0], content=content,
        options=() if finding else tuple(options), why=_plain(general),
    )  # fmt: skip


def write_gift(drafts: Iterable[Draft], findings: Sequence[str]) -> str:
    """The drafts as GIFT; a case to judge offers all findings."""
    blocks = []
    for draft in drafts:
        options = draft.options or tuple(findings)
        shown, asked = draft.content.get("text", "").strip(), draft.content.get("question", "").strip()
        stem = _escaped(shown or asked)
        if shown and asked:  # GIFT has one text for both: a quotation keeps them apart
            stem = "[html]" + _escaped(to_html(draft.content))
        choices = "\n".join(f"{'=' if option == draft.answer else '~'}{_escaped(option)}" for option in options)
        more = "".join(f", {name}: {draft.content[name]}" for name in ("clause", "language") if draft.content.get(name))
        blocks.append(
            f"// topic: {draft.topic}, difficulty: {draft.difficulty}{more}\n::{_escaped(draft.key)}::{stem} {{\n{choices}\n"
            f"####{_escaped(draft.why)}\n}}\n"
        )
    return "\n".join(blocks)


def _escaped(text: str) -> str:
    # An empty line would end the question.
    return re.sub(r"([~=#{}:\\])", r"\\\1", text.strip()).replace("\n", "\\n")


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text, flags=re.DOTALL).strip()


def _number(text: str, line: int) -> int:
    if not text:
        return 2
    if text not in ("1", "2", "3"):
        raise BadInput("bad_difficulty", "The difficulty is 1, 2 or 3.", where=f"line {line}.difficulty")
    return int(text)


def _not_too_many(found: Sequence[Draft]) -> None:
    if len(found) > MOST_ROWS:
        raise BadInput("too_many", f"A file has at most {MOST_ROWS} questions.", where="file")
