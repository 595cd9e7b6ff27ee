"""Brings the bytes of a stream here by its address: HLS segment by segment, anything else as it comes over http, RTMP as FLV.

Why the parent fetches: what parses a stranger's bytes must not have a network, and FFmpeg follows whatever a playlist names (files of
this machine, addresses in one's own network). So playlists are read by fifty lines of ours, each address in them goes through the
fetcher of the media store (``items.media.fetch``: resolved once, public or listed hosts only, redirects checked again), and the caged
child sees nothing but bytes.
"""

from __future__ import annotations

import asyncio
import threading
from urllib.parse import urlsplit

import msgspec

from watchfloor.detection.streams.reading import keys, playlists, rtmp_source
from watchfloor.detection.streams.reading.pipe import Piece, Pipe, Stopped
from watchfloor.detection.streams.reading.playlists import Source
from watchfloor.items.media.fetch import Limits, NotNow, Part, Refused, Resolve, fetch, system_resolver

PLAYLIST_BYTES = 4_000_000
SEGMENT_BYTES = 64_000_000
KEY_BYTES, KEYS = 64, 64  # of one key; keys that are kept
EDGE = 3  # segments of a stream that goes on with which reading begins
SILENT = 8  # times the target duration without a new segment: it has broken off
TRIES = 3  # for one segment
PACKET = 188  # bytes of a transport stream's packet
ENDLESS_S = 7 * 86_400.0


def begin(url: str, pipe: Pipe, limits: Limits, *, resolve: Resolve = system_resolver) -> threading.Thread:
    """Fetch in a thread of its own into the pipe. What goes wrong is met by its reader: ``Refused`` for good, ``NotNow`` for a while."""

    def work() -> None:
        try:
            _read(url, pipe, limits, resolve)
            pipe.end()
        except Stopped:
            pipe.end()
        except Exception as problem:
            pipe.end(problem)

    thread = threading.Thread(target=work, name="stream-source", daemon=True)
    thread.start()
    return thread


def _read(url: str, pipe: Pipe, limits: Limits, resolve: Resolve) -> None:
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        scheme = ""
    if scheme in rtmp_source.SCHEMES:
        rtmp_source.read(url, pipe, limits, resolve)
        return
    if scheme not in ("http", "https"):
        raise Refused(
            "bad_scheme", f"Streams are read over http, https, rtmp and rtmps; {scheme or 'this'} is none of them."
        )
    head = bytearray()
    playlist = bytearray()
    bytes_of: _Bytes | None = None

    def take(part: bytes) -> None:
        nonlocal bytes_of
        if bytes_of is not None:
            bytes_of.take(part)
            return
        if not playlist:
            head.extend(part)
            if len(head) < len(playlists.BEGIN) + 3:
                return
            if not head.removeprefix(b"\xef\xbb\xbf").startswith(playlists.BEGIN):
                bytes_of = _Bytes(pipe, bytes(head[:1]))
                bytes_of.take(bytes(head))
                return
            part = bytes(head)
        playlist.extend(part)
        if len(playlist) > PLAYLIST_BYTES:
            raise Refused("too_large", "The playlist is longer than playlists are.")

    came_from = asyncio.run(fetch(url, take, _for(limits, ENDLESS_S, 1 << 50), resolve=resolve))
    if playlist:
        _Hls(pipe, limits, resolve).follow(bytes(playlist), came_from)
    elif bytes_of is None:
        raise NotNow("Nothing came from the address.")


class _Bytes:
    """A stream that comes as one run of bytes. A transport stream is handed on in whole packets, so that a clip may begin at any piece."""

    def __init__(self, pipe: Pipe, first: bytes) -> None:
        self._pipe, self._packets = pipe, first == b"\x47"
        self._left, self._begun = b"", False

    def take(self, part: bytes) -> None:
        data = self._left + part
        size = len(data) // PACKET * PACKET if self._packets else len(data)
        data, self._left = data[:size], data[size:]
        if data:
            begins = not self._begun
            self._pipe.put(Piece(data=data, fresh=begins, cut=begins or self._packets, at=0.0 if begins else None))
            self._begun = True


