"""Jira Cloud's REST API, version 3, as much of it as is needed. No database of ours here, and nothing waits: what says "later" is left.

The site's name is resolved once and what was checked is what is connected to. An answer is one of three things: what was asked for, a
``Refused`` (the same question would be refused again), or a ``Later`` (busy, broken, away; perhaps with a time to come back).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
import msgspec

from watchfloor import __version__
from watchfloor.enforcement.line import line
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import targets
from watchfloor.programme.jira.domain import adf, remote
from watchfloor.programme.jira.domain.remote import MARK, Changed, Issue, Said, Status

SECONDS: Final = 20.0
READ_UP_TO: Final = 8_000_000  # bytes of an answer
PAGE: Final = 100
MOST_PAGES: Final = 200


class Refused(Exception):
    """Jira will not: who asks, what is asked for, or how. ``said``: its own sentences; ``fields``: those about single fields."""

    def __init__(self, status: int, said: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(said or f"http {status}")
        self.status, self.said, self.fields = status, said, fields or {}


class Later(Exception):
    """Jira did not answer, or is busy. ``seconds``: it said when to come back."""

    def __init__(self, why: str, seconds: int = 0) -> None:
        super().__init__(why)
        self.why, self.seconds = why, seconds


class Client:
    """One connection, for one account. Used from one thread."""

    def __init__(self, url: str, email: str, token: str) -> None:
        self._url = url.rstrip("/")
        try:
            self._target = line().run(targets.resolve(self._url))
        except OSError:
            raise Later("The site's name is not known to the network.") from None
        self._http = httpx.Client(
            auth=httpx.BasicAuth(email, token), timeout=SECONDS, follow_redirects=False, trust_env=False, verify=trusted(),
            headers={"host": self._target.host, "accept": "application/json", "user-agent": f"Watchfloor/{__version__}"},
        )  # fmt: skip

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def myself(self) -> tuple[str, str]:
        """Whom the token belongs to: account id and name."""
        found = self._ask("GET", "/myself")
        return str(found.get("accountId", "")), str(found.get("displayName", ""))

    def types(self, project: str) -> dict[str, str]:
        """The kinds of issue one may make in a project: id -> name; parts of other issues are left out."""
        found = self._ask("GET", f"/issue/createmeta/{quote(project, safe='')}/issuetypes", maxResults=200)
        rows = found.get("issueTypes") or found.get("values") or []
        return {str(each["id"]): str(each["name"]) for each in rows if not each.get("subtask")}

    def statuses(self, project: str) -> list[Status]:
        """Every status that issues of a project can have."""
        found = self._ask("GET", f"/project/{quote(project, safe='')}/statuses")
        known = {}
        for kind in found if isinstance(found, list) else []:
            for each in kind.get("statuses", []):
                status = remote.status(each)
                known[status.name] = status
        return list(known.values())

    def create(self, project: str, kind: str, *, title: str, text: str, due: str, label: str) -> str:
        """Make an issue; its key."""
        fields: dict[str, Any] = {"project": {"key": project}, "issuetype": {"id": kind}, "labels": [label]}
        fields |= _fields({"title": title, "text": text} | ({"due": due} if due else {}))
        found = self._ask("POST", "/issue", body={"fields": fields, "properties": [_mark(label)]})
        return str(found.get("key", ""))

    def labelled(self, project: str, label: str) -> str:
        """The key of the issue with our label, if there is one: a call whose answer was lost has perhaps made it."""
        found = list(self.search(f'project = "{_quoted(project)}" AND labels = "{_quoted(label)}"'))
        return found[0].key if found else ""

    def issue(self, name: str) -> Issue:
        """One, by key or id."""
        return remote.issue(self._ask("GET", f"/issue/{quote(name, safe='')}", fields=",".join(remote.FIELDS)))

    def change(self, name: str, values: dict[str, str]) -> None:
        """Set ``title``, ``text``, ``due``; nobody is mailed about it."""
        self._ask("PUT", f"/issue/{quote(name, safe='')}", body={"fields": _fields(values)})

    def steps(self, name: str) -> list[tuple[str, Status]]:
        """The steps that can be made now: id, and the status each leads to."""
        found = self._ask("GET", f"/issue/{quote(name, safe='')}/transitions")
        return [(str(each.get("id", "")), remote.status(each.get("to"))) for each in found.get("transitions", [])]

    def step(self, name: str, step: str) -> None:
        """Make one."""
        self._ask("POST", f"/issue/{quote(name, safe='')}/transitions", body={"transition": {"id": step}})

    def comments(self, name: str) -> list[Said]:
        """All, in order, each with our mark where it is ours."""
        path = f"/issue/{quote(name, safe='')}/comment"
        return [remote.said(each) for each in self._pages(path, "comments", expand="properties", orderBy="created")]

    def comment(self, name: str, text: str, mark: str) -> str:
        """Say something; its id there."""
        body = {"body": adf.to_adf(text), "properties": [_mark(mark)]}
        return str(self._ask("POST", f"/issue/{quote(name, safe='')}/comment", body=body).get("id", ""))

    def changes(self, name: str) -> list[Changed]:
        """The changelog, oldest first."""
        return remote.changes(self._pages(f"/issue/{quote(name, safe='')}/changelog", "values"))

    def search(self, jql: str) -> Iterator[Issue]:
        """Every issue that fits; followed by tokens, as the service gives them."""
        body: dict[str, Any] = {"jql": jql, "maxResults": PAGE, "fields": list(remote.FIELDS)}
        for _ in range(MOST_PAGES):
            found = self._ask("POST", "/search/jql", body=body)
            for each in found.get("issues", []):
                yield remote.issue(each)
            token = found.get("nextPageToken")
            if not token or found.get("isLast"):
                return
            body["nextPageToken"] = token

    def _pages(self, path: str, name: str, **query: Any) -> Iterator[Any]:
        start = 0
        for _ in range(MOST_PAGES):
            found = self._ask("GET", path, startAt=start, maxResults=PAGE, **query)
            rows = found.get(name) or []
            yield from rows
            start += len(rows)
            if not rows or start >= int(found.get("total") or 0):
                return

    def _ask(self, method: str, path: str, *, body: Any = None, **query: Any) -> Any:
        target = self._target.url.rstrip("/") + "/rest/api/3" + path + (f"?{urlencode(query)}" if query else "")
        content, headers = None, {}
        if body is not None:
            content, headers = msgspec.json.encode(body), {"content-type": "application/json"}
        answer = bytearray()
        try:
            with self._http.stream(
                method, target, content=content, headers=headers, extensions={"sni_hostname": self._target.name}
            ) as response:
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > READ_UP_TO:
                        raise Later("The answer is too long.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            raise Later(type(failure).__name__) from None
        return _read(response, bytes(answer))


def _read(response: httpx.Response, answer: bytes) -> Any:
    status = response.status_code
    try:
        found = msgspec.json.decode(answer) if answer else {}
    except msgspec.DecodeError:
        found = {}
    if 200 <= status < 300:
        return found
    if status in (408, 425, 429) or status >= 500:
        raise Later(f"Jira answered {status}.", _seconds(response.headers.get("retry-after", "")))
    errors = found.get("errors") if isinstance(found, dict) else None
    messages = found.get("errorMessages") if isinstance(found, dict) else None
    fields = {str(name): str(text)[:300] for name, text in errors.items()} if isinstance(errors, dict) else {}
    said = [str(text) for text in messages] if isinstance(messages, list) else []
    raise Refused(status, " ".join([*said, *(f"{name}: {text}" for name, text in fields.items())])[:600], fields)


def _fields(values: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "title" in values:
        made["summary"] = values["title"]
    if "text" in values:
        made["description"] = adf.to_adf(values["text"]) if values["text"] else None
    if "due" in values:
        made["duedate"] = date.fromisoformat(values["due"]).isoformat() if values["due"] else None
    return made


def _mark(name: str) -> dict[str, Any]:
    return {"key": MARK, "value": {"id": name}}


def _quoted(text: str) -> str:
    """Text between double quotes of a JQL query."""
    if not text.isprintable():
        raise BadInput("bad_text", "That cannot be asked for.")
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _seconds(text: str) -> int:
    return min(int(text), 86_400) if text.isascii() and text.isdigit() else 0


@cache
def trusted() -> ssl.SSLContext:
    """The certificates of the public authorities, and those of the file ``WATCHFLOOR_JIRA_CA`` names (a company's own proxy)."""
    context = httpx.create_ssl_context(trust_env=False)
    own = os.environ.get("WATCHFLOOR_JIRA_CA", "").strip()
    if own:
        if not Path(own).is_file():
            raise BadInput("bad_setting", f"There is no file {own}.", where="WATCHFLOOR_JIRA_CA")
        context.load_verify_locations(own)
    return context
