"""Partitions, shares and settings of the stream."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.detection.stream import Message, configured, partition_of, partitions_in
from watchfloor.detection.stream.partitions import fair_share
from watchfloor.detection.stream.worker import run
from watchfloor.kernel.errors import BadInput


def test_an_entity_keeps_its_partition_for_ever() -> None:
    # Changing these would send an author's next events past those that still wait.
    assert [partition_of(name, 16) for name in ("a-1", "mallory", "did:plc:abc", "")] == [13, 9, 3, 4]


@given(st.integers(1, 500), st.integers(1, 50))
def test_shares_cover_everything_and_differ_little(partitions: int, members: int) -> None:
    share = fair_share(partitions, members)
    assert share * members >= partitions
    assert (share - 1) * members < partitions


def test_partitions_are_ranges() -> None:
    assert partitions_in("0-3, 7", 8) == {0, 1, 2, 3, 7}


@pytest.mark.parametrize("text", ["", "8", "3-1", "a", "0-", "-1", "0,,1", "0-99999999"])
def test_other_texts_name_no_partitions(text: str) -> None:
    with pytest.raises(BadInput):
        partitions_in(text, 8)


def test_the_stream_is_off_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHFLOOR_STREAM", raising=False)
    assert configured() is None


@pytest.mark.parametrize(
    ("text", "broker", "servers"),
    [
        ("nats://a:4222", "nats", ("nats://a:4222",)),
        ("nats://a:4222,nats://b:4222", "nats", ("nats://a:4222", "nats://b:4222")),
        ("nats://a,b", "nats", ("nats://a", "nats://b")),
        ("kafka://a:9092,b:9092", "kafka", ("a:9092", "b:9092")),
    ],
)
def test_the_address_says_which_broker(
    monkeypatch: pytest.MonkeyPatch, text: str, broker: str, servers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("WATCHFLOOR_STREAM", text)
    found = configured()
    assert found is not None and (found.broker, found.servers) == (broker, servers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WATCHFLOOR_STREAM", "amqp://a"),
        ("WATCHFLOOR_STREAM", "a:4222"),
        ("WATCHFLOOR_STREAM", "nats://"),
        ("WATCHFLOOR_STREAM_NAME", "a.b"),
        ("WATCHFLOOR_STREAM_PARTITIONS", "0"),
        ("WATCHFLOOR_STREAM_PARTITIONS", "many"),
    ],
)
def test_bad_settings_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("WATCHFLOOR_STREAM", "nats://a:4222")
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput) as caught:
        configured()
    assert caught.value.where == name


class _Source:
    """Hands out five messages and keeps book."""

    def __init__(self, stop: threading.Event) -> None:
        self.left = [Message(0, str(number).encode()) for number in range(5)]
        self.finished: list[Message] = []
        self.stop = stop

    def take(self, limit: int, seconds: float) -> list[Message]:
        taken, self.left = self.left[:2], self.left[2:]
        if not taken:
            self.stop.set()
        return taken

    def done(self, messages: Sequence[Message]) -> None:
        self.finished += messages

    def again(self, messages: Sequence[Message]) -> None:
        self.left = [*messages, *self.left]

    def partitions(self) -> frozenset[int]:
        return frozenset({0})

    def close(self) -> None:
        """Nothing to leave."""


def test_a_batch_that_fails_comes_again_before_what_follows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    source, worked, failures = _Source(stop), [], [1]
    monkeypatch.setattr("watchfloor.detection.stream.worker.LONGEST_PAUSE", 0.0)

    def work(bodies: Sequence[bytes]) -> None:
        if b"2" in bodies and failures:
            failures.pop()
            raise RuntimeError("the database is away")
        worked.extend(bodies)

    monkeypatch.setattr("watchfloor.detection.stream.worker.connection.close", lambda: None)
    assert run(source, work, stop) == 5
    assert worked == [b"0", b"1", b"2", b"3", b"4"]
    assert [message.body for message in source.finished] == worked
