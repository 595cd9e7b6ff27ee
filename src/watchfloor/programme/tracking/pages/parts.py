"""What the pages of tracking share: the tabs, one POST that does one thing, people to choose from, due times as typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.programme import tabs
from watchfloor.programme.forms import Typed, plain
from watchfloor.programme.tracking import access, readers, working
from watchfloor.programme.tracking.domain import dues
from watchfloor.programme.tracking.models import Action, Initiative

VIEWS = (("board", "programme-board"), ("timeline", "programme-timeline"), ("list", "programme-work"))


def context(request: HttpRequest, current: str, view: str = "") -> dict[str, Any]:
    """What every page of tracking needs."""
    actor = actor_of(request)
    words = {"board": _("Board"), "timeline": _("Timeline"), "list": pgettext("how work is shown", "List")}
    kept = request.GET.copy()
    kept.pop("page", None)
    kept.pop("format", None)
    query = f"?{kept.urlencode()}" if kept else ""
    return {
        "tabs": tabs.tabs(actor.has, current), "may_edit": actor.has(access.EDIT), "query": request.GET, "now": clock.now(),
        "typed": Typed(request.POST),
        "views": [(words[key], reverse(name) + query, key == view) for key, name in VIEWS],
    }  # fmt: skip


def due(text: str, zone: str, where: str = "due") -> datetime | None:
    """A due time as it was typed, by the clock and the working time of a zone."""
    return dues.read(text, now=clock.now(), zone=dues.zone_of(zone), hours=working.hours(zone), where=where)


def typed_due(at: datetime | None, zone: str) -> str:
    """A due time as somebody would type it."""
    return "" if at is None else f"{at.astimezone(dues.zone_of(zone)):%Y-%m-%d %H:%M}"


def viewer_zone() -> str:
    """The viewer's own zone."""
    here = timezone.get_current_timezone()
    return here.key if isinstance(here, ZoneInfo) else "UTC"


def owners(row: Initiative | Action | None = None) -> list[tuple[str, str]]:
    """People to give something to; whoever has it now stays a choice, also where their roles do not show them programme."""
    people = readers.names(row)
    if row is not None and row.owner is not None and row.owner not in people:
        people |= dict(User.objects.filter(pk=row.owner, is_active=True).values_list("pk", "name"))
    return [("", _("Nobody yet")), *((str(pk), name) for pk, name in people.items())]


def uuid_or_none(text: str, where: str) -> UUID | None:
    """A choice of a form."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("bad_choice", "Choose one of the list.", where=where) from None


def limits(actor: Actor, market: str, vendor: str) -> tuple[str | None, str]:
    """Market and vendor of something new: as typed, within what its maker may edit; the only vendor they have where they have one."""
    market, vendor = plain(market, 12), plain(vendor, 40)
    own = {tuple(sorted(scope.vendors)) for scope in actor.scopes if access.EDIT in scope.permissions and scope.vendors}
    if not vendor and len(own) == 1 and not actor.may(access.EDIT, vendor=""):
        vendor = next(iter(own))[0]
    if not actor.may(access.EDIT, market=market or None, vendor=vendor):
        raise BadInput(
            "not_yours",
            "Your roles do not reach that far.",
            where="vendor",
            hint="Choose a market and a vendor of yours.",
        )
    return market or None, vendor
