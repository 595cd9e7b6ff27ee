"""Releases on a restricted case: ask, agree, take the file out once."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.identity.signon import proof
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform.render import render
from watchfloor.review import queries
from watchfloor.review.actions import releases
from watchfloor.review.models import Case, Release


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("restricted.view")
@proof.fresh()
def index(request: HttpRequest, case_id: str) -> HttpResponse:
    """``/cases/<case>/release``: what was asked, by whom, and its answer; POST asks or answers."""
    actor = actor_of(request)
    case = _case(request, case_id)
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            if request.POST.get("step") == "ask":
                releases.ask(actor, case.pk, request.POST.get("kind", ""), request.POST.get("purpose", ""))
            else:
                releases.judge(
                    actor, _known(case, request.POST.get("release", "")), agree=request.POST.get("step") == "agree"
                )
        if not errors:
            return redirect("case-release", case_id)
    rows = list(Release.objects.filter(case=case).order_by("-asked_at"))
    context = {
        "case": case, "rows": rows, "errors": errors, "typed": request.POST, "kinds": kind_words(), "kind_names": dict(kind_words()),
        "names": names_of({name for row in rows for name in (row.asked_by, row.judged_by)}), "me": str(actor),
        "states": {"asked": _("Waits for a second person"), "agreed": _("Agreed"), "refused": _("Refused"), "used": _("Done")},
    }  # fmt: skip
    return render(request, "review/release.html", context, status=422 if errors else 200)


@require_POST
@guard.page("restricted.view")
@proof.fresh()
def take_out(request: HttpRequest, case_id: str, release_id: uuid.UUID) -> HttpResponse:
    """The file, once."""
    case = _case(request, case_id)
    name, body = releases.take_out(actor_of(request), _known(case, str(release_id)))
    response = HttpResponse(body, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def kind_words() -> list[tuple[str, str]]:
    """What the steps are called."""
    return [
        ("export", _("Take the evidence out")), ("authority", _("Hand the evidence to an authority")),
        ("reversal", _("Take a decision back")),
    ]  # fmt: skip


def _case(request: HttpRequest, case_id: str) -> Case:
    try:
        pk = ids.decode("case", case_id)
    except BadInput:
        raise NotFound("unknown_case", "There is no such case.") from None
    case = queries.case(actor_of(request), pk, why="release page")
    if not case.clearance:
        raise NotFound("not_restricted", "Only restricted cases have releases.")
    return case


def _known(case: Case, text: str) -> uuid.UUID:
    try:
        found = Release.objects.filter(case=case, pk=uuid.UUID(text)).values_list("pk", flat=True).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound("unknown_release", "There is no such request on this case.")
    return found
