"""Transparency reports: a period is chosen, a worker counts it, it is looked at beside the one before, downloaded, published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.platform.datefields import day
from watchfloor.platform.render import render
from watchfloor.transparency import reporting
from watchfloor.transparency.domain.annex import report as annex
from watchfloor.transparency.domain.annex.facts import Period
from watchfloor.transparency.models import TransparencyReport
from watchfloor.transparency.pages import words


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("transparency.view")
def index(request: HttpRequest) -> HttpResponse:
    """All reports; a POST asks for one."""
    actor = actor_of(request)
    errors: list[tuple[str, str]] = []
    asked = reporting.last_full_half_year(clock.now().date())
    typed = {"first": str(asked.first), "last": str(asked.last)}
    if request.method == "POST":
        if not actor.has("transparency.edit"):
            raise NotFound("unknown_report", "There is no such report.")
        typed = {name: request.POST.get(name, "").strip() for name in ("first", "last")}
        try:
            row = reporting.ask(actor, period(typed))
            return HttpResponseRedirect(reverse("transparency-report", args=[ids.encode("trp", row.pk)]))
        except (BadInput, Conflict) as error:
            errors = [(error.where or "first", words.sentence(error))]
    rows = list(TransparencyReport.objects.defer("archive").order_by("-last", "-first", "-version")[:200])
    context = {
        "rows": [
            {"row": row, "url": reverse("transparency-report", args=[ids.encode("trp", row.pk)]),
             "due": reporting.due_on(reporting.period_of(row))}
            for row in rows
        ],
        "day": words.day, "states": words.report_words(), "names": names_of(row.asked_by for row in rows), "typed": typed, "errors": errors,
        "error_of": dict(errors), "may_edit": actor.has("transparency.edit"),
    }  # fmt: skip
    return render(request, "transparency/reports.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("transparency.view")
def one(request: HttpRequest, report_id: str) -> HttpResponse:
    """One report: how far it is, its totals beside the period before, its files; a POST publishes it."""
    actor, row = actor_of(request), _row(report_id)
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        if not actor.has("transparency.publish"):
            raise NotFound("unknown_report", "There is no such report.")
        try:
            reporting.publish(actor, row.pk)
            messages.success(
                request, _("Published. Put the files where everybody finds them; they are kept here for five years.")
            )
            return HttpResponseRedirect(request.path)
        except Conflict as error:
            errors = [("publish", words.sentence(error))]
    before = reporting.before(row)
    context = {
        "row": row, "id": report_id, "day": words.day, "before": before, "figures": _figures(row, before),
        "state": words.report_words()[row.state],
        "files": _files(row),
        "due": reporting.due_on(reporting.period_of(row)), "errors": errors, "names": names_of([row.asked_by, row.published_by]),
        "may_publish": actor.has("transparency.publish"), "going": row.state in ("waiting", "running"),
    }  # fmt: skip
    response = render(request, "transparency/report.html", context, status=422 if errors else 200)
    if request.headers.get("HX-Request") and not context["going"]:
        response.headers["HX-Refresh"] = "true"  # it is done: the whole page has something new to say
    return response


@require_safe
@guard.page("transparency.view")
def download(request: HttpRequest, report_id: str) -> HttpResponse:
    """The eleven files in one archive."""
    row = _row(report_id)
    if row.archive is None:
        raise NotFound("unknown_report", "This report is not made yet.")
    response = HttpResponse(bytes(row.archive), content_type="application/zip")
    name = f"transparency-{row.first}-{row.last}-v{row.version}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def period(typed: dict[str, str]) -> Period:
    """A period as typed; ``BadInput`` that names the field."""
    days = {name: day(typed[name], name) for name in ("first", "last")}
    if days["last"] < days["first"]:
        raise BadInput("bad_period", "The period ends before it begins.", where="last")
    return Period(first=days["first"], last=days["last"])


def _row(report_id: str) -> TransparencyReport:
    row = TransparencyReport.objects.filter(pk=ids.decode("trp", report_id)).first()
    if row is None:
        raise NotFound("unknown_report", "There is no such report.")
    return row


def _files(row: TransparencyReport) -> list[tuple[str, str, str]]:
    """(the part's name, its digest, the file's name) of each file."""
    named = [(name, annex.file_name(part)) for part, name in annex.NAMES.items()]
    return [(name, row.files[file], file) for name, file in named if file in row.files]


def _figures(row: TransparencyReport, before: TransparencyReport | None) -> list[dict[str, Any]]:
    found = []
    for name, label in words.figure_words().items():
        now = row.figures.get(name, "")
        then = before.figures.get(name, "") if before else ""
        change = ""
        if now and then and float(then):
            change = f"{(float(now) - float(then)) / float(then) * 100:+.0f} %"
        found.append({"label": label, "now": words.figure(now), "before": words.figure(then), "change": change})
    return found
