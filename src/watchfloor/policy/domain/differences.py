"""What two versions of a policy say differently: clause by clause, word by word, overlays, violation types, the tree. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

import msgspec

from watchfloor.policy import tree_text
from watchfloor.policy.domain.document import Clause, Document, Kind, Overlay

# A word, or a single letter of a script that is written without spaces, or a run of spaces, or a sign.
_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯฀-๿]|[^\W぀-ヿ㐀-鿿가-힯฀-๿]+|\s+|[^\w\s]")


class Piece(msgspec.Struct, frozen=True):
    """A stretch of words. ``kind``: same | removed | added."""

    kind: str
    text: str


class OverlayChange(msgspec.Struct, frozen=True):
    """What an overlay says before and after; ``change``: added | removed | changed."""

    market: str
    change: str
    before: Overlay | None
    after: Overlay | None
    text: tuple[Piece, ...]


class ClauseChange(msgspec.Struct, frozen=True, kw_only=True):
    """One clause that is not the same. ``change``: added | removed | changed | moved (only its number or place)."""

    key: str
    change: str
    before: str = ""  # its number in either version
    after: str = ""
    text: tuple[Piece, ...] = ()
    violates: tuple[Piece, ...] = ()  # examples, one a piece
    allowed: tuple[Piece, ...] = ()
    overlays: tuple[OverlayChange, ...] = ()


class KindChange(msgspec.Struct, frozen=True, kw_only=True):
    """One violation type that is not the same. ``fields``: name -> (before, after)."""

    key: str
    name: str
    change: str
    fields: dict[str, tuple[Any, Any]] = {}


class NoteChange(msgspec.Struct, frozen=True):
    """What is said of a whole market, before and after."""

    market: str
    change: str
    text: tuple[Piece, ...]


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; empty parts are the same in both."""

    summary: tuple[Piece, ...] = ()
    clauses: tuple[ClauseChange, ...] = ()
    violations: tuple[KindChange, ...] = ()
    overlays: tuple[NoteChange, ...] = ()
    tree: tuple[Piece, ...] = ()  # lines of the decision tree as it is written
    ends_at: tuple[str, str] | None = None

    @property
    def empty(self) -> bool:
        """Whether both say the same."""
        return not any((self.summary, self.clauses, self.violations, self.overlays, self.tree, self.ends_at))

    @property
    def touched(self) -> frozenset[str]:
        """Keys of clauses whose words, examples or overlays are not the same."""
        return frozenset(each.key for each in self.clauses if each.change != "moved")


def compare(before: Document, after: Document) -> Differences:
    """What ``after`` says otherwise than ``before``."""
    ends = (_moment(before), _moment(after))
    return Differences(
        summary=_changed(before.summary, after.summary),
        clauses=tuple(_clauses(before.clauses, after.clauses)),
        violations=tuple(_kinds(before.kinds, after.kinds)),
        overlays=tuple(_notes(before.overlays, after.overlays)),
        tree=_lines(tree_text.write(before.decision_tree), tree_text.write(after.decision_tree)),
        ends_at=ends if ends[0] != ends[1] else None,
    )


def words(before: str, after: str) -> tuple[Piece, ...]:
    """Both texts as one run of stretches: what is the same, removed, added. Equal texts: one stretch."""
    a, b = _WORD.findall(before), _WORD.findall(after)
    found: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(a[i1:i2])))
            continue
        if i2 > i1:
            found.append(Piece("removed", "".join(a[i1:i2])))
        if j2 > j1:
            found.append(Piece("added", "".join(b[j1:j2])))
    return tuple(found)


def _changed(before: str, after: str) -> tuple[Piece, ...]:
    return () if before == after else words(before, after)


def _clauses(before: tuple[Clause, ...], after: tuple[Clause, ...]) -> Iterable[ClauseChange]:
    was, now = {clause.key: clause for clause in before}, {clause.key: clause for clause in after}
    moved = _moved([key for key in was if key in now], [key for key in now if key in was])
    for clause in after:
        old = was.get(clause.key)
        found = _clause(old, clause, clause.key in moved)
        if found is not None:
            yield found
    for clause in before:
        if clause.key not in now:
            gone = _clause(clause, None, False)
            assert gone is not None
            yield gone


def _clause(old: Clause | None, new: Clause | None, moved: bool) -> ClauseChange | None:
    one = new or old
    assert one is not None
    empty = Clause(key=one.key, number="", text="")
    a, b = old or empty, new or empty
    text = _changed(a.text, b.text)
    violates, allowed = _examples(a.violates, b.violates), _examples(a.allowed, b.allowed)
    overlays = tuple(_overlays(a.overlays, b.overlays))
    if old is None or new is None:
        change = "added" if old is None else "removed"
    elif text or violates or allowed or overlays:
        change = "changed"
    elif moved or old.number != new.number:
        change = "moved"
    else:
        return None
    return ClauseChange(
        key=one.key, change=change, before=a.number, after=b.number, text=text, violates=violates, allowed=allowed,
        overlays=overlays,
    )  # fmt: skip


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Keys outside the longest stretches that both have in the same order."""
    kept: set[str] = set()
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        kept |= set(before[block.a : block.a + block.size])
    return set(before) - kept


def _examples(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[Piece, ...]:
    if before == after:
        return ()
    gone = [Piece("removed", each) for each in before if each not in after]
    kept = [Piece("same" if each in before else "added", each) for each in after]
    return (*gone, *kept)


def _overlays(before: dict[str, Overlay], after: dict[str, Overlay]) -> Iterable[OverlayChange]:
    for market in sorted({*before, *after}):
        a, b = before.get(market), after.get(market)
        if a != b:
            text = words(a.text if a else "", b.text if b else "")
            yield OverlayChange(market, _change(a, b), a, b, text)


def _notes(before: dict[str, str], after: dict[str, str]) -> Iterable[NoteChange]:
    for market in sorted({*before, *after}):
        a, b = before.get(market), after.get(market)
        if a != b:
            yield NoteChange(market, _change(a, b), words(a or "", b or ""))


def _change(before: object, after: object) -> str:
    return "added" if before is None else "removed" if after is None else "changed"


def _kinds(before: tuple[Kind, ...] | None, after: tuple[Kind, ...] | None) -> Iterable[KindChange]:
    if before is None or after is None:  # one of them leaves the violation types as they are
        return
    was, now = {kind.key: kind for kind in before}, {kind.key: kind for kind in after}
    for key in [*now, *(key for key in was if key not in now)]:
        a, b = was.get(key), now.get(key)
        if a == b:
            continue
        one = b or a
        assert one is not None
        fields = {}
        if a is not None and b is not None:
            names = [field for field in Kind.__struct_fields__ if getattr(a, field) != getattr(b, field)]
            fields = {name: (_plain(getattr(a, name)), _plain(getattr(b, name))) for name in names}
        yield KindChange(key=key, name=one.name, change=_change(a, b), fields=fields)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _lines(before: str, after: str) -> tuple[Piece, ...]:
    if before == after:
        return ()
    a, b = before.splitlines(), after.splitlines()
    found: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Piece("same", line) for line in a[i1:i2]]
            continue
        found += [Piece("removed", line) for line in a[i1:i2]] + [Piece("added", line) for line in b[j1:j2]]
    return tuple(found)


def _moment(document: Document) -> str:
    return document.ends_at.isoformat() if document.ends_at else ""
