"""Tables of an exam's answers and of judges' words from CSV files, with the line of each mistake."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import NamedTuple

from watchfloor.cli.text_rows import text_of
from watchfloor.kernel.errors import BadInput

LONGEST_CELL = 1 << 17  # characters; the limit is the process's, and others set theirs


class Matrix(NamedTuple):
    """A table of answers: names of questions, what each person answered, the right answers where the file says them."""

    names: list[str]
    given: list[list[str]]
    key: dict[str, str]


def matrix_of(file: Path) -> Matrix:
    """The table of a file. Raises ``BadInput`` naming the line."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        lines = list(csv.reader(io.StringIO(text_of(file), newline="")))
    except csv.Error as error:
        raise _no_table(file, error) from None
    head = [name.strip() for name in lines[0]] if lines else []
    names = head[1:]
    if len(names) < 2 or len(set(names)) != len(names) or not all(names):
        raise BadInput(
            "bad_head",
            "The first line names the person's column and two questions or more, each once.",
            where=f"{file.name}:1",
        )
    given: list[list[str]] = []
    key: dict[str, str] = {}
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in line):
            continue
        cells = [cell.strip() for cell in line]
        if len(cells) != len(head):
            raise BadInput(
                "bad_row",
                f"The row has {len(cells)} cells; the first line has {len(head)}.",
                where=f"{file.name}:{number}",
            )
        if cells[0].lower() == "key":
            key = dict(zip(names, cells[1:], strict=True))
            continue
        if cells[0] in seen:
            raise BadInput(
                "person_again", f"The person {cells[0][:40]!r} is there twice.", where=f"{file.name}:{number}"
            )
        seen.add(cells[0])
        if not key:
            wrong = next((cell for cell in cells[1:] if cell not in ("", "0", "1")), None)
            if wrong is not None:
                raise BadInput("bad_answer", f"{wrong[:20]!r} is neither 1 nor 0.", where=f"{file.name}:{number}",
                               hint="Or begin with a row 'key' of the right answers.")  # fmt: skip
        given.append(cells[1:])
    if not given:
        raise BadInput("no_answers", "The file has no answers.", where=file.name)
    return Matrix(names, given, key)


def right_of(file: Path, matrix: Matrix) -> list[list[bool]]:
    """Right or wrong, cell by cell."""
    right = ["1"] * len(matrix.names) if not matrix.key else [matrix.key[name] for name in matrix.names]
    if not all(right):
        raise BadInput("no_key", "The row of right answers has an empty cell.", where=file.name)
    return [[cell == good for cell, good in zip(row, right, strict=True)] for row in matrix.given]


def rows_of(file: Path, wanted: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """The wanted columns, with the line of each row."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text_of(file), newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _no_table(file, error) from None
    missing = [name for name in wanted if name not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(
            "missing_column",
            f"The column {missing[0]!r} is missing.",
            where=file.name,
            hint=f"Columns: {', '.join(wanted)}.",
        )
    return [(line, {name: (row.get(name) or "").strip() for name in wanted}) for line, row in rows]


def _no_table(file: Path, error: csv.Error) -> BadInput:
    return BadInput("no_table", f"{file.name} is no table of comma-separated values: {error}.")


def number_of(file: Path, line: int, text: str) -> float:
    """A cell as a number."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) > 1e9:
        raise BadInput("no_number", f"{text[:20]!r} is no number.", where=f"{file.name}:{line}")
    return value
