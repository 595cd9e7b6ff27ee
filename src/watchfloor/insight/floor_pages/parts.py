"""What the floor's forms have in common: numbers as typed, errors as sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from watchfloor.kernel.errors import BadInput, WatchfloorError


def sentence(error: WatchfloorError) -> str:
    """The error and how to mend it."""
    return " ".join(part for part in (error.message, error.hint) if part)


def number(text: str, where: str) -> float:
    """A number as typed, with a point or a comma."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        raise BadInput("bad_number", _("Write a number."), where=where) from None
    if found != found or abs(found) > 1e9:
        raise BadInput("bad_number", _("Write a number."), where=where)
    return found
