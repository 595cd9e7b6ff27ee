"""Invoices come in as CSV, are held against the log, and are disputed or accepted; the service credit is taken off then."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.vendors import hours, scorecard
from watchfloor.vendors.access import Side
from watchfloor.vendors.contracts import in_force, terms_of
from watchfloor.vendors.domain.invoices import HEAD, Compared, Line, compare
from watchfloor.vendors.domain.judging import credit
from watchfloor.vendors.domain.terms import decimal
from watchfloor.vendors.events import InvoiceSettled, InvoiceTaken
from watchfloor.vendors.models import Invoice

MOST_LINES = 5_000
EXAMPLE = "ana@example.org,reviewer,2026-11-01,2026-11-30,152.5,14.50,2211.25"
CENT = Decimal("0.01")
State = Invoice.State


def read_lines(text: str) -> list[Line]:
    """The lines of an invoice in CSV with the columns of ``HEAD``.

    Raises:
        BadInput: the columns are others, or a line cannot be read (its number is said).
    """
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    head = [cell.strip().casefold() for cell in next(rows, [])]
    if tuple(head) != HEAD:
        raise BadInput("bad_columns", "The first line names other columns.", where="lines", hint=",".join(HEAD))
    found: list[Line] = []
    for number, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(found) >= MOST_LINES:
            raise BadInput("too_many", f"At most {MOST_LINES:,} lines.", where="lines")
        try:
            person, role, start, end, spent, rate, amount = (cell.strip() for cell in cells)
            found.append(
                Line(
                    number=number, person=person, role=role, start=date.fromisoformat(start), end=date.fromisoformat(end),
                    hours=_money(spent), rate=_money(rate), amount=_money(amount),
                )
            )  # fmt: skip
            if found[-1].end < found[-1].start:
                raise ValueError
        except (ValueError, BadInput):
            raise BadInput("bad_line", f"Line {number} cannot be read.", where="lines", hint=EXAMPLE) from None
    if not found:
        raise BadInput("no_lines", "There is no line.", where="lines")
    return found


def take_in(w: Writer, vendor_key: str, *, reference: str, starts_on: date, ends_on: date, text: str) -> Invoice:
    """Take an invoice in."""
    if not reference.strip() or len(reference) > 80:
        raise BadInput("bad_reference", "Write the invoice's number, 1 to 80 characters.", where="reference")
    if ends_on < starts_on:
        raise BadInput("bad_period", "The period ends before it begins.", where="ends_on")
    lines = read_lines(text)
    total = sum((line.amount for line in lines), Decimal(0)).quantize(CENT)
    row = w.create_unless_known(
        Invoice, vendor_key=vendor_key, reference=reference.strip(), starts_on=starts_on, ends_on=ends_on,
        lines=msgspec.to_builtins(lines), total=total, state=State.RECEIVED, taken_in_by=w.actor, taken_in_at=clock.now(),
    )  # fmt: skip
    if row is None:
        raise Conflict("known_invoice", "An invoice of this number is there already.", hint="Open it in the list.")
    w.event(InvoiceTaken(vendor=vendor_key, lines=len(lines)), row)
    return row


def compared(side: Side, row: Invoice) -> Compared:
    """The invoice against the log of its period, under the contract that held on its last day."""
    log, names = hours.logged(side.vendor.key, row.starts_on, row.ends_on, side.zone)
    terms = terms_of(in_force(side.vendor.key, row.ends_on))
    lines = [
        msgspec.structs.replace(line, person=names.get(line.person.casefold(), line.person))
        for line in msgspec.convert(row.lines, list[Line])
    ]
    return compare(lines, log, terms, row.starts_on, row.ends_on)


def settle(w: Writer, side: Side, invoice_id: UUID, *, accept: str = "", why: str = "") -> Invoice:
    """Dispute it (``accept`` empty, with a reason), or accept it ``whole`` or ``agreed`` (without what differs from the log).

    The service credit of the period is counted anew, of what is paid.
    """
    row = Invoice.objects.select_for_update().filter(pk=invoice_id, vendor_key=side.vendor.key).first()
    if row is None:
        raise NotFound("unknown_invoice", "There is no such invoice.")
    if row.state == State.ACCEPTED:
        raise Conflict("settled_already", "It is accepted already.")
    if accept not in ("", "whole", "agreed"):
        raise BadInput("unknown_choice", "Choose what is accepted.", where="accept")
    if not accept and not why.strip():
        raise BadInput("say_why", "Say to the vendor what is wrong.", where="why")
    found = compared(side, row)
    if not accept:
        w.update(row, state=State.DISPUTED, why=why.strip()[:4000])
    else:
        paid = row.total if accept == "whole" else found.agreed
        card = scorecard.card(side.vendor.key, row.starts_on, row.ends_on)
        owed = credit(card.verdicts, card.terms, paid).amount or Decimal(0)
        w.update(
            row, state=State.ACCEPTED, why=why.strip()[:4000] or row.why, paid=paid.quantize(CENT), credit=owed.quantize(CENT),
            settled_by=w.actor, settled_at=clock.now(),
        )  # fmt: skip
    w.event(InvoiceSettled(vendor=row.vendor_key, state=str(row.state), differences=len(found.differences)), row)
    return row


def _money(text: str) -> Decimal:
    value = decimal(text, "lines")
    if value < 0:
        raise ValueError
    return value
