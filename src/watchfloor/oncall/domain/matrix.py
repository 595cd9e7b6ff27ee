"""The escalation matrix: which policy, market and severity page by which escalation policy. The first line that fits counts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput

MOST_LINES: Final = 200


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What is at least so severe, of this policy and market ("" is any), pages by this escalation policy (its key)."""

    escalation_policy: str
    policy: str = ""
    market: str = ""
    min_severity: int = 4


def read(lines: Any, known: Sequence[str]) -> tuple[Line, ...]:
    """Lines from plain values, checked; ``known`` are the keys of escalation policies."""
    try:
        found = msgspec.convert(lines, tuple[Line, ...])
    except msgspec.ValidationError as error:
        raise BadInput("bad_matrix", f"The lines do not fit: {error}.", where="lines") from None
    if len(found) > MOST_LINES:
        raise BadInput("bad_matrix", f"A matrix has at most {MOST_LINES} lines.", where="lines")
    for number, line in enumerate(found):
        if line.escalation_policy not in known:
            raise BadInput(
                "unknown_policy", f"There is no escalation policy {line.escalation_policy[:60]!r}.",
                where=f"lines[{number}].escalation_policy", hint=f"Known: {', '.join(known) or 'none'}",
            )  # fmt: skip
        if not 1 <= line.min_severity <= 5:
            raise BadInput("bad_severity", "Severity is 1 to 5.", where=f"lines[{number}].min_severity")
    return found


def choose(lines: Sequence[Line], *, policy: str, market: str, severity: int) -> str:
    """The escalation policy for it, or ""."""
    for line in lines:
        if severity >= line.min_severity and line.policy in ("", policy) and line.market in ("", market):
            return line.escalation_policy
    return ""
