"""``/v1/statement`` as Trino's clients use it: a statement is posted, then ``nextUri`` is followed until there is none.

Every call carries an API token that may ask in SQL, as the password of Basic authentication or as a bearer. What a statement may read
is decided where it runs (``insight.star.asking``); here it is only translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.queries import actor_for_token, token_for
from watchfloor.insight.boards.sql import runs
from watchfloor.insight.star import asking
from watchfloor.interop.trino import metadata, statements
from watchfloor.interop.trino.types import kind_of, signature, value_of
from watchfloor.kernel.errors import NotFound, Overloaded, WatchfloorError
from watchfloor.kernel.ids import new_id

OPEN: Final = "It asks for a token that may ask in SQL and answers nothing without it."
PAGE: Final = 10_000  # rows in one answer
PATIENCE: Final = 1.0  # seconds that a poll waits
ERRORS: Final = {
    "bad_sql": ("SYNTAX_ERROR", 1), "no_sql": ("SYNTAX_ERROR", 1), "unknown_table": ("TABLE_NOT_FOUND", 46),
    "unknown_schema": ("SCHEMA_NOT_FOUND", 45), "forbidden": ("PERMISSION_DENIED", 4), "not_select": ("NOT_SUPPORTED", 13),
    "many_statements": ("SYNTAX_ERROR", 1), "stopped": ("USER_CANCELED", 3), "no_permission": ("PERMISSION_DENIED", 4),
    "not_prepared": ("NOT_FOUND", 5),
}  # fmt: skip
SCARCE: Final = {
    "too_slow": ("EXCEEDED_TIME_LIMIT", 131075), "too_big": ("EXCEEDED_LOCAL_MEMORY_LIMIT", 131079),
    "too_many_rows": ("EXCEEDED_SCAN_LIMIT", 131081),
}  # fmt: skip


@csrf_exempt
@guard.everyone("It says which version of the protocol is spoken, and nothing else.")
@require_http_methods(["GET", "HEAD"])
def info(_request: HttpRequest) -> HttpResponse:
    """What clients ask before they connect."""
    version = {"version": statements.VERSION}
    return JsonResponse(
        {"nodeVersion": version, "environment": "watchfloor", "coordinator": True, "starting": False, "uptime": "1.00h"}
    )


@csrf_exempt
@guard.everyone(OPEN)
@require_http_methods(["POST"])
def statement(request: HttpRequest) -> HttpResponse:
    """Take a statement."""
    actor = _actor(request)
    if actor is None:
        return _no_token()
    query = new_id()
    try:
        if not actor.has(asking.PERMISSION):
            asking.checked(actor, "SELECT 1")
        text = request.body.decode("utf-8")
        said = statements.read(text, _prepared(request))
        if said.kind == "done":
            return JsonResponse(
                {**_about(request, query, "FINISHED"), "updateType": said.update}, headers=dict(said.headers)
            )
        asking.checked(actor, said.sql, more=metadata.tables())
        return _started(request, actor, query, said.sql)
    except UnicodeDecodeError:
        return HttpResponse("The statement is no UTF-8.", status=400, content_type="text/plain")
    except WatchfloorError as refused:
        return _failed(request, query, refused.code, refused.message)


@csrf_exempt
@guard.everyone(OPEN)
@require_http_methods(["GET", "HEAD", "DELETE"])
def queued(request: HttpRequest, query: UUID, slug: str, page: int) -> HttpResponse:
    """One that waits for room: begun as soon as there is some."""
    actor = _actor(request)
    if actor is None:
        return _no_token()
    path = runs._base() / f"{query}" / "waiting.json"
    try:
        kept = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return _gone()
    if kept["owner"] != str(actor):
        return _gone()
    if request.method == "DELETE":
        path.unlink(missing_ok=True)
        return HttpResponse(status=204)
    return _started(request, actor, query, kept["text"])


@csrf_exempt
@guard.everyone(OPEN)
@require_http_methods(["GET", "HEAD", "DELETE"])
def executing(request: HttpRequest, query: UUID, slug: str, page: int) -> HttpResponse:
    """A part of an answer, or that it is not there yet; DELETE stops it."""
    actor = _actor(request)
    if actor is None:
        return _no_token()
    try:
        run_id = UUID(slug)
        if request.method == "DELETE":
            runs.cancel(actor, run_id)
            return HttpResponse(status=204)
        found = runs.wait(actor, run_id, PATIENCE)
    except (NotFound, ValueError):
        return _gone()
    except WatchfloorError as refused:
        return _failed(request, query, refused.code, refused.message)
    if found.answer is None:
        return JsonResponse(_about(request, query, "RUNNING", _next(request, "executing", query, slug, page), found.ms))
    answer = found.answer
    if answer.error:
        return _failed(request, query, answer.code, answer.error)
    if answer.more:
        said = f"There are more than {asking.MOST_ROWS:,} rows: sum them up, or ask for fewer with LIMIT."
        return _failed(request, query, "too_many_rows", said)
    return _part(request, query, slug, page, answer)


def _started(request: HttpRequest, actor: Actor, query: UUID, sql: str) -> HttpResponse:
    try:
        run_id = asking.start(
            actor, sql, seconds=asking.SECONDS, more=metadata.tables(), prepare=metadata.MACROS,
        )  # fmt: skip
    except Overloaded:
        folder = runs._base() / f"{query}"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "waiting.json").write_bytes(msgspec.json.encode({"owner": str(actor), "text": sql}))
        return JsonResponse(_about(request, query, "QUEUED", _next(request, "queued", query, "y", 1)))
    return JsonResponse(_about(request, query, "RUNNING", _next(request, "executing", query, run_id.hex, 0)))


def _part(request: HttpRequest, query: UUID, slug: str, page: int, answer: runs.Answer) -> HttpResponse:
    kinds = [kind_of(kind, [row[place] for row in answer.rows] if kind == "HUGEINT" else [])
             for place, (_name, kind) in enumerate(answer.columns)]  # fmt: skip
    some = answer.rows[page * PAGE : (page + 1) * PAGE]
    left = len(answer.rows) > (page + 1) * PAGE
    told = _about(
        request, query, "RUNNING" if left else "FINISHED",
        _next(request, "executing", query, slug, page + 1) if left else "", answer.took_ms, len(answer.rows),
    )  # fmt: skip
    told["columns"] = [
        {"name": name, "type": kind, "typeSignature": signature(kind)}
        for (name, _declared), kind in zip(answer.columns, kinds, strict=True)
    ]
    if some:
        told["data"] = [[value_of(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in some]
    return JsonResponse(told)


def _about(
    request: HttpRequest, query: UUID, state: str, following: str = "", ms: int = 0, rows: int = 0
) -> dict[str, Any]:
    done = state in ("FINISHED", "FAILED")
    stats = {
        "state": state, "queued": state == "QUEUED", "scheduled": state != "QUEUED", "nodes": 1, "totalSplits": 1,
        "queuedSplits": int(state == "QUEUED"), "runningSplits": int(state == "RUNNING"), "completedSplits": int(done),
        "cpuTimeMillis": ms, "wallTimeMillis": ms, "queuedTimeMillis": 0, "elapsedTimeMillis": ms, "processedRows": rows,
        "processedBytes": 0, "physicalInputBytes": 0, "physicalWrittenBytes": 0, "peakMemoryBytes": 0, "spilledBytes": 0,
    }  # fmt: skip
    told: dict[str, Any] = {
        "id": str(query), "infoUri": f"{_home(request)}/insight/sql", "stats": stats, "warnings": [],
    }  # fmt: skip
    if following:
        told["nextUri"] = following
    return told


def _next(request: HttpRequest, where: str, query: UUID, slug: str, page: int) -> str:
    return f"{_home(request)}/v1/statement/{where}/{query}/{slug}/{page}"


def _home(request: HttpRequest) -> str:
    """Our address as the client has it. Behind a proxy that ends TLS only ``WATCHFLOOR_URL`` knows that it was https."""
    public = settings.PUBLIC_URL.rstrip("/")
    if urlsplit(public).netloc.lower() == request.get_host().lower():
        return public
    return f"{request.scheme}://{request.get_host()}"


def _failed(request: HttpRequest, query: UUID, code: str, message: str) -> HttpResponse:
    """Failures are answers too: the protocol has them in the body of a 200."""
    name, number = SCARCE.get(code) or ERRORS.get(code, ("INVALID_ARGUMENTS", 9))
    if "Referenced column" in message:
        name, number = "COLUMN_NOT_FOUND", 47
    error = {
        "message": message, "errorCode": number, "errorName": name,
        "errorType": "INSUFFICIENT_RESOURCES" if code in SCARCE else "USER_ERROR",
        "failureInfo": {"type": f"watchfloor.{code}", "message": message, "suppressed": [], "stack": []},
    }  # fmt: skip
    return JsonResponse({**_about(request, query, "FAILED"), "error": error})


def _prepared(request: HttpRequest) -> Mapping[str, str]:
    header = request.headers.get("X-Trino-Prepared-Statement", "")
    pairs = [each.strip().partition("=") for each in header.split(",") if "=" in each]
    return {unquote(name).lower(): unquote(text) for name, _, text in pairs}


def _actor(request: HttpRequest) -> Actor | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        import base64
        import binascii

        try:
            value = base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return None
    elif scheme.lower() != "bearer":
        return None
    token = token_for(value.strip())
    return actor_for_token(token) if token is not None else None


def _no_token() -> HttpResponse:
    return HttpResponse(
        "This needs an API token as the password.", status=401, content_type="text/plain",
        headers={"WWW-Authenticate": 'Basic realm="Watchfloor"'},
    )  # fmt: skip


def _gone() -> HttpResponse:
    return HttpResponse("There is no such query (any more).", status=404, content_type="text/plain")
