"""The methods, a file for each part of the protocol. Importing this registers them all."""

from watchfloor.interop.atproto.methods import (
    deciding,
    declaring,
    events,
    figures,
    labels,
    queues,
    reports,
    serving,
    sessions,
    statuses,
    taking,
)

__all__ = [
    "deciding",
    "declaring",
    "events",
    "figures",
    "labels",
    "queues",
    "reports",
    "serving",
    "sessions",
    "statuses",
    "taking",
]
