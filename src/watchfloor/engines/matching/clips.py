"""Which part of a video is which part of a known one: frames found one by one, gathered to segments with their times.

``share`` is what vPDQ calls its match percentages: of the frames with enough quality, how many lie within the radius of a frame of the
other (facebook/ThreatExchange, ``vpdq``; it takes 80 % of the asked video and any of the known one as a match).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from watchfloor.engines.matching.arrays import numpy
from watchfloor.engines.matching.hashes import rows_of
from watchfloor.engines.matching.index import HashIndex
from watchfloor.engines.matching.pdq import ENOUGH, RADIUS
from watchfloor.engines.matching.videos import Frame

if TYPE_CHECKING:
    from watchfloor.engines.matching.arrays import Ids

_DRIFT = 1.5  # seconds by which the offset between two copies may wander
_PAUSE = 6.0  # seconds without a found frame that end a segment


class Clip(NamedTuple):
    """A segment: seconds in the asked and in the known video, how many frames were found, and how near they were."""

    known: str
    begin: float
    end: float
    known_begin: float
    known_end: float
    frames: int
    distance: float
    share: float
    known_share: float


class _Found(NamedTuple):
    frame: int
    seconds: float
    known_frame: int
    known_seconds: float
    distance: int


class ClipBank:
    """Known videos by name, and the index of all their frames with enough quality."""

    def __init__(self, enough: int = ENOUGH) -> None:
        self._enough = enough
        self._index = HashIndex()
        self._names: list[str] = []
        self._sizes: list[int] = []
        self._frames: list[tuple[int, int, float]] = []  # video, frame among those used, seconds

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str, frames: Sequence[Frame]) -> None:
        """A known video. Frames with too little quality are left out."""
        self.add_all([(name, frames)])

    def add_all(self, videos: Sequence[tuple[str, Sequence[Frame]]]) -> None:
        """Known videos, at once: quicker than one by one."""
        np = numpy()
        first = len(self._frames)
        digits = []
        for name, frames in videos:
            used = [frame for frame in frames if frame.quality >= self._enough]
            self._frames += [(len(self._names), place, frame.seconds) for place, frame in enumerate(used)]
            digits += [frame.hex for frame in used]
            self._names.append(name)
            self._sizes.append(len(used))
        if digits:
            self._index.add(np.arange(first, len(self._frames)), rows_of(digits))

    def clips(self, frames: Sequence[Frame], radius: int = RADIUS) -> list[Clip]:
        """Every segment of the asked video that is one of a known video, the longest first."""
        used = [frame for frame in frames if frame.quality >= self._enough]
        if not used or not self._frames:
            return []
        found = self._index.search(rows_of([frame.hex for frame in used]), radius)
        by_video: dict[int, list[_Found]] = {}
        for asked, known, distance in zip(*_lists(found), strict=True):
            video, place, seconds = self._frames[known]
            by_video.setdefault(video, []).append(_Found(asked, used[asked].seconds, place, seconds, distance))
        made = [
            self._clip(video, part, all_, len(used)) for video, all_ in by_video.items() for part in _segments(all_)
        ]
        return sorted(made, key=lambda clip: (clip.begin - clip.end, -clip.frames, clip.known, clip.begin))

    def nearest(self, frame: Frame, radius: int = RADIUS) -> list[tuple[str, float, int]]:
        """(known video, its moment, distance) of the nearest frame of each known video within the radius of one frame."""
        if frame.quality < self._enough:
            return []
        best: dict[int, tuple[float, int]] = {}
        _, known, distance = _lists(self._index.search(rows_of([frame.hex]), radius))
        for each, bits in zip(known, distance, strict=True):  # by distance: the first of a video is its nearest
            video, _, seconds = self._frames[each]
            best.setdefault(video, (seconds, bits))
        return [(self._names[video], *rest) for video, rest in best.items()]

    def _clip(self, video: int, part: list[_Found], all_: list[_Found], asked: int) -> Clip:
        known = [each.known_seconds for each in part]
        return Clip(
            self._names[video], part[0].seconds, part[-1].seconds, min(known), max(known), len(part),
            round(sum(each.distance for each in part) / len(part), 2),
            round(len({each.frame for each in all_}) / asked, 4),
            round(len({each.known_frame for each in all_}) / self._sizes[video], 4),
        )  # fmt: skip


def _lists(found: tuple[Ids, Ids, Ids]) -> tuple[list[int], list[int], list[int]]:
    return found[0].tolist(), found[1].tolist(), found[2].tolist()


def _segments(found: list[_Found]) -> Iterator[list[_Found]]:
    """Runs in which both videos go on together, the fullest offset first; each asked frame belongs to one run."""
    left = sorted(found)
    while left:
        middle = _fullest([each.known_seconds - each.seconds for each in left])
        chosen: dict[int, _Found] = {}
        for each in left:
            off = abs(each.known_seconds - each.seconds - middle)
            known = chosen.get(each.frame)
            if off <= _DRIFT and (
                known is None
                or (off, each.distance) < (abs(known.known_seconds - known.seconds - middle), known.distance)
            ):
                chosen[each.frame] = each
        run: list[_Found] = []
        for each in chosen.values():
            if run and each.seconds - run[-1].seconds > _PAUSE:
                yield run
                run = []
            run.append(each)
        yield run
        left = [each for each in left if each.frame not in chosen]


def _fullest(offsets: list[float]) -> float:
    """The middle of the window of twice the drift that holds most offsets."""
    offsets = sorted(offsets)
    best, low = (0, 0.0), 0
    for high, value in enumerate(offsets):
        while value - offsets[low] > 2 * _DRIFT:
            low += 1
        best = max(best, (high - low + 1, (value + offsets[low]) / 2))
    return best[1]
