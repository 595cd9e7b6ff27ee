"""Parley's live channel: a loop of short segments served as a live HLS stream that begins at the moment its name says.

    /live/broadcast-1732300000/index.m3u8      # a window of the last segments, as of now
    /live/broadcast-1732300000/17.ts

Nothing is kept: what has been broadcast by now follows from the name and the clock. It is over after ``MINUTES``, or at once when
Watchfloor has told Parley to stop it. The segments are made once, by ``demo.broadcast``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from watchfloor.kernel.errors import MissingExtra

FOLDER = "live"  # in the data folder
SEGMENT = 2.0  # seconds
MINUTES = 15
WINDOW = 6  # segments in the playlist
PLAYLIST, PIECE = "application/vnd.apple.mpegurl", "video/mp2t"
_PATH = re.compile(r"/live/(broadcast-(\d{1,12}))/(?:(index)\.m3u8|(\d{1,6})\.ts)")


class Channel:
    """The loop in ``folder`` (``00.ts``, ``01.ts``, ...). ``stopped`` says whether a broadcast was cut off."""

    def __init__(self, folder: Path, stopped: Callable[[str], bool]) -> None:
        self.folder, self._stopped = folder, stopped

    def answer(self, path: str, now: float) -> tuple[str, bytes] | None:
        """Type and body of what lies at a path; None where there is nothing (yet)."""
        found = _PATH.fullmatch(path)
        loop = sorted(self.folder.glob("*.ts")) if found else []
        if found is None or not loop:
            return None
        name, began, index, piece = found[1], int(found[2]), found[3], found[4]
        last = int(MINUTES * 60 / SEGMENT)
        there = min(max(0, int((now - began) / SEGMENT)), last)
        if index:
            over = there >= last or self._stopped(name)
            return PLAYLIST, playlist(there, len(loop), over=over).encode()
        number = int(piece)
        return (PIECE, loop[number % len(loop)].read_bytes()) if number < there else None


def why_none(home: Path) -> str:
    """A sentence where the demo has no live stream; empty where it has."""
    if (home / FOLDER / "00.ts").exists():
        return ""
    if not find_spec("av") or not find_spec("PIL"):
        return f"There is no live stream: {MissingExtra('media', 'Video').hint}, then watchfloor demo --again."
    return "There is no live stream in this replay: watchfloor demo --again makes one."


def playlist(there: int, loop: int, *, over: bool) -> str:
    """The last segments of so many that were broadcast; where the loop begins again, time does, too."""
    first = max(0, there - WINDOW)
    lines = [
        "#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{int(SEGMENT)}", f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{max(0, (first - 1) // loop)}",
    ]  # fmt: skip
    for number in range(first, there):
        if number and number % loop == 0:
            lines.append("#EXT-X-DISCONTINUITY")
        lines += [f"#EXTINF:{SEGMENT:.3f},", f"{number}.ts"]
    return "\n".join([*lines, "#EXT-X-ENDLIST"] if over else lines) + "\n"
