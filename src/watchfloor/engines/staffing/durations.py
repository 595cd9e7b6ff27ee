"""Lengths of time as people write them in files and on the command line: 90, "90s", "5m", "1.5h", "2d"."""

from __future__ import annotations

import math
import re

from watchfloor.kernel.errors import BadInput

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_WRITTEN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(s|min|m|h|d|)\s*")


def seconds(given: object, where: str, *, least: float = 0.0) -> float:
    """``given`` in seconds; a bare number is seconds.

    Raises:
        BadInput: it is no length of time, or less than ``least`` seconds.
    """
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        found = float(given)
    elif isinstance(given, str) and (parts := _WRITTEN.fullmatch(given)):
        found = float(parts[1]) * _UNITS[parts[2]]
    else:
        raise BadInput(
            "bad_duration", f"{str(given)[:40]!r} is no length of time.", where=where, hint="Write 90s, 5m, 1.5h or 2d."
        )
    if not math.isfinite(found) or found < least:
        raise BadInput("bad_duration", f"{given} is too short.", where=where, hint=f"Give at least {least:g} seconds.")
    return found


def said(length: float) -> str:
    """A length in one unit, as a person reads it: ``45 s``, ``12.5 min``, ``3.2 h``, ``2.1 d``."""
    for unit, size, until in (("s", 1.0, 120.0), ("min", 60.0, 7200.0), ("h", 3600.0, 172800.0)):
        if abs(length) < until:
            return f"{length / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{length / 86400:.1f}".removesuffix(".0") + " d"
