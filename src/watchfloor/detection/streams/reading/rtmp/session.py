"""A player's side of one RTMP session, without a socket: bytes in, bytes to send and tags of an FLV file out.

Handshake (chapter 5.2), ``connect``, ``createStream``, ``play`` (chapter 7.2). What a server says beyond that is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from watchfloor.detection.streams.reading.rtmp import amf, flv
from watchfloor.detection.streams.reading.rtmp.chunks import Message, Reader, cut
from watchfloor.detection.streams.reading.rtmp.errors import Garbled, Turned

VERSION, HELLO = b"\x03", 1536
WINDOW = 2_500_000  # bytes after which the server wants to know how many came
BUFFER_MS = 1_000
_SET_CHUNK, _ABORT, _ACK, _CONTROL, _WINDOW, _BANDWIDTH = 1, 2, 3, 4, 5, 6
_AUDIO, _VIDEO, _DATA, _COMMAND3, _COMMAND, _AGGREGATE = 8, 9, 18, 17, 20, 22
_OVER = ("NetStream.Play.UnpublishNotify", "NetStream.Play.Stop", "NetStream.Play.Complete")


class Address(msgspec.Struct, frozen=True):
    """An address's parts: the application at the host, and the stream's name in it."""

    whole: str  # without the stream
    application: str
    stream: str


def address_of(url: str) -> Address:
    """``rtmp://host/app/stream?token`` in its parts. Raises ``ValueError`` when one is missing."""
    parts = urlsplit(url)
    application, _, stream = parts.path.strip("/").rpartition("/")
    if not application or not stream:
        raise ValueError("an RTMP address names an application and a stream")
    return Address(
        f"{parts.scheme}://{parts.netloc}/{application}",
        application,
        stream + (f"?{parts.query}" if parts.query else ""),
    )


class Session:
    """Feed it what comes; send ``outgoing()`` after each time. ``over``: the broadcast has ended."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._hello = bytes(8) + os.urandom(HELLO - 8)
        self._out = bytearray(VERSION + self._hello)
        self._shake = bytearray()
        self._shaken = self.over = False
        self._reader = Reader()
        self._stream = 0
        self._window, self._came, self._told = WINDOW, 0, 0
        self.playing = False

    def outgoing(self) -> bytes:
        """What must be sent now."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def take(self, data: bytes) -> Iterator[flv.Tag]:
        """The tags that these bytes complete.

        Raises:
            Garbled: it is no RTMP. Turned: the server does not play it.
        """
        if not self._shaken:
            self._shake += data
            if len(self._shake) < 1 + 2 * HELLO:
                return
            if self._shake[:1] != VERSION:
                raise Garbled("another version of RTMP")
            self._out += self._shake[1 : 1 + HELLO]
            data = bytes(self._shake[1 + 2 * HELLO :])
            self._shake.clear()
            self._shaken = True
            self._connect()
        self._came += len(data)
        for message in self._reader.take(data):
            yield from self._message(message)
        if self._came - self._told >= self._window // 2:
            self._told = self._came
            self._send(_ACK, (self._came & 0xFFFFFFFF).to_bytes(4, "big"))

    def _message(self, message: Message) -> Iterator[flv.Tag]:
        kind, body = message.kind, message.body
        if kind in (_AUDIO, _VIDEO, _DATA):
            yield flv.Tag(kind, message.at, body)
        elif kind == _AGGREGATE:
            yield from flv.unpacked(body, message.at)
        elif kind == _COMMAND or (kind == _COMMAND3 and body):
            self._command(amf.read(body[1:] if kind == _COMMAND3 else body))
        elif kind == _SET_CHUNK:
            size = int.from_bytes(body[:4], "big") & 0x7FFFFFFF
            if not 1 <= size <= 0xFFFFFF:
                raise Garbled("chunks of no size")
            self._reader.size = size
        elif kind == _ABORT:
            self._reader.drop(int.from_bytes(body[:4], "big"))
        elif kind == _WINDOW:
            self._window = max(1, int.from_bytes(body[:4], "big"))
        elif kind == _BANDWIDTH:
            self._send(_WINDOW, WINDOW.to_bytes(4, "big"))
        elif kind == _CONTROL:
            self._control(body)

    def _control(self, body: bytes) -> None:
        what = int.from_bytes(body[:2], "big")
        if what == 6:  # a ping
            self._send(_CONTROL, b"\x00\x07" + body[2:6])
        elif what == 1 and self.playing:  # the stream has dried up
            self.over = True

    def _command(self, values: list[Any]) -> None:
        name = values[0] if values else ""
        told = next((each for each in values[2:] if isinstance(each, dict)), {})
        if name == "_error":
            raise Turned(_said(values), good=True)
        if name == "_result" and values[1:2] == [1.0]:
            self._call("createStream", 2, None)
        elif name == "_result" and values[1:2] == [2.0]:
            self._stream = (
                int(values[3]) if len(values) > 3 and isinstance(values[3], float) and 0 <= values[3] < 2**31 else 1
            )
            self._call("play", 0, None, self._address.stream, -1, stream=self._stream)
            self._send(_CONTROL, b"\x00\x03" + self._stream.to_bytes(4, "big") + BUFFER_MS.to_bytes(4, "big"))
        elif name == "onStatus":
            code = str(told.get("code", ""))
            if code in _OVER:
                self.over = True
            elif told.get("level") == "error" or code == "NetStream.Play.StreamNotFound":
                raise Turned(_said(values), good=False)
            elif code == "NetStream.Play.Start":
                self.playing = True

    def _connect(self) -> None:
        about = {
            "app": self._address.application, "flashVer": "LNX 9,0,124,2", "tcUrl": self._address.whole, "fpad": False,
            "capabilities": 15, "audioCodecs": 4071, "videoCodecs": 252, "videoFunction": 1,
        }  # fmt: skip
        self._send(_WINDOW, WINDOW.to_bytes(4, "big"))
        self._call("connect", 1, about)

    def _call(self, name: str, number: int, *values: Any, stream: int = 0) -> None:
        body = amf.write(name, number, *values)
        self._out += cut(Message(_COMMAND, 0, stream, body), 8 if stream else 3)

    def _send(self, kind: int, body: bytes) -> None:
        self._out += cut(Message(kind, 0, 0, body), 2)


def _said(values: list[Any]) -> str:
    told = next((each for each in values[2:] if isinstance(each, dict)), {})
    return str(told.get("description") or told.get("code") or "no reason")[:200]
