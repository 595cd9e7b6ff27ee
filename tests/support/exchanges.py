"""Servers that speak as the exchanges do (the shapes of their public APIs), over real HTTP on a port of this machine.

Each keeps what it holds in plain lists that a test changes, and notes what it was told.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

Answer = tuple[int, str, bytes]


class Served:
    """A running stand-in: ``url``, what it was ``asked``, and ``fail_after`` so many answers (None: never)."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str, dict[str, list[str]], bytes]] = []
        self.headers: list[dict[str, str]] = []
        self.fail_after: int | None = None
        self.answers = 0
        self.before: Callable[[int], object] | None = (
            None  # called with the number of each question, before it is answered
        )


@contextmanager
def serving(answer: Callable[[str, str, dict[str, list[str]], bytes, dict[str, str]], Answer]) -> Iterator[Served]:
    """Serve ``answer(method, path, query, body, headers)`` until the block ends."""
    state = Served()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            query = parse_qs(parts.query)
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.asked.append((self.command, parts.path, query, body))
            state.headers.append(headers)
            state.answers += 1
            if state.before is not None:
                state.before(state.answers)
            if state.fail_after is not None and state.answers > state.fail_after:
                status, mime, data = 400, "text/plain", b"no"
            else:
                status, mime, data = answer(self.command, parts.path, query, body, headers)
            with suppress(BrokenPipeError, ConnectionResetError):  # who asked may be dead
                self.send_response(status)
                self.send_header("content-type", mime)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        do_GET = _do  # noqa: N815  the names are http.server's
        do_POST = _do  # noqa: N815
        do_PUT = _do  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _json(value: Any, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(value).encode()


@contextmanager
def threatexchange(updates: list[dict[str, Any]], *, page: int = 2) -> Iterator[Served]:
    """``/<group>/threat_updates/`` with ``paging.next``; a POST to ``/<descriptor>/`` is a reaction."""
    box: list[Served] = []

    def answer(method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> Answer:
        if method == "POST":
            return _json({"success": True})
        since = int((query.get("start_time") or ["0"])[0] or 0)
        begin = int((query.get("after") or ["0"])[0])
        held = sorted(
            (each for each in updates if each["last_updated"] >= since), key=lambda each: each["last_updated"]
        )
        found: dict[str, Any] = {"data": held[begin : begin + page]}
        if begin + page < len(held):
            found["paging"] = {"next": f"{box[0].url}{path}?after={begin + page}&start_time={since}"}
        return _json(found)

    with serving(answer) as state:
        box.append(state)
        yield state


def te_update(indicator: str, at: int, *, owner: int = 1, status: str = "MALICIOUS", tags: tuple[str, ...] = (), gone: bool = False,
              type: str = "HASH_PDQ", number: int = 0) -> dict[str, Any]:  # fmt: skip
    """One update of ``threat_updates`` as its ``fields`` ask for it."""
    data = [
        {
            "id": str(number or at * 10),
            "owner": {"id": str(owner)},
            "status": status,
            "tags": {"data": [{"text": tag} for tag in tags]},
        }
    ]
    return {
        "id": str(at), "indicator": indicator, "type": type, "last_updated": at, "should_delete": gone,
        **({} if gone else {"descriptors": {"data": data}}),
    }  # fmt: skip


@contextmanager
def stopncii(records: list[dict[str, Any]], *, page: int = 2) -> Iterator[Served]:
    """``FetchHashes`` with page tokens, ``SubmitFeedback``; keys in the headers Azure asks for."""

    def answer(method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> Answer:
        if headers.get("ocp-apim-subscription-key") != "sub" or not headers.get("x-functions-key"):
            return 401, "text/plain", b"no key"
        if path.endswith("/SubmitFeedback"):
            return _json({})
        since, begin = int(query["startTimestamp"][0]), int((query.get("nextPageToken") or ["0"])[0])
        held = [each for each in records if each["lastModtimestamp"] >= since]
        part = held[begin : begin + page]
        more = begin + page < len(held)
        newest = max((each["lastModtimestamp"] for each in records), default=since)
        return _json({
            "count": len(part), "nextPageToken": str(begin + page) if more else None, "nextSetTimestamp": newest,
            "hasMoreRecords": more, "hashRecords": part,
        })  # fmt: skip

    with serving(answer) as state:
        yield state


def ncii_record(
    value: str, at: int, *, status: str = "Active", kind: str = "ImagePDQ", source: str = ""
) -> dict[str, Any]:
    """One hash record of StopNCII."""
    feedback = [{"source": source, "feedbackValue": "Blocked", "tags": ["Nude"]}] if source else []
    return {"lastModtimestamp": at, "signalType": kind, "hashValue": value, "hashStatus": status, "caseNumbers": {"c1": status},
            "CSPFeedbacks": feedback}  # fmt: skip


@contextmanager
def ncmec(entries: list[dict[str, Any]], *, page: int = 2) -> Iterator[Served]:
    """``/v2/entries`` in XML with a next page, reasons, and votes by PUT; basic authentication."""

    def answer(method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> Answer:
        if not headers.get("authorization", "").startswith("Basic "):
            return 401, "text/plain", b"who"
        if method == "PUT":
            return 200, "application/xml", b"<ok/>"
        space = 'xmlns="https://hashsharing.ncmec.org/hashsharing/v2"'
        if path.endswith("/reasons"):
            reasons = '<reason guid="g-1" name="Incorrect classification"/><reason guid="g-2" name="Other"/>'
            text = f"<r {space}><availableFeedbackReasons>{reasons}</availableFeedbackReasons></r>"
            return 200, "application/xml", text.encode()
        low, high = (
            datetime.fromisoformat(query[name][0].replace("Z", "+00:00")).timestamp() for name in ("from", "to")
        )
        held = [each for each in entries if low <= each["at"] < high]
        begin = int((query.get("start") or ["0"])[0])
        part = held[begin : begin + page]
        next_ = ""
        if begin + page < len(held):
            next_ = f"/v2/entries?from={query['from'][0]}&to={query['to'][0]}&start={begin + page}&size={page}&max={len(held)}"
        inner = _entries(part, "image") + _entries(part, "video")
        text = f"<queryResult {space}>{inner}<paging><next>{escape(next_)}</next></paging></queryResult>"
        return 200, "application/xml", text.encode()

    with serving(answer) as state:
        yield state


def _entries(part: list[dict[str, Any]], kind: str) -> str:
    held = [each for each in part if each["kind"] == kind]
    newest = datetime.fromtimestamp(max((each["at"] for each in held), default=0), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    inner = ""
    for each in held:
        tag = f"deleted{kind.capitalize()}" if each.get("deleted") else kind
        prints = "".join(f"<{name}>{value}</{name}>" for name, value in each.get("prints", {}).items())
        about = f'<member id="{each["member"]}">M</member><id>{each["id"]}</id><classification>A1</classification>'
        inner += f"<{tag}>{about}<fingerprints>{prints}</fingerprints></{tag}>"
    return f'<{kind}s count="{len(held)}" maxTimestamp="{newest}">{inner}</{kind}s>'


@contextmanager
def tat(records: list[dict[str, Any]], *, page: int = 2) -> Iterator[Served]:
    """The token by user name and password, then the list after a checkpoint."""

    def answer(method: str, path: str, query: dict[str, list[str]], body: bytes, headers: dict[str, str]) -> Answer:
        if method == "POST":
            return _json({"user": {}, "token": "t-1"} if b"password=p" in body else {"error": "no"})
        if headers.get("authorization") != "Bearer t-1":
            return 401, "text/plain", b"who"
        after = int(((query.get("after") or ["0,0"])[0]).rpartition(",")[2] or 0)
        held = [each for each in records if each["id"] > after]
        part = held[:page]
        mark = f"{part[-1]['updated_on']},{part[-1]['id']}" if part else ""
        return _json({"count": len(held), "next": "https://there/?limit=2" if len(held) > page else None, "previous": None,
                      "checkpoint": mark, "results": part})  # fmt: skip

    with serving(answer) as state:
        yield state


def tat_record(value: str, number: int, *, algorithm: str = "PDQ", deleted: bool = False) -> dict[str, Any]:
    """One entry of the hash list."""
    return {"hash_digest": value, "algorithm": algorithm, "ideology": "islamist", "file_type": "mp4", "deleted": deleted,
            "updated_on": 1_700_000_000.5 + number, "created_on": "2025-03-03T23:05:22", "id": number}  # fmt: skip


def pdq(number: int) -> str:
    """The digits of a hash, far from the others."""
    return hashlib.sha256(str(number).encode()).hexdigest()
