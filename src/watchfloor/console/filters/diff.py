"""Two versions of a text, line by line, with unchanged stretches folded away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Line:
    """``kind``: same, add, del, or gap (``count`` folded lines). Line numbers start at 1; 0: not in that version."""

    kind: str
    text: str = ""
    before: int = 0
    after: int = 0
    count: int = 0


def diff_lines(old: str, new: str, around: int = 3) -> list[Line]:
    """The lines of both versions in order; more than ``around`` unchanged lines away from a change become one gap."""
    a, b = old.splitlines(), new.splitlines()
    lines: list[Line] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += _folded(a, i1, i2, j1, len(a), len(b), around)
            continue
        lines += [Line("del", a[i], before=i + 1) for i in range(i1, i2)]
        lines += [Line("add", b[j], after=j + 1) for j in range(j1, j2)]
    return lines


def _folded(a: list[str], i1: int, i2: int, j1: int, old_size: int, new_size: int, around: int) -> Iterator[Line]:
    """An unchanged stretch: its ends beside changes stay, the middle is folded when that saves at least two lines."""
    count = i2 - i1
    head = around if i1 > 0 or j1 > 0 else 0
    tail = around if i2 < old_size or j1 + count < new_size else 0
    if count - head - tail < 2:
        head, tail = count, 0
    for offset in range(head):
        yield Line("same", a[i1 + offset], i1 + offset + 1, j1 + offset + 1)
    if head + tail < count:
        yield Line("gap", count=count - head - tail)
        for offset in range(count - tail, count):
            yield Line("same", a[i1 + offset], i1 + offset + 1, j1 + offset + 1)
