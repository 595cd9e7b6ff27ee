"""The first page of a new installation: it makes the administrator, the shipped policies and the first queues, once."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.console import install
from watchfloor.identity import first, guard, setup_code
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import browser_zone
from watchfloor.platform import config
from watchfloor.platform.render import render
from watchfloor.policy.models import Policy
from watchfloor.review.models import Queue

BACKEND = "django.contrib.auth.backends.ModelBackend"


@guard.everyone("Makes the first administrator with the code from the console; later it only leads on.")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Name, address, password; then signed in. Leads to sign-in once anyone exists."""
    if not first.open_house():
        return redirect("home" if request.user.is_authenticated else "account_login")
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            setup_code.check(request, request.POST.get("code", ""))
            user = first.make_administrator(
                name=request.POST.get("name", ""),
                email=request.POST.get("email", ""),
                password=request.POST.get("password", ""),
                time_zone=browser_zone(request),
                install=install.defaults,
            )
            setup_code.forget()
            request.signed_in_by = "first run"  # type: ignore[attr-defined]
            login(request, user, backend=BACKEND)
            return redirect("welcome-next")
        if not first.open_house():  # someone was quicker
            return redirect("account_login")
    context = {
        "typed": request.POST,
        "errors": errors,
        "code_needed": setup_code.needed(request),
        "home_folder": str(config.home()),
    }
    return render(request, "console/welcome.html", context, status=422 if errors else 200)


@require_safe
@guard.page("settings.manage")
def what_next(request: HttpRequest) -> HttpResponse:
    """What stands now, and the three things to do next."""
    context = {
        "queues": list(Queue.objects.order_by("position", "key")[:8]),
        "queue_count": Queue.objects.count(),
        "policy_count": Policy.objects.count(),
    }
    return render(request, "console/welcome_next.html", context)
