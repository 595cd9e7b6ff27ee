"""What others see of a launch: frozen, safe to pass on."""

from __future__ import annotations

from datetime import datetime

import msgspec

from watchfloor.programme.launches.domain.gates import Fact


class GateNow(msgspec.Struct, frozen=True, kw_only=True):
    """One gate as it stands now. ``verdict``: green | red | unknown | waived; ``since``: when the verdict underneath last changed."""

    key: str
    title: str
    owner: str
    verdict: str
    need: float
    unit: str
    fact: Fact
    since: datetime | None
    said: bool = False
    waived_by: str = ""
    waived_at: datetime | None = None
    waived_why: str = ""

    @property
    def open(self) -> bool:
        """Whether the launch may pass it."""
        return self.verdict in ("green", "waived")
