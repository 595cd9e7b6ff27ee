"""A strict stand-in for Jira Cloud: REST v3 (and v2, which some clients post by default), over TLS, with people, a workflow and webhooks.

Written from the public REST description, not from the client it judges: what the API refuses is refused in its own error form, rich text
in v3 is an Atlassian document that is checked node by node, each change leaves an entry in the changelog. It keeps every request it got,
and can be told to be busy, to fail, or to cut the line before or after the effect.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from tests.support.tls import certificate

BLOCKS = {
    "doc": {"paragraph", "heading", "bulletList", "orderedList", "codeBlock", "blockquote", "rule", "table", "mediaSingle", "panel"},
    "blockquote": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "listItem": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "bulletList": {"listItem"}, "orderedList": {"listItem"}, "paragraph": {"text", "hardBreak", "mention", "emoji", "inlineCard"},
    "heading": {"text", "hardBreak", "mention", "emoji", "inlineCard"}, "codeBlock": {"text"}, "table": {"tableRow"},
    "tableRow": {"tableCell", "tableHeader"}, "tableCell": {"paragraph"}, "tableHeader": {"paragraph"}, "panel": {"paragraph"},
    "mediaSingle": {"media"},
}  # fmt: skip
LEAVES = {"text", "hardBreak", "mention", "emoji", "inlineCard", "rule", "media"}
MARKS = {"strong", "em", "strike", "code", "link", "underline", "subsup", "textColor"}
CATEGORIES = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
STATUSES = {"1": ("To Do", "new"), "2": ("In Progress", "indeterminate"), "3": ("In Review", "indeterminate"), "4": ("Done", "done"),
            "5": ("Won't Do", "done")}  # fmt: skip
# From a status to others: what is done is reopened before it goes on.
WORKFLOW = {"1": "2 4 5", "2": "1 3 4 5", "3": "2 4 5", "4": "2", "5": "1"}
TYPES = {"10001": "Task", "10002": "Story", "10003": "Bug"}
EDITABLE = {"summary", "description", "duedate", "labels"}
CREATABLE = EDITABLE | {"project", "issuetype"}
DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"


@dataclass
class Issue:
    """What the site holds of one."""

    id: str
    key: str
    type: str
    summary: str
    description: Any
    duedate: str | None
    labels: list[str]
    status: str
    created: datetime
    updated: datetime
    properties: dict[str, Any] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    histories: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Trouble:
    """What goes wrong at the next call of a method and path (a regular expression): a status, or a line cut before | after the effect."""

    path: str
    method: str = ""
    status: int = 0
    retry_after: str = ""
    cut: str = ""
    before: Callable[[], None] | None = None  # what somebody does just before it


class Refused(Exception):
    """An answer in the API's error form."""

    def __init__(self, status: int, *messages: str, **errors: str) -> None:
        self.status, self.body = status, {"errorMessages": list(messages), "errors": errors}


