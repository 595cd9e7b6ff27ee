"""The endless work of one rules worker: take, work, say that it is done. It keeps nothing that it would mind losing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import connection

from watchfloor.detection.stream.contract import Message, Source
from watchfloor.platform import tracing

log = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0


def run(
    source: Source,
    work: Callable[[Sequence[bytes]], object],
    stop: threading.Event,
    *,
    batch: int = 128,
    wait: float = 1.0,
) -> int:
    """Work messages until ``stop`` is set; how many were worked.

    Args:
        work: commits what the messages ask for, in their order, and knows those it has committed before. When it raises,
            nothing of the batch counts as done, and it comes again after a pause that grows to half a minute.
        batch: about how many messages make one transaction.
    """
    worked = failures = 0
    messages: list[Message] = []
    while not stop.is_set():
        try:
            messages = source.take(batch, wait)
            if messages:
                with tracing.span("rules.batch", rows=len(messages)):
                    work([message.body for message in messages])
                source.done(messages)
        except Exception:
            failures += 1
            log.exception("a batch of %d failed; attempt %d", len(messages), failures)
            connection.close()  # and with it every claim: the next look takes what is free
            if messages:
                source.again(messages)
            messages = []
            stop.wait(min(LONGEST_PAUSE, 0.1 * 2 ** min(failures, 10)))
            continue
        worked += len(messages)
        failures = 0
        messages = []
    return worked
