"""Files of a bank: one is uploaded and looked at, then taken in, and perhaps taken back; the bank goes out in any format."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from watchfloor.detection.banks.pages import words as of_banks
from watchfloor.detection.banks.queries import SEES
from watchfloor.detection.exchanges import imports, queries
from watchfloor.detection.exchanges.formats import FORMATS
from watchfloor.detection.exchanges.models import Import
from watchfloor.detection.exchanges.pages import words
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render

LARGEST = 64 * 1024 * 1024  # of an upload; larger files come by the command
SHOWN = 50
_KINDS = ("pdq", "md5", "sha256", "text", "url")


@require_http_methods(["GET", "POST"])
@guard.page(queries.MANAGES)
def bank_files(request: HttpRequest, key: str) -> HttpResponse:
    """The files that came into a bank; a POST brings another, which is shown before anything is done."""
    actor = actor_of(request)
    bank = queries.bank(actor, key)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            if upload is None:
                raise BadInput("no_file", _("Choose a file."), where="file")
            if (upload.size or 0) > LARGEST:
                raise BadInput(
                    "too_large",
                    _("The file is too large for a form."),
                    where="file",
                    hint="watchfloor bank import FILE",
                )
            with writing(actor) as w:
                load = imports.prepare(
                    w,
                    bank,
                    upload.name or "",
                    upload.read(),
                    format=request.POST.get("format", ""),
                    kind=request.POST.get("kind", ""),
                )
            return HttpResponseRedirect(reverse("bank-import", args=[load.pk]))
        except WatchfloorError as error:
            errors[error.where or "file"] = " ".join(part for part in (error.message, error.hint) if part)
    rows = list(Import.objects.filter(bank=bank).order_by("-made_at")[:SHOWN])
    states = words.import_states()
    context = {
        "bank": bank, "tabs": of_banks.bank_tabs(bank, "bank-files", actor) if actor.has(SEES) else [],
        "errors": errors, "typed": request.POST, "formats": words.formats(), "kinds": [(each, each) for each in _KINDS],
        "rows": [{"row": row, "chip": states[row.state], "url": reverse("bank-import", args=[row.pk])} for row in rows],
        "names": names_of(row.made_by for row in rows), "query": request.GET,
    }  # fmt: skip
    return render(request, "detection/exchanges/files.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@guard.page(queries.MANAGES)
def bank_import(request: HttpRequest, identity: UUID) -> HttpResponse:
    """What a file holds: new, known, bad rows with their sentences. A POST takes it in, back, or puts it away."""
    actor = actor_of(request)
    load = queries.load(actor, identity)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            messages.success(request, _done(request, load))
            return HttpResponseRedirect(reverse("bank-import", args=[load.pk]))
        except WatchfloorError as error:
            errors["step"] = " ".join(part for part in (error.message, error.hint) if part)
            load.refresh_from_db()
    good, bad = imports.good_rows(load), imports.bad_rows(load)
    context = {
        "load": load, "errors": errors, "chip": words.import_states()[load.state], "format": dict(words.formats())[load.format],
        "good": good[:SHOWN], "good_count": len(good), "bad": bad[:SHOWN], "bad_count": len(bad), "query": request.GET,
        "names": names_of([load.made_by]),
    }  # fmt: skip
    return render(request, "detection/exchanges/import.html", context, status=422 if errors else 200)


def _done(request: HttpRequest, load: Import) -> str:
    step = request.POST.get("step", "")
    with writing(actor_of(request)) as w:
        if step == "take":
            count = imports.take_in(w, load).new
            return ngettext("%(num)s entry came in.", "%(num)s entries came in.", count) % {"num": count}
        if step == "undo":
            count = imports.take_back(w, load, request.POST.get("why", "")).taken_out
            return ngettext("%(num)s entry was taken out again.", "%(num)s entries were taken out again.", count) % {
                "num": count
            }
        if step == "drop":
            imports.drop(w, load)
            return _("The file is put away; nothing was changed.")
    raise BadInput("unknown_step", _("That cannot be done here."))


@require_GET
@guard.page(queries.MANAGES)
def bank_import_bad(request: HttpRequest, identity: UUID) -> StreamingHttpResponse:
    """The bad rows of a file as CSV, to be mended and brought again."""
    rows = imports.bad_rows(queries.load(actor_of(request), identity))
    return csv_response(
        "bad-rows", ["line", "place", "text", "problem"], ([b.line or "", b.at, b.text, b.problem] for b in rows)
    )


@require_POST
@guard.page(queries.MANAGES)
def bank_export(request: HttpRequest, key: str) -> HttpResponseBase:
    """The bank's entries as a file; that it left is in the ledger."""
    actor = actor_of(request)
    bank = queries.bank(actor, key)
    queries.may_leave(bank)
    format = request.POST.get("format", "csv")
    with writing(actor) as w:
        imports.note_export(w, bank, format)
    known: Any = FORMATS[format]
    response = StreamingHttpResponse(imports.exported(bank, format), content_type=f"{known.mime}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{bank.key}.{known.ending}"'
    return response