class Jira:
    """The site, listening on loopback; ``url`` is its address, ``trusted`` the file with its certificate."""

    email, token = "floor@example.org", "t0ken-of-the-floor"

    def __init__(self, folder: Path) -> None:
        self.issues: dict[str, Issue] = {}
        self.requests: list[tuple[str, str, bytes]] = []
        self.troubles: list[Trouble] = []
        self.hooks: list[tuple[str, str, Callable[..., Any] | None]] = []
        self.hidden: set[str] = set()  # keys the account may not see
        self.frozen: set[str] = set()  # keys it may see and not change
        self.shift = timedelta(0)
        self.page = 50
        self.people = {"5b10": ("Floor", self.email), "5b11": ("Ann Engineer", "ann@example.org")}
        self._numbers, self._made = iter(range(10_000, 99_999)), 0
        self._lock = threading.RLock()
        self.trusted, context = certificate(folder)
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                site.answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815  the server's own names

            def log_message(self, *args: object) -> None:
                """Quiet."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever asked is gone."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    # --- what people do there ---

    def edit(self, key: str, *, by: str = "5b11", status: str = "", **fields: Any) -> None:
        """Somebody changes an issue on the site; a description is given as text."""
        with self._lock:
            issue = self.issues[key]
            if isinstance(fields.get("description"), str):
                fields["description"] = document(fields["description"])
            self._change(issue, fields, by)
            if status:
                self._status(issue, next(each for each, (name, _) in STATUSES.items() if name == status), by)
        self.tell(issue, "jira:issue_updated")

    def say(self, key: str, text: str, by: str = "5b11") -> None:
        """Somebody comments."""
        with self._lock:
            self._comment(self.issues[key], document(text), [], by)
        self.tell(self.issues[key], "comment_created")

    def delete(self, key: str) -> None:
        """Somebody deletes it."""
        issue = self.issues.pop(key)
        self.tell(issue, "jira:issue_deleted")

    def tell(self, issue: Issue, event: str) -> None:
        """Call who listens, signed as Jira signs: hexadecimal HMAC-SHA256 of the body."""
        body = json.dumps({"timestamp": 1, "webhookEvent": event, "issue": {"id": issue.id, "key": issue.key}}).encode()
        for url, secret, call in self.hooks:
            signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            headers = {"X-Hub-Signature": signature, "Content-Type": "application/json"}
            if call is not None:
                call(body, headers)
            else:
                httpx.post(url, content=body, headers=headers, timeout=10)

    def everything(self) -> str:
        """All that was ever asked of it, as one text."""
        return "\n".join(f"{method} {path} {body.decode(errors='replace')}" for method, path, body in self.requests)

    # --- the API ---

    def answer(self, asked: http.server.BaseHTTPRequestHandler) -> None:
        """One call."""
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        parts = urlsplit(asked.path)
        with self._lock:
            self.requests.append((asked.command, asked.path, body))
            trouble = next((each for each in self.troubles if re.search(each.path, parts.path)
                            and each.method in ("", asked.command)), None)  # fmt: skip
            if trouble is not None:
                self.troubles.remove(trouble)
        if trouble is not None and trouble.before:
            trouble.before()
        if trouble is not None and trouble.cut == "before":
            asked.close_connection = True
            return
        extra: dict[str, str] = {}
        if trouble is not None and trouble.status:
            status, answer = trouble.status, {"errorMessages": [f"trouble {trouble.status}"], "errors": {}}
            extra = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
        else:
            try:
                with self._lock:
                    status, answer = self._route(asked, parts.path, parse_qs(parts.query), body)
            except Refused as refused:
                status, answer = refused.status, refused.body
        if trouble is not None and trouble.cut == "after":
            asked.close_connection = True
            return
        data = b"" if answer is None else json.dumps(answer).encode()
        asked.send_response(status)
        for name, value in {
            "Content-Type": "application/json;charset=UTF-8",
            "Content-Length": str(len(data)),
            **extra,
        }.items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(data)

    def _route(self, asked: Any, path: str, query: dict[str, list[str]], raw: bytes) -> tuple[int, Any]:
        said = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        found = re.fullmatch(r"/rest/api/(2|3|latest)(/.*)", path)
        if found is None:
            raise Refused(404, "dead link")
        old, rest, method = found[1] != "3", found[2], asked.command
        if rest == "/serverInfo" and method == "GET":
            return 200, {"baseUrl": self.url, "version": "1001.0.0", "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud",
                         "buildNumber": 100, "serverTitle": "Jira"}  # fmt: skip
        if asked.headers.get("Authorization") != f"Basic {said}":
            raise Refused(401, "Client must be authenticated to access this resource.")
        body: Any = {}
        if method in ("POST", "PUT"):
            if "json" not in asked.headers.get("Content-Type", ""):
                raise Refused(415, "Unsupported Media Type")
            try:
                body = json.loads(raw or b"{}")
            except ValueError:
                raise Refused(400, "There was an error parsing JSON. Check that your request body is valid.") from None
        for verb, pattern, do in self._routes():
            hit = re.fullmatch(pattern, rest)
            if hit and verb == method:
                return do(*hit.groups(), query=query, body=body, old=old)
        raise Refused(405 if any(re.fullmatch(each[1], rest) for each in self._routes()) else 404, "dead link")

    def _routes(self) -> list[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        issue = r"/issue/([^/]+)"
        return [
            ("GET", "/myself", lambda **_: (200, self._person("5b10", full=True))),
            ("GET", "/field", lambda **_: (200, [
                {"id": name, "name": name.title(), "custom": False, "orderable": True, "navigable": True, "searchable": True,
                 "clauseNames": [name]} for name in sorted(CREATABLE | {"status"})])),
            ("GET", r"/project/([^/]+)", self._project),
            ("GET", r"/project/([^/]+)/statuses", self._statuses),
            ("GET", r"/issue/createmeta/([^/]+)/issuetypes", self._types),
            ("GET", r"/issue/createmeta/([^/]+)/issuetypes/([^/]+)", self._fields),
            ("POST", "/issue", self._create), ("GET", issue, self._get), ("PUT", issue, self._put), ("DELETE", issue, self._delete),
            ("GET", issue + "/transitions", self._transitions), ("POST", issue + "/transitions", self._transit),
            ("GET", issue + "/comment", self._comments), ("POST", issue + "/comment", self._comment_post),
            ("GET", issue + "/comment/([^/]+)", self._comment_get), ("PUT", issue + "/comment/([^/]+)", self._comment_put),
            ("GET", issue + "/changelog", self._changelog),
            ("POST", "/search/jql", self._search), ("GET", "/search/jql", self._search_get), ("GET", "/search", self._search_old),
        ]  # fmt: skip

    def _issue(self, name: str) -> Issue:
        found = self.issues.get(name) or next((each for each in self.issues.values() if each.id == name), None)
        if found is None or found.key in self.hidden:
            raise Refused(404, "Issue does not exist or you do not have permission to see it.")
        return found

    def _project(self, name: str, **_: Any) -> tuple[int, Any]:
        if name not in ("OPS", "10000"):
            raise Refused(404, f"No project could be found with key '{name}'.")
        types = [{"id": each, "name": kind, "subtask": False} for each, kind in TYPES.items()]
        return 200, {"id": "10000", "key": "OPS", "name": "Operations", "issueTypes": types, "style": "classic"}

    def _statuses(self, name: str, **_: Any) -> tuple[int, Any]:
        self._project(name)
        known = [status(each) for each in STATUSES]
        return 200, [{"id": each, "name": kind, "subtask": False, "statuses": known} for each, kind in TYPES.items()]

    def _types(self, name: str, **_: Any) -> tuple[int, Any]:
        self._project(name)
        types = [{"id": each, "name": kind, "subtask": False} for each, kind in TYPES.items()]
        return 200, {"startAt": 0, "maxResults": 50, "total": len(types), "issueTypes": types}

    def _fields(self, name: str, kind: str, **_: Any) -> tuple[int, Any]:
        self._project(name)
        if kind not in TYPES:
            raise Refused(404, f"Issue type with id '{kind}' does not exist.")
        fields = [{"fieldId": each, "key": each, "name": each.title(), "required": each in ("summary", "project", "issuetype")}
                  for each in sorted(CREATABLE)]  # fmt: skip
        return 200, {"startAt": 0, "maxResults": 50, "total": len(fields), "fields": fields}

    def _create(self, *, body: Any, old: bool, **_: Any) -> tuple[int, Any]:
        strange = set(body) - {"fields", "update", "properties", "historyMetadata", "transition"}
        if strange:
            raise Refused(400, f'Unrecognized field "{min(strange)}"')
        fields = dict(body.get("fields") or {})
        errors = {}
        project = fields.get("project") or {}
        if project.get("key", "OPS") != "OPS" or project.get("id", "10000") != "10000" or not project:
            errors["project"] = "valid project is required"
        wanted = fields.get("issuetype") or {}
        kind = next(
            (each for each, name in TYPES.items() if wanted.get("id") == each or wanted.get("name") == name), None
        )
        if kind is None:
            errors["issuetype"] = "Specify a valid issue type"
        errors |= self._faults(fields, CREATABLE, old)
        if not str(fields.get("summary") or "").strip():
            errors["summary"] = "You must specify a summary of the issue."
        if errors:
            raise Refused(400, **errors)
        number, now = next(self._numbers), self._now()
        self._made += 1
        key = f"OPS-{self._made}"
        description = fields.get("description")
        made = Issue(
            id=str(number), key=key, type=str(kind), summary=fields["summary"], duedate=fields.get("duedate"),
            description=document(description) if old and description else description, labels=list(fields.get("labels") or []),
            status="1", created=now, updated=now, properties={each["key"]: each["value"] for each in body.get("properties") or []},
        )  # fmt: skip
        self.issues[key] = made
        return 201, {"id": made.id, "key": key, "self": f"{self.url}/rest/api/{2 if old else 3}/issue/{made.id}"}

    def _faults(self, fields: dict[str, Any], known: set[str], old: bool) -> dict[str, str]:
        errors = {
            name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
            for name in fields
            if name not in known
        }
        summary = fields.get("summary", "x")
        if not isinstance(summary, str):
            errors["summary"] = "Operation value must be a string"
        elif "\n" in summary or "\r" in summary:
            errors["summary"] = "The summary is invalid because it contains newline characters."
        elif len(summary) > 255:
            errors["summary"] = "Summary can't exceed 255 characters."
        description = fields.get("description")
        if description is not None:
            if old and not isinstance(description, str):
                errors["description"] = "Operation value must be a string"
            elif not old and fault(description):
                errors["description"] = DOCUMENT
        due = fields.get("duedate")
        if due is not None:
            try:
                if not re.fullmatch(r"\d{4}-\d\d-\d\d", due):
                    raise ValueError
                date.fromisoformat(due)
            except (ValueError, TypeError):
                errors["duedate"] = f"Error parsing date string: {due}"
        for label in fields.get("labels") or []:
            if " " in label:
                errors["labels"] = f"The label '{label}' contains spaces which is invalid."
        return errors

    def _get(self, name: str, *, query: dict[str, list[str]], old: bool, **_: Any) -> tuple[int, Any]:
        wanted = ",".join(query.get("fields", ["*all"])).split(",")
        shown = self._shown(self._issue(name), wanted, old)
        if "changelog" in ",".join(query.get("expand", [])):
            rows = self._issue(name).histories
            shown["changelog"] = {"startAt": 0, "maxResults": len(rows), "total": len(rows), "histories": rows[::-1]}
        return 200, shown

    def _shown(self, issue: Issue, wanted: list[str], old: bool) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "summary": issue.summary, "description": words(issue.description) if old else issue.description, "duedate": issue.duedate,
            "labels": issue.labels, "status": status(issue.status), "created": stamp(issue.created), "updated": stamp(issue.updated),
            "issuetype": {"id": issue.type, "name": TYPES[issue.type], "subtask": False},
            "project": {"id": "10000", "key": "OPS", "name": "Operations"}, "assignee": None,
            "comment": {"comments": [self._said(each, old) for each in issue.comments], "total": len(issue.comments),
                        "startAt": 0, "maxResults": len(issue.comments)},
        }  # fmt: skip
        if not {"*all", "*navigable"} & set(wanted):
            fields = {name: value for name, value in fields.items() if name in wanted}
        return {"id": issue.id, "key": issue.key, "self": f"{self.url}/rest/api/3/issue/{issue.id}", "fields": fields}

    def _put(self, name: str, *, body: Any, old: bool, **_: Any) -> tuple[int, Any]:
        issue = self._issue(name)
        if issue.key in self.frozen:
            raise Refused(403, "You do not have permission to edit issues in this project.")
        strange = set(body) - {"fields", "update", "properties", "historyMetadata", "transition"}
        if strange or not (body.get("fields") or body.get("update")):
            raise Refused(400, f'Unrecognized field "{min(strange, default="")}"')
        fields = dict(body.get("fields") or {})
        for label in (body.get("update") or {}).get("labels", []):
            fields["labels"] = [*fields.get("labels", issue.labels), label["add"]]
        errors = self._faults(fields, EDITABLE, old)
        if "summary" in fields and not str(fields["summary"]).strip():
            errors["summary"] = "You must specify a summary of the issue."
        if errors:
            raise Refused(400, **errors)
        if old and isinstance(fields.get("description"), str):
            fields["description"] = document(fields["description"])
        self._change(issue, fields, "5b10")
        return 204, None

    def _change(self, issue: Issue, fields: dict[str, Any], by: str) -> None:
        items = []
        for name, value in fields.items():
            before = getattr(issue, name)
            if before == value:
                continue
            said = [words(each) if name == "description" else " ".join(each) if isinstance(each, list) else each
                    for each in (before, value)]  # fmt: skip
            items.append({"field": name, "fieldtype": "jira", "fieldId": name, "from": None, "fromString": said[0], "to": None,
                          "toString": said[1]})  # fmt: skip
            setattr(issue, name, value)
        self._history(issue, items, by)

    def _status(self, issue: Issue, to: str, by: str) -> None:
        items = [{"field": "status", "fieldtype": "jira", "fieldId": "status", "from": issue.status, "to": to,
                  "fromString": STATUSES[issue.status][0], "toString": STATUSES[to][0]}]  # fmt: skip
        issue.status = to
        self._history(issue, items, by)

    def _history(self, issue: Issue, items: list[dict[str, Any]], by: str) -> None:
        if not items:
            return
        issue.updated = self._now()
        issue.histories.append(
            {
                "id": str(next(self._numbers)),
                "author": self._person(by),
                "created": stamp(issue.updated),
                "items": items,
            }
        )

    def _delete(self, name: str, **_: Any) -> tuple[int, Any]:
        del self.issues[self._issue(name).key]
        return 204, None

    def _transitions(self, name: str, **_: Any) -> tuple[int, Any]:
        issue = self._issue(name)
        ways = [] if issue.key in self.frozen else WORKFLOW[issue.status].split()
        return 200, {"expand": "transitions", "transitions": [
            {"id": f"{each}1", "name": f"Move to {STATUSES[each][0]}", "to": status(each), "hasScreen": False, "isAvailable": True}
            for each in ways]}  # fmt: skip

    def _transit(self, name: str, *, body: Any, **_: Any) -> tuple[int, Any]:
        issue = self._issue(name)
        if set(body) - {"transition", "fields", "update"}:
            raise Refused(400, "Unrecognized field")
        wanted = str((body.get("transition") or {}).get("id", ""))
        if issue.key in self.frozen or wanted not in [f"{each}1" for each in WORKFLOW[issue.status].split()]:
            raise Refused(400, "It seems that you have tried to perform an illegal workflow operation.")
        self._status(issue, wanted[:-1], "5b10")
        return 204, None

    def _comments(self, name: str, *, query: dict[str, list[str]], old: bool, **_: Any) -> tuple[int, Any]:
        rows, start = self._issue(name).comments, int(query.get("startAt", ["0"])[0])
        most = min(int(query.get("maxResults", ["5000"])[0]), self.page)
        marks = "properties" in ",".join(query.get("expand", []))
        return 200, {"startAt": start, "maxResults": most, "total": len(rows),
                     "comments": [self._said(each, old, marks) for each in rows[start : start + most]]}  # fmt: skip

    def _said(self, row: dict[str, Any], old: bool, marks: bool = False) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if name != "properties" or marks}
        return {**shown, "body": words(row["body"]) if old else row["body"]}

    def _comment_post(self, name: str, *, body: Any, old: bool, **_: Any) -> tuple[int, Any]:
        issue = self._issue(name)
        self._check_comment(body, old)
        if issue.key in self.frozen:
            raise Refused(403, "You do not have the permission to comment on this issue.")
        text = document(body["body"]) if old else body["body"]
        return 201, self._said(self._comment(issue, text, body.get("properties") or [], "5b10"), old)

    def _check_comment(self, body: Any, old: bool) -> None:
        if set(body) - {"body", "visibility", "properties"}:
            raise Refused(400, "Unrecognized field")
        text = body.get("body")
        if not text:
            raise Refused(400, comment="Comment body can not be empty!")
        if (not old and fault(text)) or (old and not isinstance(text, str)):
            raise Refused(400, comment="Comment body is not valid!")

    def _comment(self, issue: Issue, text: Any, properties: list[Any], by: str) -> dict[str, Any]:
        now = self._now()
        row = {"id": str(next(self._numbers)), "author": self._person(by), "updateAuthor": self._person(by), "body": text,
               "created": stamp(now), "updated": stamp(now), "properties": properties}  # fmt: skip
        issue.comments.append(row)
        issue.updated = now
        return row

    def _comment_get(self, name: str, pk: str, *, old: bool, **_: Any) -> tuple[int, Any]:
        found = next((each for each in self._issue(name).comments if each["id"] == pk), None)
        if found is None:
            raise Refused(404, f"Can not find a comment for the id: {pk}.")
        return 200, self._said(found, old)

    def _comment_put(self, name: str, pk: str, *, body: Any, old: bool, **_: Any) -> tuple[int, Any]:
        self._comment_get(name, pk, old=old)
        self._check_comment(body, old)
        found = next(each for each in self._issue(name).comments if each["id"] == pk)
        found["body"] = document(body["body"]) if old else body["body"]
        found["updated"] = stamp(self._now())
        return 200, self._said(found, old)

    def _changelog(self, name: str, *, query: dict[str, list[str]], **_: Any) -> tuple[int, Any]:
        rows, start = self._issue(name).histories, int(query.get("startAt", ["0"])[0])
        most = min(int(query.get("maxResults", ["100"])[0]), self.page)
        return 200, {"startAt": start, "maxResults": most, "total": len(rows), "isLast": start + most >= len(rows),
                     "values": rows[start : start + most]}  # fmt: skip

    def _search_get(self, *, query: dict[str, list[str]], **more: Any) -> tuple[int, Any]:
        body = {name: values[0] for name, values in query.items() if name in ("jql", "nextPageToken", "maxResults")}
        body["fields"] = ",".join(query.get("fields", ["id"])).split(",")
        return self._search(**{**more, "body": body})

    def _search(self, *, body: Any, old: bool, **_: Any) -> tuple[int, Any]:
        strange = set(body) - {
            "jql",
            "nextPageToken",
            "maxResults",
            "fields",
            "expand",
            "properties",
            "fieldsByKeys",
            "reconcileIssues",
        }
        if strange:
            raise Refused(400, f'Unrecognized field "{min(strange)}"')
        rows = self._matching(body.get("jql") or "")
        most = min(int(body.get("maxResults") or 50), self.page)
        start = int(base64.b64decode(body["nextPageToken"])) if body.get("nextPageToken") else 0
        fields = body.get("fields") or ["id"]
        shown = [self._shown(each, fields, old) for each in rows[start : start + most]]
        if start + most >= len(rows):
            return 200, {"issues": shown, "isLast": True}
        return 200, {
            "issues": shown,
            "isLast": False,
            "nextPageToken": base64.b64encode(str(start + most).encode()).decode(),
        }

    def _search_old(self, *, query: dict[str, list[str]], old: bool, **_: Any) -> tuple[int, Any]:
        if not old:
            raise Refused(410, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.")
        rows = self._matching(query.get("jql", [""])[0])
        start, most = int(query.get("startAt", ["0"])[0]), int(query.get("maxResults", ["50"])[0])
        return 200, {"startAt": start, "maxResults": most, "total": len(rows),
                     "issues": [self._shown(each, ["*all"], old) for each in rows[start : start + most]]}  # fmt: skip

    def _matching(self, jql: str) -> list[Issue]:
        rows = [each for each in self.issues.values() if each.key not in self.hidden]
        clauses = re.split(r"(?i)\s*order by\s*", jql.strip())[0]
        if not clauses:
            raise Refused(
                400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
            )
        for clause in re.split(r"(?i)\s+and\s+", clauses):
            found = re.fullmatch(r"(?i)(project|key|issuekey|labels|updated)\s*(=|>=|in)\s*(.+)", clause.strip())
            if found is None:
                raise Refused(400, f"Error in the JQL Query: '{clause[:40]}' cannot be read.")
            name, sign, value = found[1].lower(), found[2].lower(), found[3].strip()
            values = [each.strip().strip("\"'") for each in value.strip("()").split(",")]
            if name == "project" and values != ["OPS"]:
                raise Refused(400, f"The value '{values[0]}' does not exist for the field 'project'.")
            if name in ("key", "issuekey"):
                missing = [each for each in values if each not in self.issues]
                if missing:
                    raise Refused(400, f"An issue with key '{missing[0]}' does not exist for field 'key'.")
                rows = [each for each in rows if each.key in values]
            if name == "labels":
                rows = [each for each in rows if set(values) & set(each.labels)]
            if name == "updated":
                ago = re.fullmatch(r"-(\d+)([mhd])", values[0])
                if sign != ">=" or ago is None:
                    raise Refused(400, f"Date value '{values[0]}' for field 'updated' is invalid.")
                span = timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[ago[2]]: int(ago[1])})
                rows = [each for each in rows if each.updated >= self._now() - span]
        return sorted(rows, key=lambda each: int(each.id))

    def _person(self, account: str, *, full: bool = False) -> dict[str, Any]:
        name, email = self.people[account]
        return {"accountId": account, "displayName": name, "active": True, "accountType": "atlassian", "timeZone": "Asia/Manila",
                **({"emailAddress": email, "locale": "en_US"} if full else {})}  # fmt: skip

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.shift


def status(each: str) -> dict[str, Any]:
    """A status as the API shows it."""
    name, category = STATUSES[each]
    return {"id": each, "name": name, "statusCategory": {"id": 2, "key": category, "name": CATEGORIES[category]}}


def stamp(moment: datetime) -> str:
    """``2026-11-02T09:00:00.000+0000``"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def document(text: str) -> dict[str, Any]:
    """Plain text as the editor would keep it: a paragraph for each line."""
    lines = [line for line in text.split("\n") if line.strip()]
    return {
        "version": 1,
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines],
    }


