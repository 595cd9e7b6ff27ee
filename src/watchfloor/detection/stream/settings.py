"""The stream's settings: ``WATCHFLOOR_STREAM``, ``WATCHFLOOR_STREAM_NAME``, ``WATCHFLOOR_STREAM_PARTITIONS``."""

from __future__ import annotations

import os
import re
from collections.abc import Collection

import msgspec

from watchfloor.detection.stream.contract import Sink, Source
from watchfloor.kernel.errors import BadInput


class StreamSettings(msgspec.Struct, frozen=True):
    """Where the stream is. ``servers`` are without their scheme for Kafka, with it for NATS."""

    broker: str
    servers: tuple[str, ...]
    name: str = "watchfloor"
    partitions: int = 16


def configured() -> StreamSettings | None:
    """The stream to use; None is embedded mode.

    Raises:
        BadInput: the settings say something else.
    """
    text = os.environ.get("WATCHFLOOR_STREAM", "").strip()
    if not text:
        return None
    scheme, found, rest = text.partition("://")
    if not found or not rest or scheme not in {"nats", "tls", "kafka"}:
        raise BadInput(
            "bad_setting", "WATCHFLOOR_STREAM is no address of a broker.", where="WATCHFLOOR_STREAM",
            hint="nats://host:4222 or kafka://host:9092; several with commas; unset: no broker.",
        )  # fmt: skip
    name = os.environ.get("WATCHFLOOR_STREAM_NAME", "").strip() or "watchfloor"
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", name):
        raise BadInput(
            "bad_setting", f"WATCHFLOOR_STREAM_NAME={name!r} is no name for a stream.", where="WATCHFLOOR_STREAM_NAME",
            hint="Small letters, digits, - and _.",
        )  # fmt: skip
    count = os.environ.get("WATCHFLOOR_STREAM_PARTITIONS", "").strip() or "16"
    if not count.isascii() or not count.isdigit() or not 1 <= int(count) <= 4_096:
        raise BadInput(
            "bad_setting", f"WATCHFLOOR_STREAM_PARTITIONS={count!r} is not a number from 1 to 4,096.",
            where="WATCHFLOOR_STREAM_PARTITIONS",
        )  # fmt: skip
    hosts = [part.strip().removeprefix(f"{scheme}://") for part in rest.split(",")]
    if scheme == "kafka":
        return StreamSettings("kafka", tuple(hosts), name, int(count))
    return StreamSettings("nats", tuple(f"{scheme}://{host}" for host in hosts), name, int(count))


def make_sink(settings: StreamSettings) -> Sink:
    """The publishing end; ``MissingExtra`` names what to install."""
    if settings.broker == "kafka":
        from watchfloor.detection.stream.kafka import KafkaSink

        return KafkaSink(settings)
    from watchfloor.detection.stream.jetstream import JetStreamSink

    return JetStreamSink(settings)


def make_source(settings: StreamSettings, only: Collection[int] | None = None) -> Source:
    """The consuming end of one worker; ``MissingExtra`` names what to install."""
    if settings.broker == "kafka":
        from watchfloor.detection.stream.kafka import KafkaSource

        return KafkaSource(settings, only)
    from watchfloor.detection.stream.jetstream import JetStreamSource

    return JetStreamSource(settings, only)
