"""What figures, outcomes and states are called on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.insight import catalogue

if TYPE_CHECKING:
    from watchfloor.vendors.agenda import Agenda
    from watchfloor.vendors.scorecard import Gap

Chips = dict[str, tuple[str, str, str]]


def number(value: float, places: int = 0) -> str:
    """With the reader's separators."""
    return number_format(round(value, places), decimal_pos=places, use_l10n=True, force_grouping=True)


def percent(share: float) -> str:
    """``97.1 %``."""
    return f"{number(share * 100, 1)}\u00a0%"


def figure(key: str) -> str:
    """The name of a figure."""
    return _("Accuracy of decisions") if key == "accuracy" else _(catalogue.metric(key).title)


def formula(key: str) -> str:
    """What it counts."""
    if key == "accuracy":
        return _("Of the decisions that quality read, the share that was right.")
    return _(catalogue.metric(key).formula)


def outcomes() -> Chips:
    """Outcome -> chip."""
    return {
        "met": (_("Met"), "green", "check"),
        "missed": (_("Missed"), "red", "alert-triangle"),
        "unclear": (_("Not shown"), "", "question-mark"),
        "nothing": (_("Nothing counted"), "outline", ""),
    }


def invoice_states() -> Chips:
    """State -> chip."""
    return {
        "received": (_("To check"), "accent", "inbox"), "disputed": (_("In dispute"), "amber", "alert-triangle"),
        "accepted": (_("Accepted"), "green", "check"),
    }  # fmt: skip


def sides() -> dict[str, str]:
    """Whose an action is."""
    return {"house": pgettext("whose it is", "House"), "vendor": pgettext("whose it is", "Vendor")}


def grades() -> Chips:
    """How grave a finding is."""
    return {"minor": (_("Minor"), "outline", ""), "major": (_("Major"), "amber", "alert-triangle")}


def seconds(milliseconds: float) -> str:
    """``182 s``, ``4.2 min`` or ``3.1 h``."""
    spent = milliseconds / 1000
    if spent < 600:
        return _("%(count)s s") % {"count": number(spent, 1 if spent < 100 else 0)}
    if spent < 7200:
        return _("%(count)s min") % {"count": number(spent / 60, 1)}
    return _("%(count)s h") % {"count": number(spent / 3600, 1)}


def rule(agenda: Agenda) -> str:
    """The rule of a miss, as the contract has it."""
    return _(
        "A target is missed only when the whole %(confidence)s %% interval lies on the wrong side of it, with work on at least "
        "%(days)s days and at least %(least)s things counted. Where the interval reaches the target, a miss is not shown."
    ) % {"confidence": agenda.confidence, "days": agenda.least_days, "least": number(agenda.least)}


def credit(agenda: Agenda) -> str:
    """What is owed, in a sentence."""
    if agenda.credit_percent == "0":
        return _("No service credit is owed.")
    said = {
        "percent": agenda.credit_capped, "amount": agenda.credit_amount, "currency": agenda.currency, "fee": agenda.fee,
        "invoice": agenda.invoice,
    }  # fmt: skip
    if not agenda.credit_amount:
        return _("A service credit of %(percent)s %% of the fee is owed; the amount follows from the invoice.") % said
    return (
        _("A service credit of %(amount)s %(currency)s is owed: %(percent)s %% of %(fee)s (invoice %(invoice)s).")
        % said
    )


def gap(row: Gap) -> str:
    """A training gap in a sentence."""
    return _("%(policy)s: %(certified)s of %(people)s are certified for the text in force") % {
        "policy": _(row.name), "certified": row.certified, "people": row.people,
    }  # fmt: skip


def difference(kind: str, billed: str, ours: str) -> str:
    """Why a line of an invoice is not as agreed."""
    said = {"billed": billed, "ours": ours}
    sentences = {
        "unknown_person": _("Nobody of this vendor is known as %(billed)s."),
        "outside": _("%(billed)s is not within the period %(ours)s."),
        "twice": _("%(billed)s is billed twice for this person."),
        "role": _("The contract has no role %(billed)s; it has %(ours)s."),
        "rate": _("The rate is %(billed)s; the contract has %(ours)s."),
        "sum": _("Hours times rate are %(ours)s, not %(billed)s."),
        "hours": _("%(billed)s h are billed; %(ours)s h were logged."),
    }
    return sentences[kind] % said
