"""Deadlines set by law, handed in by the part above that keeps them: one more source of a piece of work's due time.

def of_work(work) -> list[Due]: ...      # legal.register(of_work), when the program starts
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from watchfloor.review.domain.service import Due

Source = Callable[[Any], list[Due]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Hand in a function that knows the legal deadlines of a case or of work that is only imagined."""
    if source not in _sources:
        _sources.append(source)
    return source


def of(work: Any) -> list[Due]:
    """Every legal deadline of this work."""
    return [due for source in _sources for due in source(work)]
