"""Ratings and decisions from plain files, with every row that cannot be used named by its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from watchfloor.cli.text_rows import BadRow, Row, read_rows


def ratings_of(path: Path, unit: str, rater: str, value: str, bad: list[BadRow]) -> list[tuple[str, str, str]]:
    """(unit, rater, value); a row without one of them, or a person's second rating of a unit, goes to ``bad``."""
    found: list[tuple[str, str, str]] = []
    seen: dict[tuple[str, str], int] = {}
    for row in read_rows(path, [unit, rater, value], bad):
        what, who, said = (row.columns[name].strip() for name in (unit, rater, value))
        if not what or not who or not said:
            bad.append(BadRow(path.name, row.line, "has no unit, no rater or no value"))
        elif (what, who) in seen:
            bad.append(
                BadRow(
                    path.name, row.line, f"rates {what[:40]!r} by {who[:40]!r} again (line {seen[what, who]} counts)"
                )
            )
        else:
            seen[what, who] = row.line
            found.append((what, who, said))
    return found


def counts_of(path: Path, names: list[str], bad: list[BadRow]) -> Iterator[dict[str, int]]:
    """How many gave each value, row by row."""
    for row in read_rows(path, names, bad):
        wrong = next((name for name in names if not row.columns[name].strip().isdecimal()), None)
        if wrong is None:
            yield {name: int(row.columns[name]) for name in names}
        else:
            bad.append(BadRow(path.name, row.line, f"has {row.columns[wrong][:20]!r} for {wrong}, which is no count"))


def decisions_of(path: Path, wanted: list[str], bad: list[BadRow]) -> list[Row]:
    """Rows with the wanted columns, spaces around them taken away."""
    return [
        Row(row.line, {name: text.strip() for name, text in row.columns.items()})
        for row in read_rows(path, list(dict.fromkeys(wanted)), bad)
    ]
