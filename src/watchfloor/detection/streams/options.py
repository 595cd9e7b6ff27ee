"""The settings of watched streams, from the environment; documented in docs/reference/settings.md."""

from __future__ import annotations

import os

import msgspec

from watchfloor.detection.streams.reading.caged import Budget
from watchfloor.items.media import options as media
from watchfloor.items.media.fetch import Limits
from watchfloor.kernel.errors import BadInput


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """``watch``: whether streams are watched at all; ``apart``: only by workers started for it, not by those for everything.

    ``at_once``: by one worker. ``ring_minutes``: how much of the end of a stream is kept as stills. ``clip_seconds``, ``clip_bytes``: what
    is kept around a match. ``hold_days``: how long such a clip cannot be erased.
    """

    watch: bool
    apart: bool
    at_once: int
    ring_minutes: int
    clip_seconds: int
    clip_bytes: int
    hold_days: int
    memory: int
    fetch: media.Options

    def limits(self) -> Limits:
        """What a fetch may do."""
        return self.fetch.limits()

    def budget(self) -> Budget:
        """What the child of one stream may cost."""
        return Budget(memory=self.memory)


def options() -> Options:
    """As they are now. Raises ``BadInput`` naming the variable."""
    fetch = media.options()
    switch = os.environ.get("WATCHFLOOR_STREAMS", "on").strip().lower()
    if switch not in ("on", "apart", "off"):
        raise BadInput("bad_setting", f"{switch!r} is none of on, apart and off.", where="WATCHFLOOR_STREAMS")
    return Options(
        watch=switch != "off" and fetch.fetch != "off",
        apart=switch == "apart",
        at_once=_whole("WATCHFLOOR_STREAMS_AT_ONCE", 4, 1, 500),
        ring_minutes=_whole("WATCHFLOOR_STREAM_RING_MINUTES", 10, 1, 240),
        clip_seconds=_whole("WATCHFLOOR_STREAM_CLIP_SECONDS", 60, 10, 600),
        clip_bytes=_whole("WATCHFLOOR_STREAM_CLIP_MB", 64, 1, 2_000) * 1_000_000,
        hold_days=_whole("WATCHFLOOR_STREAM_HOLD_DAYS", 365, 1, 3_650),
        memory=_whole("WATCHFLOOR_STREAM_MEMORY_MB", 768, 128, 16_000) * 1024 * 1024,
        fetch=fetch,
    )


def _whole(name: str, default: int, least: int, most: int) -> int:
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise BadInput(
            "bad_setting",
            f"{name}={text!r} is no whole number from {least:,} to {most:,}.",
            where=name,
            hint=f"Like {default}.",
        )
    return int(text)
