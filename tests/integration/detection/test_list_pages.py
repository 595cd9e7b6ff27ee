"""Pages, JSON and commands of lists: who may, what they say, that good rows are taken and bad ones told."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from watchfloor.detection import lists
from watchfloor.detection.lists import reading
from watchfloor.detection.palette import provide
from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing

KEEPER = ("rule.view", "rule.edit", "list.edit")


@pytest.fixture
def bad(db: None) -> str:
    with writing(system("test")) as w:
        lists.create(w, "bad", "domains", description="What we block")
        lists.add(w, "bad", "a.example", reason="<b>seen</b>")
    return "bad"


@pytest.fixture
def sign_in(db: None) -> Callable[..., Any]:
    """A client of someone with these permissions."""
    numbers = count()

    def enter(*permissions: str) -> Any:
        from django.test import Client

        from watchfloor.identity import actions

        name = f"p{next(numbers)}"
        with writing(system("test")) as w:
            user = actions.create_user(w, email=f"{name}@example.org", name=name, password=None)
            actions.save_role(w, key=name, name=name, permissions=list(permissions))
            actions.grant(w, system("test"), user, name)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter


@pytest.fixture
def call(db: None) -> Callable[..., Any]:
    """A program's call to the API with these permissions: (status, body)."""
    from django.test import Client

    from watchfloor.identity import actions

    def send(method: str, path: str, body: Any = None, *, permissions: tuple[str, ...] = KEEPER) -> tuple[int, Any]:
        with writing(system("test")) as w:
            _, secret = actions.create_token(w, system("test"), name="t", source="test", permissions=list(permissions))
        more: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = Client().generic(method, f"/v1{path}", HTTP_AUTHORIZATION=f"Bearer {secret}", **more)
        return answer.status_code, answer.json()

    return send


def values() -> list[str]:
    return sorted(reading.standing(lists.by_name("bad")).values_list("value", flat=True))


def test_only_those_who_may_see_and_change(bad: str, sign_in: Callable[..., Any]) -> None:
    assert sign_in("policy.view").get("/rules/lists").status_code == 403
    reader = sign_in("rule.view")
    page = reader.get("/rules/lists/bad").content.decode()
    assert "a.example" in page and "Put it in" not in page
    assert "&lt;b&gt;seen" in page, "what people wrote is text"
    assert reader.post("/rules/lists/bad", {"step": "add", "value": "b.example"}).status_code == 403
    assert reader.post("/rules/lists", {"name": "mine", "kind": "texts"}).status_code == 403
    keeper = sign_in("list.edit")
    assert keeper.post("/rules/lists/bad", {"step": "add", "value": "b.example"}).status_code == 302
    assert keeper.post("/rules/lists/bad", {"step": "save", "description": "mine"}).status_code == 403
    assert values() == ["a.example", "b.example"]
    assert reader.get("/rules/lists/gone").status_code == 404


