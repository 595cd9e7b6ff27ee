"""Settings of the door for mail: which addresses take mail, whose mail has standing, what links mean."""

from __future__ import annotations

import importlib.util
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.interop.mail import addresses, sealing
from watchfloor.interop.mail.models import MailAddress, MailMessage, MailPattern, TrustedSender
from watchfloor.interop.mail.settings import current
from watchfloor.items import queries as items
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy.models import Reason

MANAGES = "settings.manage"
FORMS = ("address", "sender", "pattern")
KINDS = {
    "user": gettext_lazy("Person"), "anonymous": gettext_lazy("Nobody known"), "platform": gettext_lazy("Platform or network"),
    "trusted_flagger": gettext_lazy("Trusted flagger"), "government": gettext_lazy("Government"),
    "law_enforcement": gettext_lazy("Law enforcement"),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(MANAGES)
def index(request: HttpRequest) -> HttpResponseBase:
    """Three lists with a form each; a POST says which form by ``do``."""
    errors = Errors()
    do = request.POST.get("do", "")
    if request.method == "POST":
        with mending(errors), writing(actor_of(request)) as w:
            said = _saved(w, request, do)
        if not errors:
            messages.success(request, said)
            return redirect("interop-mail")
    which = request.GET.get("format")
    if which:
        return _csv(request.GET.get("list", "addresses"))
    settings = current()
    changing = MailAddress.objects.filter(address=request.GET.get("of", "").lower()).first() if not errors else None
    kinds = {key: str(words) for key, words in KINDS.items()}
    context = {
        "addresses": list(MailAddress.objects.order_by("ended_at", "address")),
        "senders": [(row, sealing.reporter_id(row.who, proved=True)) for row in TrustedSender.objects.order_by("ended_at", "name")],
        "patterns": list(MailPattern.objects.order_by("ended_at", "pattern")),
        "reasons": list(Reason.objects.filter(archived_at__isnull=True).order_by("position", "key").values_list("key", "name")),
        "kinds": kinds, "address_kinds": [(key, kinds[key]) for key in addresses.ORDINARY + addresses.STANDING],
        "sender_kinds": [(key, kinds[key]) for key in addresses.STANDING],
        "types": sorted((key, row.name) for key, (row, _fields) in items.types().items()),
        "typed": _of(changing) if changing else request.POST, "changing": changing.address if changing else "", "mail": settings,
        "errors": errors, "open": (do if do in FORMS else "address") if errors else request.GET.get("new", ""),
        "has_library": importlib.util.find_spec("aiosmtpd") is not None,
        "aside": MailMessage.objects.filter(state="quarantined").count(),
        "may_read": actor_of(request).has("intake.manage"),
    }  # fmt: skip
    return render(request, "interop_mail/settings.html", context, status=422 if errors else 200)


@require_POST
@guard.page(MANAGES)
def switch(request: HttpRequest, what: str, row_id: UUID) -> HttpResponseBase:
    """End one, or bring it back."""
    live = request.POST.get("live") == "1"
    try:
        with writing(actor_of(request)) as w:
            addresses.switch(w, what, row_id, live=live)
    except Conflict as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("It counts again.") if live else _("It no longer counts. It can be brought back."))
    return redirect("interop-mail")


def _of(row: MailAddress) -> dict[str, str]:
    """A row as its form would send it."""
    return {
        "address": row.address, "reason": row.reason_key, "reporter_kind": row.reporter_kind, "market": row.market,
        "language": row.language, "answers": "on" if row.answers else "",
    }  # fmt: skip


def _saved(w: Writer, request: HttpRequest, do: str) -> str:
    given = request.POST
    if do == "address":
        row = addresses.save_address(
            w, address=given.get("address", ""), reason=given.get("reason", ""), reporter_kind=given.get("reporter_kind", "user"),
            market=given.get("market", "").strip(), language=given.get("language", "").strip(), answers=bool(given.get("answers")),
        )  # fmt: skip
        return _("Mail to %(address)s is taken.") % {"address": row.address}
    if do == "sender":
        addresses.save_sender(
            w, who=given.get("who", ""), name=given.get("name", ""), reporter_kind=given.get("sender_kind", "")
        )
        return _("Their mail has standing once the sender is proved.")
    if do == "pattern":
        addresses.save_pattern(w, pattern=given.get("pattern", ""), type_key=given.get("type", ""))
        return _("Links like this lead to items now.")
    raise BadInput("unknown_step", "This form is not known.")


def _csv(which: str) -> HttpResponseBase:
    if which == "senders":
        rows = [[row.name, row.who, row.reporter_kind, sealing.reporter_id(row.who, proved=True), row.made_at, row.ended_at]
                for row in TrustedSender.objects.order_by("name")]  # fmt: skip
        return csv_response("mail-senders", ["name", "who", "kind", "reports_as", "made_at", "ended_at"], rows)
    if which == "patterns":
        rows = [
            [row.pattern, row.type_key, row.made_at, row.ended_at] for row in MailPattern.objects.order_by("pattern")
        ]
        return csv_response("mail-patterns", ["pattern", "type", "made_at", "ended_at"], rows)
    found: list[list[Any]] = [
        [row.address, row.reporter_kind, row.reason_key, row.market, row.language, "yes" if row.answers else "no",
              row.made_at, row.ended_at]
        for row in MailAddress.objects.order_by("address")
    ]  # fmt: skip
    return csv_response(
        "mail-addresses", ["address", "kind", "reason", "market", "language", "answers", "made_at", "ended_at"], found
    )
