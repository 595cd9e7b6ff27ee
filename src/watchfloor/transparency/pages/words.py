"""What the values of transparency are called on its pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.law.words import order_kinds
from watchfloor.policy import queries as policies
from watchfloor.transparency.domain.vocabulary import name_of, statements


def state_words() -> dict[str, str]:
    """The states of a statement on its way."""
    return {
        "waiting": pgettext("statement of reasons", "Waits"),
        "blocked": pgettext("statement of reasons", "Kept back"),
        "refused": pgettext("statement of reasons", "Refused"),
        "sent": pgettext("statement of reasons", "Sent"),
        "not_due": pgettext("statement of reasons", "Not owed"),
    }


def source_words() -> dict[str, str]:
    """What a decision answered."""
    return {
        "article_16": _("Notice"), "trusted_flagger": _("Trusted flagger"), "order": _("Order of an authority"),
        "other_notification": _("Other report"), "own_initiative": _("Own initiative"),
    }  # fmt: skip


def ground_words() -> dict[str, str]:
    """What a decision stands on."""
    return {"illegal": _("Illegal content"), "terms": _("Terms of service")}


def field_words() -> dict[str, str]:
    """The fields of a statement, in the words of its form."""
    return {
        "puid": _("Our id"), "decision_visibility": _("Visibility"), "decision_visibility_other": _("Other visibility"),
        "decision_monetary": _("Payments"), "decision_provision": _("Provision of the service"), "decision_account": _("Account"),
        "account_type": _("Kind of account"), "decision_ground": _("Ground"), "decision_ground_reference_url": _("Where it can be read"),
        "illegal_content_legal_ground": _("Legal ground"), "illegal_content_explanation": _("Why it is illegal"),
        "incompatible_content_ground": _("Clause of the terms"), "incompatible_content_explanation": _("Why it breaks the terms"),
        "incompatible_content_illegal": _("Illegal as well"), "content_type": _("Kind of content"),
        "content_type_other": _("Other kind of content"), "category": _("Category"), "category_specification": _("Keywords"),
        "category_specification_other": _("Other keyword"), "territorial_scope": _("Holds in"), "content_language": _("Language"),
        "content_date": _("Made on"), "application_date": _("Applies from"), "decision_facts": _("Facts"),
        "source_type": _("Source"), "source_identity": _("Who gave notice"), "automated_detection": _("Found by automated means"),
        "automated_decision": _("Decided by automated means"), "end_date_account_restriction": _("Account: until"),
        "end_date_monetary_restriction": _("Payments: until"), "end_date_service_restriction": _("Service: until"),
        "end_date_visibility_restriction": _("Visibility: until"),
    }  # fmt: skip


def problem_words() -> dict[str, str]:
    """What can be wrong with a field."""
    return {
        "required": _("is missing"), "unknown": _("holds a value the database does not know"), "list": _("is not a list"),
        "long": _("is too long"), "url": _("is no complete address"), "day": _("is no day"), "range": _("lies too early or too late"),
        "pattern": _("has characters the database does not take"), "personal_data": _("seems to name a person"),
        "type": _("is of the wrong kind"), "contradiction": _("contradicts the ground"),
        "order": _("lies before or after what it must not"), "refused": _("was refused by the database"),
        "no_restriction": _("Nothing was restricted."), "elsewhere": _("It does not hold in the EU."),
    }  # fmt: skip


def report_words() -> dict[str, str]:
    """The states of a report."""
    return {
        "waiting": pgettext("transparency report", "Waits for a worker"),
        "running": pgettext("transparency report", "Is counted now"),
        "made": pgettext("transparency report", "Made"),
        "failed": pgettext("transparency report", "Failed"),
        "published": pgettext("transparency report", "Published"),
    }


def figure_words() -> dict[str, str]:
    """The totals of a report."""
    return {
        "orders": _("Orders to act"), "orders_information": _("Orders for information"), "notices": _("Notices"),
        "notices_flaggers": _("Notices of trusted flaggers"), "notices_median": _("Median hours to act on a notice"),
        "acts_law": _("Actions on notices, by law"), "acts_terms": _("Actions on notices, by terms"),
        "own_illegal": _("Own initiative: illegal content"), "own_terms": _("Own initiative: terms"), "complaints": _("Complaints"),
        "complaints_upheld": _("Complaints: decision upheld"), "complaints_partly": _("Complaints: partly reversed"),
        "complaints_reversed": _("Complaints: reversed"), "complaints_median": _("Median hours to decide a complaint"),
        "automated": _("Measures by automated means alone"), "not_automated": _("Other measures"), "accuracy": _("Accuracy"),
        "precision": _("Precision"), "recall": _("Recall"), "moderators_inside": _("Moderators employed"),
        "moderators_outside": _("Moderators contracted"),
    }  # fmt: skip


def day(when: date) -> str:
    """A day of a calendar as people write it: ``30 Jun 2026``."""
    return formats.date_format(when, "j M Y")


def figure(text: str) -> str:
    """A figure of the report's files as people read it: ``12,481``; what is no whole number stays as it stands in the file."""
    return formats.number_format(int(text), use_l10n=True, force_grouping=True) if text.isdecimal() else text


def violation_name(key: str) -> str:
    """A violation type's name, else its key."""
    try:
        return policies.violation(key).name
    except BadInput:
        return key


def split_value(by: str, value: str) -> str:
    """What a number is split into, in words: the name of a policy, a rule, a reason, a source; the rest as it is."""
    if by == "rule":
        return violation_name(value)
    if by == "policy" or by == "reason":
        try:
            return policies.policy(value).name if by == "policy" else policies.reason(value).name
        except BadInput:
            return value
    if by == "kind":
        return order_kinds().get(value, value)
    return {**source_words(), **reporter_words()}.get(value, value) if by == "source" else value


def reporter_words() -> dict[str, str]:
    """Who reports."""
    return {
        "user": _("a user"), "government": _("a government body"), "law_enforcement": _("law enforcement"),
        "platform": _("another platform"), "anonymous": _("someone anonymous"), "author": _("Author"), "reporter": _("Reporter"),
        "report": _("a report"), "signal": _("Signal"),
    }  # fmt: skip


def value_text(field: str, value: Any) -> str:
    """A field's value as a person reads it."""
    if field == "territorial_scope" and len(value) >= len(statements().territory):
        return _("The whole European Economic Area")
    if isinstance(value, list):
        return ", ".join(_one(each) for each in value)
    return _one(str(value))


def _one(value: str) -> str:
    words = statements()
    for known in (
        words.decision_visibility, words.decision_monetary, words.decision_provision, words.decision_account, words.account_type,
        words.decision_ground, words.content_type, words.source_type, words.automated_decision,
    ):  # fmt: skip
        if value in known:
            return known[value]
    return {"Yes": _("Yes"), "No": _("No")}.get(value) or name_of(value)


def sentence(error: WatchfloorError) -> str:
    """An error with its hint."""
    return f"{error.message} {error.hint}".strip()
