"""Parley itself, as far as the floor can see it: it verifies the webhook, applies each key once, shows what it did, and says what is
in force when it is asked (``GET /in-force``, signed as the webhooks are, by pages). Its live channel is ``demo.channel``.

    python -m watchfloor.demo.platform --home FOLDER --port 8741

State is a file of one line per applied key in the data folder, so that a restart forgets nothing.
"""

from __future__ import annotations

import argparse
import hmac
import html
import json
import os
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from watchfloor.demo import channel
from watchfloor.demo.channel import Channel

PAGE_SIZE = 500  # effects on a page of what is in force
MOMENTARY = ("warn", "stop_stream")  # done and over: nothing stays in force
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Parley</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1f2430;background:#fff}}
table{{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}}
td,th{{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #dfe3ea}}
@media(prefers-color-scheme:dark){{body{{background:#14171d;color:#e6e9ef}}td,th{{border-color:#2b303b}}}}</style>
<h1>Parley</h1><p>The demo's small messaging platform.
Watchfloor told it of <b>{told:,}</b> things; it applied <b>{applied:,}</b>, each key once.</p>
<table><tr><th>When</th><th>What</th><th>On</th></tr>{rows}</table></html>"""


class Parley:
    """What the platform has been told, by idempotency key."""

    def __init__(self, home: Path, *, replay: bool = False) -> None:
        self.replay = replay
        self.file = home / "parley.jsonl"
        self.secret_file = home / "keys" / "parley.webhook"
        self.lock = threading.Lock()
        self.told = 0
        self.applied: dict[str, dict[str, Any]] = {}
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                self.applied[record["key"]] = record["body"]
        self.told = len(self.applied)
        self.channel = Channel(home / channel.FOLDER, self.stopped)

    def stopped(self, name: str) -> bool:
        """Whether we were told to cut this broadcast off."""
        with self.lock:
            bodies = list(self.applied.values())
        told = (body for body in bodies if body.get("effect") == "stop_stream" and not body.get("undo"))
        return any(body["item"]["id"] == name for body in told)

    def hear(self, headers: dict[str, str], raw: bytes) -> int:
        """The status to answer: 204 applied or known, 401 not signed by our Watchfloor."""
        try:
            self._verify(Webhook(self.secret_file.read_text().strip()), headers, raw)
        except (OSError, ValueError, KeyError, WebhookVerificationError):
            return 401
        key = headers["webhook-id"]
        with self.lock:
            self.told += 1
            if key not in self.applied:
                body = json.loads(raw)
                self.applied[key] = body
                with self.file.open("a", encoding="utf-8") as out:
                    out.write(json.dumps({"key": key, "body": body}) + "\n")
        return 204

    def in_force(self, headers: dict[str, str], target: str) -> tuple[int, bytes]:
        """A page of what is in force: status and body. The list is what the last message of each effect said."""
        try:
            self._verify(Webhook(self.secret_file.read_text().strip()), headers, target.encode())
        except (OSError, ValueError, KeyError, WebhookVerificationError):
            return 401, b""
        with self.lock:
            bodies = list(self.applied.values())
        effects: dict[tuple[str, str, str], dict[str, Any]] = {}
        for body in bodies:
            if body.get("type") == "action":
                self._take(effects, body)
        query = parse_qs(urlsplit(target).query)
        at = int(query.get("cursor", ["0"])[0])
        listed = [effects[key] for key in sorted(effects)]
        page = {
            "effects": listed[at : at + PAGE_SIZE],
            "next": str(at + PAGE_SIZE) if at + PAGE_SIZE < len(listed) else None,
        }
        return 200, json.dumps(page).encode()

    @staticmethod
    def _take(effects: dict[tuple[str, str, str], dict[str, Any]], body: dict[str, Any]) -> None:
        key = (body["item"]["type"], body["item"]["id"], body["effect"])
        if body["undo"]:
            effects.pop(key, None)
        elif body["effect"] not in MOMENTARY:
            effects[key] = {"item": body["item"], "effect": body["effect"], "since": body["at"], "until": body["until"]}

    def _verify(self, webhook: Webhook, headers: dict[str, str], raw: bytes) -> None:
        """Raise unless we are meant. In a replay the message's own moment is taken for now, for it is days ago."""
        if not self.replay:
            webhook.verify(raw, headers)
            return
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signed = webhook.sign(headers["webhook-id"], moment, raw.decode())
        if not any(hmac.compare_digest(signed, given) for given in headers["webhook-signature"].split()):
            raise WebhookVerificationError("No matching signature found")

    def page(self) -> str:
        """What a person sees."""
        with self.lock:
            last = list(self.applied.values())[-60:][::-1]
            told, applied = self.told, len(self.applied)
        rows = "".join(
            f"<tr><td>{_text(body, 'at')[:16].replace('T', ' ')}</td><td>{_what(body)}</td><td>{_on(body)}</td></tr>"
            for body in last
        )
        return PAGE.format(told=told, applied=applied, rows=rows)


def _text(body: dict[str, Any], name: str) -> str:
    return html.escape(str(body.get(name) or body.get("timestamp") or ""))


def _what(body: dict[str, Any]) -> str:
    data = body.get("data") or body
    return html.escape(str(data.get("kind") or data.get("template") or body.get("type") or "notice"))


def _on(body: dict[str, Any]) -> str:
    item = (body.get("data") or body).get("item") or {}
    return html.escape(f"{item.get('type', '')} {item.get('id', '')}".strip() or "a person")


def serve(home: Path, port: int, *, replay: bool = False) -> ThreadingHTTPServer:
    """A listening server on loopback; run ``serve_forever`` on it."""
    parley = Parley(home, replay=replay)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 1_000_000))
            self.send_response(parley.hear({name.lower(): value for name, value in self.headers.items()}, raw))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            status, kind, body = 200, "text/html; charset=utf-8", b""
            if urlsplit(self.path).path == "/in-force":
                kind = "application/json"
                status, body = parley.in_force({name.lower(): value for name, value in self.headers.items()}, self.path)
            elif self.path.startswith("/live/"):
                found = parley.channel.answer(urlsplit(self.path).path, time.time())
                status, (kind, body) = (200, found) if found else (404, ("text/plain", b""))
            else:
                body = parley.page().encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    Handler.protocol_version = "HTTP/1.1"
    return _Server(("127.0.0.1", port), Handler)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # the library's 5 turns a batch of deliveries away for a second at a time


def main() -> None:
    """The command of the demo's platform role."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("WATCHFLOOR_HOME", "demo-data")))
    parser.add_argument("--port", type=int, default=8741)
    parser.add_argument("--replay", action="store_true", help="Take each message's own moment for now.")
    given = parser.parse_args()
    server = serve(given.home, given.port, replay=given.replay)
    print("listening", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
