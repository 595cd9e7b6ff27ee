"""Whether a target was met, by the contract's own rule, and the service credit that follows: exact, never from noise."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import msgspec

from watchfloor.vendors.domain.intervals import Figure
from watchfloor.vendors.domain.terms import CURRENCIES, Target, Terms

MET, MISSED, UNCLEAR, NOTHING = "met", "missed", "unclear", "nothing"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A target against its figure. ``percent`` of the fee is owed; ``by`` is the miss: percent of the goal, or points."""

    target: Target
    figure: Figure
    outcome: str  # met | missed | unclear | nothing
    by: Decimal | None = None
    percent: Decimal = Decimal(0)


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """The credit of a period: the sum of the targets' percentages, what the cap leaves of it, and the money (None without a fee)."""

    percent: Decimal
    capped: Decimal
    fee: Decimal | None
    amount: Decimal | None


def judge(target: Target, figure: Figure, terms: Terms) -> Verdict:
    """``missed`` only when the whole interval lies on the wrong side of the goal; ``unclear`` when the value alone does."""
    if not figure.below:
        return Verdict(target=target, figure=figure, outcome=NOTHING)
    goal = _goal(target)
    if not _wrong(target, figure.exact, goal):
        return Verdict(target=target, figure=figure, outcome=MET)
    best = figure.high if target.direction == "up" else figure.low
    enough = figure.days >= terms.least_days and figure.below >= terms.least
    if best is None or not enough or not _wrong(target, Fraction(repr(best)), goal):
        return Verdict(target=target, figure=figure, outcome=UNCLEAR)
    miss = abs(figure.exact - goal)
    size = miss * 100 if target.unit == "share" else miss / goal * 100
    owed = [each.percent for each in target.credits if size >= Fraction(each.beyond)]
    shown = (Decimal(size.numerator) / Decimal(size.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Verdict(target=target, figure=figure, outcome=MISSED, by=shown, percent=max(owed, default=Decimal(0)))


def credit(verdicts: Iterable[Verdict], terms: Terms, fee: Decimal | None) -> Owed:
    """The service credit: percentages added, capped, of the fee; rounded once, half up, to the currency's smallest unit."""
    percent = sum((each.percent for each in verdicts), Decimal(0))
    capped = min(percent, terms.cap)
    amount = None if fee is None else money(fee * capped / 100, terms.currency)
    return Owed(percent=percent, capped=capped, fee=fee, amount=amount)


def money(value: Decimal, currency: str) -> Decimal:
    """Rounded half up to the currency's smallest unit."""
    return value.quantize(Decimal(1).scaleb(-CURRENCIES[currency]), ROUND_HALF_UP)


def _goal(target: Target) -> Fraction:
    """The goal in the figure's own unit: milliseconds, or a share of one."""
    return Fraction(target.goal) * 1000 if target.unit == "ms" else Fraction(target.goal) / 100


def _wrong(target: Target, value: Fraction, goal: Fraction) -> bool:
    return value < goal if target.direction == "up" else value > goal
