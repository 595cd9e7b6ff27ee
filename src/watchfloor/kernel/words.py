"""Marks words for translators where nothing may know of Django: pure code says them through a ``say`` it is given, English by default."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], str]  # a message to the same in the reader's language: ``gettext`` at the edge


def N_(message: str) -> str:
    """The message itself."""
    return message


def english(message: str) -> str:
    """The ``say`` of whoever speaks English only: logs, tests, the command line."""
    return message
