"""The terms of appeals as a form, their versions, and the people whose appeals are plainly unfounded again and again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import actions, appeal_terms
from watchfloor.review.actions import complainants
from watchfloor.review.actions.appeal_terms import PERMISSION
from watchfloor.review.models import AppealTerms

SPARE_ROWS = 3
WINDOW = ("days", "side", "market", "policy", "notice")
KINDS = ("trusted_flagger", "government", "law_enforcement", "user")
CHANNELS = ("email", "web_form")
CSV_HEAD = ("side", "person", "decided", "unfounded", "warned", "suspended_until", "proposed")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(PERMISSION)
def terms(request: HttpRequest) -> HttpResponse:
    """``/appeals/terms``: POST saves a new version, or restores one."""
    error: tuple[str, str] | None = None
    document: dict[str, Any] | None = None
    if request.method == "POST":
        try:
            if request.POST.get("step") == "restore":
                number = request.POST.get("number", "")
                actions.restore_terms(actor_of(request), int(number) if number.isdecimal() else 0)
            else:
                document = _document(request)
                actions.save_terms(actor_of(request), document, note=request.POST.get("note", ""))
            messages.success(request, _("The terms hold from now on. What notices have promised stays."))
            return HttpResponseRedirect(reverse("appeal-terms"))
        except (BadInput, Forbidden, NotFound) as problem:
            error = (getattr(problem, "where", "") or "days", f"{problem.message} {problem.hint}".strip())
    now = appeal_terms.current()
    versions = list(AppealTerms.objects.order_by("-number")[:20])
    windows = [{name: getattr(window, name) for name in WINDOW} for window in now.windows]
    if document is not None:
        windows = document["windows"]
    context = {
        "terms": now, "windows": [*windows, *([dict.fromkeys(WINDOW, "")] * SPARE_ROWS)], "errors": [error] if error else [],
        "of": dict([error]) if error else {}, "posted": request.POST, "versions": versions,
        "names": names_of(row.made_by for row in versions),
        "policies": [("", _("Any policy")), *((row.key, row.name) for row in policies.all_policies())],
        "bodies": "\n".join(_body_line(body) for body in now.bodies),
        "receipts": request.POST.getlist("receipts") if document is not None else (*now.receipts.kinds, *now.receipts.channels),
        "receipt_words": _receipt_words(),
    }  # fmt: skip
    return render(request, "review/appeal_terms.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(PERMISSION)
def people(request: HttpRequest) -> HttpResponse:
    """``/appeals/people``: ``?show=proposed`` or ``suspended``; POST warns, suspends or lifts. The export has no platform ids."""
    error: tuple[str, str] | None = None
    typed = {name: request.POST.get(name, "") for name in ("side", "appellant", "why", "gravity", "intent", "days")}
    if request.method == "POST":
        try:
            _measure(request, typed)
            return HttpResponseRedirect(reverse("complainants"))
        except (BadInput, Conflict, Forbidden, NotFound) as problem:
            error = (getattr(problem, "where", "") or "why", f"{problem.message} {problem.hint}".strip())
    show = request.GET.get("show", "")
    found = complainants.records(show=show)
    if request.GET.get("format") == "csv":
        rows = ((row.side, number, row.record.decided, row.record.unfounded, row.warned_at, row.suspended_until, row.proposed)
                for number, row in enumerate(found, 1))  # fmt: skip
        return csv_response("complainants", CSV_HEAD, rows)  # type: ignore[return-value]
    context = {
        "rows": found, "show": show, "errors": [error] if error else [], "typed": typed, "abuse": appeal_terms.current().abuse,
        "csv_url": f"?format=csv&show={show}" if show in ("proposed", "suspended") else "?format=csv",
    }  # fmt: skip
    return render(request, "review/complainants.html", context, status=422 if error else 200)


def _measure(request: HttpRequest, typed: dict[str, str]) -> None:
    actor, step = actor_of(request), request.POST.get("step")
    who = (typed["side"], typed["appellant"])
    if step == "warn":
        complainants.warn(actor, *who, typed["why"])
        messages.success(request, _("Warned. They are told what follows if it goes on."))
    elif step == "suspend":
        days = int(typed["days"]) if typed["days"].isdecimal() else None
        complainants.suspend(actor, *who, typed["why"], gravity=typed["gravity"], intent=typed["intent"], days=days)
        messages.success(request, _("Suspended. They are told until when, and that courts stay open to them."))
    else:
        complainants.lift(actor, *who, typed["why"])
        messages.success(request, _("Lifted. Their appeals are taken again."))


def _document(request: HttpRequest) -> dict[str, Any]:
    """The form as the document that ``domain.appeal_terms.read`` checks."""
    now = appeal_terms.current()
    columns = [request.POST.getlist(name) for name in WINDOW]
    windows = []
    for place, row in enumerate(zip(*columns, strict=False)):
        given = {name: value.strip() for name, value in zip(WINDOW, row, strict=True)}
        if any(given.values()):
            windows.append({**given, "days": _whole(given["days"], f"windows.{place}.days")})
    bodies = []
    for line in request.POST.get("bodies", "").splitlines():
        name, _sep, rest = line.partition("|")
        address, _sep, markets = rest.partition("|")
        if line.strip():
            listed = [market.strip() for market in markets.split(",") if market.strip()]
            bodies.append({"name": name.strip(), "url": address.strip(), "markets": listed})
    said = request.POST.getlist("receipts")
    return {
        "days": _whole(request.POST.get("default_days", ""), "default_days"), "windows": windows,
        "blind": request.POST.get("blind", "all"), "blind_policies": request.POST.getlist("blind_policies"),
        "receipts": {"kinds": [word for word in said if word in KINDS], "channels": [word for word in said if word in CHANNELS]},
        "abuse": {
            "days": _whole(request.POST.get("abuse_days", ""), "abuse_days"),
            "least": _whole(request.POST.get("abuse_least", ""), "abuse_least"),
            "share": _whole(request.POST.get("abuse_share", ""), "abuse_share") / 100,
            "suspend_days": _whole(request.POST.get("suspend_days", ""), "suspend_days"),
        },
        "dispute": {"days": now.dispute.days, "extension": now.dispute.extension}, "bodies": bodies,
    }  # fmt: skip


def _receipt_words() -> list[tuple[str, str]]:
    """Kinds of reporters and channels, in words; keys of both are apart."""
    return [
        ("trusted_flagger", _("Trusted flaggers")), ("government", _("Governments")), ("law_enforcement", _("Law enforcement")),
        ("user", _("Every user")), ("email", _("By e-mail")), ("web_form", _("By web form")),
    ]  # fmt: skip


def _body_line(body: Any) -> str:
    return " | ".join([body.name, body.url, ", ".join(body.markets)]).rstrip(" |")


def _whole(text: str, where: str) -> int:
    if not text.strip().isdecimal():
        raise BadInput("bad_number", _("That is not a whole number."), where=where)
    return int(text)
