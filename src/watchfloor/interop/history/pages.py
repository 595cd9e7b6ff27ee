"""Settings: whose history of cases is imported, how its columns are read, its figures, and the rows that could not be read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.interop.history import figures, keeping, pulling
from watchfloor.interop.history import mapping as mappings
from watchfloor.interop.models import HistoryReject, HistorySource
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform import targets
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

MANAGES = "settings.manage"
TEXTS = ("name", "kind", "url", "account")
HEAD = ("place", "why", "row")
FIGURES = ("slice", "incoming", "solved", "reopened", "reassigned", "average age at solving (s)", "targets kept")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGES)
def index(request: HttpRequest) -> HttpResponseBase:
    """All sources with their figures, and a form for a help desk that is asked by its API; ``?format=csv``."""
    errors, typed = Errors(), {name: request.POST.get(name, "") for name in TEXTS}
    if request.method == "POST":
        with mending(errors):
            source = _add(request, typed)
            messages.success(request, _("Kept; it is asked in a moment."))
            return redirect("interop-history-source", source.pk)
    rows = list(HistorySource.objects.order_by("name"))
    lines = [(row, _whole(row)) for row in rows]
    if request.GET.get("format") == "csv":
        return csv_response("history", FIGURES, (
            (row.name, f.incoming, f.solved, f.reopened, f.reassigned, f.aas_seconds, f.sla) for row, f in lines if f
        ))  # fmt: skip
    kinds = [("zendesk", "Zendesk"), ("salesforce", "Salesforce Service Cloud")]
    context = {"rows": lines, "typed": typed, "errors": errors, "kinds": kinds, "words": _kinds(), "query": request.GET}
    return render(request, "interop/history.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGES)
def one(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """One source: figures (``?by=month``), the mapping, rows put aside (``?format=csv``).

    POST ``do`` = mapping | ask | on | off | forget | hook (the secret that Zendesk signs reports with).
    """
    source = HistorySource.objects.filter(pk=source_id).first()
    if source is None:
        raise NotFound("no_source", "There is no such source.")
    errors = Errors()
    if request.method == "POST":
        with mending(errors):
            messages.success(request, _do(request, source))
            return redirect("interop-history-source", source.pk)
    rejects = HistoryReject.objects.filter(source=source).order_by("pk")
    if request.GET.get("format") == "csv":
        return csv_response(
            f"rejected-{source.pk}", HEAD, ((r.place, r.why, msgspec.json.encode(r.row).decode()) for r in rejects)
        )
    by = request.GET.get("by", "month")
    by = by if by in figures.BY and by else "month"
    shown = paged(rejects, request.GET, 20)
    plan = keeping.mapping_of(source)
    typed = {
        "fields": "\n".join(f"{field}={path}" for field, path in plan.fields.items()), "solved": ", ".join(plan.solved),
        "missing": " ".join(each for each in plan.missing if each), "dates": plan.dates, "zone": plan.zone, **request.POST.dict(),
    }  # fmt: skip
    context = {
        "source": source, "whole": _whole(source), "slices": figures.figures(source, by=by), "by": by, "slice_words": _slices(),
        "typed": typed,
        "errors": errors, "rejects": shown.rows, "pager": shown.pager, "query": request.GET, "words": _kinds(),
        "fields": ", ".join(mappings.FIELDS), "steps": source.steps.count(),
        "hook": settings.PUBLIC_URL.rstrip("/") + reverse("zendesk-report", args=[source.pk]),
    }  # fmt: skip
    return render(request, "interop/history_source.html", context, status=422 if errors else 200)


def _add(request: HttpRequest, typed: dict[str, str]) -> HistorySource:
    kind, url, secret = typed["kind"], typed["url"].strip().rstrip("/"), request.POST.get("secret", "").strip()
    if kind not in ("zendesk", "salesforce"):
        raise BadInput("unknown_kind", _("Choose where it comes from."), where="kind")
    try:
        targets.check_url(url)
    except BadInput as wrong:
        raise BadInput(wrong.code, wrong.message, where="url", hint=wrong.hint) from None
    if not typed["account"].strip() or len(typed["account"]) > 200:
        raise BadInput("no_account", _("Write who we are there."), where="account")
    if not secret:
        raise BadInput("no_secret", _("Paste the token or the secret."), where="secret")
    name = typed["name"].strip()
    if HistorySource.objects.filter(name=name).exists():
        raise BadInput("name_taken", _("There is a source of this name already."), where="name")
    with writing(actor_of(request)) as w:
        row = keeping.save_source(
            w, name=name, kind=kind, mapping=mappings.READY[kind], url=url, account=typed["account"].strip(),
            secret=pulling.seal(secret, name), on=True,
        )  # fmt: skip
    pulling.ask_now(row.pk)
    return row


def _do(request: HttpRequest, source: HistorySource) -> str:
    what, actor = request.POST.get("do", ""), actor_of(request)
    with writing(actor) as w:
        if what == "mapping":
            keeping.save_source(w, name=source.name, kind=source.kind, mapping=_mapping(request, source))
            return _("Kept. It holds for what is imported from now on; throw the steps away to import all of it again.")
        if what == "forget":
            gone = keeping.forget(w, source.pk)
            return ngettext("%(num)s step was thrown away.", "%(num)s steps were thrown away.", gone) % {"num": gone}
        if what == "hook" and source.kind == "zendesk":
            secret = request.POST.get("hook", "").strip()
            if not 8 <= len(secret) <= 200:
                raise BadInput(
                    "bad_secret", _("Paste the signing secret that Zendesk shows for the webhook."), where="hook"
                )
            sealed = pulling.seal(secret, f"hook:{source.pk}")
            keeping.save_source(w, name=source.name, kind=source.kind, mapping=keeping.mapping_of(source), hook=sealed)
            return _("Kept. What it signs is taken in as reports.")
        if what in ("on", "off") and source.kind != "file":
            keeping.save_source(
                w, name=source.name, kind=source.kind, mapping=keeping.mapping_of(source), on=what == "on"
            )
            pulling.ask_now(source.pk)
            return _("It is asked every five minutes.") if what == "on" else _("It is asked no more.")
    if what == "ask" and pulling.ask_now(source.pk):
        return _("It is asked in a moment.")
    raise NotFound("unknown_step", "There is no such thing to do.")


def _mapping(request: HttpRequest, source: HistorySource) -> mappings.Mapping:
    given = request.POST
    fields: dict[str, str] = {}
    for line in given.get("fields", "").splitlines():
        field, sign, path = (part.strip() for part in line.partition("="))
        if not field:
            continue
        if not sign or not path or len(path) > 120:
            raise BadInput("bad_line", _("Each line is a field, =, and a column."), where="fields", hint=line[:60])
        fields[field] = path
    solved = tuple(part.strip() for part in given.get("solved", "").split(",") if part.strip())
    made = mappings.Mapping(
        fields=fields, solved=solved[:40], missing=("", *given.get("missing", "").split()[:20]), dates=given.get("dates", "").strip()[:60],
        zone=given.get("zone", "").strip() or "UTC", less=keeping.mapping_of(source).less,
    )  # fmt: skip
    return mappings.check(made)


def _whole(source: HistorySource) -> figures.Figures | None:
    return next(iter(figures.figures(source)), None)


def _kinds() -> dict[str, str]:
    return {"file": _("File"), "zendesk": "Zendesk", "salesforce": "Salesforce Service Cloud"}


def _slices() -> list[tuple[str, Any]]:
    return [("day", _("Day")), ("week", _("Week")), ("month", _("Month")), ("group", _("Group")), ("priority", _("Priority")),
            ("channel", _("Channel")), ("category", _("Category"))]  # fmt: skip
