"""JSON lines say what failed and where, and never a word of what it was about."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import RequestFactory

from watchfloor.kernel.errors import BadInput
from watchfloor.platform.logs import JsonLines

CANARY = "meet me at the lake house"


def line(error: BaseException, *args: object) -> dict[str, object]:
    try:
        try:
            raise error
        except Exception as first:
            raise RuntimeError(f"while at {CANARY}") from first
    except RuntimeError as second:
        record = logging.LogRecord(
            "watchfloor.x",
            logging.ERROR,
            "f.py",
            1,
            "%s failed: %s",
            ("loop", error),
            (RuntimeError, second, second.__traceback__),
        )
    found: dict[str, object] = json.loads(JsonLines().format(record))
    return found


def test_no_word_of_content_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHFLOOR_LOG_TEXTS", raising=False)
    for error in (
        ValueError(CANARY),
        KeyError(CANARY),
        BadInput("bad_text", CANARY, where=CANARY),
        UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
    ):
        found = line(error)
        assert CANARY not in json.dumps(found)
        assert found["error"] == "RuntimeError" and type(error).__name__ in str(found["message"])
        trace = found["trace"]
        assert (
            isinstance(trace, list)
            and type(error).__name__ in trace[0]
            and any("test_logs.py" in each and each.endswith(" line") for each in trace)
        )
    asked = logging.makeLogRecord(
        {
            "msg": "Not Found: %s",
            "args": ("/cases",),
            "request": RequestFactory().get(f"/cases?q={CANARY}"),
            "status_code": 404,
        }
    )
    assert json.loads(JsonLines().format(asked))["status_code"] == 404 and "meet" not in JsonLines().format(asked)
    assert "(bad_text)" in str(line(BadInput("bad_text", CANARY))["message"])


def test_who_looks_for_a_fault_may_have_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_LOG_TEXTS", "1")
    assert CANARY in json.dumps(line(ValueError(CANARY)))
