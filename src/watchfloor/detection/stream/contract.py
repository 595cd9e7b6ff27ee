"""What a broker must be able to do for us: take records durably, hand out partitions in order, hear what is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from watchfloor.kernel.errors import Overloaded


class StreamAway(Overloaded):
    """The broker does not answer; nothing is lost, it is tried again."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The stream does not answer: {why}")
        self.code = "stream_away"


class Record(msgspec.Struct, frozen=True):
    """What goes to the broker. The same ``id`` sent twice within the broker's memory arrives once."""

    partition: int
    body: bytes
    id: str


class Message(msgspec.Struct, frozen=True):
    """What came from the broker; ``handle`` is the broker's own."""

    partition: int
    body: bytes
    handle: Any = None


class Sink(Protocol):
    """The publishing end."""

    def publish(self, records: Sequence[Record]) -> None:
        """Return when the broker has all of them, in order per partition; ``StreamAway`` when that is not sure."""

    def depth(self) -> int | None:
        """Messages the broker keeps that nobody has finished; None where it cannot tell."""

    def close(self) -> None:
        """Let go of the broker."""


class Source(Protocol):
    """The consuming end of one worker. Used from one thread."""

    def take(self, limit: int, seconds: float) -> list[Message]:
        """Messages of the partitions that are ours now, in order within each; waits at most ``seconds`` for the first."""

    def done(self, messages: Sequence[Message]) -> None:
        """What they ask for is committed: the broker may forget them."""

    def again(self, messages: Sequence[Message]) -> None:
        """They could not be worked: hand them out once more, before anything later of their partitions."""

    def partitions(self) -> frozenset[int]:
        """The partitions that are ours now."""

    def close(self) -> None:
        """Leave, so that the others take over at once."""
