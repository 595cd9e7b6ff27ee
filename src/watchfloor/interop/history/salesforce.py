"""Service Cloud's cases: all of them first by a Bulk API 2.0 query (CSV in parts), then what changed by SOQL; with their history.

Salesforce keeps a change of owner as two rows of ``CaseHistory``, one with ids and one with names: only that with ids is counted. A status
that leaves a closed one is a reopening. Counts are totals up to the case's last change.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from watchfloor.interop.history.calling import Caller, Later, Refused
from watchfloor.interop.history.zendesk import Page

VERSION: Final = "v61.0"
DATA: Final = f"/services/data/{VERSION}"
FIELDS: Final = ", ".join(
    ("Id", "CaseNumber", "CreatedDate", "ClosedDate", "LastModifiedDate", "SystemModstamp", "Status", "Priority", "Origin", "Type",
     "OwnerId", "IsClosed")
)  # fmt: skip
HISTORY: Final = (
    "SELECT CaseId, Field, OldValue, NewValue, CreatedDate FROM CaseHistory "
    "WHERE CaseId IN ({}) AND Field IN ('Owner', 'Status')"
)
MOST_PAGES: Final = 10_000
_OWNERS: Final = ("005", "00G")  # ids of users and queues


def pages(url: str, account: str, secret: str, cursor: str, *, start: int = 0) -> Iterator[Page]:
    """Pages; the cursor is ``job:<id>`` while a bulk query runs, then the newest SystemModstamp seen."""
    with Caller(url) as caller:
        token = _token(caller, account, secret)
        if cursor and not cursor.startswith("job:"):
            yield from _changed(caller, token, cursor)
            return
        job = cursor.removeprefix("job:") or _begin(caller, token)
        yield Page([], f"job:{job}", last=False)  # kept at once: whoever comes next asks for the same one
        _wait(caller, token, job)
        yield from _bulk(caller, token, job)


def _token(caller: Caller, account: str, secret: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": account, "client_secret": secret}
    token = caller.ask("POST", "/services/oauth2/token", form=form).json().get("access_token")
    if not isinstance(token, str):
        raise Refused(401, "it gave no token")
    return token


def _begin(caller: Caller, token: str) -> str:
    body = {
        "operation": "query",
        "query": f"SELECT {FIELDS} FROM Case",
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    job = caller.ask("POST", f"{DATA}/jobs/query", body=body, token=token).json().get("id")
    if not isinstance(job, str) or not job.isalnum():
        raise Refused(200, "it gave no job")
    return job


def _wait(caller: Caller, token: str, job: str) -> None:
    state = str(caller.ask("GET", f"{DATA}/jobs/query/{job}", token=token).json().get("state"))
    if state in ("Failed", "Aborted"):
        raise Refused(200, f"the export is {state}")
    if state != "JobComplete":
        raise Later("it is making the export", 15)


def _bulk(caller: Caller, token: str, job: str) -> Iterator[Page]:
    locator, newest = "", ""
    for _ in range(MOST_PAGES):
        query = {"maxRecords": 10_000} | ({"locator": locator} if locator else {})
        answer = caller.ask("GET", f"{DATA}/jobs/query/{job}/results", query=query, token=token, accept="text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8", "replace"))))
        newest = max([newest, *(row.get("SystemModstamp") or "" for row in rows)])
        locator = answer.headers.get("sforce-locator", "null")
        last = locator in ("", "null")
        # Where to go on is told with the last part: until then the same job is read again.
        yield Page(_with_history(caller, token, rows), newest if last and newest else f"job:{job}", last)
        if last:
            return


def _changed(caller: Caller, token: str, since: str) -> Iterator[Page]:
    soql = f"SELECT {FIELDS} FROM Case WHERE SystemModstamp >= {_instant(since)} ORDER BY SystemModstamp, Id"
    newest = since
    for rows, last in _asked(caller, token, soql):
        newest = max([newest, *(str(row.get("SystemModstamp") or "") for row in rows)])
        yield Page(_with_history(caller, token, rows), newest, last)


def _asked(caller: Caller, token: str, soql: str) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    found = caller.ask("GET", f"{DATA}/query", query={"q": soql}, token=token).json()
    for _ in range(MOST_PAGES):
        rows = [each for each in found.get("records") or [] if isinstance(each, dict)]
        done = bool(found.get("done", True))
        yield rows, done
        if done:
            return
        found = caller.ask("GET", str(found.get("nextRecordsUrl") or ""), token=token).json()


def _with_history(caller: Caller, token: str, rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Cases with their totals of changes of owner and of reopenings."""
    moves: dict[str, int] = {}
    reopens: dict[str, int] = {}
    names = [str(row.get("Id")) for row in rows if str(row.get("Id", "")).isalnum()]
    for first in range(0, len(names), 200):
        listed = ", ".join(f"'{name}'" for name in names[first : first + 200])
        soql = HISTORY.format(listed)
        for found, _ in _asked(caller, token, soql):
            for each in found:
                case, new, old = (
                    str(each.get("CaseId")),
                    str(each.get("NewValue") or ""),
                    str(each.get("OldValue") or ""),
                )
                if each.get("Field") == "Owner" and new[:3] in _OWNERS and len(new) in (15, 18):
                    moves[case] = moves.get(case, 0) + 1
                elif each.get("Field") == "Status" and old.startswith("Closed") and not new.startswith("Closed"):
                    reopens[case] = reopens.get(case, 0) + 1
    made = []
    for row in rows:
        pk = str(row.get("Id"))
        totals = {"reassignments": moves.get(pk, 0), "reopens": reopens.get(pk, 0)}
        made.append((f"case {row.get('CaseNumber') or pk} {row.get('SystemModstamp') or ''}", {**row, **totals}))
    return made


def _instant(text: str) -> str:
    """A moment as SOQL has it; it came from there, and is looked at all the same."""
    if (
        not text.replace("+0000", "Z")
        .replace(":", "")
        .replace("-", "")
        .replace(".", "")
        .rstrip("Z")
        .replace("T", "")
        .isdigit()
    ):
        raise Refused(0, "it gave no time to go on from")
    return text.replace("+0000", "Z")
