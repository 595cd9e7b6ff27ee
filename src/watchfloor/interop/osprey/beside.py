"""A consumer of Osprey's own topic, in a group of its own: the actions go through rules of ours, to a topic of results, or to the floor.

A position is told to Kafka when the results are there (or the events are in the spool): after a death some come twice, none is lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import msgspec

from watchfloor.detection.stream.contract import StreamAway
from watchfloor.engines import sml
from watchfloor.interop.osprey import shapes
from watchfloor.kernel.errors import BadInput, MissingExtra, WatchfloorError

log = logging.getLogger(__name__)
BATCH: Final = 500
SECONDS: Final = 10.0
Work = Callable[[Sequence[sml.Event]], None]


class Ends(Protocol):
    """Both ends: what waits is taken, what was made is put there, and then it is done."""

    def take(self, limit: int, seconds: float) -> list[bytes]: ...
    def put(self, lines: Sequence[bytes]) -> None: ...
    def done(self) -> None: ...
    def close(self) -> None: ...


class KafkaEnds:
    """Topics of Kafka, or of whatever speaks its protocol."""

    def __init__(self, servers: str, *, source: str, sink: str, group: str) -> None:
        try:
            import confluent_kafka
        except ImportError:
            raise MissingExtra("cluster", "Osprey's topics (confluent-kafka)") from None
        common = {"bootstrap.servers": servers, "client.id": "watchfloor-osprey", "log_level": 3}
        self._consumer = confluent_kafka.Consumer(
            {**common, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest"}
        )
        self._consumer.subscribe([source])
        self._producer = (
            confluent_kafka.Producer({**common, "enable.idempotence": True, "acks": "all"}) if sink else None
        )
        self._sink, self._taken = sink, False

    def take(self, limit: int, seconds: float) -> list[bytes]:
        """Messages that came within the time."""
        found = [each for each in self._consumer.consume(limit, seconds) if each.error() is None]
        self._taken = self._taken or bool(found)
        return [bytes(each.value() or b"") for each in found]

    def put(self, lines: Sequence[bytes]) -> None:
        """Returns when all replicas that are in sync have every one."""
        assert self._producer is not None
        failed: list[str] = []
        for line in lines:
            self._producer.produce(
                self._sink, line, on_delivery=lambda problem, _: failed.append(str(problem)) if problem else None
            )
        if self._producer.flush(SECONDS) or failed:
            raise StreamAway(failed[0] if failed else "the results were not confirmed in time")

    def done(self) -> None:
        """Tell the position."""
        if not self._taken:
            return
        import confluent_kafka

        try:
            self._consumer.commit(asynchronous=False)
        except confluent_kafka.KafkaException as problem:
            raise StreamAway(str(problem)) from None

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()


def run(ends: Ends, work: Work, stop: threading.Event, *, batch: int = BATCH) -> tuple[int, int]:
    """Until ``stop``: (actions worked, messages that were none). What is none is logged and passed by, as Osprey does."""
    worked = bad = 0
    while not stop.is_set():
        events: list[sml.Event] = []
        for message in ends.take(batch, 0.5):
            try:
                events.append(read(message))
            except WatchfloorError as wrong:
                bad += 1
                log.warning("a message is no action: %s", wrong.message)
        if events:
            work(events)
        ends.done()
        worked += len(events)
    return worked, bad


def read(message: bytes) -> sml.Event:
    """The action in a message's bytes."""
    try:
        return shapes.event_of(msgspec.json.decode(message))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadInput("bad_json", "The message is no JSON.") from None


def judging(rules: sml.RuleSet, ends: Ends, as_json: Callable[[Any], bytes]) -> Work:
    """Work that evaluates and writes what Osprey's sink would write."""
    store = None
    if rules.counters:
        from watchfloor.engines.sml.counters import MemoryCounters

        store = MemoryCounters()

    def work(events: Sequence[sml.Event]) -> None:
        ends.put([as_json(shapes.features_of(event, rules.evaluate(event, store))) for event in events])

    return work


def telling(mapping: str, source: str) -> Work:
    """Work that hands the actions to the floor as events, durable before the position is told."""
    from watchfloor.intake.rows import EVENT
    from watchfloor.interop.taking import take_each

    places = shapes.mapping_of(mapping)

    def work(events: Sequence[sml.Event]) -> None:
        rows: list[Any] = []
        for event in events:
            try:
                rows.append((shapes.row_of(event, places), None))
            except BadInput as wrong:
                rows.append(wrong)
        for event, made in zip(events, take_each(EVENT, rows, source=source), strict=True):
            if isinstance(made, WatchfloorError):
                log.warning("action %d: %s", event.action_id, made.message)

    return work
