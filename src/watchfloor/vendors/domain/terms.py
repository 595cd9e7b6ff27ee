"""What a contract fixes, as data: targets with their clause, service credits, seats and rates. Money and goals are exact decimals."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

# Figures a contract may set a target for: unit, and which way is good. All are of work that was done: breaks, steps back and
# exposure are in none of them (tests/integration/vendors/test_scorecard.py asks each).
FIGURES: Final[dict[str, tuple[str, str]]] = {
    "aht": ("ms", "down"),
    "aas_manual": ("ms", "down"),
    "sla_completed": ("share", "up"),
    "reopen_rate": ("share", "down"),
    "overturned_per_decision": ("share", "down"),
    "accuracy": ("share", "up"),
}
CURRENCIES: Final[dict[str, int]] = {"EUR": 2, "USD": 2, "GBP": 2, "PHP": 2, "PLN": 2, "INR": 2, "BRL": 2, "JPY": 0}
MOST: Final = 20  # targets, credits of one target, rates


class Credit(msgspec.Struct, frozen=True):
    """Missed by ``beyond`` or more (percent of the goal for times, percentage points for shares): ``percent`` of the fee."""

    beyond: Decimal
    percent: Decimal


class Target(msgspec.Struct, frozen=True):
    """One promise. ``goal`` is in seconds for times and in percent for shares, as the contract writes it."""

    figure: str
    clause: str
    goal: Decimal
    credits: tuple[Credit, ...] = ()

    @property
    def unit(self) -> str:
        """``ms`` or ``share``: how the figure is counted."""
        return FIGURES[self.figure][0]

    @property
    def direction(self) -> str:
        """Which way is good: ``up`` or ``down``."""
        return FIGURES[self.figure][1]


class Rate(msgspec.Struct, frozen=True):
    """A role, how many seats of it are agreed, and what an hour of it costs."""

    role: str
    seats: int
    hourly: Decimal


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a contract.

    ``confidence``, ``least_days`` and ``least`` are the rule of a miss: a target counts as missed only when the whole interval at
    this confidence lies on the wrong side of the goal, and there were this many days with work and this many things counted.
    ``cap`` is the most of a period's fee (in percent) that all credits take together; ``tolerance`` the hours (in percent) by which an
    invoice may differ from what was logged; ``answer_hours`` the working hours within which the house answers a question.
    """

    currency: str = "EUR"
    targets: tuple[Target, ...] = ()
    rates: tuple[Rate, ...] = ()
    confidence: Decimal = Decimal("95")
    least_days: int = 5
    least: int = 50
    cap: Decimal = Decimal("15")
    tolerance: Decimal = Decimal("2")
    answer_hours: int = 8
    every_days: int = 7


def mean_hourly(terms: Terms) -> Decimal | None:
    """What an hour costs, by the seats of each role (all roles alike where no seat is agreed); None without rates."""
    if not terms.rates:
        return None
    seats = sum(rate.seats for rate in terms.rates)
    if not seats:
        return sum((rate.hourly for rate in terms.rates), Decimal(0)) / len(terms.rates)
    return sum((rate.hourly * rate.seats for rate in terms.rates), Decimal(0)) / seats


def check(terms: Terms) -> Terms:
    """The terms, if they can be held against figures.

    Raises:
        BadInput: with the place: an unknown figure or currency, a goal out of range, credits that do not rise.
    """
    if terms.currency not in CURRENCIES:
        raise BadInput(
            "unknown_currency", "Choose one of the known currencies.", where="currency", hint=", ".join(CURRENCIES)
        )
    if not 80 <= terms.confidence < 100:
        raise BadInput("bad_confidence", "Confidence is 80 to 99.9 percent.", where="confidence")
    for name, value, most in (("cap", terms.cap, 100), ("tolerance", terms.tolerance, 50)):
        if not 0 <= value <= most:
            raise BadInput("bad_percent", f"A percentage from 0 to {most}.", where=name)
    for name, number, low, high in (
        ("least_days", terms.least_days, 2, 60), ("least", terms.least, 1, 1_000_000),
        ("answer_hours", terms.answer_hours, 1, 200), ("every_days", terms.every_days, 1, 92),
    ):  # fmt: skip
        if not low <= number <= high:
            raise BadInput("out_of_range", f"A whole number from {low} to {high:,}.", where=name)
    if max(len(terms.targets), len(terms.rates)) > MOST:
        raise BadInput("too_many", f"At most {MOST} lines.", where="targets")
    seen: set[str] = set()
    for number, target in enumerate(terms.targets):
        _target(target, f"targets[{number}]", seen)
    roles = [rate.role for rate in terms.rates]
    for number, rate in enumerate(terms.rates):
        if not rate.role.strip() or roles.count(rate.role) > 1 or rate.seats < 0 or rate.hourly < 0:
            raise BadInput("bad_rate", "Each role once, with seats and a rate of 0 or more.", where=f"rates[{number}]")
    return terms


def _target(target: Target, where: str, seen: set[str]) -> None:
    if target.figure not in FIGURES:
        raise BadInput(
            "unknown_figure", f"{target.figure[:40]!r} is no figure.", where=where, hint="Known: " + ", ".join(FIGURES)
        )
    if target.figure in seen:
        raise BadInput("figure_twice", f"{target.figure} has a target already.", where=where)
    seen.add(target.figure)
    if not target.goal > 0 or (target.unit == "share" and target.goal > 100):
        raise BadInput("bad_goal", "A goal is more than 0; a share at most 100 percent.", where=where)
    if list(target.credits) != sorted(target.credits, key=lambda each: (each.beyond, each.percent)) or any(
        each.beyond < 0 or not 0 < each.percent <= 100 for each in target.credits
    ):
        raise BadInput(
            "bad_credits", "Credits rise with the miss: from 0, and each more than 0 percent.", where=where,
            hint="Write 0:1 5:3 for 1 percent at once and 3 percent from a miss of 5.",
        )  # fmt: skip


def credits_of(text: str, where: str) -> tuple[Credit, ...]:
    """``0:1 5:3`` as two credits."""
    found = []
    for part in text.replace(",", " ").split():
        beyond, colon, percent = part.partition(":")
        if not colon:
            raise BadInput(
                "bad_credits",
                f"{part[:20]!r} is no credit.",
                where=where,
                hint="Write 5:3 for 3 percent from a miss of 5.",
            )
        found.append(Credit(decimal(beyond, where), decimal(percent, where)))
    return tuple(found)


def credits_text(credits: tuple[Credit, ...]) -> str:
    """The same back."""
    return " ".join(f"{plain(each.beyond)}:{plain(each.percent)}" for each in credits)


def decimal(text: str, where: str) -> Decimal:
    """A number as the contract writes it, never through binary fractions."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= 10**12 or int(value.as_tuple().exponent) < -6:
        raise BadInput(
            "bad_number", f"{text[:20]!r} is no number.", where=where, hint="Write 92.5, with at most six places."
        )
    return value


def plain(value: Decimal) -> str:
    """Without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
