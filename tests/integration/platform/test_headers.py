"""What every answer carries, what is written down when somebody is refused, and that a log line stays one line."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from tests.support.people import member, signed_in

from watchfloor.console import asgi
from watchfloor.platform import headers, logs
from watchfloor.platform.logs import JsonLines, Terminal

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted() -> Iterator[list[dict[str, Any]]]:
    """What the security log was given."""
    found: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(logs.fields(record))

    keep, log = Keep(), logging.getLogger("watchfloor.security")
    log.addHandler(keep)
    yield found
    log.removeHandler(keep)


def test_pages_and_programs_get_every_header() -> None:
    person = signed_in(member({"case.view"}))
    for client, where in (
        (person, "/cases"),
        (Client(), "/account/login/"),
        (person, "/nothing"),
        (Client(), "/v1/cases"),
    ):
        answer = client.get(where)
        assert headers.PAGES.items() <= dict(answer.headers).items(), where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        assert answer.headers["Referrer-Policy"] == "same-origin", where
        assert "Access-Control-Allow-Origin" not in answer.headers, where
    policy = dict(part.strip().partition(" ")[::2] for part in headers.PAGES["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'" and "unsafe" not in str(policy)
    assert policy["require-trusted-types-for"] == "'script'" and policy["trusted-types"] == "default"
    assert person.get("/cases").headers["Cache-Control"] == "no-store"
    for method in ("TRACE", "TRACK"):
        assert person.generic(method, "/cases").status_code == 405
    for name, cookie in person.cookies.items():
        assert cookie["httponly"] and cookie["samesite"] == "Lax", name


@pytest.mark.parametrize("path", ["/v1/reports", "/v1/media"])
def test_intakes_own_answers_get_theirs(path: str) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    asyncio.run(asgi.application(scope, receive, send))
    got = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert sent[0]["status"] in (401, 405)
    assert (
        got["content-security-policy"].startswith("default-src 'none'") and got["x-content-type-options"] == "nosniff"
    )


def test_with_an_https_address_browsers_stay_there(tmp_path: Path) -> None:
    assert headers.transport("http://127.0.0.1:8740") == {}
    asked = (
        "from django.conf import settings as s; import json; from watchfloor.platform import headers as h; "
        "print(json.dumps([h.PAGES, h.DATA, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
        "s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.DEBUG, s.LANGUAGE_COOKIE_NAME]))"
    )
    own = {name: value for name, value in os.environ.items() if not name.startswith(("WATCHFLOOR_", "DATABASE_"))}
    own |= {
        "WATCHFLOOR_HOME": str(tmp_path), "WATCHFLOOR_URL": "https://floor.example.org", "DATABASE_URL": "postgresql://nobody@127.0.0.1/x",
        "DJANGO_SETTINGS_MODULE": "watchfloor.platform.settings",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", asked], env=own, capture_output=True, text=True, check=True)
    pages, data, session, csrf, *flags, language = json.loads(done.stdout)
    for each in (pages, data):
        assert each["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert (
        language.startswith("__Host-")
        and session.startswith("__Host-")
        and csrf.startswith("__Host-")
        and flags == [True, True, True, True, False]
    )


def test_what_is_refused_is_written_down(noted: list[dict[str, Any]]) -> None:
    person = member({"case.view"}, "ana")
    signed_in(person).get("/settings/people")
    Client().get("/v1/cases", headers={"Authorization": "Bearer wf_no-such-secret"})
    Client().get("/v1/cases")
    Client(enforce_csrf_checks=True).post("/account/login/", {"login": "x", "password": "y"})
    Client().post("/account/login/", {"login": person.email, "password": "not the right one"})
    kinds = [(each["event"], each.get("code", "")) for each in noted]
    assert kinds == [
        ("refused", "no_permission"), ("refused", "no_token"), ("refused", "no_token"), ("refused", "csrf"), ("sign_in_failed", ""),
    ]  # fmt: skip
    assert noted[0]["who"] == f"user:{person.pk}" and noted[0]["path"] == "/settings/people" and noted[0]["address"]
    said = json.dumps(noted)
    for secret in (person.email, "not the right one", "wf_no-such-secret"):
        assert secret not in said
    assert len(noted[-1]["account"]) == 16


def test_a_line_of_the_log_stays_one() -> None:
    record = logging.LogRecord(
        "x", logging.WARNING, __file__, 1, "a\nCRITICAL root all is well\x1b[2J\u202e%s", ("\r\n",), None
    )
    try:
        raise ValueError("first\nERROR forged")
    except ValueError:
        record.exc_info = sys.exc_info()
    lines = Terminal().format(record).splitlines()
    assert lines[0].endswith(" a\\u000aCRITICAL root all is well\\u001b[2J\\u202e\\u000d\\u000a")
    assert all(line.startswith("    ") for line in lines[1:])
    assert len(JsonLines().format(record).splitlines()) == 1
    assert json.loads(logs.JsonLines().format(record))["message"].count("\n") == 2  # escaped in the line itself
    assert "\n" not in logs.JsonLines().format(record)


@pytest.mark.parametrize(
    "bad",
    [
        "watchfloor-2026",
        "Moderat0r!!!!!",
        "passwordpassword",
        "!!sunshine1234!!",
        "P@ssw0rd2026",
        "Welcome-2026!",
        "short-one",
    ],
)
def test_what_is_tried_first_is_no_password(bad: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(bad)


@pytest.mark.parametrize(
    "good",
    ["a lamp on the quiet floor", "kq7#vT2mLx0w9", "ünïcödé und mehr davon", "x" * 20 + "yz", "correct horse " * 20],
)
def test_length_is_what_counts(good: str) -> None:
    validate_password(good)


def test_a_fault_says_nothing_of_the_inside_and_is_written_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("SELECT inner_words FROM nowhere")

    client = signed_in(member({"case.view"}))
    client.raise_request_exception = False
    monkeypatch.setattr("watchfloor.identity.people.factors", broken)
    answer = client.get("/settings/me")
    assert (
        answer.status_code == 500
        and "inner_words" not in answer.content.decode()
        and "Traceback" not in answer.content.decode()
    )
    assert any("inner_words" in str(record.exc_info[1]) for record in caplog.records if record.exc_info)
    assert answer.headers["Content-Security-Policy"] == headers.PAGES["Content-Security-Policy"]
