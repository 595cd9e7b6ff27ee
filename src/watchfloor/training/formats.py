"""Cases and questions in the formats of other systems, in and out: CSV, GIFT, Moodle XML, QTI 2.1. No database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import files, moodle, qti
from watchfloor.training.domain.files import Draft

# name -> (suffix, media type)
FORMATS: Final = {
    "csv": ("csv", "text/csv; charset=utf-8"), "gift": ("gift", "text/plain; charset=utf-8"),
    "moodle": ("xml", "application/xml"), "qti": ("zip", "application/zip"),
}  # fmt: skip


def read(data: bytes, name: str = "") -> list[Draft]:
    """The drafts of a file, told by what it begins with. Raises ``BadInput`` naming the place."""
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:2_000]
    if data[:2] == b"PK":
        return qti.read(data)
    if head.startswith(b"<"):
        return moodle.read(data) if b"<quiz" in head else qti.read(data)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise BadInput("not_text", "The file is no text in UTF-8.", where="file", hint="Save it as UTF-8.") from None
    return files.read(text, name)


def written(form: str, drafts: Sequence[Draft], findings: Sequence[str], *, name: str) -> bytes:
    """The drafts as a file."""
    if form == "qti":
        return qti.package(drafts, findings, name=name, title=name)
    if form == "moodle":
        return moodle.write(drafts, findings, category=name).encode()
    return (files.write_csv(drafts) if form == "csv" else files.write_gift(drafts, findings)).encode()
