"""Contracts as stored: which version holds on a day, and what a person writes into a form or a sheet becomes terms."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec
from django.db.models import QuerySet

from watchfloor.kernel.errors import BadInput
from watchfloor.vendors.domain.terms import (
    Rate,
    Target,
    Terms,
    check,
    credits_of,
    credits_text,
    decimal,
    plain,
)
from watchfloor.vendors.models import Contract

SHEET: Final = ("kind", "name", "clause", "value", "credits")
NUMBERS: Final = ("least_days", "least", "answer_hours", "every_days")
PERCENTS: Final = ("confidence", "cap", "tolerance")


def versions(vendor_key: str) -> QuerySet[Contract]:
    """All versions, the newest first."""
    return Contract.objects.filter(vendor_key=vendor_key).order_by("-number")


def in_force(vendor_key: str, day: date) -> Contract | None:
    """The version that holds on a day: of those that have begun, the one written last."""
    return versions(vendor_key).filter(starts_on__lte=day).order_by("-starts_on", "-number").first()


def all_in_force(vendor_keys: Iterable[str], day: date) -> dict[str, Contract]:
    """The same of several vendors at once, by vendor key; without those that have no contract on the day."""
    rows = (
        Contract.objects.filter(vendor_key__in=list(vendor_keys), starts_on__lte=day)
        .order_by("vendor_key", "-starts_on", "-number")
        .distinct("vendor_key")
    )
    return {row.vendor_key: row for row in rows}


def terms_of(row: Contract | None) -> Terms:
    """Its terms; without a contract those that are usual, with no target."""
    return Terms() if row is None else msgspec.convert(row.terms, Terms)


def stored(terms: Terms) -> Any:
    """As JSON; decimals are text."""
    return msgspec.to_builtins(terms)


def typed(terms: Terms) -> dict[str, Any]:
    """The terms as the form's fields hold them."""
    return {
        "currency": terms.currency, **{name: str(getattr(terms, name)) for name in NUMBERS},
        **{name: plain(getattr(terms, name)) for name in PERCENTS}, "sheet": "".join(sheet(terms)),
    }  # fmt: skip


def read(given: Mapping[str, str]) -> Terms:
    """The terms of a filled-in form; the lines are in the field ``sheet``.

    Raises:
        BadInput: with the field, and for a line of the sheet its number.
    """
    targets, rates = _lines(given.get("sheet", ""))
    terms = Terms(currency=given.get("currency", ""), targets=tuple(targets), rates=tuple(rates))
    numbers = {name: _whole(given.get(name, ""), name) for name in NUMBERS}
    percents = {name: decimal(given.get(name, ""), name) for name in PERCENTS}
    return check(msgspec.structs.replace(terms, **numbers, **percents))


def sheet(terms: Terms) -> Iterator[str]:
    """Targets and rates as CSV: a target's value is its goal (seconds, or percent), a rate's is ``seats x hourly``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(SHEET)
    for target in terms.targets:
        writer.writerow(("target", target.figure, target.clause, plain(target.goal), credits_text(target.credits)))
    for rate in terms.rates:
        writer.writerow(("rate", rate.role, "", f"{rate.seats} x {plain(rate.hourly)}", ""))
    yield out.getvalue()


def _lines(text: str) -> tuple[list[Target], list[Rate]]:
    targets: list[Target] = []
    rates: list[Rate] = []
    if len(text) > 20_000:
        raise BadInput("too_long", "That is too long for a contract's lines.", where="sheet")
    for number, row in enumerate(csv.reader(io.StringIO(text)), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or tuple(cells[:2]) == SHEET[:2]:
            continue
        where = "sheet"
        try:
            kind, name, clause, value, more = (*cells, "", "", "")[:5]
            if kind == "target":
                targets.append(Target(name, clause, decimal(value, where), credits_of(more, where)))
                check(Terms(targets=tuple(targets)))
            elif kind == "rate":
                seats, times, hourly = value.partition("x")
                if not times:
                    raise BadInput("bad_rate", f"{value[:20]!r} is no rate.", where=where, hint="Write 12 x 14.50.")
                rates.append(Rate(name, _whole(seats, where), decimal(hourly, where)))
                check(Terms(rates=tuple(rates)))
            else:
                raise BadInput("unknown_kind", f"{kind[:20]!r} is neither target nor rate.", where=where)
        except (BadInput, ValueError) as wrong:
            said = wrong.message if isinstance(wrong, BadInput) else "A line needs a kind, a name and a value."
            hint = wrong.hint if isinstance(wrong, BadInput) else "target,aht,4.1,180,0:1 5:3"
            raise BadInput("bad_line", f"Line {number}: {said}", where="sheet", hint=hint) from None
    return targets, rates


def _whole(text: str, where: str) -> int:
    text = text.strip()
    if not text.isdecimal() or len(text) > 9:
        raise BadInput("bad_number", f"{text[:20]!r} is no whole number.", where=where)
    return int(text)
