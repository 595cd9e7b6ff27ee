"""What kinds, states and quantities are called on screen, and how amounts are told."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

Chips = dict[str, tuple[str, str, str]]


def number(value: float) -> str:
    """With the reader's separators; small amounts with one digit behind the point."""
    places = 0 if abs(value) >= 10 or float(value).is_integer() else 1
    return number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


def interval(low: float, high: float) -> str:
    """``[150–190]``."""
    return f"[{number(low)}–{number(high)}]"


def kinds() -> Chips:
    """Kind of suggestion -> chip."""
    return {"idea": (_("Idea"), "accent", "bulb"), "bug": (_("Tool bug"), "amber", "alert-triangle")}


def suggestion_states() -> Chips:
    """State of a suggestion -> chip."""
    return {
        "new": (_("To be read"), "accent", "inbox"), "aside": (_("Set aside"), "outline", "archive"),
        "taken": (_("In a proposal"), "green", "check"),
    }  # fmt: skip


def states() -> Chips:
    """State of a proposal -> chip."""
    return {
        "draft": (pgettext("a proposal", "Being written"), "outline", "pencil"),
        "accepted": (pgettext("a proposal", "Accepted"), "green", "check"),
        "declined": (pgettext("a proposal", "Declined"), "", "x"),
        "later": (pgettext("a proposal", "Later"), "amber", "clock"),
        "delivered": (pgettext("a proposal", "In use"), "accent", "rocket"),
        "closed": (pgettext("a proposal", "Closed"), "green", "circle-check"),
    }


def outcomes() -> dict[str, str]:
    """A line of the decision log."""
    return {
        "accepted": pgettext("a proposal", "Accepted"), "declined": pgettext("a proposal", "Declined"),
        "later": pgettext("a proposal", "Put off"), "again": pgettext("a proposal", "Taken up again"),
    }  # fmt: skip


def often() -> dict[str, str]:
    """How often a bug happens."""
    return {
        "always": _("Every time"), "hourly": _("About every hour"), "daily": _("About every day"),
        "weekly": _("About every week"), "once": _("It was once"),
    }  # fmt: skip


def quantities() -> dict[str, str]:
    """What a proposal is sized by."""
    return {
        "agent_minutes": _("Agent time saved"), "lost_minutes": _("Time lost to it"), "breaches": _("Breaches avoided"),
        "wrongful": _("Wrongful decisions avoided"),
        "errors": _("Wrong decisions avoided, by quality"), "exposure": _("Exposure avoided"), "cost": _("Cost saved"),
    }  # fmt: skip


def rests_on() -> dict[str, str]:
    """What each of them is computed from."""
    return {
        "agent_minutes": _("Active time on the jobs decided, times the share of it that goes away."),
        "lost_minutes": _("Jobs decided, times the share of them it hits, times the minutes lost each time."),
        "breaches": _("Jobs that passed their due time, times the share that would not."),
        "wrongful": _("Cases of which a violating decision was taken back, times the share that would not happen."),
        "errors": _("Jobs decided, times the share that quality found wrong in its sample, times the share that would not happen."),
        "exposure": _("Time that people were shown severity 3 to 5, by the published weeks, times the share that goes away."),
        "cost": _("Active time on the jobs decided, times the share that goes away, times the hourly rates of the contracts in force."),
    }  # fmt: skip


def missing() -> dict[str, str]:
    """What a proposal still lacks."""
    return {
        "title": _("a title"), "as_a": _("for whom"), "i_want": _("what is wanted"), "so_that": _("what for"),
        "criteria": _("an acceptance criterion"), "sizing": _("a sizing"), "effort": _("what it takes"),
    }  # fmt: skip


def filters() -> dict[str, str]:
    """What a sizing is narrowed by."""
    return {"queue": _("Queue"), "policy": _("Policy"), "vendor": _("Vendor"), "market": _("Market")}


def a_month(kind: str, numbers: Sequence[float], currency: str = "") -> tuple[str, str]:
    """An amount and its interval, a month: minutes are told in hours from two hours on."""
    value, low, high = (float(each) for each in numbers)
    if kind in ("agent_minutes", "lost_minutes", "exposure"):
        if abs(value) >= 120:
            return _("%(hours)s h") % {"hours": number(value / 60)}, interval(low / 60, high / 60)
        return _("%(count)s min") % {"count": number(value)}, interval(low, high)
    return f"{number(value)}{f' {currency}' if currency else ''}", interval(low, high)


def share(numbers: Sequence[float]) -> str:
    """``10 – 20 – 30 %``."""
    return " – ".join(number(float(each) * 100) for each in numbers) + "\u00a0%"


def benefit(row_kind: str, found: dict[str, object]) -> str:
    """What was measured against what was expected, in one sentence."""
    currency = str(found.get("currency") or "")
    expected, _bounds = a_month(row_kind, [_f(found["expected"])] * 3, currency)
    if not found.get("told"):
        return _("It cannot be told what it brought: %(why)s") % {"why": found.get("why") or "–"}
    value, bounds = a_month(row_kind, [_f(found[name]) for name in ("value", "low", "high")], currency)
    return _("Measured %(value)s %(bounds)s a month, of %(expected)s expected.") % {
        "value": value, "bounds": bounds, "expected": expected,
    }  # fmt: skip


def _f(value: object) -> float:
    return float(str(value))