def test_what_cannot_be_is_said_where_it_was_typed_and_kept(bad: str, sign_in: Callable[..., Any]) -> None:
    client = sign_in(*KEEPER)
    answer = client.post("/rules/lists/bad", {"step": "add", "value": "no domain", "reason": "why not"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is no domain." in page and 'value="why not"' in page
    answer = client.post("/rules/lists/bad", {"step": "paste", "rows": "b.example\nnonsense here\n"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1 row was not taken" in page and "line 2" in page
    assert values() == ["a.example", "b.example"]
    answer = client.post("/rules/lists/bad", {"step": "remove", "value": "a.example", "why": " "})
    assert answer.status_code == 422 and "Say why" in answer.content.decode()


def test_a_version_can_be_seen_downloaded_and_restored(bad: str, sign_in: Callable[..., Any]) -> None:
    client = sign_in(*KEEPER)
    client.post("/rules/lists/bad", {"step": "remove", "value": "a.example", "why": "ours"})
    assert values() == []
    assert "ours" in client.get("/rules/lists/bad?show=removed").content.decode()
    assert "From version 1 to 2" in client.get("/rules/lists/bad?to=2").content.decode()
    file = b"".join(client.get("/rules/lists/bad/csv?version=1").streaming_content).decode()
    assert file.splitlines()[1].startswith("a.example,<b>seen</b>,")
    client.post("/rules/lists/bad", {"step": "restore", "version": "1", "why": "it was right"})
    assert values() == ["a.example"]
    client.post("/rules/lists/bad", {"step": "archive", "why": "done"})
    assert client.get("/rules/lists/bad").status_code == 404


def test_programs_put_in_take_out_and_ask(bad: str, call: Callable[..., Any]) -> None:
    status, body = call("POST", "/lists", {"name": "nets", "kind": "networks"})
    assert (status, body["kind"], body["version"]) == (201, "networks", 0)
    entries = [
        {"value": "10.0.0.0/8", "reason": "ours"},
        {"value": "10.0.0.1/8"},
        {"value": "x", "expires": "2030-01-01T00:00:00Z"},
    ]
    status, body = call("POST", "/lists/nets/entries", {"entries": entries})
    assert (status, body["added"], body["version"]) == (200, 1, 1)
    assert [problem["index"] for problem in body["problems"]] == [1, 2]
    assert "is an address within 10.0.0.0/8" in body["problems"][0]["message"]
    assert call("GET", "/lists/nets/find?value=10.1.2.3") == (200, {"version": 1, "entry": "10.0.0.0/8"})
    assert call("GET", "/lists/nets/find?value=11.1.2.3") == (200, {"version": 1, "entry": None})
    status, body = call("GET", "/lists/nets/entries")
    assert [entry["value"] for entry in body["entries"]] == ["10.0.0.0/8"] and body["next"] is None
    status, body = call("POST", "/lists/nets/remove", {"values": ["10.0.0.0/8"], "why": "test"})
    assert (status, body["removed"]) == (200, 1)
    assert call("GET", "/lists/nets/diff?before=1&after=2")[1]["removed"] == ["10.0.0.0/8"]
    assert call("POST", "/lists/nets/restore", {"version": 1, "why": "back"})[1]["version"] == 3
    assert [row["name"] for row in call("GET", "/lists")[1]] == ["bad", "nets"]


def test_a_token_without_the_permission_changes_nothing(bad: str, call: Callable[..., Any]) -> None:
    body = {"entries": [{"value": "b.example"}]}
    assert call("POST", "/lists/bad/entries", body, permissions=("rule.view",))[0] == 403
    assert call("POST", "/lists/bad/entries", body, permissions=("list.edit",))[0] == 200
    assert call("GET", "/lists", permissions=("item.read",))[0] == 403
    assert call("POST", "/lists", {"name": "x", "kind": "texts"}, permissions=("list.edit",))[0] == 403


def test_the_palette_knows_lists(bad: str) -> None:
    assert [entry["title"] for entry in provide(system("test"), "bad")] == ["bad"]
    assert [entry["title"] for entry in provide(system("test"), "list")] == ["Lists and banks"]


def test_commands_keep_a_list(bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from watchfloor.cli.lists import lists as command
    from watchfloor.console import prepare

    monkeypatch.setattr(prepare, "django", lambda: None)
    run = CliRunner().invoke
    assert json.loads(run(command, ["list", "--json"]).output)[0]["entries"] == 1
    assert "1 put in, 1 known already" in run(command, ["add", "bad", "a.example", "b.example"]).output
    file = tmp_path / "feed.txt"
    file.write_text("c.example\nnonsense here\n")
    result = run(command, ["import", "bad", str(file), "--reason", "feed"])
    assert result.exit_code == 1
    assert "line 2: 'nonsense here' is no domain." in result.stderr
    assert "1 put in, 0 known already, 1 not taken; bad is at version 3." in result.output
    assert "1 taken out" in run(command, ["remove", "bad", "c.example", "--why", "test"]).output
    assert run(command, ["export", "bad"]).output.count("\n") == 3
    shown = json.loads(run(command, ["show", "bad", "--json"]).output)
    assert (shown["version"], [entry["value"] for entry in shown["entries"]]) == (4, ["b.example", "a.example"])
    assert json.loads(run(command, ["restore", "bad", "3", "--why", "back", "--json"]).output)["added"] == 1
