"""Whether a process lives (``/healthz``) and can do its work (``/readyz``), for load balancers and orchestrators.

Alive says nothing of the database: a process that is ended because the database is away only adds to what must come up again. Ready
needs the database and every migration that this version knows; a newer schema than that is fine, so that an older version goes on
serving while a newer one is brought in. The answers tell no more than that; they are for everyone who can reach the port.
"""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import psycopg

from watchfloor.platform import schema

PATHS = ("/healthz", "/readyz")
_KEEP = 1.0  # seconds an answer about the database is given again: nobody can make us ask it more often
_lock = threading.Lock()
_last: tuple[float, str] | None = None
_schema_seen = False


def unready() -> str:
    """Why this process cannot work now (``database`` or ``schema``), or nothing."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > _KEEP:
            _last = (time.monotonic(), _look())
        return _last[1]


def _look() -> str:
    from django.db import Error, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "" if _schema_known() else "schema"
    except (Error, psycopg.Error):
        return "database"
    finally:
        if not connection.in_atomic_block:  # a test's transaction stays
            connection.close()


def _schema_known() -> bool:
    global _schema_seen
    if not _schema_seen:
        _schema_seen = schema.newest()
    return _schema_seen


def answer(path: str) -> tuple[int, dict[str, Any]]:
    """Status and document for one of ``PATHS``."""
    if path == "/healthz":
        return 200, {"status": "alive"}
    why = unready()
    return (503, {"status": "not ready", "why": why}) if why else (200, {"status": "ready"})


async def respond(scope: MutableMapping[str, Any], send: Callable[[dict[str, Any]], Any]) -> None:
    """The same, over ASGI."""
    status, document = await asyncio.to_thread(answer, scope["path"])
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"content-length", b"%d" % len(body)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def serve(
    place: str, role: str, alive: Callable[[], bool], done: Callable[[], dict[str, int]]
) -> http.server.HTTPServer:
    """For a role without a web server: the same two pages at ``HOST:PORT``; ``/healthz`` also says how much was done here."""
    from watchfloor.kernel.errors import BadInput

    host, _, port = place.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadInput(
            "bad_port", f"{place!r} is no address to listen on.", where="--health", hint="Like 127.0.0.1:8750."
        )
    began = time.monotonic()

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            if self.path not in PATHS:
                self._say(404, {"status": "nothing here"})
                return
            status, document = answer(self.path)
            if self.path == "/healthz":
                living = alive()
                status = 200 if living else 503
                document = {
                    "status": "alive" if living else "a loop has ended", "role": role,
                    "seconds": round(time.monotonic() - began), "done": {k: v for k, v in sorted(done().items()) if v},
                }  # fmt: skip
            self._say(status, document)

        def _say(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    try:
        server = http.server.ThreadingHTTPServer((host or "127.0.0.1", int(port)), Handler)
    except OSError as problem:
        raise BadInput("bad_port", f"{place} cannot be listened on: {problem.strerror}.", where="--health") from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    return server
