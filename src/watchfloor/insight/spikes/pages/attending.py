"""One's alarms of today, the digest of the others, one's budget, what is muted, and what answers made of the thresholds."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.models import User
from watchfloor.identity.names import names_of
from watchfloor.insight import catalogue
from watchfloor.insight.floor_pages.parts import number
from watchfloor.insight.spikes import attention, telling, words
from watchfloor.insight.spikes.models import Mute
from watchfloor.insight.spikes.pages.parts import MANAGE, must_manage, tabs
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.render import render


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("insight.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``/insight/spikes/attention``. A POST sets one's budget, or ends a mute (needs ``spike.manage``)."""
    actor, errors = actor_of(request), Errors()
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST" and user is not None:
        must_manage(actor)
        with mending(errors):
            if request.POST.get("step") == "unmute":
                attention.unmute(actor, _id(request.POST.get("id", "")))
                messages.success(request, _("Alarms about it ring again."))
            else:
                telling.save_budget(user, int(number(request.POST.get("budget", ""), "budget")))
                messages.success(request, _("Your budget is saved."))
            return redirect("spike-attention")
    muted = list(Mute.objects.filter(ended_at__isnull=True, until__gt=clock.now()).order_by("until"))
    tuned: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    said = attention.answers()
    for metric, where, verdict in said:
        tuned.setdefault((metric, tuple(sorted(where.items()))), []).append(verdict)
    context = {
        "tabs": tabs("attention"), "mine": telling.mine(actor),
        "digest": telling.mine(actor, digest=True), "errors": errors,
        "budget": request.POST.get("budget") or (telling.budget_of(user) if user else telling.BUDGET),
        "mutes": [{"row": row, "what": _title(row.metric), "slice": words.slice_long(row.where)} for row in muted],
        "names": names_of(row.made_by for row in muted), "may_manage": actor.has(MANAGE),
        "tuned": [
            {"what": _title(metric), "slice": words.slice_long(dict(where)), "useful": verdicts.count("useful"),
             "noise": verdicts.count("noise"), "known": verdicts.count("known"),
             "weight": attention.weight_of(metric, dict(where), said)}
            for (metric, where), verdicts in sorted(tuned.items())
        ],
    }  # fmt: skip
    return render(request, "insight/spikes/attention.html", context, status=422 if errors else 200)


def _title(metric: str) -> str:
    return _(catalogue.metric(metric).title) if metric else _("Every metric")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("bad_id", _("Say which one."), where="main") from None
