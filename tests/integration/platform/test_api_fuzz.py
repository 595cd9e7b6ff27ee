"""Whatever a program sends: no endpoint breaks, and every answer is one that the published document describes.

Seeded, some hundred calls. ``WATCHFLOOR_API_CALLS=40`` makes as many for each endpoint, ``WATCHFLOOR_API_SEED`` others.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from tests.support.floor import Floor, install
from tests.support.from_schema import Maker, misfit

from watchfloor.console import install as shipped
from watchfloor.console.api import openapi
from watchfloor.identity import tokens
from watchfloor.identity.domain import PERMISSIONS, system
from watchfloor.kernel.remembered import forget_all
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
CALLS = int(os.environ.get("WATCHFLOOR_API_CALLS", "2"))
SEED = int(os.environ.get("WATCHFLOOR_API_SEED", "7"))
HOT = ("/v1/reports", "/v1/events", "/v1/verdicts", "/v1/media")  # not Django's: tests/conformance/test_bad_input.py


@pytest.fixture
def program() -> Client:
    """A program that may do everything, on a small floor."""
    with writing(system("test")) as w:
        shipped.defaults(w)
    install()
    floor = Floor()
    floor.report()
    with writing(system("test")) as w:
        _, secret = tokens.create_token(w, system("test"), name="all", source="all", permissions=sorted(PERMISSIONS))
    client = Client(HTTP_AUTHORIZATION=f"Bearer {secret}")
    client.raise_request_exception = False
    return client


def test_no_endpoint_breaks_and_all_answers_are_as_described(program: Client) -> None:
    document = json.loads(json.dumps(openapi()))
    schemas, maker = document["components"]["schemas"], Maker(document, SEED)
    wrong: list[str] = []
    counts: dict[int, int] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method not in ("get", "post", "put", "patch", "delete") or path in HOT:
                continue
            for number in range(CALLS):
                wild = (0.02, 0.2, 0.0, 0.4)[number % 4]
                said = _call(program, maker, path, method, operation, wild)
                counts[said.status_code] = counts.get(said.status_code, 0) + 1
                problem = _problem(operation, schemas, said)
                if problem:
                    wrong.append(f"{method.upper()} {path}: {problem}")
    kinds = sorted(set(wrong))
    print(f"{sum(counts.values())} calls, {dict(sorted(counts.items()))}, {len(kinds)} kinds of trouble")
    assert not kinds, "\n".join(kinds)
    assert counts.get(200, 0) > sum(counts.values()) / 8 < counts.get(422, 0) + counts.get(400, 0)


def _call(program: Client, maker: Maker, path: str, method: str, operation: dict[str, Any], wild: float) -> Any:
    query = {}
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            value = _word(maker.value(each["schema"], wild=wild / 2)) or "x"
            path = path.replace("{" + each["name"] + "}", quote(value[:200], safe=""))
        elif each["in"] == "query" and (each.get("required") or maker.chance.random() < 0.6):
            query[each["name"]] = _word(maker.value(each["schema"], wild=wild))
    where = path + (
        "?" + "&".join(f"{name}={quote(value[:300], safe='')}" for name, value in query.items()) if query else ""
    )
    content = operation.get("requestBody", {}).get("content", {})
    kind = next(iter(content), "")
    try:
        with transaction.atomic():
            if not content:
                said = program.generic(method.upper(), where)
            elif kind == "application/json":
                body = json.dumps(maker.value(content[kind].get("schema", {}), wild=wild)).encode()
                said = program.generic(method.upper(), where, body, content_type=kind)
            else:
                said = program.generic(method.upper(), where, b'\x00{"a":', content_type=kind)
            said.text = (b"".join(said.streaming_content) if said.streaming else said.content).decode(
                "utf-8", "replace"
            )
            transaction.set_rollback(True)
    finally:
        forget_all()
    return said


def _word(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


def _problem(operation: dict[str, Any], schemas: dict[str, Any], said: Any) -> str:
    status = str(said.status_code)
    if said.status_code >= 500 and status != "503":
        fault = getattr(said, "exc_info", None)
        return (
            f"{status} {type(fault[1]).__name__}: {re.sub(r'[0-9a-f-]{36}', '*', str(fault[1]))[:160]}"
            if fault
            else status
        )
    described = operation["responses"].get(status)
    if described is None:
        return f"{status} is not described"
    schema = described.get("content", {}).get("application/json", {}).get("schema")
    kind = said.headers.get("Content-Type", "")
    if schema is None or not said.text:
        return ""
    if not kind.startswith("application/json"):
        return (
            "" if set(described["content"]) - {"application/json"} else f"{status} is {kind or 'nothing'} and no JSON"
        )
    return misfit(schemas, schema, json.loads(said.text))
