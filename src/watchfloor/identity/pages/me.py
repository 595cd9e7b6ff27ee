"""One's own account: language, time zone, factors, what one may do and who gave it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import actions, guard, people, words
from watchfloor.identity.domain import PERMISSIONS
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of, browser_zone, user_of
from watchfloor.identity.signon import proof
from watchfloor.ledger.writer import writing
from watchfloor.platform import zones
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page()
def account(request: HttpRequest) -> HttpResponse:
    """Read and change."""
    user = user_of(request)
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            actions.prefer(
                user,
                name=request.POST.get("name", ""),
                language=request.POST.get("language", ""),
                time_zone=request.POST.get("time_zone", "").strip(),
            )
        if not errors:
            with translation.override(user.language or translation.get_language()):
                messages.success(request, _("Saved."))
            return redirect("account")
        user.refresh_from_db()
    values = {name: request.POST.get(name, getattr(user, name)) for name in ("name", "language", "time_zone")}
    context = {
        "person": user,
        "values": values,
        "errors": errors,
        "languages": [("", _("As the browser says")), *settings.LANGUAGES],
        "zones": zones.choices(),
        "browser_zone": browser_zone(request),
        "factors": people.factors(user),
        "grants": [one for one in people.grants(user) if not one.ended],
        "sign_ins": people.sign_ins(user),
        "means": words.means,
        "permission_words": PERMISSIONS,
    }
    return render(request, "identity/me.html", context, status=422 if errors else 200)


@require_POST
@guard.page()
@proof.fresh(everyone=True)
def sign_out_others(request: HttpRequest) -> HttpResponse:
    """End one's sessions on all other devices; this one goes on."""
    user = user_of(request)
    with writing(actor_of(request)) as w:
        actions.sign_out_everywhere(w, user, by=actor_of(request))
    update_session_auth_hash(request, user)
    messages.success(request, _("You are signed out on all other devices."))
    return redirect("account")
