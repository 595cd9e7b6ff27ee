"""Mails that came in: what became of each, and what to do about those that could not be read."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.interop.mail import beside, sealing, working
from watchfloor.interop.mail.models import MailLetter, MailMessage, MailReceipt
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review.models import Report

PERMISSION: Final = working.PERMISSION
STATES: Final = {
    "waiting": gettext_lazy("Waits"), "done": gettext_lazy("Worked"), "quarantined": gettext_lazy("Put aside"),
    "discarded": gettext_lazy("Given up"),
}  # fmt: skip
RAW: Final = 20_000


def visible(actor: Actor) -> QuerySet[MailMessage]:
    """The mails this actor may know of: those that may concern a restricted policy only for the cleared."""
    clearances = {policy.clearance for policy in policies.all_policies() if policy.clearance}
    mine = {each for each in clearances if actor.may(PERMISSION, clearance=each)}
    if not actor.has(PERMISSION):
        return MailMessage.objects.none()
    beyond = Report.objects.filter(pk=OuterRef("report")).exclude(case__clearance="").exclude(case__clearance__in=mine)
    hidden = MailReceipt.objects.filter(
        Exists(beyond), message=OuterRef("pk")
    )  # its case may have become restricted since
    return MailMessage.objects.filter(~Exists(hidden), Q(clearance="") | Q(clearance__in=mine))


@require_safe
@guard.page(PERMISSION)
def received(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first."""
    actor = actor_of(request)
    found = visible(actor).defer("raw").order_by("-received_at")
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    if state in STATES:
        found = found.filter(state=state)
    if kind in beside.KINDS and kind:
        found = found.filter(kind=kind)
    if request.GET.get("format") == "csv":
        head = ["id", "received_at", "address", "kind", "state", "reporter_kind", "proof", "bytes", "why"]
        lines = ([encode("mail", row.pk), row.received_at, row.address, row.kind, row.state, row.reporter_kind, row.proof, row.bytes,
                 row.error]
                for row in found[:10_000])  # fmt: skip
        return csv_response("mails", head, lines)
    shown = paged(found, request.GET, 50)
    rows = [_line(row) for row in shown.rows]
    kinds = [(key, str(words)) for key, words in beside.KINDS.items() if key]
    filters: list[dict[str, Any]] = [
        {"name": "state", "label": _("Any state"), "chip": _("State"), "options": [(key, str(words)) for key, words in STATES.items()]},
        {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": kinds},
    ]  # fmt: skip
    context = {"rows": rows, "pager": shown.pager, "filters": filters, "query": request.GET, "states": STATES}
    return render(request, "interop_mail/received.html", context)


@require_safe
@guard.page(PERMISSION)
def one(request: HttpRequest, name: str) -> HttpResponseBase:
    """One mail: what was understood, what it became, how it was answered."""
    row = _find(actor_of(request), name)
    shown = sealing.shown_of(row)
    reports = Report.objects.filter(pk__in=MailReceipt.objects.filter(message=row).values("report")).select_related(
        "case"
    )
    raw = ""
    if row.state == "quarantined":
        raw = sealing.raw_of(row)[: 4 * RAW].decode("utf-8", "backslashreplace")[:RAW].replace("\x00", "\ufffd")
    cases = list(dict.fromkeys([*(report.case_id for report in reports), *([row.case_id] if row.case_id else [])]))
    context = {
        "row": row, "name": name, "shown": shown, "facts": beside.facts(shown, row), "proof": beside.proof_chip(row), "raw": raw,
        "kind": beside.KINDS.get(row.kind, row.kind), "state": STATES.get(row.state, row.state), "cases": cases,
        "receipts": MailReceipt.objects.filter(message=row).count(),
        "letters": MailLetter.objects.filter(reporter=row.reporter).order_by("-made_at")[:10] if row.reporter else [],
    }  # fmt: skip
    return render(request, "interop_mail/one.html", context)


@require_POST
@guard.page(PERMISSION)
def step(request: HttpRequest, name: str) -> HttpResponseBase:
    """Replay or discard one that was put aside."""
    actor = actor_of(request)
    row = _find(actor, name)
    if request.POST.get("do") == "replay":
        working.replay(actor, row.pk)
        messages.success(request, _("It is tried again."))
    else:
        try:
            working.discard(actor, row.pk, request.POST.get("why", ""))
        except BadInput as problem:
            messages.error(request, problem.message)
            return redirect("interop-mail-one", name)
        messages.success(request, _("Its content was erased."))
    return redirect("interop-mail-received")


def _find(actor: Actor, name: str) -> MailMessage:
    try:
        row_id: UUID | None = decode("mail", name)
    except BadInput:
        row_id = None
    row = visible(actor).filter(pk=row_id).first() if row_id else None
    if row is None:
        raise NotFound("no_mail", "There is no such mail.")
    return row


def _line(row: MailMessage) -> dict[str, Any]:
    shown = sealing.shown_of(row)
    return {
        "row": row, "name": encode("mail", row.pk), "subject": shown.get("subject", ""), "proof": beside.proof_chip(row),
        "kind": beside.KINDS.get(row.kind, row.kind), "state": STATES.get(row.state, row.state),
    }  # fmt: skip
