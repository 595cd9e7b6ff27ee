"""``com.atproto.label.subscribeLabels``: the published labels as a WebSocket, from any place on, in frames of DAG-CBOR.

One look at the table each second serves every reader of the process; a reader that asks for the past gets it in stretches.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.db import connection
from django.db.models import Max

from watchfloor.interop.atproto.domain import cbor
from watchfloor.interop.atproto.here import here
from watchfloor.interop.atproto.labelling import fields
from watchfloor.interop.atproto.models import Published

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH: Final = "/xrpc/com.atproto.label.subscribeLabels"
EVERY: Final = 1.0  # seconds between looks
STRETCH: Final = 500
MOST: Final = 200  # readers of one process
TRY_LATER, NORMAL = 1013, 1000


class Stream:
    """The readers of one process."""

    def __init__(self) -> None:
        self._readers = 0
        self._looked, self._top = 0.0, 0
        self._lock: dict[asyncio.AbstractEventLoop, asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket."""
        if (await receive())["type"] != "websocket.connect":
            return
        if self._readers >= MOST:
            await send({"type": "websocket.close", "code": TRY_LATER})
            return
        self._readers += 1
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await send({"type": "websocket.accept"})
            await self._serve(_cursor(scope), send, gone)
        except (OSError, RuntimeError):  # the reader hung up while we wrote
            pass
        finally:
            gone.cancel()
            self._readers -= 1

    async def _serve(self, cursor: int | None, send: Send, gone: asyncio.Future[None]) -> None:
        top = await self._look(fresh=True)
        if cursor is not None and cursor > top:
            await _error(send, "FutureCursor", "Cursor in the future.")
            return
        at = top if cursor is None else cursor
        while not gone.done():
            if await self._look() > at:
                for row in await _in_thread(_after, at):
                    label = {name: value for name, value in fields(row).items() if value is not None}
                    await send(_frame({"op": 1, "t": "#labels"}, {"seq": row.seq, "labels": [label]}))
                    at = row.seq
                continue
            await asyncio.wait([gone], timeout=EVERY)

    async def _look(self, *, fresh: bool = False) -> int:
        loop = asyncio.get_running_loop()
        async with self._lock.setdefault(loop, asyncio.Lock()):
            if fresh or time.monotonic() - self._looked >= EVERY:
                self._top = await _in_thread(_top)
                self._looked = time.monotonic()
            return self._top


def _frame(head: dict[str, cbor.Value], body: dict[str, Any]) -> MutableMapping[str, Any]:
    return {"type": "websocket.send", "bytes": cbor.encoded(head) + cbor.encoded(body)}


async def _error(send: Send, name: str, message: str) -> None:
    await send(_frame({"op": -1}, {"error": name, "message": message}))
    await send({"type": "websocket.close", "code": NORMAL})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


def _cursor(scope: Scope) -> int | None:
    given = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1")).get("cursor", [""])[0]
    try:
        return max(0, int(given)) if given and len(given) < 20 else None
    except ValueError:
        return None


async def _in_thread(work: Callable[..., Any], *given: Any) -> Any:
    def run() -> Any:
        try:
            return work(*given)
        finally:
            connection.close()

    return await sync_to_async(run, thread_sensitive=False)()


def _top() -> int:
    return Published.objects.filter(src=here().did).aggregate(top=Max("seq"))["top"] or 0


def _after(at: int) -> list[Published]:
    return list(Published.objects.filter(src=here().did, seq__gt=at).order_by("seq")[:STRETCH])


app = Stream()
