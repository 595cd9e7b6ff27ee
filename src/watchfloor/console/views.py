"""Pages of the shell itself: the way in, the palette's answers, the gallery of components."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from watchfloor.console import access, gallery_data, nav, palette
from watchfloor.identity import guard


@guard.everyone("Leads to the first page one may open; shows nothing.")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the navigation that this viewer may open: the floor for a lead, the desk for a reviewer."""
    for group in nav.visible(request.path, access.may(request)):
        for link in group:
            return redirect(link.href)
    return redirect("account_login" if access.viewer(request) is None else "account")


@guard.everyone("Answers with what the viewer may know of; nobody: 403.")
@require_GET
def palette_json(request: HttpRequest) -> HttpResponse:
    """``{"entries": [...]}`` for ``?q=``; only what this viewer may know of."""
    if access.viewer(request) is None:
        return JsonResponse({"entries": []}, status=403)
    pages = [
        {"title": link.name, "url": link.href, "kind": _("page"), "icon": link.icon}
        for group in nav.visible(request.path, access.may(request))
        for link in group
    ]
    entries = palette.search(access.viewer(request), request.GET.get("q", ""), pages)
    response = JsonResponse({"entries": entries})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@guard.page("settings.manage")
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state. ``?dir=rtl`` shows it right to left."""
    language = "ar" if request.GET.get("dir") == "rtl" else translation.get_language() or "en"
    with translation.override(language):
        template = engines["jinja2"].get_template("console/gallery.html")
        body = str(template.render(gallery_data.context(request), request))
    return HttpResponse(body)
