"""``/training/records``: the learning record store that hears of exams, what it hears, and how sending goes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.enforcement import replaying
from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.training import records
from watchfloor.training.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("settings.manage")
def page(request: HttpRequest) -> HttpResponseBase:
    """POST keeps the settings and asks the store (``do=save``), only asks (``check``), sends earlier results or those given up."""
    errors, actor = Errors(), actor_of(request)
    if request.method == "POST":
        with mending(errors):
            _do(request)
        if not errors:
            return redirect("training-records")
    store = records.current()
    typed = {"url": store.url if store else "", "name": "", "on": store.on if store else True}
    if request.method == "POST" and request.POST.get("do") == "save":
        typed = {"url": request.POST.get("url", ""), "name": request.POST.get("name", ""), "on": "on" in request.POST}
    context = {
        "tabs": parts.tabs(actor, "records"), "store": store, "typed": typed, "errors": errors, "standing": records.standing(),
        "home": records.home(),
    }  # fmt: skip
    return render(request, "training/records.html", context, status=422 if errors else 200)


def _do(request: HttpRequest) -> None:
    what, actor = request.POST.get("do", ""), actor_of(request)
    if what == "save":
        plain = {name: request.POST.get(name, "") for name in ("url", "name", "secret")}
        with writing(actor) as w:
            records.save(w, records.Given(**plain, on="on" in request.POST))
        messages.success(request, _("Saved."))
        _ask(request)
    elif what == "check":
        _ask(request)
    elif what == "earlier":
        with writing(actor) as w:
            count = records.tell_earlier(w)
        messages.success(
            request,
            ngettext("%(num)s earlier exam is on its way.", "%(num)s earlier exams are on their way.", count)
            % {"num": count},
        )
    elif what == "again":
        again = replaying.replay_dead(actor, records.dead())
        messages.success(
            request,
            ngettext("%(num)s message goes out again.", "%(num)s messages go out again.", again.sent)
            % {"num": again.sent},
        )
    else:
        raise NotFound("unknown_step", "There is no such thing to do.")


def _ask(request: HttpRequest) -> None:
    store = records.current()
    if store is None:
        raise NotFound("no_store", "There are no settings of a record store yet.")
    found = records.ask(store)
    messages.success(request, _("The store lets us in. It speaks xAPI %(versions)s.") % {"versions": ", ".join(found)})
