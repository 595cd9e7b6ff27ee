"""The JSON API under ``/v1``: each context brings a django-ninja ``router``; intake's two hot paths are described, not served, here."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from watchfloor import __version__
from watchfloor.console import api_document
from watchfloor.identity.domain import Actor
from watchfloor.identity.programs import admit
from watchfloor.identity.queries import actor_for_token
from watchfloor.kernel.errors import Forbidden, WatchfloorError
from watchfloor.platform import security_log


class Bearer(HttpBearer):
    """A program's token; the actor is put where the console's middleware puts a person's."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The token's actor, or None (401)."""
        row = admit(request, token)
        if row is None:
            return None
        actor = actor_for_token(row)
        request.actor = actor  # type: ignore[attr-defined]
        request.token_source = row.source  # type: ignore[attr-defined]
        return actor


class Api(NinjaAPI):
    """Its published document has intake's paths too, and says of every endpoint how it refuses."""

    def get_openapi_schema(self, **given: Any) -> Any:
        """See ``console.api_document``. Made once for each place it is asked under: anybody may ask."""
        key = repr(sorted(given.items()))  # the framework hands in a dict
        if key not in self._documents:
            self._documents[key] = api_document.completed(super().get_openapi_schema(**given))
        return self._documents[key]

    _documents: ClassVar[dict[str, Any]] = {}


api = Api(
    title="Watchfloor",
    version=__version__,
    auth=Bearer(),
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)

for _name in settings.CONTEXTS:
    if find_spec(f"watchfloor.{_name}.api") is not None and _name != "console":
        api.add_router("", import_module(f"watchfloor.{_name}.api").router)


@api.exception_handler(WatchfloorError)
def _expected(request: HttpRequest, error: WatchfloorError) -> HttpResponse:
    if isinstance(error, Forbidden):
        security_log.refused(request, error.code)
    return api.create_response(request, {"error": error.as_dict()}, status=error.status)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0] if error.errors else {}
    place, *path = first.get("loc", ()) or ("",)
    # ("body", the argument's name, field ...) or ("query", name); a field may itself be called "query".
    where = ".".join(str(part) for part in (path[1:] if place == "body" else path))
    body = {"code": "invalid", "message": str(first.get("msg", "The request does not fit.")), "where": where}
    return api.create_response(request, {"error": body}, status=422)


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses by itself: no token, or a body that is no JSON."""
    if isinstance(error, AuthenticationError):
        security_log.refused(request, "no_token")
        body = {
            "code": "no_token",
            "message": "This needs a valid token.",
            "hint": "Send it as Authorization: Bearer TOKEN.",
        }
    elif error.status_code == 400:
        body = {"code": "bad_json", "message": "The body is no JSON.", "hint": "Send one JSON document in UTF-8."}
    else:
        body = {"code": "refused", "message": str(error)}
    return api.create_response(request, {"error": body}, status=error.status_code)


def openapi() -> dict[str, Any]:
    """The whole document, as it is published."""
    return dict(api.get_openapi_schema(path_prefix="/v1"))
