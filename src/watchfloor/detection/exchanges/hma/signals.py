"""HMA's signal and content types in our kinds: which there are, what a value must look like, how two compare."""

from __future__ import annotations

import re
from typing import Any

from watchfloor.detection.exchanges.hma.answers import Abort
from watchfloor.engines.matching.hashes import apart, rows_of

# HMA's name -> (our kind, the content types it is made of). pdq and video_md5 are on in HMA as shipped.
TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "pdq": ("pdq", ("photo",)),
    "video_md5": ("md5", ("video",)),
    "raw_text": ("text", ()),
    "url": ("url", ()),
    "sha256": ("sha256", ()),
}
CONTENTS = ("photo", "video")
_HEX = {"pdq": 64, "video_md5": 32, "sha256": 64}
PDQ_RADIUS = 31


def kind_of(name: str) -> str:
    """Our kind for a signal type. Aborts with 400."""
    if name not in TYPES:
        raise Abort(400, f"No such SignalType '{name}'")
    return TYPES[name][0]


def checked(name: str, value: Any) -> str:
    """A signal as HMA takes it: small digits only, no space around. Raises ``ValueError``."""
    text = str(value)
    if name in _HEX and not re.fullmatch(rf"[0-9a-f]{{{_HEX[name]}}}", text):
        raise ValueError(
            f"invalid {'PDQ' if name == 'pdq' else name} hash" if name == "pdq" else "invalid Video MD5 hash"
        )
    if not text.strip():
        raise ValueError("empty signal")
    return text


def types_for(content: str, chosen: str | None) -> list[str]:
    """The signal types of a content type, or those chosen among them. Aborts with 400."""
    if content not in CONTENTS:
        raise Abort(400, f"no such content_type: '{content}'")
    known = [name for name, (_, contents) in TYPES.items() if content in contents]
    if chosen is None:
        return known
    names = [name.strip() for name in chosen.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise Abort(400, f"signal type '{name}' doesn't exist or is disabled")
    if not names:
        raise Abort(400, "empty signal type selection")
    return names


def compared(name: str, left: str, right: str) -> list[Any]:
    """``[matches, how far apart]`` as HMA says it; only PDQ knows distances."""
    if name == "pdq":
        rows = rows_of([left, right])
        distance = int(apart(rows[:1], rows[1:])[0])
        return [distance <= PDQ_RADIUS, {"distance": distance}]
    return [left == right, {}]


def distance_text(name: str, distance: float) -> str:
    """A match's distance as HMA writes it: bits of a PDQ, a share of a text, a hyphen for what is equal or not."""
    if name == "pdq":
        return str(int(distance))
    return f"{(1 - distance) * 100:.0f}%" if name == "raw_text" else "-"
