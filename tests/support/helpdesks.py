"""Strict stand-ins of Zendesk and Salesforce, over TLS and by their real names: what their clients ask, and what an import of history asks.

Written from the public descriptions of the two APIs. ``known_as`` lets this process find a name on loopback.
"""

from __future__ import annotations

import base64
import csv
import http.server
import io
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.tls import certificate


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: Any) -> None:
        self.status, self.body = status, body


class Site:
    """A server on loopback that answers for ``host``."""

    def __init__(self, folder: Path, host: str) -> None:
        self.host = host
        self.busy: list[str] = []  # Retry-After of the next answers, which are 429
        self.asked: list[str] = []
        self.trusted, context = certificate(folder, host)
        self._lock = threading.RLock()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                site.serve(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815  the server's own names

            def log_message(self, *args: object) -> None:
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_port)

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self, asked: http.server.BaseHTTPRequestHandler) -> None:
        """One call."""
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(f"{asked.command} {asked.path}")
        headers: dict[str, str] = {}
        with self._lock:
            try:
                if asked.headers.get("Host", "").partition(":")[0] != self.host:
                    raise Refused(421, {"error": "another host"})
                if self.busy:
                    headers["Retry-After"] = self.busy.pop(0)
                    raise Refused(429, {"error": "Rate limit for this resource has been exceeded"})
                status, answer, more = self.route(asked, parts.path, query, body)
                headers |= more
            except Refused as refused:
                status, answer = refused.status, refused.body
        data = b"" if answer is None else answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        asked.send_response(status)
        kind = "text/csv" if isinstance(answer, str) else "application/json"
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(data)),
            **headers,
        }.items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(data)

    def route(self, asked: Any, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, answer (a text is CSV), headers."""
        raise NotImplementedError


class Zendesk(Site):
    """Tickets: made, changed, exported by cursor in pages of ``size``."""

    email, token = "floor@example.org", "zd-token"

    def __init__(self, folder: Path, host: str = "acme.zendesk.com") -> None:
        self.tickets: dict[int, dict[str, Any]] = {}
        self.metrics: dict[int, dict[str, Any]] = {}
        self.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.size = 2
        super().__init__(folder, host)

    def route(self, asked: Any, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        said = base64.b64encode(f"{self.email}/token:{self.token}".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {said}":
            raise Refused(401, {"error": "Couldn't authenticate you"})
        if path == "/api/v2/tickets.json" and asked.command == "POST":
            return 201, {"ticket": self.make(**self._given(body)), "audit": {"id": 1, "ticket_id": 1, "events": []}}, {}
        if path == "/api/v2/imports/tickets/create_many.json" and asked.command == "POST":
            return (
                200,
                {"job_status": {"id": "j1", "status": "queued", "total": self._imported(body), "results": []}},
                {},
            )
        found = re.fullmatch(r"/api/v2/tickets/(\d+)\.json", path)
        if found and int(found[1]) in self.tickets:
            if asked.command == "PUT":
                self.change(int(found[1]), **self._given(body))
            return 200, {"ticket": self.tickets[int(found[1])], "audit": {"id": 1, "ticket_id": 1, "events": []}}, {}
        if path == "/api/v2/incremental/tickets/cursor.json" and asked.command == "GET":
            return 200, self._export(query), {}
        raise Refused(404, {"error": "InvalidEndpoint", "description": "Not found"})

    def _imported(self, body: bytes) -> int:
        """At most a hundred, each with what an import may say and no more; times are theirs."""
        given = json.loads(body).get("tickets")
        known = {
            "external_id",
            "subject",
            "status",
            "priority",
            "created_at",
            "updated_at",
            "solved_at",
            "tags",
            "comments",
        }
        if not isinstance(given, list) or not 1 <= len(given) <= 100 or any(set(each) - known for each in given):
            raise Refused(422, {"error": "RecordInvalid", "details": {"base": [{"description": "import"}]}})
        for each in given:
            right = each["status"] in {"new", "open", "pending", "hold", "solved", "closed"} and each["priority"] in {
                "urgent", "high", "normal", "low",
            }  # fmt: skip
            if not right or any(set(one) - {"value", "public", "created_at", "author_id"} for one in each["comments"]):
                raise Refused(
                    422, {"error": "RecordInvalid", "details": {"status": [{"description": str(each)[:200]}]}}
                )
            self.make(subject=each["subject"], status=each["status"], priority=each["priority"]) | each
        return len(given)

    def _given(self, body: bytes) -> dict[str, Any]:
        given = json.loads(body).get("ticket")
        known = {
            "subject",
            "comment",
            "description",
            "priority",
            "type",
            "status",
            "group_id",
            "tags",
            "id",
            "via_followup_source_id",
        }
        if not isinstance(given, dict) or set(given) - known:
            raise Refused(422, {"error": "RecordInvalid", "details": {"base": [{"description": f"{given}"[:200]}]}})
        return given

    def make(self, **given: Any) -> dict[str, Any]:
        """A ticket, a quarter of an hour after the last thing that happened."""
        pk = len(self.tickets) + 1
        now = self._tick()
        self.tickets[pk] = {
            "id": pk, "url": f"https://{self.host}/api/v2/tickets/{pk}.json", "subject": given.get("subject"),
            "status": given.get("status", "new"),
            "priority": given.get("priority"), "type": given.get("type"), "group_id": given.get("group_id", 77), "created_at": now,
            "updated_at": now, "generated_timestamp": int(self.moment.timestamp()), "tags": [],
            "via": {"channel": "web", "source": {"rel": None}},
        }  # fmt: skip
        self.metrics[pk] = {"id": 900 + pk, "ticket_id": pk, "reopens": 0, "group_stations": 1, "solved_at": None}
        return self.tickets[pk]

    def change(self, pk: int, **given: Any) -> None:
        """It moves; the metrics follow."""
        now, row, metric = self._tick(), self.tickets[pk], self.metrics[pk]
        if given.get("group_id", row["group_id"]) != row["group_id"]:
            metric["group_stations"] += 1
        if given.get("status") == "solved":
            metric["solved_at"] = now
        if row["status"] == "solved" and given.get("status") == "open":
            metric["reopens"] += 1
            metric["solved_at"] = None
        row |= {name: value for name, value in given.items() if name in row}
        row |= {"updated_at": now, "generated_timestamp": int(self.moment.timestamp())}

    def _tick(self) -> str:
        self.moment += timedelta(minutes=15)
        return self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _export(self, query: dict[str, str]) -> dict[str, Any]:
        strange = set(query) - {"start_time", "cursor", "per_page", "include", "exclude_deleted", "support_type_scope"}
        if strange or ("cursor" in query) == ("start_time" in query):
            raise Refused(400, {"error": "InvalidValue", "description": "Must include a start_time or a cursor"})
        since, place = int(query.get("start_time", 0)), 0
        if "cursor" in query:
            since, place = (int(each) for each in base64.b64decode(query["cursor"]).decode().split("|"))
        rows = sorted(self.tickets.values(), key=lambda row: (row["generated_timestamp"], row["id"]))
        rows = [row for row in rows if (row["generated_timestamp"], row["id"]) > (since, place)]
        page = rows[: self.size]
        last = page[-1] if page else {"generated_timestamp": since, "id": place}
        answer: dict[str, Any] = {
            "tickets": page, "count": len(page), "after_url": None, "before_url": None, "before_cursor": None,
            "after_cursor": base64.b64encode(f"{last['generated_timestamp']}|{last['id']}".encode()).decode(),
            "end_of_stream": len(rows) <= self.size,
        }  # fmt: skip
        answer["after_url"] = (
            f"https://{self.host}/api/v2/incremental/tickets/cursor.json?cursor={answer['after_cursor']}"
        )
        if "metric_sets" in query.get("include", ""):
            answer["metric_sets"] = [self.metrics[row["id"]] for row in page]
        return answer


class Salesforce(Site):
    """Cases: REST, SOQL (the few questions that are asked), Bulk API 2.0 queries and ingests."""

    key, secret, session = "3MVG9.floor", "s3cret", "00Dfloor!session"
    path = "/services/data/v61.0"
    audited = False  # whether times of making may be said
    fields = ("Id", "CaseNumber", "CreatedDate", "ClosedDate", "LastModifiedDate", "SystemModstamp", "Status", "Priority", "Origin", "Type",
              "OwnerId", "IsClosed", "Subject")  # fmt: skip

    def __init__(self, folder: Path, host: str = "acme.my.salesforce.com") -> None:
        self.cases: dict[str, dict[str, Any]] = {}
        self.history: list[dict[str, Any]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.size, self.slow = 2, 0
        super().__init__(folder, host)

    def route(self, asked: Any, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        if path == "/services/oauth2/token":
            given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if given != {"grant_type": "client_credentials", "client_id": self.key, "client_secret": self.secret}:
                raise Refused(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
            return (
                200,
                {"access_token": self.session, "instance_url": f"https://{self.host}", "token_type": "Bearer"},
                {},
            )
        if asked.headers.get("Authorization") != f"Bearer {self.session}":
            raise Refused(401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
        found = re.fullmatch(r"/services/data/v\d+\.0(/.*)", path)
        rest, method = (found[1].rstrip("/") if found else ""), asked.command
        if rest == "/sobjects/Case" and method == "POST":
            return 201, {"id": self.make(**json.loads(body)), "success": True, "errors": []}, {}
        if (one := re.fullmatch(r"/sobjects/Case/(\w+)", rest)) and one[1] in self.cases:
            if method == "PATCH":
                self.change(one[1], **json.loads(body))
                return 204, None, {}
            return 200, self._shown(self.cases[one[1]]), {}
        if rest == "/query" and method == "GET":
            return 200, self._page(self._soql(query["q"]), 0, query["q"]), {}
        if more := re.fullmatch(r"/query/q(\d+)-([A-Za-z0-9_=-]+)", rest):
            soql = base64.urlsafe_b64decode(more[2]).decode()
            return 200, self._page(self._soql(soql), int(more[1]), soql), {}
        return self._bulk(rest, method, query, body)

    def make(self, **given: Any) -> str:
        """A case."""
        self._known(given)
        pk, now = f"500A0000000{len(self.cases) + 1:04d}IAA", self._tick()
        self.cases[pk] = {
            **dict.fromkeys(self.fields), "Id": pk, "CaseNumber": f"{len(self.cases) + 1:08d}", "CreatedDate": now, "Status": "New",
            "LastModifiedDate": now, "SystemModstamp": now, "OwnerId": "00GA00000000001IAA", "IsClosed": False, "Origin": "Web", **given,
        }  # fmt: skip
        return pk

    def change(self, pk: str, **given: Any) -> None:
        """It changes; an owner leaves two rows of history, one with ids and one with names."""
        self._known(given)
        row, now = self.cases[pk], self._tick()
        for name, value in given.items():
            if row[name] != value and name in ("Status", "OwnerId"):
                pairs = [(row[name], value)] + ([("Someone", "Somebody Else")] if name == "OwnerId" else [])
                field = name.removesuffix("Id")
                self.history += [
                    {"CaseId": pk, "Field": field, "OldValue": a, "NewValue": b, "CreatedDate": now} for a, b in pairs
                ]
        row |= {**given, "LastModifiedDate": now, "SystemModstamp": now}
        row["IsClosed"] = str(row["Status"]).startswith("Closed")
        row["ClosedDate"] = (row["ClosedDate"] or now) if row["IsClosed"] else None

    def _known(self, given: dict[str, Any]) -> None:
        own = {"Id", "CaseNumber", "SystemModstamp", "IsClosed"} | (set() if self.audited else {"CreatedDate"})
        strange = set(given) - set(self.fields) | set(given) & own
        if strange:
            raise Refused(
                400,
                [{"message": f"No such column '{min(strange)}' on sobject of type Case", "errorCode": "INVALID_FIELD"}],
            )

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"attributes": {"type": "Case", "url": f"{self.path}/sobjects/Case/{row.get('Id')}"}, **row}

    def _soql(self, text: str) -> list[dict[str, Any]]:
        found = re.fullmatch(
            r"(?i)select (.+?) from (Case|CaseHistory)(?: where (.+?))?(?: order by .+)?", text.strip()
        )
        if found is None:
            raise Refused(400, [{"message": f"unexpected token: {text[:40]}", "errorCode": "MALFORMED_QUERY"}])
        columns = [each.strip() for each in found[1].split(",")]
        rows = list(self.cases.values()) if found[2] == "Case" else list(self.history)
        known = self.fields if found[2] == "Case" else ("CaseId", "Field", "OldValue", "NewValue", "CreatedDate")
        if set(columns) - set(known):
            raise Refused(
                400, [{"message": f"No such column '{min(set(columns) - set(known))}'", "errorCode": "INVALID_FIELD"}]
            )
        for clause in re.split(r"(?i) and ", found[3]) if found[3] else []:
            part = re.fullmatch(r"(?i)(\w+) (>=|=|in) (.+)", clause.strip())
            if part is None:
                raise Refused(400, [{"message": f"unexpected token: {clause}", "errorCode": "MALFORMED_QUERY"}])
            if part[2] == ">=":
                if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", part[3]):
                    raise Refused(
                        400,
                        [
                            {
                                "message": "value of filter criterion must be of type dateTime",
                                "errorCode": "INVALID_FIELD",
                            }
                        ],
                    )
                since = part[3].replace("Z", "+0000")
                rows = [row for row in rows if row[part[1]] >= since]
            else:
                values = [each.strip().strip("'") for each in part[3].strip("()").split(",")]
                rows = [row for row in rows if row[part[1]] in values]
        rows.sort(key=lambda row: str(row.get("SystemModstamp") or row.get("CreatedDate")))
        return [{name: row[name] for name in columns} for row in rows]

    def _page(self, rows: list[dict[str, Any]], start: int, soql: str) -> dict[str, Any]:
        end = start + self.size
        answer: dict[str, Any] = {
            "totalSize": len(rows),
            "done": end >= len(rows),
            "records": [self._shown(row) for row in rows[start:end]],
        }
        if not answer["done"]:
            answer["nextRecordsUrl"] = f"{self.path}/query/q{end}-{base64.urlsafe_b64encode(soql.encode()).decode()}"
        return answer

    def _bulk(self, rest: str, method: str, query: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        found = re.fullmatch(
            r"/jobs/(query|ingest)(?:/(\w+))?(/results|/batches|/successfulResults|/failedResults|/unprocessedrecords)?",
            rest,
        )
        if found is None:
            raise Refused(404, [{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}])
        kind, pk, what = found[1], found[2], found[3]
        if pk is None and method == "POST":
            given = json.loads(body)
            pk = f"750A{len(self.jobs) + 1:011d}IAA"
            state = "UploadComplete" if kind == "query" else "Open"
            self.jobs[pk] = {**given, "id": pk, "state": state, "object": "Case", "apiVersion": 61.0, "jobType": "V2Query",
                             "numberRecordsFailed": 0,
                             "numberRecordsProcessed": 0, "data": "", "slow": self.slow}  # fmt: skip
            if kind == "query":
                self.jobs[pk]["rows"] = self._soql(given["query"])
            return 200, self._job(pk), {}
        if pk not in self.jobs:
            raise Refused(404, [{"message": "no such job", "errorCode": "NOT_FOUND"}])
        job = self.jobs[pk]
        if what == "/batches" and method == "PUT":
            job["data"] = body.decode()
            return 201, None, {}
        if method == "PATCH":
            job["state"] = json.loads(body)["state"]
            for row in csv.DictReader(io.StringIO(job["data"])):
                self.make(**row)
                job["numberRecordsProcessed"] += 1
            return 200, self._job(pk), {}
        if what == "/results":
            if job["state"] != "JobComplete":
                raise Refused(400, [{"message": "the job is not complete", "errorCode": "INVALIDJOBSTATE"}])
            start = int(query.get("locator") or 0)
            end = start + min(self.size, int(query.get("maxRecords", 10_000)))
            out = io.StringIO()
            writer = csv.DictWriter(
                out, [each.strip() for each in job["query"].split(" FROM ")[0][7:].split(",")], lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(job["rows"][start:end])
            locator = str(end) if end < len(job["rows"]) else "null"
            return (
                200,
                out.getvalue(),
                {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(job["rows"][start:end]))},
            )
        if job["slow"]:
            job["slow"] -= 1
        elif job["state"] in ("UploadComplete", "InProgress"):
            job["state"] = "JobComplete"
            job["numberRecordsProcessed"] = len(job.get("rows", ())) or job["numberRecordsProcessed"]
        return 200, self._job(pk), {}

    def _job(self, pk: str) -> dict[str, Any]:
        return {name: value for name, value in self.jobs[pk].items() if name not in ("rows", "data", "slow")}

    def _tick(self) -> str:
        self.moment += timedelta(minutes=15)
        return self.moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@contextmanager
def known_as(*sites: Site) -> Iterator[None]:
    """Within the block the sites' names lead to loopback, and port 443 there to each one's own (the last one's, for the bare address)."""
    usual, ports = socket.getaddrinfo, {site.host: site.port for site in sites}

    def find(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in ports:
            return usual("127.0.0.1", ports[name], *more, **named)
        if name == "127.0.0.1" and str(port) == "443":
            return usual("127.0.0.1", sites[-1].port, *more, **named)
        return usual(host, port, *more, **named)

    socket.getaddrinfo = find
    try:
        yield
    finally:
        socket.getaddrinfo = usual
