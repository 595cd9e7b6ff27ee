"""The Transparency Database's API as its documentation and rules describe it, strict, on loopback; it can fail in every way.

Bearer token, at most 100 members, all or nothing, ids unique for ever; 422 in its three shapes; 302 and 404 for the question whether
an id is known. ``behave`` is a list of behaviours used up one per POST: "before" (the line is cut, nothing stored), "after" (stored, but
the answer is lost), or a status.
"""

from __future__ import annotations

import json
import socket
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from watchfloor.transparency.domain import commission


class Database:
    """``stored`` holds what it has, by puid; ``calls`` the size of each batch that arrived."""

    def __init__(self, token: str = "1|secret") -> None:
        self.token = token
        self.stored: dict[str, dict[str, Any]] = {}
        self.calls: list[int] = []
        self.behave: list[int | str] = []
        self.refuses: set[str] = set()  # puids whose facts it does not like, whatever we think
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer: two would each wait for the other side's acknowledgement

            def do_POST(self) -> None:
                outer.post(self)

            def do_GET(self) -> None:
                outer.get(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def post(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        how = self.behave.pop(0) if self.behave else 201
        if how == "before":
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        if isinstance(how, int) and how != 201:
            self._say(handler, how, {"message": "no"}, {"retry-after": "7"} if how == 429 else {})
            return
        status, answer = self._take(handler, body)
        if how == "after":
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        self._say(handler, status, answer)

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        if not self._known(handler):
            self._say(handler, 401, {"message": "Unauthenticated."})
            return
        start = "/api/v1/statement/existing-puid/"
        puid = handler.path.removeprefix(start)
        if not handler.path.startswith(start):
            self._say(handler, 404, {"message": "Not Found"})
            return
        found = puid in self.stored
        self._say(
            handler,
            302 if found else 404,
            {"message": f"statement of reason {'' if found else 'not '}found", "puid": puid},
        )

    def _take(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any]:
        if handler.path != "/api/v1/statements":
            return 404, {"message": "Not Found"}
        if not self._known(handler):
            return 401, {"message": "Unauthenticated."}
        if (
            handler.headers.get("content-type") != "application/json"
            or handler.headers.get("accept") != "application/json"
        ):
            return 406, {"message": "JSON, please."}
        members = json.loads(body).get("statements")
        if not isinstance(members, list) or not 1 <= len(members) <= 100:
            text = "The statements field must have between 1 and 100 items."
            return 422, {"message": text, "errors": {"statements": [text]}}
        self.calls.append(len(members))
        errors: dict[str, Any] = {}
        for place, member in enumerate(members):
            wrong = {each.field: [each.message] for each in commission.problems(member)}
            if member.get("puid") in self.refuses:
                wrong["decision_facts"] = ["The decision facts field is not acceptable."]
            if wrong:
                errors[f"statement_{place}"] = wrong
        if errors:
            return 422, {"errors": errors}
        ids = [member["puid"] for member in members]
        known = [each for place, each in enumerate(ids) if each in self.stored or each in ids[:place]]
        if known:
            text = "The platform identifier(s) are not all unique within this call."
            return 422, {"message": text, "errors": {"puid": [text], "existing_puids": known}}
        made = [{**member, "uuid": str(uuid.uuid4())} for member in members]
        self.stored.update({member["puid"]: member for member in made})
        return 201, {"statements": made}

    def _known(self, handler: BaseHTTPRequestHandler) -> bool:
        return handler.headers.get("authorization") == f"Bearer {self.token}"

    def _say(self, handler: BaseHTTPRequestHandler, status: int, body: Any, more: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {
            "content-type": "application/json",
            "content-length": str(len(content)),
            **(more or {}),
        }.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)
        handler.wfile.flush()
