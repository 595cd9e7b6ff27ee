"""Bad lines, for tests of what stands at either end: a TCP proxy that passes bytes on, slows them, lets them drip, goes mute, or cuts.

``Line`` knows nothing of what passes (web and database, worker and broker); ``Messages`` reads HTTP/1.1 and can cut before a request is
passed on, or after it was answered and before the answer is heard (delivery and platform).
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


class Line:
    """Listens on a loopback port and passes on to ``to`` (a port, or a place that may change: ``line.to = 5433``).

    ``mode``: ``through``; ``mute`` (a partition: connections stay open and are taken, nothing passes); ``refuse`` (new ones are
    reset). ``delay``: seconds each chunk is held; ``drip``: bytes of a chunk at most.
    """

    def __init__(self, to: int) -> None:
        self.to, self.mode = to, "through"
        self.delay, self.drip = 0.0, 0
        self.did: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._heard = self._call(self._event())
        self._open: set[asyncio.StreamWriter] = set()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = int(self._server.sockets[0].getsockname()[1])

    def set(self, mode: str) -> None:
        """From now on; what was held back passes when it is ``through`` again."""
        self.mode = mode
        self._call(self._tell())

    def reset(self) -> int:
        """Cut every connection there is, with a reset; how many."""
        return self._call(self._cut())

    def close(self) -> None:
        """Stop listening, and end what is still open."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _event(self) -> asyncio.Event:
        event = asyncio.Event()
        event.set()
        return event

    async def _tell(self) -> None:
        if self.mode == "mute":
            self._heard.clear()
        else:
            self._heard.set()

    async def _cut(self) -> int:
        some = list(self._open)
        for writer in some:
            _abort(writer)
        self.did["reset"] += len(some)
        return len(some)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.did["taken"] += 1
        there: asyncio.StreamWriter | None = None
        try:
            if self.mode == "refuse":
                return
            await self._heard.wait()
            back, there = await asyncio.open_connection("127.0.0.1", self.to)
            self._open.add(there)
            ways = [asyncio.ensure_future(self._pass(reader, there)), asyncio.ensure_future(self._pass(back, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
        except OSError:
            pass
        finally:
            for each in (writer, there):
                if each is not None:
                    self._open.discard(each)
                    _abort(each)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            for at in range(0, len(data), self.drip or len(data)):
                await self._heard.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data[at : at + (self.drip or len(data))])
                await writer.drain()
            self.did["bytes"] += len(data)

    async def _end(self) -> None:
        self._server.close()
        await self._cut()
        await _end_all()


class Messages:
    """Passes HTTP/1.1 on to ``port`` on loopback. ``before`` and ``after`` are the shares of requests it cuts there."""

    def __init__(self, port: int, *, before: float, after: float, seed: int = 1) -> None:
        self.upstream, self.before, self.after = port, before, after
        self.random = random.Random(seed)
        self.did: Counter[str] = Counter()
        self.loop = asyncio.new_event_loop()
        self.server: asyncio.Server | None = None
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.server = asyncio.run_coroutine_threadsafe(self._listen(), self.loop).result()
        self.port = int(self.server.sockets[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _whole(reader):
                dice = self.random.random()
                if dice < self.before:
                    self.did["before"] += 1
                    break
                answer = await self._pass_on(request)
                if dice > 1 - self.after:
                    self.did["after"] += 1
                    break
                self.did["through"] += 1
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _pass_on(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            writer.write(request)
            await writer.drain()
            return await _whole(reader)
        finally:
            writer.close()

    def close(self) -> None:
        """Stop listening, and end what is still open."""
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)

    async def _end(self) -> None:
        assert self.server is not None
        self.server.close()
        await _end_all()


async def _end_all() -> None:
    open_ones = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in open_ones:
        task.cancel()
    await asyncio.gather(*open_ones, return_exceptions=True)


def _abort(writer: asyncio.StreamWriter) -> None:
    """Close with a reset."""
    line = writer.transport.get_extra_info("socket")
    if line is not None and line.fileno() >= 0:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


async def _whole(reader: asyncio.StreamReader) -> bytes:
    """One message: its head, and as many bytes as the head says; nothing when the line is closed before it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as ended:
        if ended.partial:
            raise
        return b""
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head + await reader.readexactly(length)
