"""What only people can say for a report, in versions: names, addresses, qualitative texts, recipients. The newest version counts."""

from __future__ import annotations

from typing import Final

import msgspec

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.words import N_
from watchfloor.ledger.writer import Writer
from watchfloor.transparency import events
from watchfloor.transparency.domain.annex.facts import Entered, Period
from watchfloor.transparency.domain.annex.layout import STATES
from watchfloor.transparency.domain.vocabulary import TOTAL, annex
from watchfloor.transparency.models import ReportEntry

NAMES: Final = {
    "provider": N_("Name of the service provider"),
    "service": N_("Name of the service"),
    "terms_url": N_("Where the terms can be read"),
}
LINES: Final = 11  # of the qualitative part
MOST: Final = 20_000  # characters


def keys() -> dict[str, str]:
    """Every key with its name: the three names, then the lines of the qualitative part in the words of the template."""
    texts = {f"text.{place}": line[1].strip() for place, line in enumerate(annex().keys["11"], start=1)}
    return {**NAMES, **texts}


def text(key: str) -> str:
    """The newest version's text; "" when none was written."""
    return ReportEntry.objects.filter(key=key).order_by("-number").values_list("text", flat=True).first() or ""


def write(w: Writer, key: str, value: str, *, seen: int | None = None) -> ReportEntry:
    """A new version. ``seen`` is the version its writer had before them: another's newer one is not overwritten unseen."""
    if key not in keys() and not key.startswith("recipients:"):
        raise BadInput("unknown_entry", f"Reports have no text {key[:60]!r}.", where="key")
    if len(value) > MOST:
        raise BadInput("too_long", f"At most {MOST:,} characters.", where=key)
    if key == "terms_url" and value and not value.startswith("https://"):
        raise BadInput("bad_url", "The address of the terms begins with https://.", where=key)
    newest = ReportEntry.objects.select_for_update().filter(key=key).order_by("-number").first()
    number = newest.number if newest else 0
    if seen is not None and seen != number:
        raise Conflict(
            "newer_version", "Somebody else wrote this meanwhile.", hint="Look at their text, then save yours again."
        )
    if newest is not None and newest.text == value.strip():
        return newest
    row = w.create(
        ReportEntry, key=key, number=number + 1, text=value.strip(), written_by=w.actor, written_at=clock.now()
    )
    w.event(events.EntryWritten(key=key, number=row.number), row)
    return row


def recipients_key(period: Period) -> str:
    """Under which the recipients of a period are kept."""
    return f"recipients:{period.text}"


def recipients(period: Period) -> dict[str, int]:
    """Average monthly active recipients by member state, and ``TOTAL``; empty when nobody entered them."""
    found = text(recipients_key(period))
    return msgspec.json.decode(found, type=dict[str, int]) if found else {}


def write_recipients(w: Writer, period: Period, values: dict[str, str]) -> ReportEntry:
    """Enter them as typed: whole numbers by member state or ``TOTAL``; what is left empty is left out."""
    numbers: dict[str, int] = {}
    for place, typed in values.items():
        plain = typed.replace(",", "").replace("\u202f", "").replace(" ", "")
        if not plain:
            continue
        if place not in (TOTAL, *STATES) or not (plain.isascii() and plain.isdigit()):
            raise BadInput(
                "bad_number", f"{typed[:20]!r} is no whole number of recipients.", where=f"recipients.{place}"
            )
        numbers[place] = int(plain)
    stated = sum(count for place, count in numbers.items() if place != TOTAL)
    if TOTAL in numbers and stated > numbers[TOTAL]:
        raise BadInput(
            "bad_sum", f"The member states add up to {stated:,}, more than the total.", where=f"recipients.{TOTAL}"
        )
    return write(w, recipients_key(period), msgspec.json.encode(numbers, order="sorted").decode())


def entered(period: Period) -> Entered:
    """Everything people wrote, as a report over ``period`` needs it; dates of publication are the report's own."""
    newest: dict[str, str] = {}
    for key, value in ReportEntry.objects.order_by("key", "number").values_list("key", "text"):
        newest[key] = value
    return Entered(
        provider=newest.get("provider", ""),
        service=newest.get("service", ""),
        recipients=recipients(period),
        texts={str(place): newest.get(f"text.{place}", "") for place in range(1, LINES + 1)},
    )
