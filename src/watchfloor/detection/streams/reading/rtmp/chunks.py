"""RTMP's chunks (Adobe's specification, chapter 5): messages cut into pieces that take turns, put together again, and cut for sending."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from watchfloor.detection.streams.reading.rtmp.errors import Garbled

SIZE = 128  # bytes of a chunk until somebody says otherwise
LARGEST = 16_777_215  # a chunk, and a message
STREAMS = 64  # chunk streams one server may use
LATE = 0xFFFFFF  # a time that does not fit stands in four further bytes


class Message(msgspec.Struct, frozen=True):
    """``kind`` as the specification numbers them; ``at`` in milliseconds; ``stream`` it belongs to."""

    kind: int
    at: int
    stream: int
    body: bytes


class _State:
    def __init__(self) -> None:
        self.at = self.delta = self.length = self.kind = self.stream = 0
        self.late = self.known = False
        self.parts = bytearray()


class Reader:
    """Bytes in, whole messages out. ``size`` follows what the server announces."""

    def __init__(self, most: int = LARGEST) -> None:
        self.size = SIZE
        self._most = most
        self._data = bytearray()
        self._states: dict[int, _State] = {}

    def take(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete. Raises ``Garbled``."""
        self._data += data
        while (message := self._chunk()) is not None:
            if message.kind >= 0:
                yield message

    def drop(self, number: int) -> None:
        """The rest of a message will not come."""
        if number in self._states:
            self._states[number].parts.clear()

    def _chunk(self) -> Message | None:
        """One chunk; None when more must come, kind -1 when its message is not whole yet."""
        data = self._data
        if not data:
            return None
        form, number, at = data[0] >> 6, data[0] & 63, 1
        if number < 2:
            at += number + 1
            if len(data) < at:
                return None
            number = data[1] + 64 + (data[2] * 256 if number else 0)
        size = (11, 7, 3, 0)[form]
        if len(data) < at + size:
            return None
        state = self._states.get(number) or _State()
        if form and not state.known:
            raise Garbled("a chunk without a beginning")
        fields, at = bytes(data[at : at + size]), at + size
        begins = not state.parts
        if not begins and form != 3:
            raise Garbled("a message within a message")
        time = int.from_bytes(fields[:3], "big") if form < 3 else 0
        late = time == LATE if form < 3 else state.late
        if late:
            if len(data) < at + 4:
                return None
            time, at = int.from_bytes(data[at : at + 4], "big"), at + 4
        length = int.from_bytes(fields[3:6], "big") if form < 2 else state.length
        if length > self._most:
            raise Garbled("a message larger than messages are")
        want = min(self.size, length - len(state.parts))
        if len(data) < at + want:
            return None
        if number not in self._states and len(self._states) >= STREAMS:
            raise Garbled("too many chunk streams")
        self._states[number] = state
        state.known, state.late, state.length = True, late, length
        if form < 2:
            state.kind = fields[6]
        if form == 0:
            state.stream = int.from_bytes(fields[7:11], "little")
            state.at, state.delta = time, 0
        elif form < 3:
            state.delta = time
        if begins and form:
            state.at = (state.at + state.delta) & 0xFFFFFFFF
        state.parts += data[at : at + want]
        del data[: at + want]
        if len(state.parts) < length:
            return Message(-1, 0, 0, b"")
        body = bytes(state.parts)
        state.parts.clear()
        return Message(state.kind, state.at, state.stream, body)


def cut(message: Message, number: int, size: int = SIZE) -> bytes:
    """A message as chunks of one chunk stream (2 to 63), the time at zero."""
    head = bytes([number]) + (0).to_bytes(3, "big") + len(message.body).to_bytes(3, "big") + bytes([message.kind])
    parts = [message.body[at : at + size] for at in range(0, max(1, len(message.body)), size)]
    return head + message.stream.to_bytes(4, "little") + bytes([0xC0 | number]).join(parts)
