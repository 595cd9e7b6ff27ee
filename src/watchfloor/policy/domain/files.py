"""A policy as a file people can read, edit and keep in a repository: TOML, the form of the shipped policies. Pure.

    key = "hate"                      # the frame: key, name, names, harm_group, severity, clearance, target_hours, dsa_category
    summary = "No attack on people for what they are."
    ends_at = 2026-12-01T00:00:00Z    # only where the version ends by itself
    decision_tree = \"\"\"...\"\"\"         # see policy.tree_text; or [[question]] and [[answer_in]]
    [overlay]                         # a note on a whole market
    DE = "..."
    [[clause]]
    key = "harm"                      # may be left out: made from the number
    number = "5.1"
    text = "Calls for harm."
    violates = ["..."]                # examples
    allowed = ["..."]
    [clause.in.DE]
    how = "adds"                      # adds | replaces | drops
    text = "..."
    [[violation]]                     # key, clause (a number), name, help, severity, points, actions, markets

``write`` and ``read`` are each other's inverse.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.policy import tree, tree_text
from watchfloor.policy.domain import document as documents
from watchfloor.policy.domain.document import Clause, Document, Kind, Overlay
from watchfloor.policy.domain.flat import key_of

FRAME = ("key", "name", "names", "harm_group", "severity", "clearance", "target_hours", "dsa_category")
TEXT = ("summary", "ends_at", "decision_tree", "question", "answer_in", "overlay", "clause", "violation")
MAX_FILE = 2_000_000
_BARE = re.compile(r"[A-Za-z0-9_-]+$")
Frame = dict[str, Any]


def read(text: str, name: str = "file") -> tuple[Frame, Document]:
    """Frame and text of a file. Raises ``BadInput`` that names the place."""
    if len(text) > MAX_FILE:
        raise BadInput("too_long", f"A policy file has at most {MAX_FILE:,} characters.", where=name)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("bad_toml", f"The file is no TOML: {error}.", where=name) from None
    unknown = sorted(set(data) - set(FRAME) - set(TEXT))
    if unknown:
        raise BadInput("unknown_name", f"{unknown[0]!r} means nothing in a policy file.", where=name,
                       hint=f"Known: {', '.join((*FRAME, *TEXT))}.")  # fmt: skip
    found = document_of(data)
    documents.check(found)
    return {name: data[name] for name in FRAME if name in data}, found


def document_of(data: Mapping[str, Any]) -> Document:
    """The text of a policy file that was read as TOML."""
    ends = data.get("ends_at")
    if ends is not None and (not isinstance(ends, datetime) or ends.tzinfo is None):
        raise BadInput(
            "bad_time", "A moment has a date, a time and a zone.", where="ends_at", hint="2026-12-01T00:00:00Z"
        )
    try:
        kinds = msgspec.convert(data["violation"], tuple[Kind, ...]) if "violation" in data else None
        overlays = msgspec.convert(data.get("overlay", {}), dict[str, str])
        summary = msgspec.convert(data.get("summary", ""), str).strip()
        return Document(
            summary=summary, clauses=tuple(_clauses(data.get("clause", []))), kinds=kinds, overlays=overlays,
            decision_tree=_tree(data), ends_at=ends.astimezone(UTC) if ends else None,
        )  # fmt: skip
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        raise BadInput("bad_file", f"The file does not fit: {message}.", where=where.strip("`")) from None


def write(frame: Mapping[str, Any], document: Document) -> str:
    """The file that ``read`` makes this of."""
    lines = [f"{name} = {_value(frame[name])}" for name in FRAME if frame.get(name) not in (None, "", {})]
    lines.append(f"summary = {_value(document.summary)}")
    if document.ends_at is not None:
        lines.append(f"ends_at = {document.ends_at.astimezone(UTC).isoformat().replace('+00:00', 'Z')}")
    if document.decision_tree:
        rows = [_value(line)[1:-1] for line in tree_text.write(document.decision_tree).split("\n")]
        lines.append('decision_tree = """\n' + "\n".join(rows) + '"""')
    if document.overlays:
        lines += ["", "[overlay]", *(f"{_name(market)} = {_value(note)}" for market, note in document.overlays.items())]
    for clause in document.clauses:
        lines += ["", "[[clause]]", *_pairs({"key": clause.key, "number": clause.number, "text": clause.text,
                                             "violates": clause.violates, "allowed": clause.allowed})]  # fmt: skip
        for market, overlay in clause.overlays.items():
            lines += ["", f"[clause.in.{_name(market)}]", *_pairs({"how": overlay.how, "text": overlay.text})]
    for kind in document.kinds or ():
        lines += ["", "[[violation]]", *_pairs(msgspec.to_builtins(kind), always=("severity", "points"))]
    if document.kinds == ():
        lines.insert(0, "violation = []")
    return "\n".join(lines) + "\n"


def _clauses(rows: Any) -> Iterable[Clause]:
    taken: set[str] = set()
    for row in msgspec.convert(rows, list[dict[str, Any]]):
        number = msgspec.convert(row.get("number", ""), str)
        unknown = sorted(set(row) - {"key", "number", "text", "violates", "allowed", "in"})
        if unknown:
            raise BadInput("unknown_name", f"{unknown[0]!r} means nothing in a clause.", where=f"clause {number}")
        key = row.get("key") or key_of(number, taken)
        taken.add(key)
        overlays = msgspec.convert(row.get("in", {}), dict[str, Overlay])
        values: dict[str, Any] = {name: row[name] for name in ("text", "violates", "allowed") if name in row}
        clause = msgspec.convert({"text": "", **values, "key": key, "number": number}, Clause)
        yield msgspec.structs.replace(clause, text=clause.text.strip(), overlays=overlays)


def _tree(data: Mapping[str, Any]) -> dict[str, Any] | None:
    if "decision_tree" in data:
        return tree_text.parse(msgspec.convert(data["decision_tree"], str))
    questions = data.get("question", [])
    return tree.from_questions(questions, data.get("answer_in", [])) if questions else None


def _pairs(values: Mapping[str, Any], always: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{name} = {_value(value)}"
        for name, value in values.items()
        if name in always or value not in (None, "", (), [])
    ]


def _value(value: Any) -> str:
    if isinstance(value, str):  # a JSON string is a TOML basic string, but for DEL, which TOML wants escaped
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_name(name)} = {_value(each)}" for name, each in value.items()) + " }"
    return repr(value) if isinstance(value, float) else str(value).lower()


def _name(name: str) -> str:
    return name if _BARE.match(name) else _value(name)
