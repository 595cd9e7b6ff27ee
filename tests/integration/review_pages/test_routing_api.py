"""Routing for programs: read, draft, test, live and restore under /v1, and the same from a shell, without a server where files do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from click.testing import CliRunner

if TYPE_CHECKING:
    from tests.support.floor import Floor

RULE = {"name": "all spam", "when": {"policy": ["spam"]}, "queue": "integrity", "needs": ["ads"]}


@pytest.fixture
def ask(floor: Floor) -> Any:
    """``ask(method, path, body)`` with a token that manages queues; ``permissions=`` for another."""
    from django.test import Client

    from watchfloor.identity.domain import system
    from watchfloor.identity.tokens import create_token
    from watchfloor.ledger.writer import writing

    def call(method: str, path: str, body: Any = None, *, status: int = 200, permissions: tuple[str, ...] = ()) -> Any:
        chosen = list(permissions or ("queue.manage", "case.view"))
        with writing(system("test")) as w:
            _row, secret = create_token(w, system("test"), name="test", source="test", permissions=chosen)
        answer = Client().generic(
            method, f"/v1/{path}", json.dumps(body) if body is not None else "", content_type="application/json",
            headers={"authorization": f"Bearer {secret}"},
        )  # fmt: skip
        assert answer.status_code == status, answer.content
        return answer.json()

    return call


def test_a_table_from_read_to_restored(ask: Any, floor: Floor) -> None:
    from watchfloor.kernel import ids
    from watchfloor.review import routing_backtests

    case = floor.report()
    live = ask("GET", "routing")
    assert (live["number"], live["state"]) == (1, "live")
    draft = ask("PUT", "routing/draft", {"rules": [RULE, *live["rules"]]})
    assert (draft["number"], draft["state"], len(draft["rules"])) == (2, "draft", len(live["rules"]) + 1)
    assert ask("PUT", "routing/draft", {"rules": [], "edits": 9}, status=409)["error"]["code"] == "draft_changed"
    wrong = ask("PUT", "routing/draft", {"rules": [{**RULE, "queue": "nowhere"}]}, status=422)
    assert wrong["error"]["where"] == "rules[0].queue"
    assert ask("POST", "routing/live", {}, status=422)["error"]["code"] == "no_evidence"
    name = ids.encode("case", case.pk)
    assert ask("GET", f"routing/try/{name}")["rule"] == "spam in English"
    tried = ask("GET", f"routing/try/{name}?draft=true")
    assert (tried["queue"], tried["rule"], tried["before"]) == ("integrity", "all spam", [])
    run = ask("POST", "routing/backtests", {"days": 2}, status=202)
    assert run["state"] == "waiting"
    routing_backtests.work()
    found = ask("GET", f"routing/backtests/{run['id']}")["found"]
    assert (found["jobs"], found["moved"]) == (1, 1)
    assert ask("POST", "routing/live", {})["backtest"] == run["id"]
    assert ask("POST", "routing/versions/1/restore", {"why": "no"})["number"] == 3
    assert [row["state"] for row in ask("GET", "routing/versions")] == ["live", "former", "former"]
    for method, path, body in (
        ("PUT", "routing/draft", {"rules": []}),
        ("POST", "routing/live", {}),
        ("GET", "queues", None),
    ):
        assert ask(method, path, body, status=403, permissions=("case.view",))["error"]["code"] == "no_permission"


def test_queues(ask: Any, floor: Floor) -> None:
    keys = [row["key"] for row in ask("GET", "queues")]
    assert "spam.en" in keys and "child-safety" not in keys
    made = ask(
        "PUT",
        "queues/night",
        {"key": "night", "name": "Night", "overflow_to": "spam.en", "overflow_after": 600, "push": True},
    )
    assert (made["overflow_after"], made["push"]) == (600, True)
    assert ask("PUT", "queues/child-safety", {"key": "x", "name": "x"}, status=404)["error"]["code"] == "unknown_queue"
    assert ask("POST", "queues/spam.en/archive", {}, status=409)["error"]["code"] == "queue_in_use"
    assert ask("POST", "queues/night/archive", {"why": "quiet"})["key"] == "night"


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_a_backtest_of_plain_files_needs_no_server(tmp_path: Path, kind: str) -> None:
    from watchfloor.cli.routing import routing

    rules, cases = tmp_path / "rules.json", tmp_path / f"cases.{kind}"
    rules.write_text(json.dumps([RULE]))
    frame = pl.DataFrame({
        "id": ["1", "2", "3"], "policy": ["spam", "spam", "scam"], "at": ["2026-05-04T12:00:00Z"] * 3,
        "final_queue": ["integrity", "spam", "scam"], "moves": [1, 0, 0],
    })  # fmt: skip
    {"parquet": frame.write_parquet, "csv": frame.write_csv, "jsonl": frame.write_ndjson}[kind](cases)  # type: ignore[operator]
    run = CliRunner().invoke(routing, ["backtest", str(rules), "--cases", str(cases), "--json"], catch_exceptions=False)
    found = json.loads(run.output)
    assert (found["jobs"], found["moved"], found["mended"], found["no_rule_after"]) == (3, 2, 1, 1)
    text = CliRunner().invoke(routing, ["backtest", str(rules), "--cases", str(cases)], catch_exceptions=False).output
    assert "3 jobs" in text and "other  integrity" in text
    assert json.loads(CliRunner().invoke(routing, ["check", str(rules), "--json"]).output)["asks"] == ["policy"]


def test_the_shell_on_a_floor(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.cli.routing import routing
    from watchfloor.console import prepare
    from watchfloor.kernel import ids

    monkeypatch.setattr(prepare, "django", lambda: None)  # it is up, and the test's transaction must stay

    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(routing, [*arguments, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    case = floor.report()
    file = tmp_path / "routing.json"
    assert run("export", str(file))["version"] == 1
    file.write_text(json.dumps([RULE, *json.loads(file.read_text())]))
    assert run("import", str(file))["draft"] == 2
    assert run("list", "--version", "draft")["rules"][0] == RULE
    assert run("try", ids.encode("case", case.pk), "--version", "draft")["queue"] == "integrity"
    assert run("backtest", "--days", "3")["moved"] == 1
    past = tmp_path / "past.parquet"
    assert run("cases", str(past))["cases"] == 1
    assert run("backtest", str(file), "--cases", str(past))["agrees"] == 0.0, (
        "against nothing, all goes to the last resort"
    )
    assert run("live", "--why", "agreed")["version"] == 2
    assert run("restore", "1", "--why", "not agreed")["version"] == 3
