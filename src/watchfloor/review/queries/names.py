"""Keys of queues, policies, violation types and reasons by the names people gave them; a key nobody knows any more stays as it is."""

from __future__ import annotations

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.policy import queries as policies
from watchfloor.review.models import Queue


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
