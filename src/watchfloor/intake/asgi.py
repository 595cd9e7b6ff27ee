"""``POST /v1/reports``, ``/v1/events`` and ``/v1/verdicts``: the hot way in, a small ASGI app that is mounted before Django.

Nothing here is acknowledged before it is committed with fsync (``committer``). A batch is judged row by row: good rows are
taken, bad ones come back with what, where and how to mend. See docs/how-to/connect-a-platform.md for the protocol.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import AsyncExitStack
from typing import Any

import django.db

from watchfloor.intake import cloudevents, documents, http, replies, strict
from watchfloor.intake.catalogue import Catalogue, Sender, address_of
from watchfloor.intake.committer import Committer
from watchfloor.intake.documents import Request, Row
from watchfloor.intake.http import Gone, HttpError, Receive, Scope, Send
from watchfloor.intake.pressure import Pressure
from watchfloor.intake.rates import Rates, rates_from_settings
from watchfloor.intake.rows import (
    EVENT,
    LANE_NEVER_SHED,
    LANE_ORDINARY,
    REPORT,
    Checked,
    EventRow,
    check,
    parse,
)
from watchfloor.intake.settings import committer_from_settings
from watchfloor.intake.store import Receipt
from watchfloor.intake.turns import Turns
from watchfloor.intake.verdicts import Verdicts
from watchfloor.intake.verdicts import read as read_question
from watchfloor.kernel.errors import BadInput, Forbidden, Overloaded, WatchfloorError
from watchfloor.platform import tracing
from watchfloor.platform.meters import METERS

log = logging.getLogger(__name__)

VERDICT = "verdict"
PATHS = {"/v1/reports": REPORT, "/v1/events": EVENT, "/v1/verdicts": VERDICT}
PERMISSION = {REPORT: "report.submit", EVENT: "event.submit", VERDICT: "verdict.ask"}
MAY_NOT = {REPORT: "send reports", EVENT: "send events", VERDICT: "ask for verdicts"}
BIG = 64 * 1024  # bodies above this share a few places, so that their sum in memory is bounded
BIG_AT_ONCE = 8
LANES = {LANE_NEVER_SHED: "never_shed", LANE_ORDINARY: "ordinary"}


class Intake:
    """The ASGI app. One per process; its writer starts with the first row."""

    def __init__(
        self, committer: Committer | None = None, catalogue: Catalogue | None = None, rates: Rates | None = None
    ) -> None:
        self._committer = committer
        self.catalogue = catalogue or Catalogue()
        self.rates = rates or rates_from_settings()
        self.verdicts = Verdicts()
        self.pressure = Pressure()
        self.turns = Turns()
        self._big: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise NotImplementedError(f"intake does not speak {scope['type']}")
        try:
            status, body, headers = await self._handle(scope, receive)
        except Gone:
            return
        except WatchfloorError as error:
            await http.answer_error(send, error)
        except django.db.Error:
            log.exception("the database did not answer")
            await http.answer_error(send, Overloaded("The database does not answer right now."))
        except Exception:
            log.exception("intake failed")
            await http.answer_error(send, HttpError(500, "internal", "Something failed here; nothing was stored."))
        else:
            await http.answer(send, status, body, headers)

    async def _handle(self, scope: Scope, receive: Receive) -> tuple[int, Any, dict[str, str]]:
        kind = PATHS.get(scope["path"].rstrip("/"))
        if kind is None:
            raise HttpError(
                404,
                "no_such_path",
                "There is nothing at this address.",
                hint="POST /v1/reports, /v1/events or /v1/verdicts.",
            )
        if scope["method"] != "POST":
            asked = cloudevents.handshake(http.headers_of(scope)) if scope["method"] == "OPTIONS" else None
            if asked is not None:
                return 200, {}, asked
            raise HttpError(405, "method_not_allowed", f"{scope['method']} is not possible here.", hint="Use POST.",
                            headers={"allow": "POST"})  # fmt: skip
        started = time.perf_counter()
        headers = http.headers_of(scope)
        sender = await self._authenticate(headers, kind, address_of(scope, headers))
        length = http.announced_length(headers)
        media = http.media_type(headers)
        key = http.idempotency_key(headers)
        if kind == VERDICT:
            return await self._verdict(sender, media, key, headers, receive, started)
        async with AsyncExitStack() as held:
            if length > BIG or not length:
                await held.enter_async_context(self._place())
            body = http.decoded(await http.read_body(receive), headers.get("content-encoding", ""))
            return await self._read(kind, sender, media, key, headers, body, held)

    async def _read(
        self, kind: str, sender: Sender, media: str, key: str | None, headers: dict[str, str], body: bytes, place: AsyncExitStack,
    ) -> tuple[int, Any, dict[str, str]]:  # fmt: skip
        """Judge a body: what may be urgent at once, the rest by turns, or not at all when there is too much of it."""
        form = cloudevents.form_of(headers)
        if not body.strip() and form != cloudevents.BINARY:
            raise BadInput("empty_body", "The body is empty.", hint=f"Send a JSON {kind}, or a list of them.")
        request = Request(kind, sender, await self.catalogue.known(), key)
        self.pressure.watch()
        late = self.pressure.high
        if (late or not self.turns.free()) and kind == REPORT and self.pressure.may_be_urgent(body, request.known):
            result = await self._judged(request, form, media, headers, body)
        elif late:
            raise Overloaded(
                "More is coming in than can be checked right now.", retry_after=self.pressure.retry_after()
            )
        else:
            await place.aclose()  # the row that waits for its turn has a bound of its own
            async with self.turns.turn(len(body)):
                result = await self._judged(request, form, media, headers, body)
        if isinstance(result, list):
            return await self._batch(kind, sender, result)
        return await self._single(sender, result)

    async def _judged(
        self, request: Request, form: str, media: str, headers: dict[str, str], body: bytes
    ) -> Row | list[Row]:
        for fresh in (False, True):
            if fresh:  # perhaps it was made since we looked
                known = await self.catalogue.known(fresh=True)
                request = Request(request.kind, request.sender, known, request.key)
            result = await documents.judged(request, form, media, headers, body)
            if not request.unknown:
                break
        return result

    async def _verdict(
        self, sender: Sender, media: str, key: str | None, headers: dict[str, str], receive: Receive, started: float
    ) -> tuple[int, Any, dict[str, str]]:
        """One question. What is wrong with the question is an error; what is wrong here is answered as ``on_error`` says."""
        body = http.decoded(await http.read_body(receive), headers.get("content-encoding", ""))
        if media != "json":
            raise HttpError(415, "unsupported_media_type", "One question at a time.", hint="Send application/json.")
        if len(body) > strict.MAX_VALUE:
            raise strict.row_too_large("", len(body))
        if not body.strip():
            raise BadInput("empty_body", "The body is empty.", hint='Send {"event": {…}}.')
        ask, event = read_question(strict.Reader().one(strict.text_of(body)))
        content = strict.canonical(event, "event")
        row = await self._known_event(event, content, sender, key)
        self.rates.take(sender.token, 1, sender.per_minute)
        typed = parse(EVENT, event, "event")
        assert isinstance(typed, EventRow)
        answer = await self.verdicts.answer(ask, typed, started)
        if ask.record:
            if PERMISSION[EVENT] not in sender.permissions:
                raise Forbidden("no_permission", "This token may not send events.", hint="record needs event.submit.")
            [receipt] = await self.committer.submit([row])
            if receipt.conflict:
                raise replies.key_reused(row, receipt, "event")
            answer["recorded"] = receipt.text
        return 200, answer, {"cache-control": "no-store"}

    async def _known_event(self, event: Any, content: bytes, sender: Sender, key: str | None) -> Checked:
        """The event, checked; looked at again with fresh names before one is called unknown."""
        known = await self.catalogue.known()
        try:
            return check(
                EVENT, event, content, source=sender.source, known=known, key=key, where="event", markets=sender.markets
            )
        except BadInput as problem:
            if problem.code != "unknown_item_type":
                raise
        known = await self.catalogue.known(fresh=True)
        return check(
            EVENT, event, content, source=sender.source, known=known, key=key, where="event", markets=sender.markets
        )

    # -- who ----------------------------------------------------------------------------------------------------------

    async def _authenticate(self, headers: dict[str, str], kind: str, address: str) -> Sender:
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise HttpError(
                401, "no_token", "A bearer token is needed.", hint="Authorization: Bearer <token>; make one with watchfloor token.",
                headers={"www-authenticate": "Bearer"},
            )  # fmt: skip
        sender = await self.catalogue.sender(secret.strip(), address)
        if sender is None:
            raise HttpError(401, "bad_token", "This token is unknown, expired or revoked.", hint="Make one with watchfloor token.",
                            headers={"www-authenticate": 'Bearer error="invalid_token"'})  # fmt: skip
        if PERMISSION[kind] not in sender.permissions:
            raise Forbidden(
                "no_permission", f"This token may not {MAY_NOT[kind]}.", hint=f"It needs {PERMISSION[kind]}."
            )
        return sender

    # -- storing and answering ----------------------------------------------------------------------------------------

    async def _store(self, sender: Sender, rows: list[Checked]) -> list[Receipt]:
        """Store rows of one lane; the ordinary one has a rate per token."""
        if rows[0].lane == LANE_ORDINARY:
            self.rates.take(sender.token, len(rows), sender.per_minute)
        with tracing.span("intake.commit", rows=len(rows), kind=rows[0].kind):
            receipts = await self.committer.submit(rows)
        METERS.add("watchfloor_intake_rows_total", len(rows), kind=rows[0].kind, lane=LANES[rows[0].lane])
        return receipts

    async def _single(self, sender: Sender, row: Row) -> tuple[int, Any, dict[str, str]]:
        if isinstance(row, WatchfloorError):
            raise row
        [receipt] = await self._store(sender, [row])
        if receipt.conflict:
            raise replies.key_reused(row, receipt, "")
        return 202, replies.of_row(receipt), {}

    async def _batch(self, kind: str, sender: Sender, rows: list[Row]) -> tuple[int, Any, dict[str, str]]:
        """Each lane is stored by itself, so that ordinary rows which are too many take no urgent one down with them."""
        good = [(index, row) for index, row in enumerate(rows) if isinstance(row, Checked)]
        lanes = [[(i, row) for i, row in good if row.lane == lane] for lane in (LANE_NEVER_SHED, LANE_ORDINARY)]
        parts = [part for part in lanes if part]
        stored = await asyncio.gather(
            *(self._store(sender, [row for _, row in part]) for part in parts), return_exceptions=True
        )
        return replies.of_batch(kind, rows, list(zip(parts, stored, strict=True)))

    @property
    def committer(self) -> Committer:
        """The writer; made when first needed, so that importing this module needs no database."""
        if self._committer is None:
            self._committer = committer_from_settings()
        return self._committer

    def close(self) -> None:
        """Store what waits and end the writer's thread."""
        if self._committer is not None:
            self._committer.close()
            self._committer = None
        self.verdicts.close()
        self.catalogue.forget()

    def _place(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if loop not in self._big:
            self._big = {loop: asyncio.Semaphore(BIG_AT_ONCE)}
        return self._big[loop]

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                threading.Thread(target=self.verdicts.judge.warm, name="rules-warm", daemon=True).start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self.close)
                await send({"type": "lifespan.shutdown.complete"})
                return


app = Intake()
