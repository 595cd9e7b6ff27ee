"""My settings: how the pages look and how the workbench behaves, kept with the person, so that every browser shows the same."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings as site
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import actions, guard, preferences
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import user_of
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.render import render

SWITCHES = ("single_keys", "auto_next", "translate")
MAX_BODY = 2_000


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page()
def settings(request: HttpRequest) -> HttpResponse:
    """``/settings/mine``: the form; nothing in it needs a script."""
    user = user_of(request)
    errors = Errors()
    values: dict[str, Any] = msgspec.to_builtins(preferences.of(user))
    language = request.POST.get("language", user.language)
    if request.method == "POST":
        values |= _typed(request)
        with mending(errors):
            actions.prefer(user, language=language)
            preferences.save(user, values)
        if not errors:
            with translation.override(user.language or translation.get_language()):
                messages.success(request, _("Saved."))
            return redirect("my-settings")
    context = {
        "values": values | {"language": language},
        "spoken": [("", _("As the browser says")), *site.LANGUAGES],
        "errors": errors,
        "idle": preferences.IDLE_MINUTES,
        "tabs": [
            ("history", _("History")), ("reports", _("Reports")), ("signals", _("Signals")), ("thread", _("Thread")),
            ("linked", _("Linked")), ("precedents", _("Precedents")),
        ],
    }  # fmt: skip
    return render(request, "identity/mine.html", context, status=422 if errors else 200)


def _typed(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    minutes = post.get("idle_minutes", "")
    found: dict[str, Any] = {name: name in post for name in SWITCHES}
    found |= {name: post.get(name) or None for name in ("theme", "density")}
    found |= {"decide_by": post.get("decide_by", ""), "tab": post.get("tab", "")}
    found["idle_minutes"] = int(minutes) if minutes.isdecimal() and len(minutes) < 4 else minutes
    if "reset_columns" in post:
        found["columns"] = ()
    return found


@require_POST
@guard.page()
def keep(request: HttpRequest) -> HttpResponse:
    """What the page's script keeps as one goes: JSON ``{name: value}``; answers 204."""
    body = request.body
    try:
        values = msgspec.json.decode(body, type=dict[str, Any]) if len(body) <= MAX_BODY else {}
    except msgspec.DecodeError:
        raise BadInput("bad_json", "This is no JSON object of settings.") from None
    preferences.save(user_of(request), values)
    return HttpResponse(status=204)
