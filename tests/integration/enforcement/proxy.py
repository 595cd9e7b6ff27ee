"""A bad line between us and the platform: a TCP proxy that cuts connections before a request is passed on, or after the platform has
answered and before we hear of it."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter


class Proxy:
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
        open_ones = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)


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