class _Hls:
    """One HLS stream, from its playlist on."""

    def __init__(self, pipe: Pipe, limits: Limits, resolve: Resolve) -> None:
        self._pipe, self._limits, self._resolve = pipe, limits, resolve
        self._head: tuple[Source | None, bytes] = (None, b"")  # the last container's head: where it lay, and its bytes
        self._keys: dict[str, bytes] = {}
        self._at = 0.0
        self._fresh = True
        self._next = -1  # number of the segment to come
        self._whole = False  # it is read from its beginning

    def follow(self, raw: bytes, base: str) -> None:
        """Read on until it is over."""
        try:
            address = base
            for _ in range(2):
                to = playlists.variant(_text(raw), base)
                if not to:
                    break
                address = to
                raw, base = self._get(address, PLAYLIST_BYTES)
            self._segments(raw, base, address)
        except playlists.Unusable as problem:
            raise Refused(problem.code, problem.why) from None

    def _segments(self, raw: bytes, base: str, address: str) -> None:
        silent = 0.0
        while True:
            listed = playlists.segments(_text(raw), base)
            if self._next < 0 and listed.segments:
                self._whole = listed.over
                self._next = listed.segments[0 if listed.over else -min(EDGE, len(listed.segments))].number
            elif listed.segments and listed.segments[-1].number < self._next - len(listed.segments) - 1:
                self._next, self._fresh = listed.segments[0].number, True  # it counts anew: another broadcast
            new = [each for each in listed.segments if each.number >= self._next]
            for each in new:
                self._take(each)
            if listed.over:
                return
            silent = 0.0 if new else silent + listed.target / 2
            if silent > SILENT * listed.target:
                raise NotNow("No new segment has come for some time.")
            self._pipe.wait(listed.target / 2 if not new else max(0.2, listed.target / 2))
            raw, _ = self._get(address, PLAYLIST_BYTES)

    def _take(self, segment: playlists.Segment) -> None:
        missed = self._next >= 0 and segment.number > self._next
        if segment.head is not None and segment.head != self._head[0]:
            self._head = (segment.head, self._plain(segment.head))
            self._fresh = True
        data = self._plain(segment.source)
        head = self._head[1] if segment.head is not None else b""
        self._pipe.put(
            Piece(
                data=data, head=head, fresh=self._fresh or segment.apart or missed, cut=True, at=round(self._at, 3),
                whole=self._whole,
            )
        )  # fmt: skip
        self._fresh = False
        self._at += segment.seconds
        self._next = segment.number + 1

    def _plain(self, source: Source) -> bytes:
        """Its bytes, decrypted where they are encrypted."""
        data = self._get(source.url, SEGMENT_BYTES, source.part)[0]
        if source.key is None:
            return data
        key = self._keys.get(source.key.url)
        if key is None:
            key = self._get(source.key.url, KEY_BYTES)[0]
            if len(self._keys) >= KEYS:
                self._keys.clear()
            self._keys[source.key.url] = key
        return keys.decrypted(data, key, source.key.iv)

    def _get(self, url: str, most: int, part: Part | None = None) -> tuple[bytes, str]:
        if part is not None and part.length > most:
            raise Refused("too_large", "A segment is larger than segments are.")
        for attempt in range(1, TRIES + 1):
            found: list[bytes] = []
            limits = _for(self._limits, 30.0, most)
            try:
                base = asyncio.run(fetch(url, found.append, limits, resolve=self._resolve, part=part))
                data = b"".join(found)
                if part is not None and len(data) != part.length:
                    raise NotNow("Only a piece of a segment came.")
                return data, base
            except NotNow:
                if attempt == TRIES:
                    raise
                self._pipe.wait(0.5 * attempt)
        raise AssertionError("unreachable")


def _for(limits: Limits, seconds: float, most: int) -> Limits:
    return msgspec.structs.replace(limits, seconds=seconds, bytes=most)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
