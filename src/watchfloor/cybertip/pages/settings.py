"""The house's settings: who reports, for which company, where to, what must be reported and by when."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.cybertip import access, house
from watchfloor.cybertip.client import Client, Unknown
from watchfloor.cybertip.pages import words
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies


@require_http_methods(["GET", "HEAD", "POST"])
@access.page(access.MANAGE)
def index(request: HttpRequest) -> HttpResponse:
    """The form; POST keeps it, or asks NCMEC whether it lets us in."""
    actor, errors = actor_of(request), Errors()
    plan, answers = house.current()
    names = [name for name in house.House.__struct_fields__ if name != "password"]
    typed = {name: getattr(answers, name) for name in names}
    typed |= {"environment": plan.environment, "target": f"{plan.target_minutes / 60:g}"}
    chosen = set(plan.violations)
    if request.method == "POST" and request.POST.get("step") == "check":
        _ask(request, plan, answers)
        return redirect("cybertip-settings")
    if request.method == "POST":
        typed |= {name: request.POST.get(name, "").strip() for name in typed}
        chosen = set(request.POST.getlist("violations"))
        with mending(errors):
            try:
                minutes = round(float(typed["target"]) * 60)
            except (ValueError, OverflowError):
                raise BadInput("bad_number", _("A number of hours."), where="target") from None
            try:
                house.save(
                    actor,
                    house.Plan(
                        environment=typed["environment"], violations=tuple(sorted(chosen)), target_minutes=minutes
                    ),
                    house.House(**{name: typed[name] for name in names}, password=request.POST.get("password", "")),
                )
            except BadInput as error:
                where = {"target_minutes": "target"}.get(error.where, error.where)
                raise BadInput(error.code, error.message, where=where, hint=error.hint) from None
            messages.success(request, _("Saved."))
            return redirect("cybertip-settings")
    known = [
        (each.key, each.name, each.key in chosen)
        for policy in policies.all_policies()
        if policy.clearance == access.CLEARANCE
        for each in policies.violations(policy.key, "")
    ]
    context = {
        "typed": typed, "errors": errors, "violations": known, "environments": list(words.environments().items()),
        "plan": plan, "has_password": bool(answers.password), "ready": bool(answers.username and answers.password),
        "base": house.base_url(plan.environment),
    }  # fmt: skip
    return render(request, "cybertip/settings.html", context, status=422 if errors else 200)


def _ask(request: HttpRequest, plan: house.Plan, answers: house.House) -> None:
    try:
        with Client(house.base_url(plan.environment), answers.username, answers.password) as client:
            code = client.status().code
    except (Unknown, BadInput) as error:
        messages.error(request, _("NCMEC's service could not be asked: %(why)s") % {"why": str(error)})
        return
    if code == 0:
        messages.success(request, _("NCMEC's service is there and lets us in."))
    else:
        why = words.reasons().get(str(code), str(code))
        messages.error(request, _("NCMEC's service answered with an error: %(why)s") % {"why": why})
