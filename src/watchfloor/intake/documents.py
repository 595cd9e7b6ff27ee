"""A body that came in, as checked rows: one JSON document, a list, an object with a list in it, JSON lines, or CloudEvents.

A batch is judged row by row: what is wrong with one is kept in its place, with where it stands, and costs its neighbours nothing. A body
that cannot be read at all is refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from watchfloor.intake import cloudevents, strict
from watchfloor.intake.catalogue import Sender
from watchfloor.intake.rows import PLURAL, Checked, Known, check
from watchfloor.intake.turns import pause
from watchfloor.kernel.errors import BadInput, WatchfloorError

MAX_ROWS = 1_000
_OPENING = {kind: re.compile(rf'\s*\{{\s*"{plural}"\s*:') for kind, plural in PLURAL.items()}
Row = Checked | WatchfloorError


class Request(Struct):
    """What the rows of one request have in common."""

    kind: str
    sender: Sender
    known: Known
    key: str | None
    unknown: bool = False  # a row named an item type or a reason we do not know


async def judged(request: Request, form: str, media: str, headers: dict[str, str], body: bytes) -> Row | list[Row]:
    """One row, or the rows of a batch; ``form`` is that of a CloudEvent or empty. Raises when the body as a whole cannot be read."""
    return await (_opened(request, form, headers, body) if form else _parse(request, body, media))


async def _parse(request: Request, body: bytes, media: str) -> Row | list[Row]:
    name = PLURAL[request.kind]
    reader = strict.Reader()
    if media == "ndjson":
        return await _rows(request, _lines(reader, body, name), name)
    text = strict.text_of(body)
    start = text.lstrip(" \t\r\n")[:1]
    if start == "[":
        return await _rows(request, reader.array(text, name, MAX_ROWS), name)
    opening = _OPENING[request.kind].match(text)
    if opening:  # {"reports": [ … ]}
        return await _rows(request, reader.array(text, name, MAX_ROWS, at=opening.end(), closing="}"), name)
    if len(body) > strict.MAX_VALUE:
        raise strict.row_too_large("", len(body))
    value = reader.one(text)
    try:
        return _check(request, value, body, request.key, "")
    except BadInput as problem:
        return problem


async def _opened(request: Request, form: str, headers: dict[str, str], body: bytes) -> Row | list[Row]:
    """The rows inside of CloudEvents; what is kept of one is the row as we read it."""
    result: list[Row] = []
    for index, found in enumerate(cloudevents.rows(request.kind, form, headers, body, MAX_ROWS)):
        where = f"events[{index}]" if form == cloudevents.BATCH else ""
        try:
            if isinstance(found, WatchfloorError):
                raise found
            row, key = found
            result.append(_check(request, row, strict.canonical(row, where), key, where))
        except WatchfloorError as problem:
            result.append(problem)
        await pause(len(result))
    return result if form == cloudevents.BATCH else result[0]


async def _rows(request: Request, found: Iterable[tuple[bytes | str, Any]], name: str) -> list[Row]:
    rows: list[Row] = []
    for index, (source, value) in enumerate(found):
        await pause(index + 1)
        if isinstance(value, WatchfloorError):
            rows.append(value)
            continue
        body = source.encode() if isinstance(source, str) else source
        key = f"{request.key}#{index}" if request.key else None
        try:
            rows.append(_check(request, value, body, key, f"{name}[{index}]"))
        except WatchfloorError as problem:
            rows.append(problem)
    if not rows:
        raise BadInput("empty_batch", "The batch has no rows.", where=name)
    return rows


def _check(request: Request, value: Any, body: bytes, key: str | None, where: str) -> Checked:
    try:
        return check(
            request.kind, value, body, source=request.sender.source, known=request.known, key=key, where=where,
            markets=request.sender.markets,
        )  # fmt: skip
    except BadInput as problem:
        request.unknown |= problem.code in {"unknown_item_type", "unknown_reason"}
        raise


def _lines(reader: strict.Reader, body: bytes, name: str) -> Iterator[tuple[bytes, Any]]:
    """The rows of NDJSON; a bad line costs only itself. Empty lines are skipped."""
    index = 0
    at = 3 if body.startswith(b"\xef\xbb\xbf") else 0
    while at < len(body):
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        line = body[at:end].strip()
        at = end + 1
        if not line:
            continue
        if index == MAX_ROWS:
            raise strict.too_many_rows(name, MAX_ROWS)
        where = f"{name}[{index}]"
        try:
            if len(line) > strict.MAX_VALUE:
                raise strict.row_too_large(where, len(line))
            value = reader.one(strict.text_of(line, where), where)
        except WatchfloorError as problem:
            value = problem
        yield line, value
        index += 1
