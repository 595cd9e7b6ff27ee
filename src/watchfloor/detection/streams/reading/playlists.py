"""Playlists of HLS (RFC 8216): which variant to read, and which segments there are. Pure; everything in them is a stranger's word.

Only what is needed to read on is understood, parts of files and AES-128 included. A playlist that needs more (a rights manager's keys) is
refused with a sentence.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec

from watchfloor.items.media.fetch import Part

BEGIN = b"#EXTM3U"
LINES = 480  # a variant of so many is enough to be hashed, and cheaper to read than more
MOST_SEGMENTS = 20_000
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\r\n]*)')


class Unusable(Exception):
    """The playlist cannot be followed; ``code`` for programs, the text for people."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


class Key(msgspec.Struct, frozen=True):
    """AES-128 in CBC with PKCS #7: where the key lies, and the first block's 16 bytes."""

    url: str
    iv: bytes


class Source(msgspec.Struct, frozen=True):
    """Bytes to fetch: an address, which part of what lies there, and how they are encrypted."""

    url: str
    part: Part | None = None
    key: Key | None = None


class Segment(msgspec.Struct, frozen=True):
    """A piece of the stream: its number, where it lies, its length in seconds, where its container's head lies (None if it has its own),
    and whether its time has nothing to do with that of the one before."""

    number: int
    source: Source
    seconds: float
    head: Source | None = None
    apart: bool = False


class Playlist(msgspec.Struct, frozen=True):
    """``target``: the longest segment, in seconds. ``over``: no more will come."""

    segments: tuple[Segment, ...]
    target: float
    over: bool


def variant(text: str, base: str) -> str:
    """The address of the media playlist a multivariant one leads to: the cheapest of enough lines; "" if this is one itself.

    Raises ``Unusable``.
    """
    found: list[tuple[bool, int, int, str]] = []
    waiting: dict[str, str] | None = None
    for line in _lines(text):
        if line.startswith("#EXT-X-STREAM-INF:"):
            waiting = _attributes(line)
        elif waiting is not None and not line.startswith("#"):
            lines = _whole(waiting.get("RESOLUTION", "").lower().rpartition("x")[2])
            cost = _whole(waiting.get("BANDWIDTH", ""))
            found.append((lines >= LINES, cost, lines, _joined(base, line)))
            waiting = None
    if not found:
        return ""
    enough = [each for each in found if each[0]]
    chosen = min(enough, key=lambda each: each[1]) if enough else max(found, key=lambda each: (each[2], each[1]))
    return chosen[3]


def segments(text: str, base: str) -> Playlist:
    """A media playlist. Raises ``Unusable``."""
    number, target, over = 0, 6.0, False
    head: Source | None = None
    apart, seconds = False, 0.0
    keys = _Keys(base)
    parts = _Parts()
    found: list[Segment] = []
    for line in _lines(text):
        name, _, value = line.partition(":")
        if name == "#EXTINF":
            seconds = _number(value.partition(",")[0])
        elif name == "#EXT-X-TARGETDURATION":
            target = min(max(_number(value), 0.2), 60.0)
        elif name == "#EXT-X-MEDIA-SEQUENCE":
            number = _whole(value)
        elif name == "#EXT-X-DISCONTINUITY":
            apart = True
        elif name == "#EXT-X-ENDLIST":
            over = True
        elif name == "#EXT-X-MAP":
            given = _attributes(line)
            url = _joined(base, given.get("URI", ""))
            part = _Parts().of(given["BYTERANGE"], url, first=0) if "BYTERANGE" in given else None
            head = Source(url, part, keys.now(None))
        elif name == "#EXT-X-KEY":
            keys.take(_attributes(line))
        elif name == "#EXT-X-BYTERANGE":
            parts.said = value
        elif not line.startswith("#"):
            url = _joined(base, line)
            place = number + len(found)
            found.append(Segment(place, Source(url, parts.next(url), keys.now(place)), seconds, head, apart))
            apart, seconds = False, 0.0
            if len(found) > MOST_SEGMENTS:
                raise Unusable("too_long", f"The playlist names more than {MOST_SEGMENTS:,} segments.")
    return Playlist(tuple(found), target, over)


class _Keys:
    """The key in force, as the tags before a segment say; of several for one segment the one anybody can fetch."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._url, self._iv = "", b""
        self._foreign = self._said = False

    def take(self, given: dict[str, str]) -> None:
        method = given.get("METHOD", "NONE")
        plain = method == "AES-128" and given.get("KEYFORMAT", "identity") == "identity"
        if method == "NONE" or plain:
            self._url = _joined(self._base, given.get("URI", "")) if plain else ""
            self._iv = _sixteen(given.get("IV", ""))
            self._foreign, self._said = False, plain
        elif not self._said:
            self._foreign = True

    def now(self, number: int | None) -> Key | None:
        """For the segment of this number (None: a container's head, whose first block must be told)."""
        self._said = False
        if self._foreign:
            raise Unusable(
                "encrypted",
                "The stream is encrypted for a rights manager's players; the platform must send an address of one that is not.",
            )
        if not self._url:
            return None
        if not self._iv and number is None:
            raise Unusable("encrypted", "The playlist does not say how the head of its segments is encrypted.")
        return Key(self._url, self._iv or (number or 0).to_bytes(16, "big"))


class _Parts:
    """Parts of files: one without a beginning follows the one before it in the same file."""

    def __init__(self) -> None:
        self.said = ""
        self._url, self._end = "", 0

    def next(self, url: str) -> Part | None:
        """The part that the tag before this segment named, if one did."""
        said, self.said = self.said, ""
        if not said:
            self._url = ""
            return None
        return self.of(said, url, first=self._end if url == self._url else None)

    def of(self, said: str, url: str, *, first: int | None) -> Part:
        length, _, begin = said.strip().partition("@")
        size, start = _whole(length), _whole(begin) if begin else first
        if not size or start is None:
            raise Unusable("byte_ranges", "The playlist names a part of a file that cannot be.")
        self._url, self._end = url, start + size
        return Part(start, size)


def _joined(base: str, text: str) -> str:
    try:
        return urljoin(base, text)
    except ValueError:
        raise Unusable("bad_address", "The playlist names an address that is none.") from None


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    if not lines or lines[0].lstrip("\ufeff") != "#EXTM3U":
        raise Unusable("no_playlist", "The address leads to no playlist any more.")
    return [line for line in lines[1:] if line]


def _attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def _sixteen(text: str) -> bytes:
    """``0x`` and up to 32 hexadecimal digits; nothing for anything else."""
    digits = text[2:] if text[:2].lower() == "0x" else ""
    try:
        return int(digits, 16).to_bytes(16, "big") if 0 < len(digits) <= 32 else b""
    except ValueError:
        return b""


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value < 86_400 else 0.0
