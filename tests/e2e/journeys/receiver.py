"""A platform that listens: verifies every webhook with a library by others, applies each key once, and can be away."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Platform:
    """What it was told: ``applied`` maps a key to its message, ``tries`` counts requests by key; ``effects`` is what is
    in force on each item: the last word on each effect counts."""

    def __init__(self) -> None:
        self.secret = ""
        self.away = False
        self.forged = 0
        self.applied: dict[str, dict[str, Any]] = {}
        self.tries: Counter[str] = Counter()
        self.effects: dict[str, set[str]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                status = outer.hear({name.lower(): value for name, value in self.headers.items()}, raw)
                self.send_response(status)
                if status == 503:
                    self.send_header("retry-after", "3600")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def hear(self, headers: dict[str, str], raw: bytes) -> int:
        """204 applied (or known), 401 not signed with our key, 503 away."""
        key = headers.get("webhook-id", "")
        self.tries[key] += 1
        if self.away:
            return 503
        try:
            Webhook(self.secret).verify(raw, headers)
        except (WebhookVerificationError, ValueError):
            self.forged += 1
            return 401
        if key not in self.applied:
            self.apply(key, json.loads(raw))
        return 204

    def apply(self, key: str, body: dict[str, Any]) -> None:
        """Put an effect on an item, or take it off."""
        self.applied[key] = body
        if body["type"] == "action":
            item = self.effects.setdefault(body["item"]["id"], set())
            (item.discard if body["undo"] else item.add)(body["effect"])

    def about(self, item: str, kind: str = "") -> list[dict[str, Any]]:
        """Messages about an item, in the order in which they were applied."""
        told = [body for body in self.applied.values() if (body.get("item") or {}).get("id") == item]
        return [body for body in told if not kind or body.get("kind") == kind]

    def notices(self, template: str = "") -> list[dict[str, Any]]:
        """Notices to people, which the platform passes on."""
        told = [body for body in self.applied.values() if body["type"] == "notice"]
        return [body for body in told if not template or body["template"] == template]

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
