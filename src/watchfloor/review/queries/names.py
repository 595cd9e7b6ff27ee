"""Keys of queues, policies, violation types and reasons by the names people gave them; a key nobody knows any more stays as it is."""

from __future__ import annotations

from collections.abc import Callable

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.policy import queries as policies
from watchfloor.review.models import Queue

Namer = Callable[[str], str]
_namers: dict[str, Namer] = {}


def named_by(kind: str, namer: Namer) -> None:
    """Have ``namer`` turn the key behind ``kind:`` of a signal's source into a name (in an app's ``ready``)."""
    _namers[kind] = namer


def source(text: str) -> str:
    """``match:known-spam`` -> ``Known spam pictures``; a source nobody names stays as it is."""
    kind, _, key = text.partition(":")
    namer = _namers.get(kind)
    return namer(key) if namer is not None and key else text


def _read() -> dict[str, str]:
    return dict(Queue.objects.values_list("key", "name"))


_queues = Remembered(_read)


def queue(key: str) -> str:
    """``spam.en`` -> ``Spam, English``."""
    return _queues().get(key, key)


def policy(key: str) -> str:
    """The policy's name."""
    try:
        return policies.policy(key).name
    except BadInput:
        return key


def violation(key: str) -> str:
    """The violation type's name."""
    try:
        return policies.violation(key).name
    except BadInput:
        return key


def reason(key: str) -> str:
    """What the reporter could choose."""
    try:
        return policies.reason(key).name
    except BadInput:
        return key
