"""A platform that listens: a real HTTP server on loopback that can refuse, hang, cut the line, and counts what it got by key."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """``behave`` is a list of behaviours, used up one per request, then ``then``: an HTTP status, "hang" or "cut"."""

    def __init__(self) -> None:
        self.behave: list[int | str] = []
        self.then: int | str = 200
        self.headers: dict[str, str] = {}
        self.requests: list[dict[str, Any]] = []
        self.applied: Counter[str] = Counter()  # answered 2xx, by webhook-id
        self.released = threading.Event()
        self.arrived = threading.Semaphore(0)
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer.take(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?for=us"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        raw = handler.rfile.read(int(handler.headers["content-length"]))
        with self._lock:
            how = self.behave.pop(0) if self.behave else self.then
            headers = {name.lower(): value for name, value in handler.headers.items()}
            self.requests.append({"headers": headers, "raw": raw, "body": json.loads(raw), "path": handler.path})
            if isinstance(how, int) and 200 <= how < 300:
                self.applied[headers.get("webhook-id", "")] += 1
        self.arrived.release()
        if how == "cut":
            handler.close_connection = True
            handler.connection.close()
            return
        if how == "hang":
            self.released.wait()
            return
        handler.send_response(int(how))
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", "0")
        handler.end_headers()

    @property
    def kinds(self) -> list[str]:
        """The kinds of action received, in order."""
        return [request["body"].get("kind", "notice") for request in self.requests]

    def close(self) -> None:
        """Stop listening."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
