"""An answer on its way out: at once where it is quick, else bytes that keep the line open until it is there. Who goes away stops it.

Whether a client is still there shows only when something is sent to it, and the server tells a stream that it is over; so a slow
answer begins with what every reader skips (blanks before JSON, empty lines before lines of JSON).
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from uuid import UUID

import msgspec
from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards.sql import runs
from watchfloor.kernel.errors import BadInput

AT_ONCE: Final = 3.0  # seconds that an answer has to come with a status of its own
BEAT: Final = 0.2
TYPES: Final = {"json": "application/json", "ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
CHUNK: Final = 1_000


def respond(actor: Actor, run_id: UUID, form: str, patience: float = AT_ONCE) -> HttpResponseBase:
    """The answer of a question that was started.

    Raises:
        BadInput: it failed, and that was known at once.
    """
    found = runs.wait(actor, run_id, patience).answer
    if found is None:
        return StreamingHttpResponse(
            later(actor, run_id, form), content_type=TYPES[form], headers={"Cache-Control": "no-store"}
        )
    if found.error:
        raise BadInput(found.code, found.error, where="sql")
    headers = {"Cache-Control": "no-store", "X-More-Rows": "true" if found.more else "false"}
    return HttpResponse(b"".join(written(found, form)), content_type=TYPES[form], headers=headers)


async def later(actor: Actor, run_id: UUID, form: str) -> AsyncIterator[bytes]:
    """Something to keep the line open, then the answer; the question is stopped when nobody reads on."""
    state = sync_to_async(runs.state)
    try:
        while (found := (await state(actor, run_id)).answer) is None:
            yield b"\n" if form != "csv" else b""
            await asyncio.sleep(BEAT)
        if found.error:
            told = {"error": {"code": found.code, "message": found.error}}
            yield msgspec.json.encode(told) if form != "csv" else f"# {found.error}\r\n".encode()
            return
        for part in written(found, form):
            yield part
    finally:
        await sync_to_async(runs.cancel)(actor, run_id)


def written(answer: runs.Answer, form: str) -> Iterator[bytes]:
    """The rows in a form, in pieces."""
    names = [name for name, _kind in answer.columns]
    if form == "json":
        head = {"columns": [{"name": name, "type": kind} for name, kind in answer.columns]}
        tail = {"more": answer.more, "facts_read": answer.read, "took_ms": answer.took_ms}
        yield msgspec.json.encode(head)[:-1] + b',"rows":['
        for start in range(0, len(answer.rows), CHUNK):
            yield (b"," if start else b"") + msgspec.json.encode(answer.rows[start : start + CHUNK])[1:-1]
        yield b"]," + msgspec.json.encode(tail)[1:]
    elif form == "ndjson":
        encode = msgspec.json.encode
        for start in range(0, len(answer.rows), CHUNK):
            some = answer.rows[start : start + CHUNK]
            yield b"".join(encode(dict(zip(names, row, strict=True))) + b"\n" for row in some)
    else:
        yield _csv([names])
        for start in range(0, len(answer.rows), CHUNK):
            yield _csv(answer.rows[start : start + CHUNK])


def _csv(rows: list[list[Any]]) -> bytes:
    from watchfloor.platform.csvfile import cell

    target = io.StringIO()
    csv.writer(target).writerows([cell(each) for each in row] for row in rows)
    return target.getvalue().encode()
