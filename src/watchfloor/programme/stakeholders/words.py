"""Stakeholders' keys in words for people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.programme.stakeholders.domain.raci import Gap


def letters() -> list[tuple[str, str]]:
    """What each letter means."""
    return [
        ("A", _("A: answers for it")),
        ("R", _("R: does it")),
        ("C", _("C: is asked before")),
        ("I", _("I: is told after")),
        ("", _("No part in it")),
    ]


def gap(found: Gap) -> str:
    """What is missing, in one sentence."""
    if found.kind == "accountable":
        return _("Nobody answers for it yet (A).")
    if found.kind == "responsible":
        return _("Nobody does it yet (R).")
    return _("%(name)s has great influence and interest, and no part in it.") % {"name": found.name}


def levels() -> list[tuple[str, str]]:
    """Interest and influence."""
    return [("1", pgettext("level", "Low")), ("2", pgettext("level", "Some")), ("3", pgettext("level", "High"))]


def hears() -> list[tuple[str, str]]:
    """How somebody wants to hear of it."""
    return [
        ("mail", _("By mail")),
        ("here", _("Here, when they look")),
        ("meeting", _("In a meeting")),
        ("none", _("Not at all")),
    ]


def kinds() -> list[tuple[str, str]]:
    """A person or a group."""
    return [("person", _("Person")), ("group", _("Group"))]


def sign_offs() -> dict[str, tuple[str, str, str]]:
    """States of sign-offs: word, colour, sign."""
    return {
        "asked": (_("Waits"), "amber", "clock"), "given": (_("Signed"), "green", "check"), "refused": (_("Refused"), "red", "x"),
        "expired": (_("Expired: it changed since"), "", "history"),
    }  # fmt: skip


def verdicts() -> dict[str, tuple[str, str, str]]:
    """How an objective stands: word, colour, sign."""
    return {
        "reached": (_("Reached"), "green", "circle-check"), "on": (_("On the way"), "accent", "trending-up"),
        "behind": (_("Behind"), "amber", "alert-triangle"), "missed": (_("Missed"), "red", "circle-x"),
        "unknown": (_("No figure"), "", "question-mark"),
    }  # fmt: skip
