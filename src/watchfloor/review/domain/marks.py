"""A moment of a recording as people write it: ``83``, ``1:23`` or ``2:01:23.5``. Pure."""

from __future__ import annotations

import re
from typing import Final

from watchfloor.kernel.errors import BadInput

LONGEST_MS: Final = 48 * 3_600_000
_MOMENT = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,4}):)?(\d{1,6})(?:[.,](\d{1,3}))?$", re.ASCII)


def parse(text: str) -> int:
    """Milliseconds from the start; ``BadInput`` for what is no moment of the next 48 hours."""
    found = _MOMENT.match(text.strip())
    if found is not None:
        hours, minutes, seconds, part = found.groups()
        total = ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds)) * 1000 + int(
            (part or "0").ljust(3, "0")
        )
        if total <= LONGEST_MS and not (minutes and int(seconds) > 59) and not (hours and int(minutes or 0) > 59):
            return total
    raise BadInput(
        "bad_moment", f"{text.strip()[:20]!r} is no moment of a recording.", where="mark_at", hint="Write 1:23."
    )


def write(at_ms: int) -> str:
    """``1:23`` or ``2:01:23``."""
    seconds = at_ms // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"
