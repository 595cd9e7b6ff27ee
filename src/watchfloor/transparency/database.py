"""The Transparency Database's API, as much of it as is needed: a batch in, an answer out. No database of ours here.

Only 201 means stored. A batch is all or nothing: one bad member and none of it is stored. Sources: its API documentation and
routes (``api/v1``, July 2025).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from functools import cache
from typing import Any

import httpx
import msgspec

from watchfloor import __version__
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import targets
from watchfloor.transparency.settings import Endpoint

BATCH = 100  # members of one call; one more is refused
SECONDS = 60.0
READ_UP_TO = 4_000_000  # bytes of an answer


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the database said of a batch.

    ``kind``: stored | invalid (some members) | known (it has some already) | denied (the token) | later (busy, broken, away).
    """

    kind: str
    remote_ids: dict[str, str] = {}  # by puid, when stored
    errors: dict[int, dict[str, list[str]]] = {}  # by place in the batch, when invalid
    known: tuple[str, ...] = ()  # puids, when known
    error: str = ""
    retry_after: int = 0  # seconds


def send(endpoint: Endpoint, payloads: Sequence[dict[str, Any]]) -> Answer:
    """Send up to a hundred statements in one call."""
    [said] = _ask(endpoint, [("POST", "/statements", {"statements": list(payloads)})])
    status, body = said.status, said.body
    if status == 201:
        found = body.get("statements") if isinstance(body, dict) else None
        ids = {str(each.get("puid")): str(each.get("uuid", "")) for each in found or [] if isinstance(each, dict)}
        return Answer(kind="stored", remote_ids=ids)
    if status in (401, 403):
        return Answer(kind="denied", error=f"The database answered {status}: the token is not accepted.")
    if status == 422:
        return _refused(body)
    return Answer(kind="later", error=said.error or f"The database answered {status}.", retry_after=said.wait)


def held(endpoint: Endpoint, puids: Sequence[str]) -> set[str]:
    """Those of our ids the database says it holds; what it could not say counts as not held."""
    found = _ask(endpoint, [("GET", f"/statement/existing-puid/{puid}", None) for puid in puids])
    return {puid for puid, answer in zip(puids, found, strict=True) if answer.status in (200, 302)}


def _refused(body: Any) -> Answer:
    errors = body.get("errors") if isinstance(body, dict) else None
    message = str(body.get("message", ""))[:200] if isinstance(body, dict) else ""
    if not isinstance(errors, dict):
        return Answer(kind="later", error=message or "The database refused the batch without saying why.")
    known = errors.get("existing_puids")
    if isinstance(known, list):
        return Answer(kind="known", known=tuple(str(each) for each in known))
    members: dict[int, dict[str, list[str]]] = {}
    for name, fields in errors.items():
        place = name.removeprefix("statement_")
        if name.startswith("statement_") and place.isdecimal() and isinstance(fields, dict):
            members[int(place)] = {
                str(field): [str(text) for text in texts] if isinstance(texts, list) else [str(texts)]
                for field, texts in fields.items()
            }
    if not members:
        return Answer(kind="later", error=message or "The database refused the batch as a whole.")
    return Answer(kind="invalid", errors=members)


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: the status (0: none came), the JSON body, what went wrong, how many seconds to wait."""

    status: int = 0
    body: Any = None
    error: str = ""
    wait: int = 0


def _ask(endpoint: Endpoint, calls: Sequence[tuple[str, str, Any]]) -> list[_Said]:
    """The answers to some calls, one after another on one connection; never raises for what the other side does."""
    return asyncio.run(_ask_all(endpoint, calls))


async def _ask_all(endpoint: Endpoint, calls: Sequence[tuple[str, str, Any]]) -> list[_Said]:
    async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False, verify=_trusted()) as client:
        return [await _one(client, endpoint, *call) for call in calls]


async def _one(client: httpx.AsyncClient, endpoint: Endpoint, method: str, path: str, body: Any) -> _Said:
    try:
        async with asyncio.timeout(SECONDS):
            return await _call(client, endpoint, method, path, body)
    except TimeoutError:
        return _Said(error=f"No answer within {SECONDS:g} s.")
    except BadInput as refused:
        return _Said(error=refused.message)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        return _Said(error=f"{type(failure).__name__}: {failure}"[:300])


async def _call(client: httpx.AsyncClient, endpoint: Endpoint, method: str, path: str, body: Any) -> _Said:
    target = await targets.resolve(endpoint.url + path)
    headers = {
        "host": target.host, "accept": "application/json", "authorization": f"Bearer {endpoint.token}",
        "user-agent": f"Watchfloor/{__version__}",
    }  # fmt: skip
    content = None
    if body is not None:
        content, headers["content-type"] = msgspec.json.encode(body), "application/json"
    where = {"sni_hostname": target.name}
    async with client.stream(method, target.url, content=content, headers=headers, extensions=where) as response:
        answer = bytearray()
        async for piece in response.aiter_bytes():
            answer += piece
            if len(answer) > READ_UP_TO:
                raise ValueError("the answer is too long")
    return _Said(
        status=response.status_code, body=_json(bytes(answer)), wait=_seconds(response.headers.get("retry-after", ""))
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates of the public authorities; reading them takes longer than a call, so they are read once."""
    return httpx.create_ssl_context(trust_env=False)


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None


def _seconds(text: str) -> int:
    return min(int(text), 3600) if text.isascii() and text.isdigit() else 0
