"""What the pages of stakeholders share: the tabs, one POST that does one thing, choices as they come from a form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.programme import tabs
from watchfloor.programme.forms import Typed, plain
from watchfloor.programme.stakeholders import access, queries

EITHER = (access.VIEW, "programme.suggest")


def context(request: HttpRequest, current: str, view: str = "") -> dict[str, Any]:
    """What every page of stakeholders needs."""
    actor = actor_of(request)
    views = [(_("Map"), reverse("programme-stakeholders"), view == "map")]
    if queries.writes(actor):
        views.append((_("Updates by audience"), reverse("programme-updates"), view == "updates"))
    return {
        "tabs": tabs.tabs(actor.has, current), "may_edit": actor.has(access.EDIT), "query": request.GET, "now": clock.now(),
        "views": views if len(views) > 1 else [], "typed": Typed(request.POST),
    }  # fmt: skip


def uuid(text: str, where: str) -> UUID:
    """A choice of a form."""
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("bad_choice", "Choose one of the list.", where=where) from None


def limits(actor: Actor, market: str, vendor: str) -> tuple[str | None, str]:
    """Market and vendor as typed, within what somebody may edit."""
    market, vendor = plain(market, 12), plain(vendor, 40)
    if not actor.may(access.EDIT, market=market or None, vendor=vendor):
        raise BadInput(
            "not_yours",
            "Your roles do not reach that far.",
            where="vendor",
            hint="Choose a market and a vendor of yours.",
        )
    return market or None, vendor
