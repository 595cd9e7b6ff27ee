"""Intake's settings from the environment.

``WATCHFLOOR_INTAKE_QUEUE``: rows that may wait for the writer (10,000). ``WATCHFLOOR_INTAKE_QUEUE_MB``: their bytes (64).
``WATCHFLOOR_GROUP_COMMIT=0``: one commit per row, to measure what the group brings. ``WATCHFLOOR_INTAKE_WRITERS``: writer
threads, each with a connection (1). ``WATCHFLOOR_INTAKE_PATIENCE``: seconds after which a request is told 503 when the database
does not answer (20).
"""

from __future__ import annotations

import os

from watchfloor.intake.committer import PATIENCE, Committer
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config


def number(name: str, default: int) -> int:
    """A whole number of at least 1."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise BadInput("bad_setting", f"{name}={text!r} is not a whole number of at least 1.", where=name)
    return int(text)


def patience() -> float:
    """How long a request waits for the database at most, in seconds."""
    return float(number("WATCHFLOOR_INTAKE_PATIENCE", int(PATIENCE)))


def committer_from_settings() -> Committer:
    """The writer as the environment wants it."""
    return Committer(
        max_rows=number("WATCHFLOOR_INTAKE_QUEUE", 10_000),
        max_bytes=number("WATCHFLOOR_INTAKE_QUEUE_MB", 64) * 1024 * 1024,
        group=config.flag("WATCHFLOOR_GROUP_COMMIT", default=True),
        writers=number("WATCHFLOOR_INTAKE_WRITERS", 1),
        patience=patience(),
    )
