"""``POST /v1/moderations``: needs a token that may ask for verdicts; errors in the form its clients read."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.programs import TooManyCalls, admit
from watchfloor.identity.queries import within_of
from watchfloor.interop import judging
from watchfloor.interop.moderation.categories import result, texts_of

MODEL = "watchfloor"
PERMISSION = "verdict.ask"
MOST, LONGEST = 64, 64 * 1024
OPEN = "It asks for a token that may ask for verdicts and answers nothing without it."


@csrf_exempt
@guard.everyone(OPEN)
@require_http_methods(["POST"])
def moderations(request: HttpRequest) -> JsonResponse:
    """Judge texts; nothing is stored."""
    try:
        token = admit(request)
    except TooManyCalls as error:
        return _wrong(429, error.message, "rate_limit_exceeded")
    if token is None:
        return _wrong(401, "This needs a valid token.", "invalid_api_key")
    if PERMISSION not in token.permissions:
        return _wrong(403, f"This token may not ask for verdicts. It needs {PERMISSION}.", "insufficient_permissions")
    if within_of(token).named:
        said = "This token is limited to some markets, and a text that is sent here names none: ask POST /v1/verdicts."
        return _wrong(403, said, "insufficient_permissions")
    try:
        sent = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _wrong(400, "The body is no JSON.", "invalid_json")
    if not isinstance(sent, dict):
        return _wrong(400, "The body must be a JSON object.", "invalid_type")
    texts = texts_of(sent)
    if isinstance(texts, str):
        return _wrong(400, texts, "invalid_type", "input")
    if len(texts) > MOST or any(len(text) > LONGEST for text in texts):
        return _wrong(400, f"At most {MOST} texts of {LONGEST:,} characters at once.", "too_long", "input")
    found = [result(judging.findings(text)) for text in texts]
    model = sent.get("model")
    return JsonResponse(
        {"id": f"modr-{uuid.uuid4().hex}", "model": model if isinstance(model, str) else MODEL, "results": found}
    )


def _wrong(status: int, message: str, code: str, param: str | None = None) -> JsonResponse:
    kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(
        status, "invalid_request_error"
    )
    error: dict[str, Any] = {"message": message, "type": kind, "param": param, "code": code}
    return JsonResponse({"error": error}, status=status)
