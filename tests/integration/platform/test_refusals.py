"""Whatever refuses a program's call, it refuses in one form: ``{"error": {"code", "message", ...}}``."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.support.people import member

from watchfloor.identity import tokens
from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing


@pytest.fixture
def program(db: None) -> Client:
    """A program with a token that may read numbers."""
    member({"insight.view"})  # an installation without anybody welcomes whoever comes
    with writing(system("test")) as w:
        _, secret = tokens.create_token(w, system("test"), name="prog", source="prog", permissions=["insight.view"])
    return Client(HTTP_AUTHORIZATION=f"Bearer {secret}")


def refusal(answer: Any) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"].endswith(".")
    return answer.status_code, error["code"]


def test_a_body_that_is_no_json(program: Client) -> None:
    answer = program.post("/v1/insight/query", b'{"a":', content_type="application/json")
    assert refusal(answer) == (400, "bad_json")


def test_no_token(db: None) -> None:
    assert refusal(Client().get("/v1/insight/topics")) == (401, "no_token")


def test_an_address_that_is_none(program: Client) -> None:
    assert refusal(program.get("/v1/nothing/here")) == (404, "not_found")


@pytest.mark.parametrize("path", ["/v1/insight/topics/%00", "/cases/%00", "/%00"])
def test_an_address_no_name_can_have(program: Client, path: str) -> None:
    answer = program.get(path)
    assert answer.status_code == 404
    if path.startswith("/v1/"):
        assert refusal(answer) == (404, "not_found")
