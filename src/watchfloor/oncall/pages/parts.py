"""What the screens of on-call share: tabs, words for states, people to choose from, rows as CSV that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound


def tabs(here: str, actor: Actor) -> list[dict[str, Any]]:
    """The places of on-call that this actor may open."""
    places = [
        ("oncall", _("On call"), "oncall.view"), ("oncall-pages", _("Pages"), "oncall.view"),
        ("incidents", _("Incidents"), "oncall.view"), ("oncall-load", _("Load and rest"), "oncall.view"),
        ("oncall-setup", _("Set-up"), "oncall.manage"), ("oncall-contacts", _("My contacts"), ""),
    ]  # fmt: skip
    return [
        {"label": label, "href": reverse(name), "current": name == here}
        for name, label, permission in places
        if not permission or actor.has(permission)
    ]


def state_words() -> dict[str, tuple[str, str, str]]:
    """States of a page and of an incident: word, colour, sign."""
    return {
        "raised": (_("Nobody has it"), "red", "bell-ringing"), "acknowledged": (_("Acknowledged"), "amber", "user-check"),
        "resolved": (_("Resolved"), "green", "check"), "open": (_("Open"), "red", "flame"), "closed": (_("Closed"), "green", "check"),
    }  # fmt: skip


def about_words() -> dict[str, str]:
    """What a page is about."""
    return {
        "escalation": _("Escalation"),
        "case": _("Case"),
        "spike": _("Spike"),
        "delivery": _("Delivery"),
        "clock": _("Legal deadline"),
        "policy": _("Policy"),
        "outside": _("Alert from outside"),
        "check": _("Check of the pager"),
        "manual": _("By hand"),
    }


def people() -> list[tuple[str, str]]:
    """Everybody who can sign in, to choose from."""
    rows = (
        User.objects.filter(is_active=True, simulated=False).order_by("name", "pk").values_list("pk", "name", "email")
    )
    return [(str(pk), name or email) for pk, name, email in rows]


def names(persons: Iterable[UUID]) -> dict[UUID, str]:
    """Names of people by id."""
    return {row.pk: str(row) for row in User.objects.filter(pk__in=set(persons))}


def of(kind: str, text: str) -> UUID:
    """An id from an address; what is none is not found."""
    try:
        return ids.decode(kind, text)
    except BadInput as error:
        raise NotFound("unknown_id", "There is no such thing.") from error
