"""``POST /v1/verdicts``: an event in, the verdict out, for platforms that ask before they publish.

Rules run in a few threads, never on the event loop. The sender says how long it can wait and what an answer that could not be
judged in time shall be (``on_error``): the platform, not we, decides whether it fails open or closed. Nothing is written unless
``record`` asks for it; then the event takes the ordinary way (spool, screening, cases), once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from django.db import connection

from watchfloor.detection import verdict
from watchfloor.detection.contracts import Judgement, Question
from watchfloor.intake.http import HttpError
from watchfloor.intake.rows import EventRow
from watchfloor.kernel.errors import BadInput

log = logging.getLogger(__name__)

OPEN, CLOSED = "open", "closed"
BLOCKING = ("reject", "block")
MOST_MS, USUAL_MS = 10_000, 250
THREADS = 4
MAX_WAITING = 256  # questions that wait for a thread; beyond it they are answered as ``on_error`` says
SHAPE = {
    "event": "the event, as POST /v1/events takes it", "timeout_ms": f"1 to {MOST_MS:,}", "on_error": "open or closed",
    "blocking": "the verdicts that block", "record": "true: also store the event, so that rules act on it",
}  # fmt: skip


class Ask(msgspec.Struct, frozen=True):
    """How a question wants to be answered."""

    timeout_ms: int = USUAL_MS
    on_error: str = OPEN
    blocking: tuple[str, ...] = BLOCKING
    record: bool = False


def read(value: Any) -> tuple[Ask, dict[str, Any]]:
    """The options of a question and its event, still unchecked.

    Raises:
        BadInput: an option is not what it must be.
    """
    if not isinstance(value, dict):
        raise BadInput("wrong_type", "A question must be a JSON object.", hint='{"event": {…}, "timeout_ms": 250}')
    unknown = sorted(set(value) - set(SHAPE))
    if unknown:
        hint = "Known: " + "; ".join(f"{name} ({text})" for name, text in SHAPE.items()) + "."
        raise BadInput(
            "unknown_field", f"There is no field {unknown[0][:60]!r} here.", where=unknown[0][:60], hint=hint
        )
    if "event" not in value:
        raise BadInput("missing_field", "The field 'event' is required.", where="event", hint="As for POST /v1/events.")
    options = {name: each for name, each in value.items() if name != "event"}
    timeout = options.get("timeout_ms", USUAL_MS)
    if not isinstance(timeout, int) or isinstance(timeout, bool) or not 1 <= timeout <= MOST_MS:
        raise BadInput("out_of_range", f"timeout_ms must be a whole number from 1 to {MOST_MS:,}.", where="timeout_ms")
    if options.get("on_error", OPEN) not in (OPEN, CLOSED):
        raise BadInput("unknown_value", "on_error must be open or closed.", where="on_error",
                       hint="open: publish what could not be judged; closed: hold it back.")  # fmt: skip
    try:
        return msgspec.convert(options, Ask), value["event"]
    except msgspec.ValidationError as problem:
        path = str(problem).partition("`$.")[2].rstrip("`")
        raise BadInput("wrong_type", f"{str(problem).partition(' - at')[0].replace('`', '')}.", where=path) from None


def question_of(row: EventRow) -> Question:
    """A checked event as detection takes it."""
    author = row.item.author
    return Question(
        name=row.name, item_type=row.item.type, item_id=row.item.id, data=row.item.data,
        author_type=author.type if author else "", author_id=author.id if author else "", market=row.market,
        language=row.language, event=row.data,
    )  # fmt: skip


class Verdicts:
    """The asking side of one process."""

    def __init__(self, judge: verdict.Judge | None = None, threads: int = THREADS) -> None:
        self.judge = judge or verdict.Judge()
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._lock = threading.Lock()

    async def answer(self, ask: Ask, row: EventRow, started: float) -> dict[str, Any]:
        """The body of the answer; always one that can be acted on: what cannot be judged is answered as ``on_error`` says."""
        deadline = started + ask.timeout_ms / 1000
        try:
            judgement = await self._judged(question_of(row), deadline)
        except TimeoutError:
            return _unjudged(ask, "timeout", f"There was no verdict within {ask.timeout_ms:,} ms.")
        except Busy:
            return _unjudged(ask, "overloaded", "More questions wait than can be answered.")
        except (BadInput, HttpError):
            raise
        except Exception as problem:
            log.exception("a verdict failed")
            return _unjudged(ask, "failed", f"The rules could not be run ({type(problem).__name__}).")
        blocks = bool(set(judgement.verdicts).intersection(ask.blocking))
        held = blocks and judgement.held_until is not None  # to block is an automatic action like any other
        return {"judged": True, "allow": held or not blocks, "held": held, **verdict.as_json(judgement)}

    async def _judged(self, question: Question, deadline: float) -> Judgement:
        with self._lock:
            if self._waiting >= MAX_WAITING:
                raise Busy
            self._waiting += 1
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=self._threads, thread_name_prefix="verdict")
        future = self._pool.submit(self._work, question, deadline)
        future.add_done_callback(self._left)
        async with asyncio.timeout(max(0.0, deadline - time.perf_counter())):
            return await asyncio.wrap_future(future)

    def _work(self, question: Question, deadline: float) -> Judgement:
        if time.perf_counter() > deadline:  # whoever asked has been answered already
            raise TimeoutError
        try:
            return self.judge.ask(question, deadline)
        finally:
            if connection.connection is not None:  # a rule asked for labels, or a catalogue had aged
                connection.close()

    def _left(self, _done: object) -> None:
        with self._lock:
            self._waiting -= 1

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self.judge.close()


class Busy(Exception):
    """Too many wait already."""


def _unjudged(ask: Ask, code: str, message: str) -> dict[str, Any]:
    allow = ask.on_error == OPEN
    return {"judged": False, "allow": allow, "held": False, "verdicts": [], "error": {"code": code, "message": message}}
