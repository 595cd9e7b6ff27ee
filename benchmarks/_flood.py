"""A flood over keep-alive connections, in processes of its own: sent at a stated rate whether or not anything is answered.

Bodies are made before; what changes from one to the next is the number in the rows' ids. Requests go out one behind the other on each
connection (pipelined), so that no answer is waited for; a connection whose socket takes nothing more is passed over, and what no
connection took in its time is counted as not sent.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.intake import report

MARK = b"@@@@@@@@@@@@"
AHEAD = 2  # requests on a connection that are not answered yet
LATE = 0.5  # seconds after its time a request is not sent any more


@dataclass
class Told:
    """What one process of the flood did and was answered."""

    offered: int = 0
    sent: int = 0
    status: Counter[int] = field(default_factory=Counter)
    rows: int = 0
    refusals_without_retry_after: int = 0
    processor: float = 0.0  # seconds

    def __add__(self, other: Told) -> Told:
        return Told(
            self.offered + other.offered, self.sent + other.sent, self.status + other.status, self.rows + other.rows,
            self.refusals_without_retry_after + other.refusals_without_retry_after, self.processor + other.processor,
        )  # fmt: skip


class Line(asyncio.Protocol):
    """One connection: writes what it is given, reads answers as they come."""

    def __init__(self, told: Told) -> None:
        self.told, self.open, self.ahead, self.buffer = told, True, 0, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=1)  # full as soon as the socket is
        self.transport = transport

    def pause_writing(self) -> None:
        self.open = False

    def resume_writing(self) -> None:
        self.open = True

    def connection_lost(self, problem: Exception | None) -> None:
        self.told.status[0] += self.ahead
        self.open, self.transport = False, None

    def takes(self) -> bool:
        return self.open and self.ahead < AHEAD

    def send(self, request: bytes) -> None:
        assert self.transport is not None
        self.ahead += 1
        self.told.sent += 1
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            fields = head.lower()
            at = fields.index(b"content-length:") + 15
            length = int(fields[at:].split(b"\r\n", 1)[0])
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.ahead -= 1
            status = int(head[9:12])
            self.told.status[status] += 1
            if status == 202:
                self.told.rows += int(json.loads(rest[:length])["accepted"])
            elif b"retry-after:" not in fields:
                self.told.refusals_without_retry_after += 1


def request_of(token: str, batch: int) -> bytes:
    """A request with the mark where each row's id has its number."""
    rows = [report(index).replace(b'{"id":"', b'{"id":"' + MARK + b"-", 1) for index in range(batch)]
    body = b"[" + b",".join(rows) + b"]"
    head = (
        f"POST /v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def flood(port: int, token: str, rate: float, batch: int, lines: int, seconds: float) -> Told:
    """So many requests a second for so long, then a moment for the last answers."""
    told, loop = Told(), asyncio.get_running_loop()
    request = request_of(token, batch)
    number = int.from_bytes(os.urandom(4), "big") * 1_000
    free = [(await loop.create_connection(lambda: Line(told), "127.0.0.1", port))[1] for _ in range(lines)]
    began, next_line, sent = time.perf_counter(), 0, 0
    while (now := time.perf_counter() - began) < seconds:
        due = int(now * rate) + 1
        sent = max(sent, due - int(LATE * rate) - 1)  # what nobody took in its time is given up
        while sent < due:
            line = next((line for line in free[next_line:] + free[:next_line] if line.takes()), None)
            if line is None:
                break
            next_line = (free.index(line) + 1) % lines
            number, sent = number + 1, sent + 1
            line.send(request.replace(MARK, b"%012d" % (number % 10**12)))
        told.offered = due
        await asyncio.sleep(0.002)
    for _ in range(500):
        if not any(line.ahead and line.transport for line in free):
            break
        await asyncio.sleep(0.02)
    for line in free:
        if line.transport is not None:
            line.transport.abort()
    told.processor = time.process_time()
    return told


def apart(port: int, token: str, rate: float, batch: int, lines: int, seconds: float) -> Told:
    """The same in a process of its own (for an executor), which from now on gives way to everybody."""
    os.nice(19 - os.nice(0))
    before = time.process_time()
    told = asyncio.run(flood(port, token, rate, batch, lines, seconds))
    told.processor -= before
    return told
