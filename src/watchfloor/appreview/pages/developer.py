"""The page behind the developer's secret link: how the app stands, what was decided and how to mend it, messages both ways.

No sign-in: whoever holds the signed link is its reader. Nothing is loaded from elsewhere, scripts are not needed.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from watchfloor.appreview import queries
from watchfloor.appreview.actions import deciding
from watchfloor.appreview.links import from_token
from watchfloor.appreview.models import AppMessage
from watchfloor.appreview.pages import words
from watchfloor.identity import guard
from watchfloor.identity.domain import system
from watchfloor.kernel.clock import now
from watchfloor.kernel.errors import BadInput, NotFound, Overloaded
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

MOST_A_DAY = 20  # messages of one developer about one app


@guard.everyone("The address holds a signed key; it shows one app's developer what they were told.")
@require_http_methods(["GET", "HEAD", "POST"])
def developer_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show how the app stands; a POST writes a message and comes back here."""
    try:
        app = from_token(token)
    except NotFound:
        return _private(render(request, "appreview/developer.html", {"app": None}, status=404))
    error, text = "", request.POST.get("text", "").replace("\x00", "")
    if request.method == "POST":
        try:
            today = now().replace(hour=0, minute=0, second=0, microsecond=0)
            if AppMessage.objects.filter(app=app, from_developer=True, at__gte=today).count() >= MOST_A_DAY:
                raise Overloaded("That is enough messages for a day; we have them all.", retry_after=3600)
            with writing(system("developer-page")) as w:
                deciding.write_message(w, app, text, by="developer", from_developer=True)
            return _private(HttpResponseRedirect(reverse("developer-page", args=[token])))
        except (BadInput, Overloaded) as refused:
            error = refused.message
    latest = app.applications.exclude(state="draft").order_by("-number").first()
    context = {
        "app": app, "latest": latest, "told": queries.told(app), "talk": list(app.messages.order_by("at")), "error": error,
        "text": text, "states": words.states(), "app_states": words.app_states(), "in_force": words.in_force(),
        "said": words.said() | words.steps_said(),
    }  # fmt: skip
    return _private(render(request, "appreview/developer.html", context, status=422 if error else 200))


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: not kept, not passed on, not found by search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
