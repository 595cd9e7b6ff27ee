"""Plays a stream by RTMP as media are fetched: an address that was checked, bounds, and bytes for the caged child.

The child has no network and FFmpeg's RTMP follows whatever a server says, so the protocol is spoken here (``reading.rtmp``) and the child
gets an FLV file that goes on. ``rtmps`` is the same in TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from urllib.parse import urlsplit

from watchfloor.detection.streams.reading.pipe import Piece, Pipe
from watchfloor.detection.streams.reading.rtmp import flv
from watchfloor.detection.streams.reading.rtmp.errors import Garbled, Turned
from watchfloor.detection.streams.reading.rtmp.session import Address, Session, address_of
from watchfloor.items.media.fetch import PORTS, Limits, NotNow, Place, Refused, Resolve, place_of

SCHEMES = {"rtmp": 1935, "rtmps": 443}
CONNECT_S, BEGIN_S, SILENT_S = 5.0, 20.0, 30.0
AT_ONCE = 65_536  # bytes


def read(url: str, pipe: Pipe, limits: Limits, resolve: Resolve) -> None:
    """Play it into the pipe until it is over.

    Raises:
        Refused: by its address, or it is no RTMP, or the server turned us away. NotNow: it is not being broadcast, or the line failed.
    """
    asyncio.run(_read(url, pipe, limits, resolve))


async def _read(url: str, pipe: Pipe, limits: Limits, resolve: Resolve) -> None:
    place = await place_of(url, limits, resolve, schemes=SCHEMES, ports=PORTS | {1935})
    try:
        address = address_of(url)
    except ValueError:
        raise Refused(
            "bad_url", "An RTMP address names an application and a stream: rtmp://host/application/stream."
        ) from None
    reader, writer = await _connected(place, urlsplit(url).scheme == "rtmps")
    try:
        await _play(address, reader, writer, _Pieces(pipe))
    except Turned as problem:
        if problem.good:
            raise Refused("turned_away", f"{place.name} does not let it be played: {problem.why}") from None
        raise NotNow(f"{place.name} does not play it: {problem.why}") from None
    except Garbled:
        raise Refused("not_rtmp", f"What {place.name} sends is not RTMP.") from None
    except TimeoutError:
        raise NotNow(f"Nothing has come from {place.name} for some time.") from None
    except OSError as problem:
        raise NotNow(f"The line to {place.name} failed ({type(problem).__name__}).") from None
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), CONNECT_S)


async def _connected(place: Place, in_tls: bool) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The addresses in turn, until one can be reached."""
    context = ssl.create_default_context() if in_tls else None
    problem: Exception = OSError()
    for address in place.addresses[:4]:
        try:
            line = asyncio.open_connection(
                address, place.port, ssl=context, server_hostname=place.name if in_tls else None
            )
            return await asyncio.wait_for(line, CONNECT_S)
        except (OSError, TimeoutError) as found:
            problem = found
    raise NotNow(f"{place.name} cannot be reached: {str(problem)[:200] or 'no connection'}.")


async def _play(address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: _Pieces) -> None:
    session = Session(address)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not session.over:
        if data := session.outgoing():
            writer.write(data)
            await writer.drain()
        if not pieces.begun and loop.time() - begun > BEGIN_S:
            raise TimeoutError  # it talks and shows nothing
        data = await asyncio.wait_for(reader.read(AT_ONCE), SILENT_S if pieces.begun else BEGIN_S)
        if not data:
            if not session.playing:
                raise NotNow("The server hung up before anything was played.")
            return
        pieces.take(session.take(data))


class _Pieces:
    """Tags as pieces of an FLV file whose time begins at zero. Each key frame begins a piece, before which the file's head may be put."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._first: int | None = None
        self._sets: dict[int, bytes] = {}
        self._fresh = self._waits = True  # for a key frame
        self.begun = False

    def take(self, tags: Iterable[flv.Tag]) -> None:
        """Hand on what these make."""
        part, cut = bytearray(), False
        for tag in tags:
            if tag.kind not in (flv.AUDIO, flv.VIDEO):
                continue
            if tag.sets:
                if self._sets.get(tag.kind) != tag.body:
                    self._sets[tag.kind] = tag.body
                    self._fresh = self._waits = True  # what comes is not to be read by what was told before
                continue
            if tag.begins:
                self._put(part, cut)
                part, cut, self._waits = bytearray(), True, False
            if not self._waits:
                if self._first is None:
                    self._first = tag.at
                part += flv.Tag(tag.kind, max(0, tag.at - self._first), tag.body).bytes()
        self._put(part, cut)

    def _put(self, part: bytearray, cut: bool) -> None:
        if not part:
            return
        head = flv.HEADER + b"".join(flv.Tag(kind, 0, body).bytes() for kind, body in sorted(self._sets.items()))
        at = None if self.begun else 0.0
        self._pipe.put(Piece(data=bytes(part), head=head if cut else b"", fresh=cut and self._fresh, cut=cut, at=at))
        self._fresh, self.begun = self._fresh and not cut, True
