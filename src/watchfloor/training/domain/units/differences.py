"""Two sources of a unit side by side: which parts are the same, changed, new or gone, and the words that differ."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from watchfloor.policy.domain.differences import Piece, words
from watchfloor.training.domain.units.shape import Activity, Block, Case, Question, Unit


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One part of either unit. ``change``: same | changed | added | removed.

    ``left`` and ``right`` are the two columns: ``left`` has the stretches that are the same or removed, ``right`` the same or added.
    """

    section: str  # "head" or a name of SECTIONS
    title: str
    change: str
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()


def difference(before: Unit, after: Unit) -> tuple[Row, ...]:
    """All parts of both, section by section in the order of ``after``; what is gone stands at the end of its section."""
    rows: list[Row] = []
    was, now = _parts(before), _parts(after)
    for section in ("head", "aim", "explanation", "examples", "edge-cases", "activities", "questions"):
        rows += _rows(section, was.get(section, {}), now.get(section, {}))
    return tuple(rows)


def _rows(section: str, was: dict[str, tuple[str, str]], now: dict[str, tuple[str, str]]) -> Iterable[Row]:
    gone = [key for key in was if key not in now]
    for key, (title, text) in now.items():
        if key in was:
            yield _row(section, title, was[key][1], text)
            continue
        # A part that was only given another title is one that changed: it is known by its words.
        twin = next((old for old in gone if _body(was[old]) == _body(now[key])), None)
        if twin is not None:
            gone.remove(twin)
            yield _row(section, title, was[twin][1], text)
            continue
        yield Row(section=section, title=title, change="added", right=(Piece("added", text),))
    for key in gone:
        yield Row(section=section, title=was[key][0], change="removed", left=(Piece("removed", was[key][1]),))


def _body(part: tuple[str, str]) -> str:
    return part[1].partition("\n")[2]


def _row(section: str, title: str, before: str, after: str) -> Row:
    pieces = words(before, after)
    return Row(
        section=section, title=title, change="same" if before == after else "changed",
        left=tuple(piece for piece in pieces if piece.kind != "added"),
        right=tuple(piece for piece in pieces if piece.kind != "removed"),
    )  # fmt: skip


def _parts(unit: Unit) -> dict[str, dict[str, tuple[str, str]]]:
    head = [
        ("title", unit.title), ("policy", unit.policy), ("version", str(unit.version)), ("language", unit.language),
        ("minutes", str(unit.minutes)), ("owner", unit.owner), ("review", unit.review.isoformat()),
    ]  # fmt: skip
    return {
        "head": {name: (name, text) for name, text in head},
        "aim": {"": (unit.headings.get("aim", ""), text_of(unit.aim))},
        "explanation": _keyed((part.title, part.title, text_of(part.blocks)) for part in unit.explanation),
        "examples": _keyed((case.key or case.title, case.title, _case(case)) for case in unit.examples),
        "edge-cases": _keyed((case.key or case.title, case.title, _case(case)) for case in unit.edge_cases),
        "activities": _keyed((each.title, each.title, _activity(each)) for each in unit.activities),
        "questions": _keyed((each.key, each.title, _question(each)) for each in unit.questions),
    }


def _keyed(found: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    rows: dict[str, tuple[str, str]] = {}
    for key, title, text in found:
        rows[key if key not in rows else f"{key} {len(rows)}"] = (title, f"{title}\n{text}")
    return rows


def text_of(blocks: Iterable[Block]) -> str:
    """Blocks as plain text."""
    lines = []
    for block in blocks:
        for number, text in enumerate(block.texts, 1):
            sign = {"ul": "- ", "ol": f"{number}. "}.get(block.kind, "")
            lines.append(sign + text)
    return "\n".join(lines)


def _case(case: Case) -> str:
    return "\n".join(part for part in (case.shown, f"{case.finding} {case.clause}".strip(), text_of(case.why)) if part)


def _activity(each: Activity) -> str:
    parts = (f"{each.minutes} min", each.materials, text_of(each.task), text_of(each.answer))
    return "\n".join(part for part in parts if part)


def _question(each: Question) -> str:
    choices = "\n".join(f"[{'x' if choice.right else ' '}] {choice.text}" for choice in each.choices)
    tail = f"{each.topic} {each.clause} {each.difficulty}"
    return "\n".join(part for part in (each.shown, each.ask, choices, each.why, tail) if part)
