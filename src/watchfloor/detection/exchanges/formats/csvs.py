"""CSV, tabs or bare lines: columns by name, one entry a row, or one column for each kind."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from watchfloor.detection.exchanges.formats.rows import KINDS, Collect, HashRow
from watchfloor.kernel.errors import BadInput

COLUMNS = ("kind", "value", "tags", "evidence", "source", "source_ref", "expires")
_ALSO = {
    "kind": ("kind", "type", "signal_type", "hash_type", "algorithm", "indicator_type"),
    "value": ("value", "hash", "signal", "signal_str", "indicator", "hash_digest"),
    "tags": ("tags", "tag", "labels"),
    "evidence": ("evidence", "note", "comment", "description"),
    "source": ("source", "owner"),
    "source_ref": ("source_ref", "reference", "id"),
    "expires": ("expires", "expires_at", "expiry"),
}
_WIDE = {**{kind: kind for kind in KINDS}, "video_md5": "md5", "raw_text": "text"}


def read(text: str, found: Collect) -> None:
    """Fills ``found``; raises ``BadInput`` only when there is no usable column at all."""
    csv.field_size_limit(1 << 24)
    head_line = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    tabs = "\t" in head_line and "," not in head_line
    head = [cell.strip().lower() for cell in next(csv.reader([head_line], delimiter="\t" if tabs else ","), [])]
    places = {name: head.index(also) for name, names in _ALSO.items() for also in names[::-1] if also in head}
    wide = {place: _WIDE[name] for place, name in enumerate(head) if name in _WIDE and "value" not in places}
    if "value" not in places and not wide:
        _bare(text, head, found)
        return
    begun = False
    for line, cells in _rows(text, tabs, found):
        if not begun:
            begun = True
            continue
        named = {name: _typed(cells[place]) if place < len(cells) else "" for name, place in places.items()}
        rest = {name: named.get(name, "") for name in ("tags", "evidence", "source", "source_ref", "expires")}
        if wide:
            given = [
                (kind, cells[place]) for place, kind in wide.items() if place < len(cells) and cells[place].strip()
            ]
            if not given:
                found.reject(line=line, text=",".join(cells), problem="no column of this row holds a value.")
            for kind, value in given:
                found.put(line=line, kind=kind, value=value, **rest)
        else:
            found.put(line=line, kind=named.get("kind", ""), value=named["value"], **rest)


def written(rows: Iterable[HashRow], title: str) -> Iterator[str]:
    """As it is read back: nothing that a spreadsheet would take for a formula."""
    yield _line(COLUMNS)
    for row in rows:
        end = row.expires_at.isoformat() if row.expires_at else ""
        yield _line((row.kind, row.value, ";".join(row.tags), row.evidence, row.source, row.source_ref, end))


def _bare(text: str, head: list[str], found: Collect) -> None:
    """A file of one value a line; the kind is the one given, or told by the number of digits where only one kind has it."""
    if len(head) > 1 and not found.default_kind:
        raise BadInput(
            "no_column", f"The file has no column of values; its first line names {', '.join(head[:8])}.",
            where="file", hint=f"Name the columns {', '.join(COLUMNS)}, or one column for each kind.",
        )  # fmt: skip
    for line, value in enumerate(text.splitlines(), start=1):
        if not value.strip() or value.startswith("#"):
            continue
        kind = found.default_kind or ("md5" if re.fullmatch(r"(?i)[0-9a-f]{32}", value.strip()) else "")
        if not kind and re.fullmatch(r"(?i)[0-9a-f]{64}", value.strip()):
            found.reject(
                line=line, text=value, problem="64 digits are a PDQ or a SHA-256; say which kind these rows are."
            )
        else:
            found.put(line=line, kind=kind, value=value)


def _rows(text: str, tabs: bool, found: Collect) -> Iterator[tuple[int, Sequence[str]]]:
    begun = False
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ",")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.reject(line=reader.line_num, text="", problem=f"this is no well-formed CSV ({error}).")
            continue
        if not begun and (not cells or cells[0].startswith("#")):
            continue
        if any(cell.strip() for cell in cells):
            begun = True
            yield reader.line_num, cells


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _typed(cell: str) -> str:
    """The cell without the apostrophe that ``_safe`` puts before what looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell
