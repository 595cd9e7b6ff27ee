"""The versions of the routing table: who put which live, why, on what evidence; what differs between two; any of them back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.review import actions
from watchfloor.review.models import RoutingTable
from watchfloor.review.pages.routing import told
from watchfloor.review.pages.routing_parts import VIEW, may_route, must_route, say, tabs

MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*VIEW)
def history(request: HttpRequest) -> HttpResponse:
    """``/review/routing/history``: ``?from=&to=`` shows what differs; a POST brings a version back (``version``, ``why``)."""
    actor = actor_of(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        must_route(actor)
        number = request.POST.get("version", "")
        try:
            with writing(actor) as w:
                row = actions.restore_routing(w, int(number) if number.isdecimal() and len(number) < 9 else 0,
                                              why=request.POST.get("why", ""))  # fmt: skip
            said = _("The rules are those of version %(then)s again; this is version %(now)s.")
            messages.success(request, said % {"then": number, "now": row.number})
            return HttpResponseRedirect(reverse("routing-history"))
        except WatchfloorError as error:
            errors["why"] = say(error)
    rows = list(RoutingTable.objects.order_by("-number")[:MOST])
    by_number = {row.number: row for row in rows}
    after = by_number.get(_number(request.GET.get("to", "")))
    before = by_number.get(_number(request.GET.get("from", "")) or (after.base or 0 if after else 0))
    context = {
        "tabs": tabs("routing-history"), "rows": rows, "errors": errors, "may": may_route(actor), "before": before,
        "after": after, "changes": told(before, after), "names": names_of(name for row in rows for name in (row.made_by, row.live_by)),
    }  # fmt: skip
    return render(request, "review/routing_history.html", context, status=422 if errors else 200)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0