def words(node: Any) -> str | None:
    """The words of a document, as v2 and the changelog say them."""
    if node is None:
        return None
    if node["type"] == "text":
        return str(node["text"])
    if node["type"] == "hardBreak":
        return "\n"
    between = "\n" if node["type"] in ("doc", "bulletList", "orderedList", "listItem", "blockquote") else ""
    return between.join(words(each) or "" for each in node.get("content", []))


def fault(node: Any, within: str = "") -> str:
    """Why something is no Atlassian document; empty when it is one."""
    if not isinstance(node, dict) or not isinstance(node.get("type"), str):
        return "not a node"
    kind = node["type"]
    if not within:
        if kind != "doc" or node.get("version") != 1 or not isinstance(node.get("content"), list):
            return "no document"
    elif kind not in BLOCKS.get(within, set()):
        return f"{kind} in {within}"
    allowed = {"type", "content", "attrs", "marks", "text"} | ({"version"} if kind == "doc" else set())
    if set(node) - allowed:
        return f"{kind}: {min(set(node) - allowed)}"
    if kind == "text":
        if not isinstance(node.get("text"), str) or not node["text"]:
            return "empty text"
        marks = [mark.get("type") for mark in node.get("marks", [])]
        if set(marks) - MARKS or len(set(marks)) != len(marks) or ("code" in marks and set(marks) - {"code", "link"}):
            return f"marks {marks}"
        if within == "codeBlock" and marks:
            return "marks in code"
        if any(mark["type"] == "link" and not mark.get("attrs", {}).get("href") for mark in node.get("marks", [])):
            return "a link to nowhere"
    if kind == "heading" and node.get("attrs", {}).get("level") not in range(1, 7):
        return "level"
    if kind in LEAVES and "content" in node:
        return f"{kind} has content"
    inner = node.get("content", [])
    if kind in ("bulletList", "orderedList", "listItem", "blockquote", "table") and not inner:
        return f"{kind} is empty"
    if kind == "listItem" and inner[0].get("type") not in ("paragraph", "codeBlock"):
        return "an item begins with a paragraph"
    return next((found for each in inner if (found := fault(each, kind))), "")
