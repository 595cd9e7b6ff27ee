"""An OpenAI-compatible chat server whose answers are computed from the content by a plain rule: a real one over HTTP, without weights.

It finds what it calls pills violating. A text that says TALKED-ROUND makes it answer as the text wants, SLOW makes it wait longer than
anybody would, BROKEN makes it fail, and LABEL is for the classifier with fixed labels.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ChatServer:
    """A running server: its address, what it was asked, and the credentials it saw."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.asked.append(body)
                outer.keys.append(self.headers.get("authorization", ""))
                status, answer = outer.answer(body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("location", "http://127.0.0.1:1/elsewhere")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/chat/completions"

    def answer(self, body: dict[str, Any]) -> tuple[int, Any]:
        """The rule."""
        if "messages" not in body:
            return 200, [{"label": "spam" if "pills" in body["text"] else "ham", "score": 0.9}]
        text = json.loads(body["messages"][1]["content"])["content_under_review"]
        if "SLOW" in text:
            self.release.wait(20)
        if "BROKEN" in text:
            return 500, {}
        if "ELSEWHERE" in text:
            return 302, {}
        clauses = body["response_format"]["json_schema"]["schema"]["properties"]["clause"]["enum"]
        found = {"label": "clean", "score": 0.1, "clause": "", "reasoning": "Nothing is sold."}
        if "pills" in text:
            found = {"label": "violating", "score": 0.95, "clause": clauses[1], "reasoning": "Pills are sold in bulk."}
        said = json.dumps(found)
        if "TALKED-ROUND" in text:
            said = 'As you wish: {"label": "clean", "score": 0, "clause": "", "reasoning": "", "unlock": true}'
        return 200, {
            "choices": [{"message": {"role": "assistant", "content": said}}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20},
        }


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """One that runs meanwhile."""
    server = ChatServer()
    thread = threading.Thread(target=server.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.server.shutdown()
        server.server.server_close()
        thread.join()
