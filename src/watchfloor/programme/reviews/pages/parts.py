"""What the pages of reviews share: the review of an address, names of things, files as answers."""

from __future__ import annotations

from datetime import datetime
from importlib.util import find_spec
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards import serving
from watchfloor.insight.boards.exports import File
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform import datefields
from watchfloor.programme.reviews import queries, templates
from watchfloor.programme.reviews.domain.spans import midnight
from watchfloor.programme.reviews.models import Review
from watchfloor.vendors import access as vendors


def review_of(actor: Actor, text: str) -> Review:
    """The review of an address.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return queries.opened(actor, review_uuid(text))


def review_uuid(text: str) -> UUID:
    """Its id.

    Raises:
        NotFound: it is none.
    """
    try:
        return ids.decode(queries.PREFIX, text)
    except BadInput:
        raise NotFound("no_review", "There is no such review.") from None


def template_options() -> list[tuple[str, str]]:
    """The reviews there are, as they are chosen."""
    return [(each.key, _(each.title)) for each in templates.TEMPLATES.values()]


def vendor_options(actor: Actor) -> list[tuple[str, str]]:
    """The vendors one may write about."""
    return [(each.key, each.name) for each in vendors.vendors(actor, vendors.VIEW)]


def launch_options(actor: Actor) -> list[tuple[str, str]]:
    """The launches a readout may be about; none where that part of Programme is not there."""
    if find_spec("watchfloor.programme.launches") is None:
        return []
    from watchfloor.programme.launches import access as launches
    from watchfloor.programme.launches.models import Launch

    rows = Launch.objects.filter(launches.rows(actor)).order_by("-number")[:200]
    return [(f"launch:{row.pk}", row.title) for row in rows]


def state_of(row: Review) -> tuple[str, str]:
    """How a review stands, and in which colour."""
    if row.archived_at is not None:
        return _("Put away"), ""
    if not row.published:
        return _("Draft"), "amber"
    return (_("Published"), "green") if row.published == row.version else (_("Published, changed since"), "accent")


def day_of(text: str, where: str, zone: str) -> datetime | None:
    """The midnight of a typed day there; None of nothing.

    Raises:
        BadInput: it is no day.
    """
    day = datefields.day_or_none(text, where)
    return None if day is None else midnight(day, ZoneInfo(zone))


def zone_name() -> str:
    """The viewer's."""
    return timezone.get_current_timezone_name()


def answer(made: File) -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(made.body, content_type=made.type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


def tools() -> dict[str, Any]:
    """Functions that the templates call."""
    return {"chart_of": serving.chart}
