"""A restore that was begun and did not end: until it is done again, what lies in the data folder is half of something."""

from __future__ import annotations

from watchfloor.kernel.errors import Conflict
from watchfloor.platform import config

NOTE = "restore.unfinished"


def refuse() -> None:
    """Raises ``Conflict`` while a restore is unfinished."""
    if (config.home() / NOTE).exists():
        raise Conflict(
            "restore_unfinished", f"A restore into {config.home()} was begun and did not end.",
            hint="Run watchfloor restore again; it begins from nothing.",
        )  # fmt: skip
