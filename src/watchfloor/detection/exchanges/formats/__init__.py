"""Files of hashes in every format we read and write, by one name each. Pure: the command works on plain files with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

import msgspec

from watchfloor.detection.exchanges.formats import csvs, jsons, misp, stopncii
from watchfloor.detection.exchanges.formats.rows import BadRow, Collect, HashRow, Read
from watchfloor.kernel.errors import BadInput

__all__ = ["FORMATS", "BadRow", "Format", "HashRow", "Read", "guess", "read", "written"]

LARGEST = 512 * 1024 * 1024


class Format(msgspec.Struct, frozen=True):
    """One format: what people call it, the end of its files' names, its media type, and how it is read and written."""

    name: str
    words: str
    ending: str
    mime: str
    read: Callable[[str, Collect], None]
    write: Callable[[Iterable[HashRow], str], Iterator[str]]


FORMATS = {
    each.name: each
    for each in (
        Format("csv", "CSV", "csv", "text/csv", csvs.read, csvs.written),
        Format("json", "JSON", "json", "application/json", jsons.read, jsons.written),
        Format("jsonl", "JSON lines", "jsonl", "application/x-ndjson", jsons.read_lines, jsons.written_lines),
        Format("misp", "MISP event", "json", "application/json", misp.read, misp.written),
        Format("stopncii-csv", "StopNCII records as CSV", "csv", "text/csv", stopncii.read, stopncii.written),
        Format("hma", "HMA contents", "jsonl", "application/x-ndjson", jsons.read_contents, jsons.written_contents),
    )
}


def read(data: bytes, format: str, *, kind: str = "") -> Read:
    """The rows of a file. ``kind``: of rows that name none (a file of bare hashes).

    Raises:
        BadInput: the format is unknown, the file is too large or is not of this format at all.
    """
    if format not in FORMATS:
        raise BadInput(
            "unknown_format", f"{format[:40]!r} is no format we read.", where="format", hint=", ".join(FORMATS)
        )
    if len(data) > LARGEST:
        raise BadInput("too_large", f"The file is larger than {LARGEST // 1_048_576} MB.", hint="Split it.")
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput("no_text", "The file is no text.", hint=f"It is read as {FORMATS[format].words}.")
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    found = Collect(kind)
    FORMATS[format].read(data.decode(encoding, errors="replace"), found)
    return found.done()


def written(rows: Iterable[HashRow], format: str, *, title: str) -> Iterator[str]:
    """The rows as text of a format, part by part; ``title`` names the bank where the format has a place for it."""
    if format not in FORMATS:
        raise BadInput(
            "unknown_format", f"{format[:40]!r} is no format we write.", where="format", hint=", ".join(FORMATS)
        )
    return FORMATS[format].write(rows, title)


def guess(name: str, data: bytes) -> str:
    """The format of a file by its name and its beginning."""
    head = data[:65536].decode("utf-8-sig", errors="replace").lstrip()
    ending = PurePath(name).suffix.lower()
    if head[:1] in "{[" and head:
        if '"Event"' in head or '"Attribute"' in head:
            return "misp"
        lines = [line for line in head.splitlines() if line.strip()]
        first = lines[0].rstrip() if lines else ""
        if first.startswith("{") and first.endswith("}") and (len(lines) > 1 or ending in (".jsonl", ".ndjson")):
            return "hma" if '"signals"' in first else "jsonl"
        return "json"
    return "stopncii-csv" if "hashValue" in head.partition("\n")[0] else "csv"
