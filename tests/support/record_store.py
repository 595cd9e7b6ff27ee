"""A strict stand-in of a learning record store: xAPI 1.0.3 as a store must check it. What is no statement it refuses."""

from __future__ import annotations

import base64
import json
import re
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

NAME, SECRET = "floor", "s3cret-of-the-store"
_DURATION = re.compile(r"PT(\d+H)?(\d+M)?(\d+(\.\d+)?S)?")
_KEYS = {"id", "actor", "verb", "object", "result", "context", "timestamp", "version"}


def wrong_with(said: Any) -> str:
    """Why a statement is none; empty where it is one. Sections of the specification, part two: 2.1 to 2.4.11, 4.1 to 4.6."""
    try:
        if set(said) - _KEYS or not {"actor", "verb", "object"} <= set(said):
            return f"properties {sorted(set(said) ^ _KEYS)}"
        if str(UUID(said["id"])) != said["id"] or UUID(said["id"]).version not in (1, 3, 4, 5):
            return "id"
        actor = said["actor"]
        if actor["objectType"] != "Agent" or set(actor) != {"objectType", "account"}:
            return "actor"
        if set(actor["account"]) != {"homePage", "name"} or not _iri(actor["account"]["homePage"]):
            return "account"
        if not _iri(said["verb"]["id"]) or not all(isinstance(v, str) for v in said["verb"]["display"].values()):
            return "verb"
        thing = said["object"]
        definition = thing["definition"]
        if thing["objectType"] != "Activity" or not _iri(thing["id"]) or not _iri(definition["type"]):
            return "object"
        if "interactionType" in definition:
            names = [each["id"] for each in definition["choices"]]
            if definition["interactionType"] != "choice" or len(set(names)) != len(names) or len(names) < 2:
                return "choices"
            if any(not set(p.split("[,]")) <= set(names) for p in definition["correctResponsesPattern"]):
                return "pattern"
        result = said["result"]
        if not isinstance(result.get("success", True), bool) or not isinstance(result.get("completion", True), bool):
            return "result"
        if "duration" in result and not (_DURATION.fullmatch(result["duration"]) and result["duration"] != "PT"):
            return "duration"
        score = result.get("score", {"scaled": 0, "raw": 0, "min": 0, "max": 0})
        if not -1 <= score["scaled"] <= 1 or not score["min"] <= score["raw"] <= score["max"]:
            return "score"
        context = said["context"]
        UUID(context["registration"])
        if not all(_iri(key) for key in context["extensions"]):
            return "extensions"
        if datetime.fromisoformat(said["timestamp"]).tzinfo is None:
            return "timestamp"
    except (KeyError, TypeError, ValueError) as error:
        return repr(error)
    return ""


def _iri(text: Any) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme and parts.netloc) and " " not in text


class Store:
    """The store, listening. ``kept``: statements by id; ``broken``: answers with this status instead, so many times."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.broken: list[int] = []
        self.asked: list[tuple[str, str]] = []
        self.refused: list[str] = []
        store = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Nothing."""

            def do_GET(self) -> None:
                store.asked.append(("GET", self.path))
                path = urlsplit(self.path)
                if path.path == "/xapi/about":
                    return self._say(200, {"version": ["1.0.0", "1.0.3"]})
                if not self._allowed():
                    return None
                wanted = parse_qs(path.query).get("statementId", [""])[0]
                found = store.kept.get(wanted)
                return self._say(200, found) if path.path == "/xapi/statements" and found else self._say(404, {})

            def do_POST(self) -> None:
                store.asked.append(("POST", self.path))
                body = self.rfile.read(int(self.headers["content-length"]))
                if not self._allowed():
                    return None
                if store.broken:
                    return self._say(store.broken.pop(0), {})
                if self.path != "/xapi/statements" or self.headers["content-type"] != "application/json":
                    return self._say(404, {})
                said = json.loads(body)
                wrong = [why for each in said if (why := wrong_with(each))]
                if wrong or len({each["id"] for each in said}) != len(said):
                    store.refused += wrong or ["same id twice"]
                    return self._say(400, wrong)
                if any(store.kept.get(each["id"], each) != each for each in said):
                    return self._say(409, {})
                store.kept |= {each["id"]: each for each in said}
                return self._say(200, [each["id"] for each in said])

            def _allowed(self) -> bool:
                given = self.headers.get("authorization", "")
                if given != "Basic " + base64.b64encode(f"{NAME}:{SECRET}".encode()).decode():
                    self._say(401, {})
                    return False
                version = self.headers.get("X-Experience-API-Version", "")
                if not version.startswith("1.0"):
                    store.refused.append(f"version {version!r}")
                    self._say(400, {})
                    return False
                return True

            def _say(self, status: int, what: Any) -> None:
                data = json.dumps(what).encode()
                self.send_response(status)
                self.send_header("X-Experience-API-Version", "1.0.3")
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/xapi"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
