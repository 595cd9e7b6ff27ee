"""Kafka as the stream: a topic with our partitions, and the broker's own consumer group says who works which.

Two workers may for a moment hold the same partition after one was thought dead; what the first has committed is known by its rows.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Collection, Sequence
from typing import Any

from watchfloor.detection.stream.contract import Message, Record, StreamAway
from watchfloor.detection.stream.settings import StreamSettings
from watchfloor.kernel.errors import BadInput, MissingExtra

try:
    import confluent_kafka
except ImportError:
    raise MissingExtra("cluster", "A stream over Kafka (confluent-kafka)") from None

log = logging.getLogger(__name__)
ANSWER_SECONDS = 10.0


def _common(settings: StreamSettings, extra: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "bootstrap.servers": ",".join(settings.servers), "client.id": "watchfloor", "log_level": 3,
        "error_cb": lambda problem: log.debug("kafka: %s", problem), **(extra or {}),
    }  # fmt: skip


def topic_of(settings: StreamSettings) -> str:
    """The topic. Make it beforehand with as many partitions as the settings say."""
    return f"{settings.name}.events"


class KafkaSink:
    """Publishes. ``extra`` are librdkafka's own settings (``security.protocol`` and the like)."""

    def __init__(self, settings: StreamSettings, extra: dict[str, Any] | None = None) -> None:
        self._settings = settings
        self._topic = topic_of(settings)
        reliable = {"enable.idempotence": True, "acks": "all", "message.timeout.ms": int(ANSWER_SECONDS * 1000)}
        self._producer = confluent_kafka.Producer(_common(settings, reliable | (extra or {})))
        self._checked = False

    def publish(self, records: Sequence[Record]) -> None:
        """In order; returns when all replicas that are in sync have every one."""
        self._check()
        failed: list[str] = []

        def heard(problem: Any, _message: Any) -> None:
            if problem is not None:
                failed.append(str(problem))

        try:
            for record in records:
                self._producer.produce(
                    self._topic, record.body, partition=record.partition, headers={"id": record.id}, on_delivery=heard
                )
            left = self._producer.flush(ANSWER_SECONDS * 1.5)
        except (confluent_kafka.KafkaException, BufferError) as problem:
            raise StreamAway(str(problem)) from None
        if left:
            self._producer.purge()
            self._producer.flush(1)
        if failed or left:
            raise StreamAway(failed[0] if failed else f"{left} records were not confirmed in time")

    def depth(self) -> int | None:
        """Kafka keeps what was finished, too: it cannot tell."""
        return None

    def close(self) -> None:
        """Let go."""
        with contextlib.suppress(confluent_kafka.KafkaException):
            self._producer.flush(1)

    def _check(self) -> None:
        """The topic must have the partitions that the settings say, or events of one entity would part ways."""
        if self._checked:
            return
        try:
            topic = self._producer.list_topics(self._topic, timeout=ANSWER_SECONDS).topics[self._topic]
        except confluent_kafka.KafkaException as problem:
            raise StreamAway(str(problem)) from None
        if topic.partitions and len(topic.partitions) != self._settings.partitions:
            raise BadInput(
                "bad_setting", f"The topic {self._topic} has {len(topic.partitions)} partitions, not {self._settings.partitions}.",
                where="WATCHFLOOR_STREAM_PARTITIONS", hint="Make the two the same.",
            )  # fmt: skip
        self._checked = bool(topic.partitions)


class KafkaSource:
    """The partitions that the consumer group gives this worker."""

    def __init__(
        self, settings: StreamSettings, only: Collection[int] | None = None, extra: dict[str, Any] | None = None
    ) -> None:
        self._topic = topic_of(settings)
        group = {
            "group.id": f"{settings.name}-rules", "enable.auto.commit": False, "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "cooperative-sticky", "session.timeout.ms": 10_000,
        }  # fmt: skip
        self._consumer = confluent_kafka.Consumer(_common(settings, group | (extra or {})))
        if only is None:
            self._consumer.subscribe([self._topic])
        else:
            wanted = [confluent_kafka.TopicPartition(self._topic, number) for number in sorted(only)]
            self._consumer.assign(self._consumer.committed(wanted, timeout=ANSWER_SECONDS))

    def partitions(self) -> frozenset[int]:
        """Ours now."""
        return frozenset(each.partition for each in self._consumer.assignment())

    def take(self, limit: int, seconds: float) -> list[Message]:
        """See ``Source``."""
        until = time.monotonic() + seconds
        found: list[Message] = []
        while not found and (left := until - time.monotonic()) > 0:
            for message in self._consumer.consume(limit, min(left, 0.1)):
                if message.error() is None:
                    found.append(Message(message.partition() or 0, bytes(message.value() or b""), message.offset()))
                else:
                    log.debug("kafka: %s", message.error())
        return found

    def done(self, messages: Sequence[Message]) -> None:
        """See ``Source``. A position that could not be told only means that messages come again and are known."""
        last: dict[int, int] = {}
        for message in messages:
            last[message.partition] = max(last.get(message.partition, -1), message.handle)
        offsets = [
            confluent_kafka.TopicPartition(self._topic, number, offset + 1) for number, offset in sorted(last.items())
        ]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except confluent_kafka.KafkaException as problem:
            log.warning("the position could not be told to Kafka: %s", problem)

    def again(self, messages: Sequence[Message]) -> None:
        """See ``Source``."""
        first: dict[int, int] = {}
        for message in messages:
            first[message.partition] = min(first.get(message.partition, message.handle), message.handle)
        for number, offset in first.items():
            with contextlib.suppress(confluent_kafka.KafkaException):  # it is somebody else's now
                self._consumer.seek(confluent_kafka.TopicPartition(self._topic, number, offset))

    def close(self) -> None:
        """See ``Source``."""
        self._consumer.close()
