"""What states, triggers, checks, decisions and steps are called, with their chips."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

Chip = tuple[str, str, str]  # words, kind, sign


def states() -> dict[str, Chip]:
    """Of an application."""
    return {
        "draft": (pgettext("application", "Draft"), "outline", "pencil"),
        "submitted": (pgettext("application", "Waiting"), "accent", "hourglass"),
        "in_review": (pgettext("application", "In review"), "accent", "eye"),
        "more_asked": (pgettext("application", "Question asked"), "amber", "message"),
        "approved": (pgettext("application", "Approved"), "green", "check"),
        "refused": (pgettext("application", "Refused"), "red", "x"),
        "withdrawn": (pgettext("application", "Withdrawn"), "outline", "archive"),
    }


def app_states() -> dict[str, Chip]:
    """Of an app."""
    return {
        "draft": (pgettext("application", "Draft"), "outline", "pencil"),
        "waiting": (pgettext("application", "Waiting"), "accent", "hourglass"),
        "approved": (pgettext("application", "Approved"), "green", "check"),
        "refused": (pgettext("application", "Refused"), "red", "x"),
        "withdrawn": (pgettext("application", "Withdrawn"), "outline", "archive"),
    }


def triggers() -> dict[str, str]:
    """Why an application lies here."""
    return {
        "new": _("New app"), "resubmitted": _("Handed in again"), "changed": _("Change of an approved app"),
        "drift": _("Does something else than declared"), "by_hand": _("Reopened by a reviewer"),
    }  # fmt: skip


def tiers() -> dict[str, str]:
    """Sizes of apps."""
    return {
        "small": pgettext("tier", "Small"),
        "standard": pgettext("tier", "Standard"),
        "large": pgettext("tier", "Large"),
    }


def checks() -> dict[str, str]:
    """What is checked by program."""
    return {
        "redirects": _("Redirect addresses"), "scopes": _("Scopes against the use case"), "reasons": _("A reason for each scope"),
        "name": _("Name unlike protected names"), "use_case": _("Use case described"), "data": _("Data and how long they are kept"),
        "volume": _("Volume fits the tier"), "mix": _("Declared actions add up"),
    }  # fmt: skip


def grades() -> dict[str, Chip]:
    """Of scopes."""
    return {
        "read": (pgettext("scope", "Reads"), "outline", "eye"),
        "write": (pgettext("scope", "Writes"), "amber", "pencil"),
        "sensitive": (pgettext("scope", "Sensitive"), "red", "alert-triangle"),
    }


def levels() -> dict[str, Chip]:
    """Of risk."""
    return {
        "low": (pgettext("risk", "Low"), "green", "check"),
        "raised": (pgettext("risk", "Raised"), "amber", "alert-triangle"),
        "high": (pgettext("risk", "High"), "red", "alert-circle"),
    }


def kinds() -> dict[str, str]:
    """What can be decided."""
    return {
        "approve": _("Approve as asked"), "approve_narrower": _("Approve narrower: fewer scopes or a lower limit"),
        "ask_more": _("Ask for more"), "refuse": _("Refuse"),
    }  # fmt: skip


def said() -> dict[str, str]:
    """What a decision tells the developer, in a sentence."""
    return {
        "approve": _("Your app is approved as you asked."),
        "approve_narrower": _("Your app is approved for less than you asked."),
        "ask_more": _("We have a question before we can decide."),
        "refuse": _("We have not approved your application."),
    }


def steps() -> dict[str, str]:
    """Steps against an app, from mild to grave."""
    return {
        "warn": _("Warn the developer"), "limit_writes": _("Limit writes"), "suspend_token": _("Suspend a token"),
        "suspend_app": _("Suspend the app"),
    }  # fmt: skip


def steps_said() -> dict[str, str]:
    """What a step tells the developer."""
    return {
        "warn": _("This is a warning: mend what is named below."), "limit_writes": _("Your app may write less each day."),
        "suspend_token": _("One of your app's tokens is suspended."), "suspend_app": _("Your app is suspended."),
    }  # fmt: skip


def in_force() -> dict[str, Chip]:
    """The gravest step in force, as a chip."""
    return {
        "warn": (_("Warned"), "amber", "alert-triangle"), "limit_writes": (_("Writes limited"), "amber", "alert-triangle"),
        "suspend_token": (_("Token suspended"), "red", "ban"), "suspend_app": (_("Suspended"), "red", "ban"),
    }  # fmt: skip


def figures() -> dict[str, str]:
    """Figures of an app's day."""
    return {
        "calls": _("Calls"), "write_share": _("Share of writes"), "actors": _("People"), "errors": _("Share of errors"),
        "reports_per_1000": _("Reports per 1,000 actions"), "spam_share": _("Share of spam"), "block_rate": _("Blocks per 1,000 actions"),
        "new_share": _("Share of new accounts"), "near_duplicates": _("Share of near-duplicates"),
        "rhythm": _("Evenness over the day's minutes"), "mix_distance": _("Actions other than declared"),
    }  # fmt: skip
