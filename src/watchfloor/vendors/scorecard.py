"""A vendor's figures held against its contract: read from the catalogue's metrics day by day, judged by the contract's rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
from django.db.models import Q

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue, queries
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event
from watchfloor.training import staff
from watchfloor.vendors import access, accuracy, contracts
from watchfloor.vendors.access import Side
from watchfloor.vendors.domain.intervals import Figure, figure
from watchfloor.vendors.domain.judging import Owed, Verdict, credit, judge
from watchfloor.vendors.domain.terms import FIGURES, Target, Terms
from watchfloor.vendors.models import Contract, Invoice
from watchfloor.workforce.domain import capacity
from watchfloor.workforce.models import Reviewer


class People(msgspec.Struct, frozen=True):
    """A vendor's people: now, new within 90 days, growing into their work, gone within 90 days; seats that are agreed."""

    now: int
    joined: int
    ramping: int
    left: int
    seats: int

    @property
    def attrition(self) -> float | None:
        """Those who left in 90 days, of those who were there at some time in them."""
        return self.left / (self.now + self.left) if self.now + self.left else None


class Gap(msgspec.Struct, frozen=True):
    """A policy that some of a vendor's people are not certified for in its present version."""

    policy: str
    name: str
    people: int
    certified: int


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A scorecard: each target's verdict, the figures without a target, the credit, the invoice it is taken from."""

    start: date
    end: date
    contract: Contract | None
    terms: Terms
    verdicts: tuple[Verdict, ...]
    others: tuple[tuple[str, Figure], ...]
    owed: Owed
    invoice: Invoice | None


def card(vendor_key: str, start: date, end: date) -> Card:
    """The figures of whole days (UTC), both included, under the contract that held on the last of them."""
    row = contracts.in_force(vendor_key, end)
    terms = contracts.terms_of(row)
    level = float(terms.confidence) / 100
    found = {key: figure(days(vendor_key, key, start, end), unit, level) for key, (unit, _) in FIGURES.items()}
    verdicts = tuple(judge(target, found[target.figure], terms) for target in terms.targets)
    held = {target.figure for target in terms.targets}
    others = tuple((key, value) for key, value in found.items() if key not in held and value.below)
    bill = Invoice.objects.filter(vendor_key=vendor_key, starts_on=start, ends_on=end).order_by("-taken_in_at").first()
    fee = None if bill is None else bill.paid if bill.paid is not None else bill.total
    return Card(
        start=start, end=end, contract=row, terms=terms, verdicts=verdicts, others=others, owed=credit(verdicts, terms, fee),
        invoice=bill,
    )  # fmt: skip


def days(vendor_key: str, key: str, start: date, end: date) -> list[tuple[float, float]]:
    """A figure's parts by day, restricted cases left out."""
    first, after = midnight(start), midnight(end + timedelta(days=1))
    if key == "accuracy":
        return accuracy.days(vendor_key, first, after)
    span = Span(start=first, end=after, interval="day", where={"vendor": (vendor_key,)})
    return list(queries.fractions(access.reader(vendor_key), span, catalogue.metric(key)).values())


def midnight(day: date) -> datetime:
    """The beginning of a day, UTC."""
    return datetime.combine(day, time(0), UTC)


def people(vendor_key: str, terms: Terms) -> People:
    """Heads, ramp and attrition, counted."""
    today = clock.now().date()
    since = today - timedelta(days=90)
    here = list(Reviewer.objects.filter(vendor_key=vendor_key, active=True))
    gone = set(
        Event.objects.filter(
            Q(data__vendor=vendor_key, data__active=False), type="reviewer.saved", at__gte=midnight(since)
        ).values_list("data__reviewer", flat=True)
    ) - {str(row.pk) for row in here}
    ramping = [row for row in here if capacity.strength(row.share, row.started_on, row.ramp_days, today) < row.share]
    joined = [row for row in here if row.started_on is not None and row.started_on >= since]
    return People(len(here), len(joined), len(ramping), len(gone), sum(rate.seats for rate in terms.rates))


def gaps(side: Side) -> list[Gap]:
    """Where certificates are missing: of the policies with an exam, those that not everyone of the vendor holds now."""
    names = dict(staff.policies_taught())
    found: dict[str, list[int]] = {}
    for site in staff.certified(_trainer(side.vendor.key), vendor=side.vendor.key):
        for cell in site.cells:
            sums = found.setdefault(cell.policy_key, [0, 0])
            sums[0] += cell.people
            sums[1] += cell.current
    return [Gap(key, names[key], many, held) for key, (many, held) in found.items() if held < many]


def _trainer(vendor_key: str) -> Actor:
    scope = msgspec.structs.replace(access.reader(vendor_key).scopes[0], permissions=frozenset({"training.view"}))
    return Actor(kind="system", id="scorecard", scopes=(scope,))


def goal_in_unit(target: Target) -> float:
    """A goal as figures are counted: milliseconds, or a share of one."""
    return float(target.goal) * 1000 if target.unit == "ms" else float(target.goal) / 100
