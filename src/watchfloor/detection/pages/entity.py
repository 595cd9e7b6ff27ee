"""One thing and all that is known of it: where it leads from any value of the event stream."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.detection.investigate import address, entity, panels
from watchfloor.detection.investigate.asking import PERMISSION, Asked
from watchfloor.detection.pages import investigate
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform.render import render


@require_safe
@guard.page(PERMISSION)
def entity_page(request: HttpRequest) -> HttpResponse:
    """``?type=account&id=…`` or ``?path=$.item.data.client_ip&value=…``, over the span of the page one comes from."""
    actor, get = actor_of(request), request.GET
    at = address.read(
        {key: get.get(key) for key in ("span", "from", "to", "after")}
        if _has_span(get)
        else {"span": "30d", "after": get.get("after")}
    )
    if get.get("type") and get.get("id"):
        found = entity.of_item(actor, get["type"], get["id"])
    elif get.get("path", "").startswith("$") and get.get("value"):
        found = entity.of_value(get["path"], get["value"])
    else:
        raise BadInput("no_entity", "Name a thing: its type and id, or a path and a value.")
    asked = entity.events(actor, found, at.question)
    context: dict[str, Any] = {
        "entity": found, "at": at, "series": None, "rows": [], "chart": None, "refused": "",
        "investigate_url": "?" + at.with_(q=found.condition), "shared_by": [],
        "case_ids": {case.pk: ids.encode("case", case.pk) for case in found.cases},
        "short": {case.pk: ids.short(case.pk) for case in found.cases},
    }  # fmt: skip
    if asked is not None:
        try:
            series = panels.series(asked)
            context["series"] = series
            context["chart"] = {
                "times": [int(each.timestamp()) for each in series.times],
                "series": [{"name": _("Events"), "values": series.matched}],
            }
            plain = address.read(
                {"q": found.condition, "span": at.span}
                if at.span
                else {"q": found.condition, "from": address.stamp(at.start), "to": address.stamp(at.end)}
            )
            context |= {"stream": investigate.stream_of(plain, asked, page_of=get)}
            context["shared_by"] = _shared(asked, found, at)
        except WatchfloorError as error:
            context["refused"] = error.message
    return render(request, "detection/entity.html", context)


LINKS = (
    "$.author.id",
    "$.item.data.client_ip",
    "$.item.data.client_app",
    "$.item.data.links",
    "$.event.app",
    "$.event.ip",
    "$.event.device",
)


def _shared(asked: Asked, found: entity.Entity, at: address.Address) -> list[dict[str, object]]:
    """What its events have in common with others: accounts, addresses, apps, links, each a step on."""
    names = [
        name
        for name in LINKS
        if name in asked.schema and name != found.kind and not (found.kind == "account" and name == "$.author.id")
    ]
    return [
        {"label": investigate.short(top.by), "top": top,
         "rows": [(each, investigate.entity_url(top.by, each.value, at)) for each in top.values]}
        for top in panels.top(asked, names, limit=6) if top.values
    ]  # fmt: skip


def _has_span(get: object) -> bool:
    return any(name in get for name in ("span", "from", "to"))  # type: ignore[operator]
