"""``/xrpc/<method>`` and the documents below ``/.well-known/``: one door for every method, errors as the protocol writes them."""

from __future__ import annotations

import logging
from typing import Any, Final

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from watchfloor import __version__
from watchfloor.identity import guard
from watchfloor.interop.atproto import methods, who
from watchfloor.interop.atproto.asking import GET, METHODS, Ask, Wrong, bad, of_ours
from watchfloor.interop.atproto.here import here
from watchfloor.interop.atproto.methods import serving
from watchfloor.kernel.errors import WatchfloorError

log = logging.getLogger(__name__)
OPEN: Final = "Each method asks for a token and what it may do; public labels and our own name are for everybody."
PUBLIC: Final = "It says our own name and public key, which everybody may know."
MOST_BYTES: Final = 300_000
assert methods  # importing them registers them


@csrf_exempt
@guard.everyone(OPEN)
def xrpc(request: HttpRequest, nsid: str) -> HttpResponse:
    """Answer one call."""
    if request.method == "OPTIONS":  # a page of another origin asks before it calls; no cookie counts here
        return _open_to_pages(HttpResponse(status=204))
    try:
        answer = _answer(request, nsid)
    except Wrong as wrong:
        return _open_to_pages(_error(wrong))
    except WatchfloorError as error:
        return _open_to_pages(_error(of_ours(error)))
    if answer is None:
        return _open_to_pages(HttpResponse(status=200))
    return _open_to_pages(HttpResponse(msgspec.json.encode(answer), content_type="application/json"))


@guard.everyone(PUBLIC)
@require_safe
def did_document(request: HttpRequest) -> JsonResponse:
    """Our DID document."""
    return _public(serving.own_document())


@guard.everyone(PUBLIC)
@require_safe
def ozone_metadata(request: HttpRequest) -> JsonResponse:
    """Where Ozone's own page finds us."""
    return _public(serving.ozone_metadata())


@guard.everyone(PUBLIC)
@require_safe
def plc_data(request: HttpRequest, did: str) -> HttpResponse:
    """Our own entry, as the directory of did:plc would give it."""
    found = serving.entry(did)
    if found is None:
        return _public({"message": f"DID not registered: {did}"}, 404)
    return _public(found)


def _answer(request: HttpRequest, nsid: str) -> Any:
    if nsid == "_health":
        return {"version": __version__}
    found = METHODS.get(nsid)
    if found is None:
        raise Wrong(501, "MethodNotImplemented", "Method Not Implemented")
    if (request.method in ("GET", "HEAD")) != (found.verb == GET) or request.method not in ("GET", "HEAD", "POST"):
        raise Wrong(405, "InvalidRequest", f"Incorrect HTTP method ({request.method}) expected {found.verb}")
    caller = None
    if found.needs is not None:
        caller = who.caller_of(request.headers.get("Authorization", ""), nsid, others=found.others)
        if caller is None:
            raise Wrong(401, "AuthenticationRequired", "Authentication Required")
        if caller.actor is not None and found.needs and not caller.may(*found.needs):
            raise Wrong(403, "Forbidden", f"This token may not do that. It needs {' or '.join(found.needs)}.")
    params = {name: [str(each) for each in values] for name, values in request.GET.lists()}
    if any("\x00" in each for values in params.values() for each in values):
        raise bad("A text may not contain the NUL character.")
    body = _body(request) if found.verb != GET else {}
    return found.answer(Ask(here=here(), params=params, body=body, caller=caller, headers=request.headers))


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        raw = request.body
    except RequestDataTooBig:
        raise Wrong(413, "PayloadTooLarge", "The body is too large.") from None
    if len(raw) > MOST_BYTES:
        raise Wrong(413, "PayloadTooLarge", "The body is too large.")
    if not raw.strip():
        return {}
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise bad("The body is no JSON.") from None
    if not isinstance(found, dict):
        raise bad("The body must be a JSON object.")
    if b"\\u0000" in raw and _has_nul(found):
        raise bad("A text may not contain the NUL character.")
    return found


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(each) for key, each in value.items())
    return isinstance(value, list) and any(_has_nul(each) for each in value)


def _error(wrong: Wrong) -> HttpResponse:
    response = JsonResponse({"error": wrong.name, "message": wrong.message}, status=wrong.status)
    for name, value in wrong.headers.items():
        response.headers[name] = value
    return response


def _public(document: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(document, status=status)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _open_to_pages(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = (
        "authorization, content-type, atproto-proxy, atproto-accept-labelers, idempotency-key"
    )
    response.headers["Access-Control-Max-Age"] = "600"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
