"""Forms that fail keep what was typed and say where: an action's error becomes the sentence beside its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.platform import datefields

WHOLE = "main"  # the place of an error that belongs to no field: the page itself


class Errors(dict[str, str]):
    """Sentences by field name; ``summary`` is what the top of the form lists."""

    @property
    def summary(self) -> list[tuple[str, str]]:
        return list(self.items())

    def of(self, field: str) -> str:
        """The sentence beside a field, or an empty string."""
        return self.get(field, "")


@contextmanager
def mending(errors: Errors) -> Iterator[None]:
    """Turn an expected error inside the block into an entry of ``errors``."""
    try:
        yield
    except (BadInput, Conflict, Forbidden) as error:
        errors[error.where or WHOLE] = f"{error.message} {error.hint}".strip()


def keys(text: str, where: str, known: Mapping[str, str] | None = None) -> list[str] | None:
    """``"spam.en, spam.es"`` as a list; empty text is None (no limit). Names are checked where they are known."""
    found = sorted({part for part in text.replace(",", " ").split() if part})
    if not found:
        return None
    strange = [key for key in found if len(key) > 80 or (known is not None and key not in known)]
    if strange:
        raise BadInput(
            "unknown_key",
            _("%(key)s is not known here.") % {"key": repr(strange[0][:60])},
            where=where,
            hint=_("Known: %(keys)s") % {"keys": ", ".join(sorted(known))} if known else "",
        )
    return found


def moment(text: str, where: str) -> datetime | None:
    """A day (its end) or a day and time in the viewer's zone; empty is None."""
    text = text.strip()
    if not text:
        return None
    try:
        exact = parse_datetime(text)
        day = None if exact and ("T" in text or " " in text) else parse_date(text)
    except ValueError:
        exact = day = None
    if day is not None:
        exact = datetime(day.year, day.month, day.day, 23, 59, 59)  # noqa: DTZ001 - made aware below
    if exact is None or exact.year not in datefields.YEARS:
        raise BadInput("bad_date", _("That is not a date."), where=where, hint=_("For example 2026-12-31."))
    return timezone.make_aware(exact) if timezone.is_naive(exact) else exact
