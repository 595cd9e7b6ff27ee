"""What a file of hashes holds, whatever its format: good rows, and for each bad one its line and a sentence. Pure, no Django."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from watchfloor.detection.banks.domain import values
from watchfloor.kernel.errors import BadInput

KINDS = values.KINDS
MOST_TAGS = 40
_LENGTHS = {"pdq": 64, "md5": 32, "sha256": 64}
_HEX = re.compile(r"[0-9a-f]+")
# The names that other programs give the kinds we have; compared without regard to case, hyphens and underscores.
_NAMES = {
    "pdq": "pdq", "imagepdq": "pdq", "hashpdq": "pdq",
    "md5": "md5", "videomd5": "md5", "hashmd5": "md5", "hashvideomd5": "md5", "photomd5": "md5", "imagemd5": "md5",
    "sha256": "sha256", "hashsha256": "sha256", "filesha256": "sha256",
    "video": "video", "vpdq": "video",
    "text": "text", "rawtext": "text", "debugstring": "text", "textstring": "text",
    "url": "url", "uri": "url", "rawuri": "url", "link": "url",
}  # fmt: skip


class HashRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as a file brings it. ``line`` counts from 1 (0: the format has no lines; then ``at`` names the place)."""

    kind: str
    value: str
    tags: tuple[str, ...] = ()
    evidence: str = ""
    source: str = ""
    source_ref: str = ""
    expires_at: datetime | None = None
    line: int = 0
    at: str = ""


class BadRow(msgspec.Struct, frozen=True):
    """A row that cannot be taken: its line (0: none), its place, what stands there (cut), and why in a sentence."""

    line: int
    at: str
    text: str
    problem: str


class Read(msgspec.Struct, frozen=True):
    """A file that was read: good rows in their order, each value once; bad ones; how many good rows were there twice."""

    rows: tuple[HashRow, ...]
    bad: tuple[BadRow, ...]
    doubles: int = 0


class Collect:
    """Gathers what a reader finds; a row is checked here, so that every format is as strict as every other."""

    def __init__(self, default_kind: str = "") -> None:
        self.default_kind = default_kind
        self._rows: dict[tuple[str, str], HashRow] = {}
        self._bad: list[BadRow] = []
        self._doubles = 0

    def put(self, *, line: int = 0, at: str = "", kind: str, value: str, tags: Any = (), evidence: str = "", source: str = "",
            source_ref: str = "", expires: str = "") -> None:  # fmt: skip
        """One row as it stands in the file."""
        try:
            row = HashRow(
                kind=(known := kind_of(kind or self.default_kind)), value=normal(known, value), tags=tags_of(tags),
                evidence=evidence.strip()[:120], source=source.strip()[:80], source_ref=source_ref.strip()[:200],
                expires_at=moment(expires), line=line, at=at,
            )  # fmt: skip
        except BadInput as error:
            self.reject(line=line, at=at, text=value or kind, problem=error.message)
            return
        key = (row.kind, row.value)
        if key in self._rows:
            self._doubles += 1
            row = _joined(self._rows[key], row)
        self._rows[key] = row

    def reject(self, *, line: int = 0, at: str = "", text: str, problem: str) -> None:
        """A row that cannot be taken."""
        self._bad.append(BadRow(line, at, " ".join(str(text).split())[:80], problem))

    def done(self) -> Read:
        """All of it."""
        return Read(tuple(self._rows.values()), tuple(self._bad), self._doubles)


def kind_of(name: str) -> str:
    """Our kind for a name that is used for it elsewhere. Raises ``BadInput``."""
    known = _NAMES.get(re.sub(r"[-_ ]", "", name.strip().casefold()))
    if known is None:
        said = f"{name.strip()[:40]!r} is no kind of entry we know" if name.strip() else "no kind is named"
        raise BadInput("unknown_kind", f"{said}; there are {', '.join(KINDS)}.")
    return known


def normal(kind: str, value: str) -> str:
    """The value as it is kept: digits in small letters, text and links without space around them. Raises ``BadInput``."""
    value = value.strip()
    if not value:
        raise BadInput("no_value", "there is no value.")
    if kind in _LENGTHS:
        value = value.lower()
        if not value.isascii() or not _HEX.fullmatch(value):
            raise BadInput("bad_value", f"a value of kind {kind} is made of hexadecimal digits only.")
        if len(value) != _LENGTHS[kind]:
            raise BadInput("bad_value", f"a value of kind {kind} has {_LENGTHS[kind]} digits; this has {len(value)}.")
        return value
    return values.normal(kind, value)


def tags_of(given: Any) -> tuple[str, ...]:
    """Tags from a list, or from text with semicolons or vertical bars between them."""
    if isinstance(given, str):
        given = re.split(r"[;|]", given)
    if not isinstance(given, (list, tuple, set, frozenset)):
        return ()
    return tuple(dict.fromkeys(str(tag).strip()[:80] for tag in given if str(tag).strip()))[:MOST_TAGS]


def moment(text: str) -> datetime | None:
    """An end as ISO 8601 (a bare day is its midnight UTC) or as Unix seconds; None for nothing. Raises ``BadInput``."""
    text = text.strip()
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{9,11}", text):
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadInput("bad_moment", f"{text[:40]!r} is no date; write it like 2030-12-31.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _joined(first: HashRow, second: HashRow) -> HashRow:
    """One row of two with the same value: all tags, the first word that is there, the later end (no end is the latest)."""
    ends = None if None in (first.expires_at, second.expires_at) else max(first.expires_at, second.expires_at)  # type: ignore[type-var]
    return msgspec.structs.replace(
        first, tags=tags_of([*first.tags, *second.tags]), evidence=first.evidence or second.evidence,
        source=first.source or second.source, source_ref=first.source_ref or second.source_ref, expires_at=ends,
    )  # fmt: skip
