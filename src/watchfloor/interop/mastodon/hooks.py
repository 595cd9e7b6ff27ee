"""``POST /v1/mastodon/<system>``: the webhooks of a server, each signed with the secret that the two share.

``X-Hub-Signature`` is ``sha256=`` and the HMAC-SHA256 of the body in hexadecimal. It has no time in it, so a call can be played again;
it is then what came before, under its key, and changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.intake import catalogue, strict
from watchfloor.intake.rows import EVENT, REPORT
from watchfloor.interop import taking
from watchfloor.interop.mastodon import reporting, sent
from watchfloor.interop.mastodon.entities import CATEGORIES
from watchfloor.interop.senders import actions
from watchfloor.interop.senders.models import Sender
from watchfloor.kernel.errors import BadInput, WatchfloorError

MOST_BYTES: Final = 2_000_000
SIGNATURE: Final = "X-Hub-Signature"


@csrf_exempt
@guard.everyone(
    "Signed by a server of Mastodon with the secret of its row; it can report and send events, and reads nothing."
)
@require_POST
def hook(request: HttpRequest, sender_id: UUID) -> HttpResponseBase:
    """202 with receipts once they are durable; 401 for what is not signed; 200 for what is of no use here."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return JsonResponse({"error": "too_large"}, status=413)
    sender = actions.sender(Sender.Kind.MASTODON, sender_id)
    if not signed(actions.opened(sender), request.body, request.headers.get(SIGNATURE, "")) or sender is None:
        return JsonResponse({"error": "not_signed"}, status=401)
    try:
        receipts = _take(sender, request.body)
    except WatchfloorError as wrong:
        actions.failed(sender, wrong.message)
        return JsonResponse({"error": wrong.as_dict()}, status=wrong.status)
    actions.took(sender)
    return JsonResponse({"receipts": receipts}, status=202 if receipts else 200)


def signed(secret: str, body: bytes, signature: str) -> bool:
    """Whether the body was signed with this secret; without one nothing is."""
    made = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), signature.strip().encode("utf-8", "replace")) and bool(secret)


def _take(sender: Sender, body: bytes) -> list[str]:
    given: Any = strict.Reader().one(strict.text_of(body))
    if not isinstance(given, dict):
        raise BadInput("wrong_type", "The body must be a JSON object.")
    name = given.get("event")
    names = sent.Names(taking.type_of("account", "account"), taking.type_of("content", "post"))
    source = actions.source(sender)
    if name == sent.REPORT_MADE:
        report = given.get("object")
        if not isinstance(report, dict) or not isinstance(report.get("id"), (str, int)):
            raise BadInput("missing_field", "A report without an id cannot be taken in.", where="object.id")
        known = catalogue.load()
        category = str(report.get("category") or "other")
        reason = sender.reason_key or reporting.reason_of(known, category if category in CATEGORIES else "other", [])
        rows = sent.reports(given, names, reason)
        keyed = [(row, _key(str(report["id"]), row["item"]["id"])) for row in rows]
        return taking.take(REPORT, keyed, source=source, known=known, first_stands=True)
    if name in sent.EVENTS:
        return taking.take(EVENT, [(sent.event(given, names), hashlib.sha256(body).hexdigest())], source=source)
    return []  # an event of a later release


def _key(report: str, item: str) -> str:
    """Of one report here: the report there, and the one of its statuses that it is of."""
    return "report:" + hashlib.sha256(f"{len(report)}:{report}{item}".encode("utf-8", "replace")).hexdigest()
