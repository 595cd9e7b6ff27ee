"""``/programme/jira/settings``: where Jira is, who we are there, what our states are called, which side owns what; whether it works."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import zones
from watchfloor.platform.render import render
from watchfloor.programme.jira.actions import sites
from watchfloor.programme.jira.domain.merging import FIELDS
from watchfloor.programme.jira.domain.statuses import STATES
from watchfloor.programme.jira.models import Site
from watchfloor.programme.jira.pages import words

PLAIN = ("url", "project", "email", "zone")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("settings.manage")
def page(request: HttpRequest) -> HttpResponseBase:
    """The form. POST keeps it and asks Jira (``do=save``), only asks (``check``), or makes a secret for the webhook (``secret``)."""
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            _do(request)
        if not errors:
            return redirect("programme-jira-settings")
    site = sites.current()
    typed = _typed(site)
    if request.method == "POST":
        given = request.POST
        typed |= {name: given.get(name, "") for name in (*PLAIN, "kind")}
        typed |= {"on": "on" in given, "table": _table(request), "owners": _owners(request)}
    context = {
        "site": site, "typed": typed, "errors": errors, "states": words.actions(), "fields": words.fields(), "owners": words.owners(),
        "zones": [(name, name) for name in sorted({*zones.choices(), typed["zone"]} - {""})],
        "fresh": request.session.pop("jira_secret", ""),
        "hook": settings.PUBLIC_URL.rstrip("/") + reverse("programme-jira-hook"), "kinds": list(site.kinds.items()) if site else [],
        "statuses": [("", _("By its category")), *((name, name) for name in (site.statuses if site else []))],
    }  # fmt: skip
    return render(request, "jira/settings.html", context, status=422 if errors else 200)


def _do(request: HttpRequest) -> None:
    what, actor = request.POST.get("do", ""), actor_of(request)
    if what == "save":
        with writing(actor) as w:
            sites.save(w, _given(request))
        messages.success(request, _("Saved."))
        _ask(request)
    elif what == "check":
        _ask(request)
    elif what == "secret":
        with writing(actor) as w:
            request.session["jira_secret"] = sites.new_secret(w)
    else:
        raise NotFound("unknown_step", "There is no such thing to do.")


def _ask(request: HttpRequest) -> None:
    site = sites.current()
    if site is None:
        raise NotFound("no_site", "There are no settings of Jira yet.")
    told = sites.ask(site)
    with writing(actor_of(request)) as w:
        sites.keep_told(w, told)
    messages.success(request, _("Jira lets us in as %(name)s.") % {"name": told.name})


def _given(request: HttpRequest) -> sites.Given:
    given = request.POST
    plain = {name: given.get(name, "").strip() for name in PLAIN}
    return sites.Given(
        **plain, token=given.get("token", ""), kind=given.get("kind", ""), table=_table(request), owners=_owners(request),
        on="on" in given,
    )  # fmt: skip


def _table(request: HttpRequest) -> dict[str, str]:
    return {state: request.POST.get(f"table-{state}", "").strip() for state in STATES}


def _owners(request: HttpRequest) -> dict[str, str]:
    return {field: request.POST.get(f"owner-{field}", "both") for field in FIELDS}


def _typed(site: Site | None) -> dict[str, Any]:
    if site is None:
        return {"url": "", "project": "", "email": "", "zone": "UTC", "kind": "", "on": True, "table": {}, "owners": {}}
    return {name: getattr(site, name) for name in (*PLAIN, "kind", "on", "table", "owners")}
