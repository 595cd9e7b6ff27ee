"""Days and moments as people type them or an address has them, read one way on every page.

Years are those of people now living and their plans: with the first or the last year that a calendar knows, the next day or another
zone would be outside it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Final

from django.utils.translation import gettext as _

from watchfloor.kernel.errors import BadInput

YEARS: Final = range(1900, 2201)


def day(text: str, where: str) -> date:
    """A day as a date field gives it.

    Raises:
        BadInput: it is none; ``where`` names the field.
    """
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise BadInput("bad_date", _("That is no day."), where=where, hint=_("Write 2026-11-02."))
    return found


def day_or_none(text: str, where: str) -> date | None:
    """As ``day``; None where nothing was typed."""
    return day(text, where) if text.strip() else None


def moment(text: str, where: str, zone: tzinfo = UTC) -> datetime:
    """A moment as a field of date and time gives it, on the wall of ``zone`` unless it says its own.

    Raises:
        BadInput: it is none; ``where`` names the field.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise BadInput("bad_moment", _("That is no moment."), where=where, hint=_("Write 2026-11-02T10:00."))
    return found.replace(tzinfo=zone) if found.tzinfo is None else found
