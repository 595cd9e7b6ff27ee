"""Scores of what nobody reported, by day, language and bin: counted in memory, written in passing, as firings of rules are.

A process that is killed loses a few seconds of counts. Rates and drift rest on them, never a figure's weights.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import date

from django.db import connection, transaction

from watchfloor.detection.modelling.models import BINS

FLUSH_EVERY = 5.0  # seconds

_lock = threading.Lock()
_counts: Counter[tuple[str, date, str, int]] = Counter()
_flushed = 0.0


def bin_of(score: float | None) -> int:
    """0 to ``BINS`` - 1; -1 without a score."""
    return -1 if score is None else min(BINS - 1, int(score * BINS))


def note(policy: str, language: str, score: float | None, day: date) -> None:
    """Count one item, once its transaction has committed."""
    key = (policy, day, language, bin_of(score))
    transaction.on_commit(lambda: _add(key), robust=True)


def flush() -> int:
    """Write what was counted; how many rows were touched."""
    global _counts, _flushed
    with _lock:
        counts, _counts, _flushed = _counts, Counter(), time.monotonic()
    if not counts:
        return 0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO detection_model_scores AS s (policy_key, day, language, bin, items) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT (policy_key, day, language, bin) DO UPDATE SET items = s.items + excluded.items",
                sorted((*key, count) for key, count in counts.items()),  # one order: nobody waits in a circle
            )
    except Exception:
        with _lock:
            _counts.update(counts)
        raise
    return len(counts)


def _add(key: tuple[str, date, str, int]) -> None:
    with _lock:
        _counts[key] += 1
        due = time.monotonic() - _flushed >= FLUSH_EVERY
    if due:
        flush()
