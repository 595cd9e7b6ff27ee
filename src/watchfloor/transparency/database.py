"""The Transparency Database's API, as much of it as is needed: a batch in, an answer out. No database of ours here.

Only 201 means stored. A batch is all or nothing: one bad member and none of it is stored. Sources: its API documentation and
routes (``api/v1``, July 2025).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
    status, body, error, wait = _ask(endpoint, "POST", "/statements", {"statements": list(payloads)})
    if status == 201:
        found = body.get("statements") if isinstance(body, dict) else None
        ids = {str(each.get("puid")): str(each.get("uuid", "")) for each in found or [] if isinstance(each, dict)}
        return Answer(kind="stored", remote_ids=ids)
    if status in (401, 403):
        return Answer(kind="denied", error=f"The database answered {status}: the token is not accepted.")
    if status == 422:
        return _refused(body)
    return Answer(kind="later", error=error or f"The database answered {status}.", retry_after=wait)


def has(endpoint: Endpoint, puid: str) -> bool | None:
    """Whether the database holds a statement by this id of ours; None: it could not say."""
    status, _, _, _ = _ask(endpoint, "GET", f"/statement/existing-puid/{puid}", None)
    return {302: True, 200: True, 404: False}.get(status)


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


def _ask(endpoint: Endpoint, method: str, path: str, body: Any) -> tuple[int, Any, str, int]:
    """(status or 0, the JSON body, an error, seconds to wait); never raises for what the other side does."""
    try:
        return asyncio.run(_call(endpoint, method, path, body))
    except TimeoutError:
        return 0, None, f"No answer within {SECONDS:g} s.", 0
    except BadInput as refused:
        return 0, None, refused.message, 0
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
        return 0, None, f"{type(failure).__name__}: {failure}"[:300], 0


async def _call(endpoint: Endpoint, method: str, path: str, body: Any) -> tuple[int, Any, str, int]:
    async with asyncio.timeout(SECONDS):
        target = await targets.resolve(endpoint.url + path)
        headers = {
            "host": target.host, "accept": "application/json", "authorization": f"Bearer {endpoint.token}",
            "user-agent": f"Watchfloor/{__version__}",
        }  # fmt: skip
        content = None
        if body is not None:
            content, headers["content-type"] = msgspec.json.encode(body), "application/json"
        async with (
            httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method, target.url, content=content, headers=headers, extensions={"sni_hostname": target.name}
            ) as response,
        ):
            answer = bytearray()
            async for piece in response.aiter_bytes():
                answer += piece
                if len(answer) > READ_UP_TO:
                    raise ValueError("the answer is too long")
    return response.status_code, _json(bytes(answer)), "", _seconds(response.headers.get("retry-after", ""))


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None


def _seconds(text: str) -> int:
    return min(int(text), 3600) if text.isascii() and text.isdigit() else 0
