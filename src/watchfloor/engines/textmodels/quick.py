"""Whether the compiled learner is worth bringing in: once a process has learned from many texts, where numba is installed.

Bringing it in takes a second (and half a minute the first time ever, where nothing is kept of it yet); then it is there for every model.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Any

MANY = 5_000
"""Texts learned in a process from which the compiled way is worth bringing in."""

_learned = count(1).__next__
_brought: Any = None


@cache
def bring() -> Any:
    """What is compiled, or None where that cannot be had: the way without it gives the same."""
    global _brought
    try:
        from watchfloor.engines.textmodels.compiled import model
    except Exception:  # whatever is wrong with it
        return None
    _brought = model
    return model


def brought(*, learning: bool) -> Any:
    """What is compiled if it was brought in, or is now (only for one who learns); else None."""
    if _brought is None and learning and _learned() >= MANY:
        return bring()
    return _brought
