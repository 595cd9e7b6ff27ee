"""An invoice against what was logged: every line is explained, and what differs is said in hours and money. Exact decimals throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from watchfloor.vendors.domain.judging import money
from watchfloor.vendors.domain.terms import Terms

HEAD = ("person", "role", "from", "to", "hours", "rate", "amount")
HOUR_MS = 3_600_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an invoice: a person's hours in a role from one day to another (both included)."""

    number: int
    person: str  # as the house knows them: e-mail or name
    role: str
    start: date
    end: date
    hours: Decimal
    rate: Decimal
    amount: Decimal


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line is not as agreed: unknown_person | outside | twice | role | rate | sum | hours. ``amount``: what is too much in it."""

    number: int
    kind: str
    amount: Decimal
    billed: str = ""
    ours: str = ""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice against the log: totals, differences, and what would be right."""

    total: Decimal
    hours: Decimal
    logged: Decimal
    differences: tuple[Difference, ...]
    agreed: Decimal  # the total without what is too much
    missing: tuple[str, ...]  # people with logged hours that nobody billed


Log = Mapping[str, Mapping[date, int]]  # person -> day -> milliseconds on the floor


def compare(lines: Sequence[Line], log: Log, terms: Terms, start: date, end: date) -> Compared:
    """Hold each line against the log (breaks and steps back are hours like any other), the contract's rates and the period."""
    rates = {rate.role: rate.hourly for rate in terms.rates}
    found: list[Difference] = []
    taken: dict[str, list[Line]] = {}
    for line in lines:
        found.extend(_of_line(line, log, rates, terms, (start, end), taken.setdefault(line.person, [])))
        taken[line.person].append(line)
    total = sum((line.amount for line in lines), Decimal(0))
    excess: dict[int, Decimal] = {}
    for each in found:  # what is billed too low in a line makes up for what is too high in it, and no more than that
        excess[each.number] = excess.get(each.number, Decimal(0)) + each.amount
    asked = {line.number: line.amount for line in lines}
    agreed = total - sum((max(Decimal(0), min(value, asked[number])) for number, value in excess.items()), Decimal(0))
    logged = sum((ms for days in log.values() for day, ms in days.items() if start <= day <= end), 0)
    return Compared(
        total=total, hours=sum((line.hours for line in lines), Decimal(0)), logged=hours(logged), differences=tuple(found),
        agreed=money(agreed, terms.currency), missing=tuple(sorted(person for person in log if person not in taken)),
    )  # fmt: skip


def _of_line(
    line: Line, log: Log, rates: Mapping[str, Decimal], terms: Terms, period: tuple[date, date], before: Sequence[Line]
) -> list[Difference]:
    def said(kind: str, amount: Decimal, billed: object = "", ours: object = "") -> Difference:
        return Difference(
            number=line.number, kind=kind, amount=money(amount, terms.currency), billed=str(billed), ours=str(ours)
        )

    # What is not payable at all is said alone: the rest of such a line does not matter.
    if line.person not in log:
        return [said("unknown_person", line.amount, line.person)]
    if line.start < period[0] or line.end > period[1]:
        return [said("outside", line.amount, f"{line.start} – {line.end}", f"{period[0]} – {period[1]}")]
    if any(line.start <= other.end and other.start <= line.end and line.role == other.role for other in before):
        return [said("twice", line.amount, f"{line.start} – {line.end}")]
    if line.role not in rates:
        return [said("role", line.amount, line.role, ", ".join(rates))]
    found, rate = [], rates[line.role]
    written = money(line.hours * line.rate, terms.currency)
    if line.amount != written:
        found.append(said("sum", line.amount - written, line.amount, written))
    if line.rate != rate:
        found.append(said("rate", line.hours * (line.rate - rate), line.rate, rate))
    logged = hours(sum(ms for day, ms in log[line.person].items() if line.start <= day <= line.end))
    elsewhere = sum(
        (other.hours for other in before if line.start <= other.end and other.start <= line.end), Decimal(0)
    )
    ours = max(logged - elsewhere, Decimal(0))  # an hour is paid once, in whatever role
    if line.hours > ours * (1 + terms.tolerance / 100):
        found.append(said("hours", (line.hours - ours) * rate, line.hours, ours))
    return found


def hours(milliseconds: int) -> Decimal:
    """Hours with two places, half up."""
    return (Decimal(milliseconds) / HOUR_MS).quantize(Decimal("0.01"), ROUND_HALF_UP)
