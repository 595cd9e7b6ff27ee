"""What can happen on the special floors. No free text of people, no names of accounts."""

from __future__ import annotations

from watchfloor.review.events import Work


class MarkMade(Work, frozen=True, tag="mark.made"):
    """A point in a video or stream was marked; ``length`` of the note in characters."""

    at_ms: int
    length: int


class MarkRemoved(Work, frozen=True, tag="mark.removed"):
    """A mark was taken off by who made it."""

    at_ms: int


class ReleaseAsked(Work, frozen=True, tag="release.asked"):
    """Somebody cleared asks a second for a step with restricted evidence. ``kind``: export | authority | reversal."""

    kind: str


class ReleaseJudged(Work, frozen=True, tag="release.judged"):
    """The second person said yes or no."""

    kind: str
    agreed: bool


class ReleaseUsed(Work, frozen=True, tag="release.used"):
    """What two people agreed to was done, once. ``digest``: SHA-256 of the file that went out, "" for a reversal."""

    kind: str
    digest: str = ""


class StreamEnded(Work, frozen=True, tag="stream.ended"):
    """A live stream ended; its jobs go on as ordinary ones. ``live_ms``: how long the case knew it as live."""

    live_ms: int
    jobs: int
