"""Typed events. Each context declares its own in ``events.py``; the tag is the name that is stored and never changes.

class CaseClosed(LedgerEvent, tag="case.closed"):
    '''All work on a case is done.'''
    verdict: str
"""

from __future__ import annotations

from typing import Any

import msgspec


class LedgerEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=False):
    """The base of all typed events. Fields are JSON values; names are stable; new fields have defaults."""


def event_type(event: LedgerEvent) -> str:
    """The stored name, e.g. ``"case.closed"``."""
    return str(event.__struct_config__.tag)


def registry() -> dict[str, type[LedgerEvent]]:
    """All declared event types by name (of the contexts imported so far)."""
    found: dict[str, type[LedgerEvent]] = {}
    todo: list[type[LedgerEvent]] = list(LedgerEvent.__subclasses__())
    while todo:
        cls = todo.pop()
        todo.extend(cls.__subclasses__())
        found[str(cls.__struct_config__.tag)] = cls
    return found


def decode(type_name: str, data: dict[str, Any]) -> LedgerEvent:
    """The typed event of a stored row."""
    return msgspec.convert({**data, "type": type_name}, registry()[type_name])
