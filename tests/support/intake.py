"""What intake's tests share: a small floor, valid rows, and a client that speaks ASGI to the real app."""

from __future__ import annotations

import json
from typing import Any

from tests.support.seed import once

from watchfloor.identity.domain import system
from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import token_digest
from watchfloor.intake.asgi import Intake
from watchfloor.items import defaults
from watchfloor.kernel import clock
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.policy.models import Policy, Reason

TOKEN, REPORT_ONLY, EXPIRED = "wf-full", "wf-report-only", "wf-expired"


class FloorMade(LedgerEvent, tag="test.intake_floor"):
    """Only for these tests."""


@once
def floor() -> None:
    """Item types, two policies with a reason each, and three tokens."""
    with writing(system("test")) as w:
        defaults.install(w)
        policies = [("spam", "spam", 1), ("child-safety", "child_safety", 4)]
        rows = [w.create(Policy, key=key, name=key, harm_group=group, severity=level) for key, group, level in policies]
        w.create(Reason, key="spam", name="Spam", policy_key="spam", atproto=["com.atproto.moderation.defs#reasonSpam"])
        w.create(Reason, key="csam", name="Child abuse", policy_key="child-safety")
        both = ["report.submit", "event.submit"]
        now = clock.now()
        for secret, permissions, expires in [(TOKEN, both, None), (REPORT_ONLY, both[:1], None), (EXPIRED, both, now)]:
            w.create(
                ApiToken, name=secret, prefix=secret[:12], digest=token_digest(secret), source="chirp",
                permissions=permissions, created_at=now, expires_at=expires,
            )  # fmt: skip
        w.event(FloorMade(), rows[0])


def report(number: int | str = 1, **changes: Any) -> dict[str, Any]:
    """A valid report."""
    row: dict[str, Any] = {
        "item": {
            "type": "message", "id": f"m-{number}", "data": {"text": "Win a prize"}, "author": {"type": "account", "id": "a-1"},
        },
        "reason": "spam", "reporter": {"kind": "user", "id": "u-7"}, "channel": "user", "note": "again", "market": "DE",
        "language": "de", "surface": "inbox", "reach": 12,
    }  # fmt: skip
    return {**row, **changes}


def event(number: int | str = 1, **changes: Any) -> dict[str, Any]:
    """A valid event."""
    return {
        "name": "post.created", "at": "2026-01-02T03:04:05Z", "data": {"ip": "192.0.2.1", "device": {"os": "x"}},
        "item": {"type": "post", "id": f"p-{number}", "data": {"text": "hello", "author_id": "a-1"}}, **changes,
    }  # fmt: skip


class Answer:
    """Status, headers and decoded body."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, str]:
        found: dict[str, str] = self.json["error"]
        return found


class Client:
    """Speaks ASGI."""

    def __init__(self, app: Intake) -> None:
        self.app = app

    async def post(
        self, path: str, body: Any, *, token: str | None = TOKEN, headers: dict[str, str] | None = None,
        method: str = "POST", chunks: list[bytes] | None = None, length: bool = True,
    ) -> Answer:  # fmt: skip
        """Send ``body`` (bytes as they are, anything else as JSON), or ``chunks`` piece by piece."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"content-type": "application/json", **(headers or {})}
        if length and chunks is None:
            fields.setdefault("content-length", str(len(data)))
        if token is not None:
            fields.setdefault("authorization", f"Bearer {token}")
        pieces = list(chunks) if chunks is not None else [data]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(dict(message))

        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in fields.items()]
        await self.app({"type": "http", "method": method, "path": path, "headers": raw}, receive, send)
        start = next(message for message in sent if message["type"] == "http.response.start")
        answer = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], answer, b"".join(m.get("body", b"") for m in sent))

    async def reports(self, body: Any, **more: Any) -> Answer:
        return await self.post("/v1/reports", body, **more)

    async def events(self, body: Any, **more: Any) -> Answer:
        return await self.post("/v1/events", body, **more)
