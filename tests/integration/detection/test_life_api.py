"""The life of a rule by JSON: tests, backtest, steps, figures, the switch; refusals name what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from watchfloor.detection import backtests
from watchfloor.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.rules import Rules

BAD, GOOD = ({"item": {"data": {"text": text}}, "author": {"id": "a"}} for text in ("bad", "good"))


@pytest.fixture
def ask(rules: Rules) -> Callable[..., Any]:
    """``ask("post", "/rules/Bad/state", state=...)``: a program that may do everything with rules."""
    from django.test import Client
    from tests.support.intake import FloorMade

    from watchfloor.identity.domain import system
    from watchfloor.identity.models import ApiToken
    from watchfloor.identity.queries import token_digest
    from watchfloor.ledger.writer import writing

    with writing(system("test")) as w:
        row = w.create(
            ApiToken, name="wf-life", prefix="wf-life", digest=token_digest("wf-life"), source="s", created_at=clock.now(),
            permissions=["rule.view", "rule.edit", "rule.enable"],
        )  # fmt: skip
        w.event(FloorMade(), row)
    client = Client(headers={"authorization": "Bearer wf-life"})

    def call(method: str, path: str, **body: Any) -> Any:
        given = {"content_type": "application/json"} if method == "post" else {}
        return getattr(client, method)(f"/v1{path}", body or None, **given)

    return call


def test_from_a_draft_to_shadow(rules: Rules, ask: Callable[..., Any]) -> None:
    rules.add("Bad", state="draft")
    rules.show("bad")
    here = ask("get", "/rules/Bad/life").json()
    assert here["state"] == "draft" and "backtested" in here["next"]
    assert {gate["key"]: gate["open"] for gate in here["gates"]} == {
        "tests": False,
        "backtest": False,
        "approval": False,
    }
    closed = ask("post", "/rules/Bad/state", state="shadow", why="now")
    assert (closed.status_code, closed.json()["error"]["code"]) == (409, "bad_step")
    assert ask("post", "/rules/Bad/state", state="flying", why="x").status_code == 422

    for event, fires in ((BAD, True), (GOOD, False), (BAD, True)):
        assert ask("post", "/rules/Bad/tests", event=event, fires=fires).status_code == 201
    assert ask("post", "/rules/Bad/tests", event=BAD, fires=False).json()["error"]["code"] == "other_way"

    run = ask("post", "/rules/Bad/backtest", days=7)
    assert (run.status_code, run.json()["state"]) == (202, "waiting")
    assert ask("post", "/rules/Bad/backtest", days=7).json()["error"]["code"] == "running"
    assert ask("post", "/rules/Bad/backtest", days=0).status_code == 422
    assert backtests.work() == 1
    done = ask("get", f"/rules/backtests/{run.json()['id']}").json()
    assert done["state"] == "done"
    found = ask("get", f"/rules/evidence/{done['evidence']}").json()
    assert (found["kind"], found["data"]["hits"]) == ("backtest", 1)
    assert ask("get", "/rules/evidence/evd_nonsense").status_code == 422

    after = ask("post", "/rules/Bad/state", state="shadow", why="read its hits").json()
    assert after["state"] == "shadow"
    assert {gate["key"] for gate in after["gates"] if gate["open"]} >= {"tests", "backtest"}
    assert ask("post", "/rules/Bad/text", why="x").json()["error"]["code"] == "nothing_waits"
    assert ask("get", "/rules/Bad/quality?days=28").json()["judged"] == 0
    assert ask("get", "/rules/Bad/quality?days=0").status_code == 422


def test_the_switch(rules: Rules, ask: Callable[..., Any]) -> None:
    assert ask("get", "/rules/hold").json()["held"] is False
    assert ask("post", "/rules/hold", hours=0, why="x").status_code == 422
    held = ask("post", "/rules/hold", hours=2, why="a wave of false positives").json()
    assert held["held"] and held["why"] == "a wave of false positives"
    assert ask("post", "/rules/hold", hours=2, why="again").status_code == 409
    assert ask("delete", "/rules/hold?why=it+is+over").json()["held"] is False
