"""What a door is asked by a program that has the right and asks nonsense: never a fault of ours, always one sentence."""

# ruff: noqa: E501 - tables of calls

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client

from watchfloor.identity import programs, tokens
from watchfloor.identity.domain import system
from watchfloor.identity.models import ApiToken, User
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
NOBODY = "00000000-0000-7000-8000-000000000000"
DEEP = "[" * 3_000 + "]" * 3_000
WRONG = '{"userName": '


def person(**more: Any) -> dict[str, Any]:
    return {"schemas": [USER], "userName": "x@example.org", **more}


def patch(*operations: Any) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def bulk(*operations: Any, **more: Any) -> dict[str, Any]:
    return {"schemas": [BULK], "Operations": list(operations), **more}


SCIM: list[tuple[str, str, Any]] = [
    ("get", "/Nothing", None), ("get", "/Users/nothing", None), ("get", f"/Users/{NOBODY}", None), ("get", "/Users/%00", None),
    ("get", "/Users?filter=userName", None), ("get", "/Users?filter=userName eq", None), ("get", '/Users?filter=userName eq "', None),
    ("get", '/Users?filter=userName eq "\x00"', None), ("get", '/Users?filter=userName eq "\\ud800"', None),
    ("get", "/Users?filter=" + "(" * 2_000, None), ("get", "/Users?filter=" + "not (" * 500 + 'userName eq "a"' + ")" * 500, None),
    ("get", '/Users?filter=emails[type eq "x"', None), ("get", '/Users?filter=a.b.c.d eq "x"', None),
    ("get", "/Users?filter=meta.created gt \"yesterday\"", None), ("get", "/Users?filter=active eq \"maybe\"", None),
    ("get", "/Users?filter=" + " or ".join(['userName eq "a"'] * 3_000), None),
    ("get", "/Users?startIndex=x", None), ("get", "/Users?count=" + "9" * 5_000, None), ("get", "/Users?startIndex=-5&count=-1", None),
    ("get", "/Users?sortBy=\x00&sortOrder=sideways", None), ("get", "/Users?attributes=😀.,,..,", None),
    ("post", "/Users", WRONG), ("post", "/Users", "\xff\xfe"), ("post", "/Users", DEEP), ("post", "/Users", []), ("post", "/Users", None),
    ("post", "/Users", 7), ("post", "/Users", person(userName=None)), ("post", "/Users", person(userName={"a": 1})),
    ("post", "/Users", person(userName="a\x00b@example.org")), ("post", "/Users", person(userName="\ud800@example.org")),
    ("post", "/Users", person(userName="x" * 100_000)), ("post", "/Users", person(emails="x")), ("post", "/Users", person(emails=[7, None])),
    ("post", "/Users", person(name=[])), ("post", "/Users", person(name={"formatted": "a\x00"})),
    ("post", "/Users", person(active="perhaps")), ("post", "/Users", person(preferredLanguage="\x00")),
    ("post", "/Users", person(timezone="Mars/Olympus")), ("post", "/Users", person(externalId="e" * 100_000)),
    ("post", "/Users", {**person(), "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "x"}),
    ("put", f"/Users/{NOBODY}", person()), ("patch", f"/Users/{NOBODY}", patch()), ("delete", "/Users", None), ("put", "/Users", person()),
    ("post", "/Groups", {"displayName": ["x"]}), ("post", "/Groups", {"displayName": "g", "members": [{"value": "\x00"}]}),
    ("post", "/Groups", {"displayName": "g\x00"}), ("post", "/Groups", {"displayName": "g", "members": [{"value": NOBODY}] * 5_000}),
    ("post", "/Groups", {"displayName": "g" * 100_000}), ("post", "/.search", {"filter": 7, "count": {}, "startIndex": []}),
    ("post", "/Bulk", []), ("post", "/Bulk", bulk(7)), ("post", "/Bulk", bulk({"method": "GET", "path": "/Users"})),
    ("post", "/Bulk", bulk({"method": "POST", "path": "/Users", "bulkId": "\x00", "data": person(manager="bulkId:\x00")})),
    ("post", "/Bulk", bulk({"method": "POST", "path": 7, "data": DEEP})), ("post", "/Bulk", bulk(failOnErrors="many")),
    ("post", "/Bulk", bulk({"method": "PATCH", "path": "/Users/bulkId:none", "data": patch()})), ("post", "/Me", {}),
]  # fmt: skip
OPERATIONS: list[Any] = [
    7, {}, {"op": "explode"}, {"op": "add"}, {"op": "replace", "path": "userName", "value": None}, {"op": "remove", "path": "userName"},
    {"op": "replace", "path": 'emails[type eq "', "value": "x"}, {"op": "replace", "path": "\x00", "value": "x"},
    {"op": "replace", "path": "name.givenName.x", "value": "y"}, {"op": "add", "path": "emails", "value": "x" * 50_000},
    {"op": "replace", "value": [1]}, {"op": "remove", "path": "emails[" + "(" * 1_000}, {"op": "replace", "path": "active", "value": "\ud800"},
]  # fmt: skip
SQL: list[Any] = [
    WRONG, DEEP, [], 7, None, {}, {"sql": None}, {"sql": 7}, {"sql": ""}, {"sql": " "}, {"sql": "\x00"}, {"sql": "SELECT '\x00'"},
    {"sql": "\ud800"}, {"sql": ";"}, {"sql": "--"}, {"sql": "/*"}, {"sql": "SELECT"}, {"sql": "SELECT 1; SELECT 2"}, {"sql": "SELECT '"},
    {"sql": "(" * 5_000}, {"sql": "SELECT " + "(" * 2_000 + "1" + ")" * 2_000}, {"sql": "SELECT 1" + " + 1" * 20_000},
    {"sql": "SELECT * FROM nothing"}, {"sql": "SELECT * FROM star.nothing"}, {"sql": "SELECT * FROM a.b.c.d"}, {"sql": 'SELECT * FROM ""'},
    {"sql": "INSERT INTO fact_case VALUES (1)"}, {"sql": "SELECT $1", "parameters": []}, {"sql": "SELECT ?", "parameters": {"a": 1}},
    {"sql": "SELECT $a", "parameters": [1]}, {"sql": "SELECT ?", "parameters": "x"}, {"sql": "SELECT ?", "parameters": [{}]},
    {"sql": "SELECT ?", "parameters": list(range(501))}, {"sql": "SELECT ?", "parameters": ["\x00"]},
    {"sql": "SELECT ?", "parameters": ["\ud800"]}, {"sql": "SELECT ?", "parameters": [10**400]}, {"sql": "SELECT 1", "rows": -1},
    {"sql": "SELECT 1", "rows": 1.5}, {"sql": "SELECT 1", "rows": 10**400}, {"sql": "SELECT 1", "seconds": "soon"},
    {"sql": "SELECT 1", "seconds": -1}, {"sql": "SELECT 1", "seconds": 1e308}, {"sql": "SELECT 1", "format": None},
    {"sql": "SELECT 1", "format": "parquet"}, {"sql": "SELECT 1/0 AS a, CAST('x' AS INT) AS b"},
]  # fmt: skip
STATEMENTS: list[tuple[str, str, Any, dict[str, str]]] = [
    *(("post", "", text, {}) for text in (
        "", " ", "\x00", "SELECT", "EXECUTE", "EXECUTE nothing", "EXECUTE x USING", "PREPARE", "PREPARE x FROM", "DEALLOCATE", "USE",
        "SHOW", "SHOW SCHEMAS FROM nothing", "SHOW COLUMNS FROM nothing", "DESCRIBE", "DESCRIBE OUTPUT nothing", "SET SESSION", "EXPLAIN",
        "START TRANSACTION", "CALL x()", "SELECT * FROM system.jdbc.nothing", "(" * 5_000, "SELECT '",
    )),
    ("post", "", b"\xff\xfe", {}), ("post", "", "EXECUTE a", {"X-Trino-Prepared-Statement": "a=%00"}),
    ("post", "", "EXECUTE a", {"X-Trino-Prepared-Statement": "a"}), ("post", "", "EXECUTE a", {"X-Trino-Prepared-Statement": "a=%ff%fe"}),
    ("post", "", "EXECUTE a", {"X-Trino-Prepared-Statement": "a=" + "%28" * 5_000}), ("get", "", None, {}),
    ("get", f"/queued/{NOBODY}/y/1", None, {}), ("get", f"/executing/{NOBODY}/y/0", None, {}), ("get", f"/executing/{NOBODY}/{'f' * 32}/0", None, {}),
    ("get", f"/executing/{NOBODY}/{'f' * 32}/" + "9" * 400, None, {}), ("delete", f"/executing/{NOBODY}/y/0", None, {}),
    ("delete", f"/queued/{NOBODY}/y/1", None, {}), ("get", "/executing/nothing/y/0", None, {}), ("get", f"/executing/{NOBODY}/%00/0", None, {}),
]  # fmt: skip
HEADERS: list[dict[str, str]] = [
    {"Accept": "application/openmetrics-text; version=9"}, {"Accept": "\xff"}, {"Accept": "a" * 60_000}, {"Accept": ""},
    {"Authorization": "Bearer"}, {"Authorization": "Bearer \xff"}, {"Authorization": "Bearer " + "x" * 60_000}, {"Authorization": "Basic x"},
    {"Authorization": "bearer  "}, {"Authorization": ":"}, {"X-Forwarded-For": "\x00, 127.0.0.1"}, {"X-Forwarded-For": "x" * 10_000},
]  # fmt: skip


@pytest.fixture
def secret() -> str:
    programs.buckets.forget()
    may = ["people.provision", "insight.sql", "installation.metrics"]
    with writing(system("test")) as w:
        _, made = tokens.create_token(w, system("test"), name="", source="x", permissions=may)
    return made


def call(secret: str, method: str, path: str, body: Any, headers: dict[str, str], kind: str) -> Any:
    client = Client(raise_request_exception=False)
    data = body if isinstance(body, (str, bytes)) else b"" if body is None else json.dumps(body)
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return client.generic(
        method.upper(), path, raw, content_type=kind, headers={"authorization": f"Bearer {secret}", **headers}
    )


def whole(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")


def sentence(answer: Any) -> str | None:
    """What an answer says is wrong; None where nothing is, empty where it says nothing a person could read."""
    text = whole(answer)
    if answer.status_code < 400 and '"error"' not in text:
        return None
    try:
        told = json.loads(text)
    except ValueError:
        return text if answer.status_code < 500 and len(text) < 200 and "<" not in text else ""
    said = told.get("detail") or told.get("error")
    said = str(said.get("message", "") if isinstance(said, dict) else said or "")
    return "" if "Traceback" in said or "Error:" in said.partition(":")[0] or len(said) > 500 else said


def test_the_directory_door(secret: str) -> None:
    made = call(secret, "post", "/scim/v2/Users", person(userName="ana@example.org"), {}, "application/json")
    assert made.status_code == 201
    ana = json.loads(made.content)["id"]
    calls = [*SCIM, *(("patch", f"/Users/{ana}", patch(each)) for each in OPERATIONS)]
    calls += [
        ("patch", f"/Users/{ana}", each) for each in (7, {}, {"Operations": {}}, WRONG, patch(*[{"op": "add"}] * 2_000))
    ]
    wrong = []
    for method, path, body in calls:
        answer = call(secret, method, f"/scim/v2{path}", body, {}, "application/scim+json")
        if (answer.status_code >= 500 and answer.status_code != 501) or sentence(answer) == "":
            wrong.append((method, path[:80], str(body)[:80], answer.status_code, whole(answer)[:200]))
    assert not wrong, wrong
    assert User.objects.get(pk=ana).email == "ana@example.org" and len(calls) > 70


def test_the_sql_doors(secret: str) -> None:
    wrong = []
    for body in SQL:
        answer = call(secret, "post", "/v1/sql", body, {}, "application/json")
        if answer.status_code >= 500 or sentence(answer) == "":
            wrong.append((str(body)[:100], answer.status_code, whole(answer)[:200]))
    basic = {"authorization": "Basic " + base64.b64encode(f"x:{secret}".encode()).decode()}
    for method, path, text, headers in STATEMENTS:
        answer = call(secret, method, f"/v1/statement{path}", text, {**basic, **headers}, "text/plain")
        if answer.status_code >= 500 or (sentence(answer) == "" and answer.status_code not in (404, 405)):
            wrong.append((path, str(text)[:100], answer.status_code, whole(answer)[:200]))
    assert not wrong, wrong
    assert len(SQL) >= 40 and len(STATEMENTS) >= 30


def test_the_metrics_door(secret: str) -> None:
    for headers in HEADERS:
        answer = call(secret, "get", "/metrics", None, headers, "text/plain")
        right = "Authorization" not in headers
        assert answer.status_code == (200 if right else 401), headers
    for query in ("?x=%00", "?" + "a=b&" * 5_000, "?name[]=%ff"):
        assert call(secret, "get", f"/metrics{query}", None, {}, "text/plain").status_code in (200, 400)
    for method in ("post", "put", "patch", "delete", "options", "trace"):
        assert call(secret, method, "/metrics", "x", {}, "text/plain").status_code == 405
    assert ApiToken.objects.count() == 1 and Event.objects.exists()
