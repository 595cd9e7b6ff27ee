"""Playlists of HLS (RFC 8216): which variant to read, and which segments there are. Pure; everything in them is a stranger's word.

Only what is needed to read on is understood. A playlist that needs more (keys, parts of files) is refused with a sentence.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec

BEGIN = b"#EXTM3U"
LINES = 480  # a variant of so many is enough to be hashed, and cheaper to read than more
MOST_SEGMENTS = 20_000
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\r\n]*)')


class Unusable(Exception):
    """The playlist cannot be followed; ``code`` for programs, the text for people."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


class Segment(msgspec.Struct, frozen=True):
    """A piece of the stream: its number, its address, its length in seconds, where its container's head lies ("" if it has its own),
    and whether its time has nothing to do with that of the one before."""

    number: int
    url: str
    seconds: float
    head: str = ""
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
    head, apart, seconds = "", False, 0.0
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
            if "BYTERANGE" in given:
                raise Unusable("byte_ranges", "Its segments are parts of files, which are not read.")
            head = _joined(base, given.get("URI", ""))
        elif name == "#EXT-X-KEY":
            if _attributes(line).get("METHOD", "NONE") != "NONE":
                raise Unusable(
                    "encrypted", "The stream is encrypted; the platform must send an address of one that is not."
                )
        elif name == "#EXT-X-BYTERANGE":
            raise Unusable("byte_ranges", "Its segments are parts of files, which are not read.")
        elif not line.startswith("#"):
            found.append(Segment(number + len(found), _joined(base, line), seconds, head, apart))
            apart, seconds = False, 0.0
            if len(found) > MOST_SEGMENTS:
                raise Unusable("too_long", f"The playlist names more than {MOST_SEGMENTS:,} segments.")
    return Playlist(tuple(found), target, over)


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


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value < 86_400 else 0.0
