"""What pages call subjects, actions, effects and states."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from watchfloor.detection.reputation.cards import bands
from watchfloor.detection.reputation.domain import subjects
from watchfloor.detection.reputation.models import Restriction
from watchfloor.identity.domain import Actor


def subject_words() -> dict[str, str]:
    """What a restriction may name."""
    return {
        "ip": _("IP network"), "asn": _("Network operator (ASN)"), "email": _("E-mail address"),
        "disposable": _("Disposable e-mail domains"), "ja4": _("TLS fingerprint (JA4)"), "device": _("Device"),
        "band": _("Reputation"), "age": _("Younger than"),
    }  # fmt: skip


def action_words() -> dict[str, str]:
    """What people do."""
    return {
        "sign_up": _("Sign up"), "post": pgettext("action", "Post"), "message": pgettext("action", "Message"),
        "follow": pgettext("action", "Follow"), "report": pgettext("action", "Report"), "link": _("Link to something"),
        "media": _("Show pictures or video"),
    }  # fmt: skip


def effect_words() -> dict[str, str]:
    """What a restriction does."""
    return {
        "allow": _("Exempt"), "slow": _("Slow down"), "challenge": _("Challenge"), "review": _("Hold for review"), "deny": _("Deny"),
    }  # fmt: skip


def state_words() -> dict[str, tuple[str, str]]:
    """Words and colour of each state."""
    return {
        "on": (_("In force"), "green"), "waiting": (_("Waits for a second person"), "amber"), "lifted": (_("Lifted"), "outline"),
        "refused": (_("Refused"), "outline"), "expired": (_("Over"), "outline"),
    }  # fmt: skip


def wide_words() -> dict[str, str]:
    """Why a second person must agree."""
    return {
        "network": _("The network is wide whatever was seen of it."),
        "many": _("More than one account in a hundred would have been hit."),
        "unseen": _("Nothing was seen by which its reach could be told."),
    }


def value_words(row: Restriction) -> str:
    """The value as a person reads it; a device is known as a hash only."""
    if row.subject == subjects.BAND:
        return bands().get(row.value, row.value)
    if row.subject == subjects.AGE:
        number, unit = int(row.value[:-1]), row.value[-1]
        return (
            ngettext("%(num)s day", "%(num)s days", number)
            if unit == "d"
            else ngettext("%(num)s hour", "%(num)s hours", number)
        ) % {"num": number}
    return row.value


def rate_words(row: Restriction) -> str:
    """Of ``slow``: how many in which time."""
    if row.effect != "slow":
        return ""
    text = (
        _("%(limit)s in %(seconds)s s for each account")
        if row.per == "account"
        else _("%(limit)s in %(seconds)s s together")
    )
    return text % {"limit": f"{row.limit:,}", "seconds": f"{row.window:,}"}


def tabs(here: str, actor: Actor) -> list[dict[str, Any]]:
    """The pages beside this one that the actor may open."""
    found = []
    for name, label, permission in (
        ("restrictions", _("Restrictions"), "restriction.view"), ("protected-names", _("Protected names"), "likeness.view"),
        ("identity-checks", _("Identity checks"), "likeness.verify"),
    ):  # fmt: skip
        try:
            if actor.has(permission):
                found.append({"label": label, "href": reverse(name), "current": name == here})
        except NoReverseMatch:
            continue
    return found
