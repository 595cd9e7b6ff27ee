"""The methods, a file for each part of the protocol. Importing this registers them all."""

from watchfloor.interop.atproto.methods import (
    activities,
    assignments,
    deciding,
    declaring,
    events,
    figures,
    labels,
    narrowing,
    options,
    profiles,
    queues,
    reports,
    serving,
    sessions,
    statuses,
    taking,
)

__all__ = [
    "activities",
    "assignments",
    "deciding",
    "declaring",
    "events",
    "figures",
    "labels",
    "narrowing",
    "options",
    "profiles",
    "queues",
    "reports",
    "serving",
    "sessions",
    "statuses",
    "taking",
]
