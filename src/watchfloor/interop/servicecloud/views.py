"""``POST /v1/servicecloud/<system>``: the key is in the address (outbound messages can send no header), or in one.

An outbound message is signed by nobody. What proves it is the key, and the organisation's id where the settings name one; the way is TLS,
and Salesforce checks our certificate. It is delivered at least once, with the values of the moment it is sent: a case that comes again with
other values is the one that is known, so it is acknowledged and the first report stands.
"""

from __future__ import annotations

import hmac
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.intake import catalogue, strict
from watchfloor.intake.rows import REPORT, Known
from watchfloor.interop import taking
from watchfloor.interop.mastodon.reporting import reason_of
from watchfloor.interop.senders import actions
from watchfloor.interop.senders.models import Sender
from watchfloor.interop.servicecloud import messages
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError

MOST_BYTES: Final = 2_000_000
KEY: Final = "X-Watchfloor-Key"


@csrf_exempt
@guard.everyone("It asks for the key of its row; it can report, like a token that may, and reads nothing.")
@require_POST
def report(request: HttpRequest, sender_id: UUID) -> HttpResponseBase:
    """An outbound message is acknowledged once it is durable; a flow's JSON is answered 202 with the receipt."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return JsonResponse({"error": "too_large"}, status=413)
    sender = actions.sender(Sender.Kind.SALESFORCE, sender_id)
    secret = actions.opened(sender)
    given = request.headers.get(KEY, "") or request.GET.get("key", "")
    if not hmac.compare_digest(secret.encode(), given.encode("utf-8", "replace")) or not secret or sender is None:
        return JsonResponse({"error": "bad_key"}, status=401)
    xml = (request.content_type or "").lower() in {"text/xml", "application/xml", "application/soap+xml"}
    try:
        receipts = _outbound(sender, request.body) if xml else _flow(sender, request.body)
    except WatchfloorError as wrong:
        actions.failed(sender, wrong.message)
        if xml:
            return _soap(taken=False)
        return JsonResponse({"error": wrong.as_dict()}, status=wrong.status)
    actions.took(sender)
    return _soap(taken=True) if xml else JsonResponse({"id": receipts[0]}, status=202)


def _outbound(sender: Sender, body: bytes) -> list[str]:
    told = messages.read(strict.text_of(body))
    if sender.address and messages.whole_id(told.organisation) != messages.whole_id(sender.address):
        raise Forbidden("another_organisation", "The message is of another organisation than this row's.")
    known = catalogue.load()
    reason = sender.reason_key or _other(known)
    message = taking.type_of("content", "message")
    rows = [messages.row_of(case, reason=reason, message=message) for case in told.cases]
    for row in rows:
        strict.canonical(row, "")  # texts that no database keeps
        if not row["item"]["data"]:
            row["item"]["data"] = taking.looks(row["item"]["type"], row["item"]["id"])
    return taking.take(
        REPORT, [(row, None) for row in rows], source=actions.source(sender), known=known, first_stands=True
    )


def _flow(sender: Sender, body: bytes) -> list[str]:
    value: Any = strict.Reader().one(strict.text_of(body))
    if not isinstance(value, dict):
        raise BadInput("wrong_type", "A report must be a JSON object.", hint="As POST /v1/reports takes it.")
    row = {**({"reason": sender.reason_key} if sender.reason_key else {}), **value}
    return taking.take(REPORT, [(row, None)], source=actions.source(sender))


def _other(known: Known) -> str:
    return reason_of(known, "other", [])


def _soap(*, taken: bool) -> HttpResponse:
    return HttpResponse(messages.acknowledgement(taken=taken), content_type="text/xml; charset=utf-8")
