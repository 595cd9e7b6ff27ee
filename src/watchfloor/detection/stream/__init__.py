"""Rules on a stream: any number of workers share the events of one broker, partitioned by who an event is about.

Embedded mode (no broker) is the default; ``WATCHFLOOR_STREAM=nats://…`` or ``kafka://…`` turns this on. What goes over the broker is
the receipt of an event, never its content: the event lies in the spool, whose row is also what makes its effects happen once.
"""

from __future__ import annotations

from watchfloor.detection.stream.contract import Message, Record, Sink, Source, StreamAway
from watchfloor.detection.stream.partitions import partition_of, partitions_in
from watchfloor.detection.stream.settings import StreamSettings, configured, make_sink, make_source

__all__ = [
    "Message",
    "Record",
    "Sink",
    "Source",
    "StreamAway",
    "StreamSettings",
    "configured",
    "make_sink",
    "make_source",
    "partition_of",
    "partitions_in",
]
