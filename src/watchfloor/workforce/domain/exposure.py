"""What a person was shown, and how much of what a browser says of it is believed.

The browser counts while the page is visible and has the focus; it says sums since the page was loaded. We bound them as focus time
is bounded: between two signs of life no more counts than the time that has passed, for each kind of content (text and a picture
are on the screen together, a picture with and without its blur are not). Filters are written down and never discounted: there is
no evidence that a second in grey weighs less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput

KINDS: Final = ("text", "image", "video", "audio", "live")
HOWS: Final = ("held", "opened", "played")  # held down; by the toggle; a video or sound set going
FILTERS: Final = ("blur", "grey", "mute", "small")
TEXT_FROM: Final = 3  # text below this severity is ordinary reading
IDLE_CAP: Final = timedelta(seconds=300)  # the most that counts between two signs of life (as for focus time)
MOST_LINES: Final = 60
MS: Final = timedelta(milliseconds=1)
LOOK_MS: Final = 100  # nobody reveals a thing more often than ten times a second


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of what a page has shown so far: ``ms`` of one kind at one severity with these filters on, revealed ``reveals`` times."""

    kind: str
    severity: int
    ms: int = 0
    reveals: int = 0
    filters: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What lines are added up by: ``image:4:blur+grey``."""
        return f"{self.kind}:{self.severity}:{'+'.join(self.filters)}"


class Sum(msgspec.Struct, frozen=True):
    """Believed so far: milliseconds, and how often it was revealed."""

    ms: int = 0
    reveals: int = 0


def read(raw: Any) -> tuple[Shown, ...]:
    """Lines as a browser or a program sends them, checked and put in one form.

    Raises:
        BadInput: not a list of lines, or a line with an unknown kind, filter or severity.
    """
    try:
        lines = msgspec.convert(raw, tuple[Shown, ...])
    except msgspec.ValidationError as error:
        raise BadInput("bad_shown", f"What was shown cannot be read: {error}.", where="shown") from None
    if len(lines) > MOST_LINES:
        raise BadInput("too_many_lines", f"At most {MOST_LINES} lines at a time.", where="shown")
    return tuple(_checked(line, f"shown[{place}]") for place, line in enumerate(lines))


def _checked(line: Shown, where: str) -> Shown:
    if line.kind not in KINDS:
        raise BadInput("unknown_kind", f"{line.kind[:40]!r} is no kind.", where=f"{where}.kind", hint=", ".join(KINDS))
    if not 0 <= line.severity <= 5:
        raise BadInput("bad_severity", "A severity is 0 to 5.", where=f"{where}.severity")
    if unknown := set(line.filters) - set(FILTERS):
        raise BadInput(
            "unknown_filter", f"{min(unknown)[:40]!r} is no filter.", where=f"{where}.filters", hint=", ".join(FILTERS)
        )
    ordered = tuple(name for name in FILTERS if name in line.filters)
    return msgspec.structs.replace(line, filters=ordered, ms=max(0, line.ms), reveals=max(0, line.reveals))


def counts(line: Shown) -> bool:
    """Whether a line is exposure: any media that was revealed, and text from severity ``TEXT_FROM``."""
    return line.kind != "text" or line.severity >= TEXT_FROM


def room_ms(since_last_sign: timedelta) -> int:
    """The most that may have been shown since the last sign of life, in milliseconds."""
    return int(max(timedelta(0), min(since_last_sign, IDLE_CAP)) / MS)


def believe(before: Mapping[str, Sum], claimed: Iterable[Shown], room: int) -> dict[str, tuple[Shown, Sum]]:
    """What is new in ``claimed`` over ``before`` (both sums of one page) and may be believed: ``{key: (line, what is added)}``.

    ``room`` milliseconds are shared by the lines of one kind; a sum below what is already believed adds nothing.
    """
    left = dict.fromkeys(KINDS, room)
    added: dict[str, tuple[Shown, Sum]] = {}
    for line in claimed:
        known = before.get(line.key, Sum())
        ms = max(0, min(line.ms - known.ms, left[line.kind]))
        reveals = max(0, min(line.reveals - known.reveals, room // LOOK_MS + 1))
        left[line.kind] -= ms
        if (ms or reveals) and line.key not in added:
            added[line.key] = (line, Sum(ms, reveals))
    return added
