"""Times for people: one unit for an age, the viewer's zone, UTC beneath; the browser refreshes the relative ones.

Every relative time is a ``<time>`` element with the exact moment in ``datetime``; ``frontend/src/time.ts`` rewrites its words
by the same rules, so that nothing jumps when the page takes over.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from markupsafe import Markup

from watchfloor.console.filters.numbers import DASH, SPACE
from watchfloor.kernel import clock

_TIME = Markup('<time datetime="%s" data-time="%s"%s title="%s">%s</time>')
SOON = timedelta(hours=1)  # from here a due time is amber


def _units() -> tuple[tuple[int, str], ...]:
    return ((86_400, _("d")), (3_600, _("h")), (60, _("min")), (1, _("s")))


def one_unit(seconds: float) -> str:
    """``552`` -> ``9 min``: the largest unit that fits, rounded down."""
    whole = int(abs(seconds))
    for size, unit in _units():
        if whole >= size:
            return f"{whole // size}{SPACE}{unit}"
    return f"0{SPACE}{_('s')}"


def duration(value: timedelta | float | None, units: int = 2) -> str:
    """A length of time (or its seconds): ``9 h 12 min``; at most ``units`` units, the smaller left out when zero."""
    if value is None:
        return DASH
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    left = int(abs(seconds) + 0.5)
    parts: list[str] = []
    for size, unit in _units():
        if left >= size or (parts and len(parts) < units):
            if left // size:
                parts.append(f"{left // size}{SPACE}{unit}")
            elif parts:
                break
            left %= size
        if len(parts) == units:
            break
    return " ".join(parts) or f"0{SPACE}{_('s')}"


def exact(when: datetime) -> str:
    """The moment in the viewer's zone, and in UTC: ``22 Nov 2026, 15:02 CET · 14:02 UTC``."""
    here, there = timezone.localtime(when), when.astimezone(UTC)
    day = formats.date_format(here, "j M Y")
    zone = here.tzname() or ""
    if here.utcoffset() == timedelta(0):
        return f"{day}, {here:%H:%M} UTC"
    other_day = "" if here.date() == there.date() else f"{formats.date_format(there, 'j M')}, "
    return f"{day}, {here:%H:%M} {zone} · {other_day}{there:%H:%M} UTC"


def _element(kind: str, when: datetime, words: str, css: str = "") -> Markup:
    moment = when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    # The % form: a page has a hundred of these, and format() takes five times as long.
    return _TIME % (moment, kind, Markup(' class="%s"') % css if css else "", exact(when), words)


def due_state(when: datetime | None, now: datetime | None = None) -> str:
    """``""`` (time enough), ``"soon"`` (under an hour) or ``"late"``."""
    if when is None:
        return ""
    left = when - (now or clock.now())
    return "late" if left < timedelta(0) else "soon" if left < SOON else ""


def due(when: datetime | None, now: datetime | None = None) -> Markup:
    """``due in 11 min`` or ``9 min late``, in ink, amber or red."""
    if when is None:
        return Markup('<span class="faint">{}</span>').format(_("no due time"))
    now = now or clock.now()
    left = (when - now).total_seconds()
    span = one_unit(left)
    words = _("%(span)s late") % {"span": span} if left < 0 else _("due in %(span)s") % {"span": span}
    state = due_state(when, now)
    return _element("due", when, words, f"due-{state}" if state else "")


def age(when: datetime | timedelta | None, now: datetime | None = None) -> Markup | str:
    """How long ago, in one unit: ``3 h``."""
    if when is None:
        return DASH
    if isinstance(when, timedelta):
        return one_unit(when.total_seconds())
    return _element("age", when, one_unit(((now or clock.now()) - when).total_seconds()))


def moment(when: datetime | None, style: str = "time") -> Markup | str:
    """A moment in the viewer's zone: ``style`` is ``time`` (``14:02``), ``day`` (``22 Nov``) or ``full`` (``22 Nov, 14:02``)."""
    if when is None:
        return DASH
    here = timezone.localtime(when)
    day = formats.date_format(here, "j M" if here.year == timezone.localtime(clock.now()).year else "j M Y")
    words = {"time": f"{here:%H:%M}", "day": day, "full": f"{day}, {here:%H:%M}"}[style]
    return _element(style, when, words)


def date_of(day: date | None) -> str:
    """A calendar day, which has no zone: ``22 Nov``, with the year where it is another one."""
    if day is None:
        return DASH
    return formats.date_format(day, "j M" if day.year == timezone.localtime(clock.now()).year else "j M Y")
