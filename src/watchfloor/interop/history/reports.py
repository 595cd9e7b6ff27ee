"""Reports from a help desk as they come in: a trigger of Zendesk calls with the report in its body, signed.

The signature is the base64 of HMAC-SHA256 over the timestamp's text and the raw body, one after the other; a call that is signed right and
is old is refused all the same. The body is a report as the API takes it, written in the trigger with Zendesk's placeholders; its
``external_id`` (the ticket) makes sure that a call that comes twice is one report.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.intake import catalogue, strict
from watchfloor.intake.rows import REPORT, check
from watchfloor.intake.store import own_connection, store
from watchfloor.interop.history import pulling
from watchfloor.interop.models import HistoryReject, HistorySource
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, WatchfloorError

OLDEST: Final = timedelta(minutes=5)  # a signed call may be so old, or so much ahead of our clock
MOST_BYTES: Final = 300_000
SIGNATURE, STAMP = "X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"
CALL = "X-Zendesk-Webhook-Invocation-Id"


@csrf_exempt
@guard.everyone(
    "Signed by Zendesk with the secret of its source; it can report, like a token that may, and reads nothing."
)
@require_POST
def report(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """202 with the receipt once it is durable; 401 for what is not signed, or old; 422 with a sentence for what is no report."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return JsonResponse({"error": "too_large"}, status=413)
    source = HistorySource.objects.filter(pk=source_id, kind="zendesk", hook__isnull=False).first()
    secret = pulling.unsealed(source.hook, f"hook:{source.pk}") if source is not None else ""
    if not signed(
        secret, request.headers.get(STAMP, ""), request.body, request.headers.get(SIGNATURE, ""), clock.now()
    ):
        return JsonResponse({"error": "not_signed"}, status=401)
    assert source is not None  # without one there is no secret, and nothing is signed by none
    call = request.headers.get(CALL, "")[:80]
    try:
        receipt = _take(source, request.body, call)
    except WatchfloorError as wrong:
        place = f"call {call or hashlib.sha256(request.body).hexdigest()[:16]}"
        HistoryReject.objects.bulk_create(
            [HistoryReject(source=source, at=clock.now(), place=place, why=wrong.message[:300], row={})],
            ignore_conflicts=True,
        )
        return JsonResponse({"error": wrong.as_dict()}, status=wrong.status)
    return JsonResponse({"id": receipt}, status=202)


def signed(secret: str, stamp: str, body: bytes, signature: str, now: datetime) -> bool:
    """Whether a call was signed with this secret, and lately. The order of the two checks tells nobody anything."""
    made = base64.b64encode(hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest())
    right = hmac.compare_digest(made, signature.encode())
    try:
        at = datetime.fromisoformat(stamp)
        fresh = at.tzinfo is not None and abs(now - at) <= OLDEST
    except ValueError:
        fresh = False
    return bool(secret) and right and fresh


def _take(source: HistorySource, body: bytes, call: str) -> str:
    try:
        value = msgspec.json.decode(strict.text_of(body))
    except msgspec.DecodeError:
        raise BadInput("bad_json", "The body is no JSON.", hint="Look at the trigger's placeholders.") from None
    row = check(REPORT, value, body, source=f"zendesk-{source.pk.hex[:12]}", known=catalogue.load(), key=call or None)
    with own_connection() as connection:
        [receipt] = store(connection, [row])
    if receipt.conflict:
        raise Conflict("key_reused", "This ticket was reported before with other words.", where="external_id")
    return receipt.text
