"""How the door answers: HMA's JSON and status codes, and a token where HMA asks for none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from watchfloor.identity.domain import Actor
from watchfloor.identity.programs import admit
from watchfloor.identity.queries import actor_for_token
from watchfloor.kernel.errors import WatchfloorError

Verb = Callable[..., Any]
SEES, EDITS, MANAGES, FOLLOWS = "bank.view", "bank.edit", "bank.manage", "exchange.manage"
_CODES = {422: 400, 409: 403}  # HMA's words for what cannot be read, and for what is there already


class Abort(Exception):
    """Ends a request with HMA's ``{"message": ...}``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Missing(Exception):
    """A parameter that HMA needs is not there: it answers 422 with a list that names it."""

    def __init__(self, *names: str) -> None:
        super().__init__(", ".join(names))
        self.names = names


def door(**verbs: tuple[str, Verb]) -> Callable[..., HttpResponse]:
    """A view of ``METHOD=(permission, function)``; a function takes the actor and the request, and gives JSON, or JSON and a status."""

    @csrf_exempt
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = verbs.get(request.method or "")
        if known is None:
            allowed = ", ".join(sorted(verbs))
            response = _json({"message": "The method is not allowed for the requested URL."}, 405)
            response.headers["Allow"] = allowed
            return response
        permission, work = known
        try:
            found = work(_actor(request, permission), request, *args, **kwargs)
        except Abort as stop:
            return _json({"message": stop.message}, stop.status)
        except Missing as stop:
            told = [{"type": "missing", "loc": [name], "msg": "Field required", "input": {}} for name in stop.names]
            return _json(told, 422)
        except WatchfloorError as error:
            message = " ".join(part for part in (error.message, error.hint) if part)
            return _json({"message": message}, _CODES.get(error.status, error.status))
        value, status = found if isinstance(found, tuple) else (found, 200)
        return _json(value, status)

    permissions = {method: permission for method, (permission, _) in verbs.items()}
    view.open_because = (  # type: ignore[attr-defined]
        "A door for programs: it asks for a token of its own, with "
        + " or ".join(sorted(set(permissions.values())))
        + "."
    )
    view.permissions_by_method = permissions  # type: ignore[attr-defined]
    return view


def body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request."""
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        raise Abort(400, "The browser (or proxy) sent a request that this server could not understand.") from None
    if not isinstance(found, dict):
        raise Abort(400, "Request input was not a dict")
    return found


def needed(request: HttpRequest, *names: str) -> list[str]:
    """Parameters of the address that must be there."""
    missing = [name for name in names if name not in request.GET]
    if missing:
        raise Missing(*missing)
    return [request.GET[name] for name in names]


def flag(text: str) -> bool:
    """A yes or no as HMA's parser takes it."""
    return text.strip().lower() in ("1", "true", "on", "yes", "y", "t")


def _actor(request: HttpRequest, permission: str) -> Actor:
    row = admit(request)
    if row is None:
        raise Abort(401, "A token is needed: Authorization: Bearer wf_...")
    actor = actor_for_token(row)
    if not actor.has(permission):
        raise Abort(403, f"This token may not do that: it needs {permission}.")
    request.actor = actor  # type: ignore[attr-defined]
    return actor


def _json(value: Any, status: int) -> JsonResponse:
    return JsonResponse(value, status=status, safe=False)
