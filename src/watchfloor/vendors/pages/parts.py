"""What the pages of a vendor share: who may see it, the tabs, a POST that does one thing and keeps what was typed when it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.vendors import access
from watchfloor.vendors.access import Side

EITHER = (access.VIEW, access.WORK)
Errors = list[tuple[str, str]]
Do = Callable[[], str]


def context(actor: Actor, side: Side, current: str) -> dict[str, Any]:
    """What the head of every page of a vendor needs."""
    key = side.vendor.key
    known = [
        ("card", pgettext("of a vendor", "Scorecard"), "vendor"), ("check-ins", _("Check-ins"), "vendor-check-ins"),
        ("questions", _("Questions"), "vendor-questions"), ("invoices", _("Invoices"), "vendor-invoices"),
        ("visits", _("Visits"), "vendor-visits"), ("contract", _("Contract"), "vendor-contract"),
    ]  # fmt: skip
    tabs = [
        {"label": label, "href": reverse(name, args=[key]), "current": each == current} for each, label, name in known
    ]
    return {"vendor": side.vendor, "rel": side, "tabs": tabs, "actor_may": actor.has}


def act(request: HttpRequest, verbs: Mapping[str, Do], *, allowed: bool) -> Errors | None:
    """Do what the form's button says; None when it was done, else what to mend.

    Raises:
        NotFound: there is no such thing to do, for this person.
    """
    do = verbs.get(request.POST.get("do", ""))
    if do is None or not allowed:
        raise NotFound("unknown_step", "There is no such thing to do.")
    try:
        messages.success(request, do())
    except (BadInput, Conflict, Forbidden, NotFound) as refused:
        return [(refused.where, f"{refused.message} {refused.hint}".strip())]
    return None
