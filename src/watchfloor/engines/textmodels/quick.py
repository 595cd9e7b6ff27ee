"""Whether the compiled learner is worth bringing in: once a process has learned from very many texts, where numba is installed.

Bringing it in takes a second, and half a minute the first time ever, where nothing is kept of it yet. So in a process that serves a thread
of its own does it, and texts are learned the plain way meanwhile; then it is there for every model. Both ways say and keep the same.
"""

from __future__ import annotations

import threading
from functools import cache
from itertools import count
from typing import Any

MANY = 20_000
"""Texts learned in a process from which the compiled way is worth bringing in: what it takes the first time ever saves as much again."""

_learned = count(1).__next__
_brought: Any = None


@cache
def bring() -> Any:
    """What is compiled, compiled; or None where that cannot be had: the way without it gives the same."""
    global _brought
    try:
        from watchfloor.engines.textmodels.classifier import Options
        from watchfloor.engines.textmodels.compiled import model

        model.compile_all(Options())
    except Exception:  # whatever is wrong with it
        return None
    _brought = model
    return model


def brought(*, learning: bool) -> Any:
    """What is compiled, once it is there; one who learns may be the one for whom it begins to come."""
    if _brought is None and learning and _learned() == MANY:
        threading.Thread(target=bring, name="compile-learner", daemon=True).start()
    return _brought
