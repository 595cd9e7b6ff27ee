"""What people do to a model: choose its version, plan its sample, let it act again after a pause."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from watchfloor.detection.actions import set_model_live
from watchfloor.detection.modelling import actions
from watchfloor.detection.modelling.pages.one import shown
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer, writing


@require_POST
@guard.page("rule.enable")
def put_live(request: HttpRequest, policy: str) -> HttpResponse:
    """``version`` is put to work; empty: none is."""
    typed = request.POST.get("version", "")
    version = int(typed) if typed.isdigit() else None
    done = _("Version %(version)s works now.") % {"version": version} if version else _("The model is stopped.")
    return _step(request, policy, done, lambda w: set_model_live(w, policy, version, why=request.POST.get("why", "")))


@require_POST
@guard.page("rule.enable")
def sample(request: HttpRequest, policy: str) -> HttpResponse:
    """A plan of the sample, for one language or for all that have none."""

    def plan(w: Writer) -> None:
        actions.plan_sampling(
            w, policy, language=request.POST.get("language", ""), per_day=int(_number(request, "per_day")),
            uniform=_number(request, "uniform") / 100, target=_number(request, "target") / 100,
        )  # fmt: skip

    return _step(request, policy, _("The sample is planned."), plan)


@require_POST
@guard.page("rule.enable")
def resume(request: HttpRequest, policy: str) -> HttpResponse:
    """It may act again."""
    done = _("It may act again, and is compared with what comes from now on.")
    return _step(request, policy, done, lambda w: actions.resume(w, policy, why=request.POST.get("why", "")))


def _step(request: HttpRequest, policy: str, done: str, act: Callable[[Writer], object]) -> HttpResponse:
    opened = request.POST.get("dialog", "")
    try:
        with writing(actor_of(request)) as w:
            act(w)
    except (BadInput, Conflict, NotFound) as error:
        where = f"{error.where or 'why'}-{opened}" if opened else error.where
        words = f"{error.message} {error.hint}".strip()
        return shown(request, policy, errors=[(where, words)], typed=request.POST, opened=opened)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("model", args=[policy]))


def _number(request: HttpRequest, name: str) -> float:
    typed = request.POST.get(name, "").replace(",", ".").strip()
    try:
        return float(typed)
    except ValueError:
        raise BadInput("not_a_number", f"{typed[:20]!r} is no number.", where=name) from None
