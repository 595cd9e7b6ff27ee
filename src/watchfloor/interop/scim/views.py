"""``/scim/v2``: the protocol over HTTP, by a token with ``people.provision``. What a directory says is in force with the answer."""

from __future__ import annotations

import json

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from watchfloor.identity import guard
from watchfloor.identity.programs import TooManyCalls, admit
from watchfloor.identity.queries import actor_for_token
from watchfloor.interop.scim.bulk import bulk
from watchfloor.interop.scim.domain.errors import ScimError, bad
from watchfloor.interop.scim.serving import PAYLOAD, Answer, Ask, Door
from watchfloor.kernel.errors import WatchfloorError

PERMISSION = "people.provision"
MEDIA = "application/scim+json"
BASE = "/scim/v2"
OPEN = "It asks for a token that may provision people and answers nothing without it."


@csrf_exempt
@guard.everyone(OPEN)
def door(request: HttpRequest, path: str = "") -> HttpResponse:
    """Everything below ``/scim/v2``."""
    try:
        return _served(request, path)
    except ScimError as error:
        return _told(error)
    except TooManyCalls as error:
        return _told(ScimError(429, error.message))
    except WatchfloorError as error:
        return _told(ScimError(400 if error.status == 422 else error.status, error.message))


def _served(request: HttpRequest, path: str) -> HttpResponse:
    token = admit(request)
    if token is None:
        raise ScimError(401, "This needs a valid token.")
    if PERMISSION not in token.permissions:
        raise ScimError(403, f"This token may not provision people. It needs {PERMISSION}.")
    actor = actor_for_token(token)
    request.actor = actor  # type: ignore[attr-defined]
    serving = Door(actor, request.build_absolute_uri(BASE).rstrip("/"))
    method = "GET" if request.method == "HEAD" else request.method or ""
    reads = path.startswith(("ServiceProviderConfig", "ResourceTypes", "Schemas"))
    body = _body(request) if method in ("POST", "PUT", "PATCH") and not reads else None
    if path.strip("/") == "Bulk":
        if method != "POST":
            raise ScimError(405, "Send bulk requests by POST.")
        return _answer(bulk(serving, body))
    if path.strip("/") == "Me":
        raise ScimError(501, "A token is nobody's self.")
    query = {name: request.GET[name] for name in request.GET}
    ask = Ask(method, path, query, body, request.headers.get("If-Match", ""), request.headers.get("If-None-Match", ""))
    return _answer(serving.serve(ask))


def _body(request: HttpRequest) -> object:
    if len(request.body) > PAYLOAD:
        raise ScimError(413, f"A request has at most {PAYLOAD:,} bytes.")
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise bad("The body is no JSON.", "invalidSyntax") from None


def _answer(answer: Answer) -> HttpResponse:
    has_body = answer.status not in (204, 304)
    response = HttpResponse(json.dumps(answer.body) if has_body else b"", status=answer.status, content_type=MEDIA)
    if answer.version:
        response.headers["ETag"] = answer.version
    if answer.status == 201 or (has_body and answer.location):
        response.headers["Location" if answer.status == 201 else "Content-Location"] = answer.location
    return response


def _told(error: ScimError) -> HttpResponse:
    response = HttpResponse(json.dumps(error.body()), status=error.status, content_type=MEDIA)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="scim"'
    return response
