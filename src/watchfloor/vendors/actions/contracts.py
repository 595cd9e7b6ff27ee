"""Contracts and how a vendor is reached."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.review.domain.calendars import holidays_of
from watchfloor.vendors.contracts import in_force, stored, versions
from watchfloor.vendors.domain.terms import Terms, check
from watchfloor.vendors.events import ContractSaved, PartySaved
from watchfloor.vendors.models import Contract, Party

MOST_ADDRESSES = 40


def save_contract(
    w: Writer, vendor_key: str, terms: Terms, starts_on: date, *, note: str = "", seen: int | None = None
) -> Contract:
    """Write a new version; what stood before stays as it was, for the periods it held in.

    Args:
        seen: the number of the newest version the writer has read (None: not asked); another one by now is a conflict.
    """
    check(terms)
    newest = versions(vendor_key).select_for_update().first()
    if seen is not None and seen != (newest.number if newest else 0):
        raise Conflict("written_meanwhile", "Somebody wrote a newer version meanwhile.", hint="Load the page again.")
    row = w.create(
        Contract, vendor_key=vendor_key, number=newest.number + 1 if newest else 1, starts_on=starts_on, terms=stored(terms),
        note=note.strip()[:2000], made_by=w.actor, made_at=clock.now(),
    )  # fmt: skip
    figures = [target.figure for target in terms.targets]
    w.event(ContractSaved(vendor=vendor_key, number=row.number, starts_on=starts_on.isoformat(), targets=figures), row)
    return row


def save_party(w: Writer, vendor_key: str, *, addresses: str, country: str) -> Party:
    """Say where minutes go (addresses, one a line or with commas) and whose public holidays count."""
    found = list(dict.fromkeys(addresses.replace(",", " ").split()))
    if len(found) > MOST_ADDRESSES:
        raise BadInput("too_many", f"At most {MOST_ADDRESSES} addresses.", where="addresses")
    for each in found:
        try:
            validate_email(each)
        except ValidationError:
            raise BadInput("bad_address", f"{each[:80]} is no e-mail address.", where="addresses") from None
    country = country.strip().upper()
    if country:
        holidays_of(country, "", clock.now().year)
    row = Party.objects.select_for_update().filter(vendor_key=vendor_key).first()
    if row is None:
        row = w.create(Party, vendor_key=vendor_key, addresses="\n".join(found), country=country)
    else:
        w.update(row, addresses="\n".join(found), country=country)
    w.event(PartySaved(vendor=vendor_key, addresses=len(found)), row)
    return row


__all__ = ["in_force", "save_contract", "save_party"]
