"""What screening tells its caller."""

from __future__ import annotations

from uuid import UUID

import msgspec


class Screening(msgspec.Struct, frozen=True, kw_only=True):
    """What detection made of one item version. ``shadow`` names rules that fired without acting."""

    fired: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    signals: int = 0
    cases: tuple[UUID, ...] = ()
    decisions: tuple[UUID, ...] = ()
    errors: tuple[str, ...] = ()
