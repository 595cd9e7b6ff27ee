"""One account: how it stands, and everything that happened around it, in one line of time."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.enforcement import queries as enforcement
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.items import queries as items
from watchfloor.kernel import ids
from watchfloor.platform import datefields
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review import bench
from watchfloor.review.bench_view import author_view
from watchfloor.review.pages import tables
from watchfloor.review.queries import accounts

CSV_HEAD = ("at", "kind", "item", "what", "state", "case")


@require_safe
@guard.page("case.view")
def detail(request: HttpRequest, item_id: str) -> HttpResponse:
    """``/accounts/<itm>``: ``?show=`` one kind only, ``?before=`` the page that follows, ``?format=csv``."""
    actor = actor_of(request)
    who = accounts.account(actor, ids.decode("itm", item_id))
    show = request.GET.get("show", "")
    kinds = (show,) if show in accounts.KINDS else accounts.KINDS
    before = _moment(request.GET.get("before", ""))
    lines = accounts.lines(actor, who, kinds=kinds, before=before, limit=accounts.LIMIT)
    if request.GET.get("format") == "csv":
        rows = ((line.at, line.kind, ids.encode("itm", line.item.pk), line.what, line.state,
                 ids.encode("case", line.case_id) if line.case_id else "") for line in lines)  # fmt: skip
        return csv_response("account", CSV_HEAD, rows)  # type: ignore[return-value]
    texts = tables.excerpts((line.item, line.item.current_version) for line in lines)
    _name, fields = bench.fields_of(who.type_key)
    data = items.snapshot(who.current_version) if who.current_version else None
    older = lines[-1].at.isoformat() if len(lines) == accounts.LIMIT else ""
    context = {
        "who": who,
        "lines": lines,
        "texts": texts,
        "show": show,
        "query": request.GET,
        "author": author_view(who, fields, data, enforcement.standing(who)),
        "next_page": tables.with_query(request.GET, before=older) if older else None,
        "csv_url": tables.with_query(request.GET, format="csv"),
        "kinds": [
            ("item", _("Items")),
            ("report", _("Reports")),
            ("decision", _("Decisions")),
            ("action", _("Actions")),
            ("strike", _("Strikes")),
        ],
    }
    return render(request, "review/account.html", context)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    return datefields.moment(text.replace(" ", "+"), "before")
