"""The Kafka adapter against the mock cluster that its client library brings (a real protocol, no real disks)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("confluent_kafka", reason="the client is not installed: pip install confluent-kafka")

PARTITIONS = 4  # what the mock cluster gives a topic that nobody made


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A sink whose client carries the mock cluster, and the settings that lead there."""
    import confluent_kafka
    import msgspec

    from watchfloor.detection.stream.kafka import KafkaSink
    from watchfloor.detection.stream.settings import StreamSettings

    host = confluent_kafka.Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1, "log_level": 0})
    brokers = host.list_topics(timeout=10).brokers.values()
    settings = StreamSettings("kafka", tuple(f"{each.host}:{each.port}" for each in brokers), "watchfloor", PARTITIONS)
    sink = KafkaSink(settings)
    yield sink, settings, msgspec
    sink.close()
    del host


def records(first: int, count: int) -> list[Any]:
    from watchfloor.detection.stream import Record

    return [Record(number % PARTITIONS, str(number).encode(), f"id{number}") for number in range(first, first + count)]


def take(source: Any, count: int) -> list[Any]:
    from tests.support.broker import wait_until

    found: list[Any] = []
    wait_until(lambda: found.extend(source.take(100, 0.2)) or len(found) >= count, f"{count} messages")
    return found


def in_order(messages: list[Any]) -> bool:
    by_partition: dict[int, list[int]] = {}
    for message in messages:
        by_partition.setdefault(message.partition, []).append(int(message.body))
    return all(numbers == sorted(numbers) for numbers in by_partition.values())


def test_messages_arrive_in_order_come_again_and_positions_are_kept(cluster: Any) -> None:
    from watchfloor.detection.stream.kafka import KafkaSource

    sink, settings, _ = cluster
    sink.publish(records(0, 40))
    source = KafkaSource(settings)
    first = take(source, 40)
    assert sorted(int(message.body) for message in first) == list(range(40)) and in_order(first)
    assert source.partitions() == frozenset(range(PARTITIONS))
    source.again(first)  # as after a failure: all of them once more, in order
    second = take(source, 40)
    assert sorted(message.body for message in second) == sorted(message.body for message in first) and in_order(second)
    source.done(second)
    source.close()
    sink.publish(records(40, 8))
    other = KafkaSource(settings)
    later = take(other, 8)
    other.close()
    assert sorted(int(message.body) for message in later) == list(range(40, 48))


def test_one_worker_may_be_given_its_partitions(cluster: Any) -> None:
    from watchfloor.detection.stream.kafka import KafkaSource

    sink, settings, _ = cluster
    sink.publish(records(0, 16))
    source = KafkaSource(settings, only=[1, 3])
    found = take(source, 8)
    source.close()
    assert {message.partition for message in found} == {1, 3} and len(found) == 8


def test_a_topic_with_other_partitions_is_refused(cluster: Any) -> None:
    from watchfloor.detection.stream.kafka import KafkaSink
    from watchfloor.kernel.errors import BadInput

    sink, settings, msgspec = cluster
    sink.publish(records(0, 1))
    other = KafkaSink(msgspec.structs.replace(settings, partitions=16))
    with pytest.raises(BadInput, match="4 partitions, not 16"):
        other.publish(records(1, 1))


def test_an_absent_cluster_is_said_to_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.detection.stream import StreamAway, kafka
    from watchfloor.detection.stream.settings import StreamSettings

    monkeypatch.setattr(kafka, "ANSWER_SECONDS", 0.2)
    sink = kafka.KafkaSink(StreamSettings("kafka", ("127.0.0.1:1",)))
    with pytest.raises(StreamAway):
        sink.publish(records(0, 1))
