"""The version editor's form: a text as fields, fields as a text, errors at their field. What was typed is kept as it was typed."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest

from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.policy import tree_text
from watchfloor.policy.domain.document import MOST_CLAUSES, MOST_KINDS, Clause, Document, Kind, Overlay
from watchfloor.policy.domain.flat import key_of
from watchfloor.policy.pages import parts

CLAUSE = ("key", "number", "text", "violates", "allowed", "overlays")
KIND = ("key", "clause", "name", "help", "severity", "points", "actions", "markets")
PLAIN = ("summary", "why", "overlays", "decision_tree", "ends_at")
_OVERLAY = re.compile(r"\s*([A-Z]{2})\s+(adds|replaces|drops)\s*(?::\s*(.*))?$", re.DOTALL)
_NOTE = re.compile(r"\s*([A-Z]{2})\s*:\s*(.+)$", re.DOTALL)
_PLACE = re.compile(r"(clauses|violations)\[(\d+)\]\.(\w+)")
Typed = dict[str, Any]


def typed_of(document: Document, why: str = "") -> Typed:
    """The fields of a text."""
    return {
        "summary": document.summary, "why": why, "ends_at": parts.typed_moment(document.ends_at),
        "overlays": "\n".join(f"{market}: {_line(note)}" for market, note in sorted(document.overlays.items())),
        "decision_tree": tree_text.write(document.decision_tree),
        "clauses": [
            {
                "key": clause.key, "number": clause.number, "text": clause.text, "violates": "\n".join(map(_line, clause.violates)),
                "allowed": "\n".join(map(_line, clause.allowed)),
                "overlays": "\n".join(
                    f"{market} {overlay.how}" + (f": {_line(overlay.text)}" if overlay.text else "")
                    for market, overlay in sorted(clause.overlays.items())
                ),
            }
            for clause in document.clauses
        ],
        "kinds": [
            {
                "key": kind.key, "clause": kind.clause, "name": kind.name, "help": kind.help, "severity": str(kind.severity),
                "points": str(kind.points), "actions": ", ".join(kind.actions), "markets": ", ".join(kind.markets or ()),
            }
            for kind in document.kinds or ()
        ],
    }  # fmt: skip


def blank() -> Typed:
    """The fields of the first version of a policy."""
    clause = dict.fromkeys(CLAUSE, "") | {"number": "1"}
    return {**dict.fromkeys(PLAIN, ""), "clauses": [clause], "kinds": []}


def read(request: HttpRequest) -> Typed:
    """What was typed."""
    post = request.POST
    typed: Typed = {name: post.get(name, "").replace("\r\n", "\n") for name in PLAIN}
    for name, fields, most in (("clause", CLAUSE, MOST_CLAUSES), ("kind", KIND, MOST_KINDS)):
        count = post.get(f"{name}s", "0")
        number = min(int(count), most) if count.isdecimal() and len(count) < 6 else 0
        typed[f"{name}s"] = [
            {field: post.get(f"{name}-{index}-{field}", "").replace("\r\n", "\n") for field in fields}
            for index in range(number)
        ]
    return typed


def step(typed: Typed, name: str) -> bool:
    """``add-clause``, ``up-clause-2``, ``drop-kind-1`` ...: rearrange the form; False for what is no such step."""
    verb, _, rest = name.partition("-")
    what, _, place = rest.partition("-")
    if what not in ("clause", "kind") or verb not in ("add", "up", "down", "drop"):
        return False
    rows = typed[f"{what}s"]
    if verb == "add":
        new = dict.fromkeys(CLAUSE if what == "clause" else KIND, "")
        rows.append(new | ({"number": _next(rows)} if what == "clause" else {"severity": "2", "points": "1"}))
        return True
    index = int(place) if place.isdecimal() and len(place) < 6 else -1
    other = index + {"up": -1, "down": 1, "drop": 0}[verb]
    if not 0 <= index < len(rows) or not 0 <= other < len(rows):
        return True
    if verb == "drop":
        del rows[index]
    else:
        rows[index], rows[other] = rows[other], rows[index]
    return True


def document(typed: Typed) -> Document:
    """The text that was typed. ``BadInput`` whose place is a text's (``field_of`` says which field)."""
    taken = {row["key"] for row in typed["clauses"] if row["key"]}
    clauses = []
    for index, row in enumerate(typed["clauses"]):
        key = row["key"] or key_of(row["number"] or "x", taken)
        taken.add(key)
        clauses.append(
            Clause(
                key=key, number=row["number"].strip(), text=row["text"].strip(), violates=_lines(row["violates"]),
                allowed=_lines(row["allowed"]), overlays=_overlays(row["overlays"], f"clauses[{index}].overlays"),
            )
        )  # fmt: skip
    kinds = tuple(
        Kind(
            key=row["key"].strip(), clause=row["clause"].strip(), name=row["name"].strip(), help=row["help"].strip(),
            severity=_number(row["severity"], f"violations[{index}].severity"),
            points=_number(row["points"], f"violations[{index}].points"),
            actions=_words(row["actions"]), markets=_words(row["markets"]) or None,
        )
        for index, row in enumerate(typed["kinds"])
    )  # fmt: skip
    notes = {}
    for line in _lines(typed["overlays"]):
        match = _NOTE.match(line)
        if match is None:
            raise BadInput("bad_overlay", f"{line[:60]!r} is no note on a market.", where="overlays",
                           hint='A line is "DE: what is different".')  # fmt: skip
        notes[match[1]] = match[2].strip()
    return Document(
        summary=typed["summary"].strip(), clauses=tuple(clauses), kinds=kinds, overlays=notes,
        decision_tree=tree_text.parse(typed["decision_tree"]), ends_at=parts.moment(typed["ends_at"], "ends_at"),
    )  # fmt: skip


def field_of(error: WatchfloorError) -> str:
    """The field an error belongs to."""
    match = _PLACE.match(error.where)
    if match:
        return f"{'clause' if match[1] == 'clauses' else 'kind'}-{match[2]}-{match[3]}"
    if error.where.startswith(("questions", "decision_tree")):
        return "decision_tree"
    return error.where if error.where in PLAIN else "summary"


def _overlays(text: str, where: str) -> dict[str, Overlay]:
    found = {}
    for line in _lines(text):
        match = _OVERLAY.match(line)
        if match is None:
            raise BadInput("bad_overlay", f"{line[:60]!r} does not say what differs.", where=where,
                           hint='A line is "DE adds: words", "DE replaces: words" or "DE drops".')  # fmt: skip
        found[match[1]] = Overlay(match[2], (match[3] or "").strip())
    return found


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _line(text: str) -> str:
    return " ".join(text.split())


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,\s]+", text) if word)


def _number(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadInput("bad_number", f"{text[:20]!r} is no number.", where=where) from None


def _next(rows: list[dict[str, str]]) -> str:
    """The number after the last: 5.3 -> 5.4."""
    match = re.match(r"(.*?)(\d+)$", rows[-1]["number"]) if rows else None
    return f"{match[1]}{int(match[2]) + 1}" if match else str(len(rows) + 1)
