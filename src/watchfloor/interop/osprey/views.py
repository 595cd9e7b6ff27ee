"""``POST /v1/osprey/actions``: Osprey's actions by HTTP, for producers that already send them somewhere.

One action, a list, or a line each. How an action's data name the item is said by the installation (``WATCHFLOOR_OSPREY_MAPPING``) or, for
this call, by ``?mapping=``.
"""

from __future__ import annotations

import os
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.identity.queries import markets_of, token_for
from watchfloor.intake import strict
from watchfloor.intake.rows import EVENT
from watchfloor.interop.osprey import shapes
from watchfloor.interop.taking import Keyed, take_each
from watchfloor.kernel.errors import BadInput, WatchfloorError

PERMISSION: Final = "event.submit"
MOST: Final = 1_000
OPEN: Final = "A door for programs: it asks for a token of its own, with event.submit."


@csrf_exempt
@guard.everyone(OPEN)
@require_POST
def actions(request: HttpRequest) -> JsonResponse:
    """202 with a result for each action; good ones are in, whatever is wrong with their neighbours."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = token_for(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    if token is None:
        return _wrong(401, "no_token", "A bearer token is needed.")
    if PERMISSION not in token.permissions:
        return _wrong(403, "no_permission", f"This token may not send events: it needs {PERMISSION}.")
    try:
        places = shapes.mapping_of(request.GET.get("mapping") or os.environ.get("WATCHFLOOR_OSPREY_MAPPING", ""))
        found = _records(request)
    except WatchfloorError as error:
        return JsonResponse({"error": error.as_dict()}, status=error.status)
    results: list[dict[str, Any]] = []
    rows = [_row(each, places) for each in found]
    for index, made in enumerate(take_each(EVENT, rows, source=token.source, markets=markets_of(token))):
        if isinstance(made, WatchfloorError):
            results.append({"index": index, "status": "rejected", "error": made.as_dict()})
        else:
            results.append({"index": index, "id": made, "status": "accepted"})
    accepted = sum(each["status"] == "accepted" for each in results)
    body = {"accepted": accepted, "rejected": len(results) - accepted, "results": results}
    return JsonResponse(body, status=202 if accepted else 422)


def _row(record: Any, places: shapes.Places) -> Keyed | WatchfloorError:
    if isinstance(record, WatchfloorError):
        return record
    try:
        return shapes.row_of(shapes.event_of(record), places), None
    except WatchfloorError as wrong:
        return wrong


def _records(request: HttpRequest) -> list[Any]:
    if not request.body.strip():
        raise BadInput("empty_body", "The body is empty.", hint="Send an action, a list, or one a line.")
    reader = strict.Reader()
    if (request.content_type or "").lower() in {"application/x-ndjson", "application/ndjson", "application/jsonl"}:
        lines = [line for line in request.body.split(b"\n") if line.strip()]
        if len(lines) > MOST:
            raise strict.too_many_rows("actions", MOST)
        return [_line(reader, line) for line in lines]
    text = strict.text_of(request.body)
    if text.lstrip()[:1] == "[":
        return [value for _, value in reader.array(text, "actions", MOST)]
    return [reader.one(text)]


def _line(reader: strict.Reader, line: bytes) -> Any:
    try:
        return reader.one(strict.text_of(line))
    except WatchfloorError as error:
        return error


def _wrong(status: int, code: str, words: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": words}}, status=status)
