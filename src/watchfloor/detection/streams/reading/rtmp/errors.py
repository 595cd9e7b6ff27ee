"""How an RTMP session ends other than well."""

from __future__ import annotations


class Garbled(Exception):
    """What came is not RTMP."""


class Turned(Exception):
    """The server will not play it; the text is its own word. ``good``: asking again would not help."""

    def __init__(self, why: str, *, good: bool) -> None:
        super().__init__(why)
        self.why, self.good = why, good
