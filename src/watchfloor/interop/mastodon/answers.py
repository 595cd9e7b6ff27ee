"""How the door is asked and answers: forms and JSON alike, a token in the header, errors in the one shape that clients read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import actor_for_token, token_for
from watchfloor.intake import strict
from watchfloor.kernel.errors import BadInput, WatchfloorError

MOST_BYTES: Final = 1024 * 1024
_ARRAY: Final = re.compile(r"\[\d*\]$")


class Asked:
    """A request: who (None where nobody need say), and its parameters, wherever they stand."""

    def __init__(self, request: HttpRequest, token: ApiToken | None) -> None:
        self.request = request
        self.given = _parameters(request)
        self._token = token
        self._actor = actor_for_token(token) if token is not None else None

    @property
    def token(self) -> ApiToken:
        """The token; only where one is asked for."""
        assert self._token is not None
        return self._token

    @property
    def actor(self) -> Actor:
        """Who asks; only where a token is asked for."""
        assert self._actor is not None
        return self._actor

    def many(self, name: str) -> list[str]:
        """All values of a parameter."""
        return self.given.get(name, [])

    def text(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        return (self.many(name) or [default])[-1].strip()

    def flag(self, name: str) -> bool:
        """A yes or no, as forms and JSON say it."""
        return self.text(name).lower() in {"1", "true", "on", "yes", "t"}

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to ``most``."""
        text = self.text(name)
        return (
            min(int(text), most) if text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text) else default
        )


Verb = Callable[..., Any]


def door(why: str = "", **verbs: tuple[str, Verb]) -> Callable[..., HttpResponse]:
    """A view of ``METHOD=(permission, function)``. An empty permission: any token; with ``why``: without a token, too, for that reason."""

    @csrf_exempt
    def view(request: HttpRequest, **names: Any) -> HttpResponse:
        found = verbs.get("GET" if request.method == "HEAD" else request.method or "")
        if found is None:
            response = wrong(405, "This method is not possible here.")
            response["Allow"] = ", ".join(sorted(verbs))
            return response
        permission, work = found
        token = _token(request)
        if not why and token is None:
            response = wrong(401, "The access token is invalid")
            response["WWW-Authenticate"] = 'Bearer realm="Watchfloor", error="invalid_token"'
            return response
        if permission and permission not in (token.permissions if token is not None else ()):
            return wrong(403, f"This action is outside the authorized scopes: the token needs {permission}.")
        try:
            asked = Asked(request, token)
            strict.canonical([asked.given, names], "")  # texts that no database keeps
            answer = work(asked, **names)
        except WatchfloorError as error:
            words = " ".join(part for part in (error.message, error.hint) if part)
            return wrong(error.status, words, error.where)
        return answer if isinstance(answer, HttpResponse) else said(answer)

    needed = sorted({permission for permission, _ in verbs.values() if permission})
    view.open_because = why or (  # type: ignore[attr-defined]
        "A door for programs: it asks for a token of its own" + (f", with {' or '.join(needed)}." if needed else ".")
    )
    return view


def said(value: Any, status: int = 200) -> JsonResponse:
    """An answer; nothing of it is kept by anybody on the way."""
    response = JsonResponse(value, status=status, safe=False)
    response["Cache-Control"] = "private, no-store"
    return response


def wrong(status: int, message: str, where: str = "") -> JsonResponse:
    """An error: one sentence, and the place where there is one."""
    return said(
        {
            "error": message,
            **({"details": {where: [{"error": "ERR_INVALID", "description": message}]}} if where else {}),
        },
        status,
    )


def links(asked: Asked, first: str, last: str, *, more: bool) -> str:
    """The ``Link`` header of a list: on to older ones (``max_id``), back to newer ones (``min_id``)."""
    request = asked.request
    kept = [(name, value) for name, value in request.GET.items() if name not in {"max_id", "min_id", "since_id"}]
    base = request.build_absolute_uri(request.path)
    older = f'<{base}?{urlencode([*kept, ("max_id", last)])}>; rel="next"'
    newer = f'<{base}?{urlencode([*kept, ("min_id", first)])}>; rel="prev"'
    return f"{older}, {newer}" if more else newer


def _token(request: HttpRequest) -> ApiToken | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return token_for(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None


def _parameters(request: HttpRequest) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    _add(found, request.GET)
    if request.method in ("GET", "HEAD"):
        return found
    media = (request.content_type or "").lower()
    if media != "multipart/form-data" and len(request.body) > MOST_BYTES:
        raise BadInput("too_large", f"At most {MOST_BYTES:,} bytes are read here.")
    if media == "application/json" or media.endswith("+json"):
        value = strict.Reader().one(strict.text_of(request.body)) if request.body.strip() else {}
        if not isinstance(value, dict):
            raise BadInput("wrong_type", "The body must be a JSON object.")
        for name, each in value.items():
            found.setdefault(_ARRAY.sub("", name), []).extend(_texts(each))
    elif request.method == "POST":
        _add(found, request.POST)
    else:
        _add(found, QueryDict(request.body))
    return found


def _add(found: dict[str, list[str]], form: QueryDict) -> None:
    for name, values in form.lists():
        found.setdefault(_ARRAY.sub("", name), []).extend(str(each) for each in values)


def _texts(value: Any) -> list[str]:
    """A value of JSON as a form would have it."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [msgspec.json.encode(value).decode() if isinstance(value, Mapping) else str(value)]
