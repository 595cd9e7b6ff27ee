"""The generated reference says all there is, and a command that cannot be imported fails the build."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
import pytest
from docs_tools import api, commands, reference
from tests.unit.docs.conftest import ROOT

from watchfloor.cli import main


def test_every_command_has_its_section(generated: dict[str, str]) -> None:
    for name in main.COMMANDS:
        assert f"\n## `watchfloor {name}`\n" in generated["commands.md"]
    assert "\n## `watchfloor ledger verify`\n" in generated["commands.md"]


def test_a_command_that_cannot_be_imported_fails_the_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(main.COMMANDS, "gone", ("watchfloor.cli.gone", "gone", "Not there."))
    with pytest.raises(ModuleNotFoundError):
        reference.write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_group_that_names_what_it_does_not_have_fails_the_build() -> None:
    class Odd(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:
            return ["nothing"]

    with pytest.raises(LookupError):
        list(commands.walk(Odd("odd"), "odd"))


def test_the_api_page_follows_references() -> None:
    inner = {
        "type": "object",
        "description": "One.",
        "properties": {"to": {"$ref": "#/components/schemas/Leaf"}},
        "required": ["to"],
    }
    leaf = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "default": 5}}}
    body = {
        "content": {
            "application/json": {
                "schema": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/Row"}}
            }
        }
    }
    operation = {"summary": "Send", "requestBody": body, "responses": {"202": {"description": "Stored."}}}
    document = {"paths": {"/v1/x": {"post": operation}}, "components": {"schemas": {"Row": inner, "Leaf": leaf}}}
    text = api.render(document)
    assert "Body, `application/json`: list of [Row](#row) (up to 1,000)" in text
    assert "| `to` | [Leaf](#leaf) | yes |" in text
    assert "| `n` | integer |  | from 1, default `5` |" in text


def test_the_api_page_has_every_path(generated: dict[str, str]) -> None:
    from watchfloor.console.api import openapi

    for path, operations in openapi()["paths"].items():
        for method in operations:
            assert f"## `{method.upper()} {path}`" in generated["api.md"]
    assert "### ReportRow" in generated["api.md"]


def test_every_event_metric_permission_and_reason_is_listed(generated: dict[str, str]) -> None:
    from watchfloor.identity.domain import PERMISSIONS
    from watchfloor.insight.catalogue import shipped
    from watchfloor.ledger.schema import registry
    from watchfloor.policy.defaults import load_reasons

    for name, kind in registry().items():
        if not kind.__subclasses__() and kind.__module__.startswith("watchfloor."):
            assert f"### `{name}`" in generated["ledger-events.md"]
    for key in shipped():
        assert f"(`{key}`)" in generated["metrics.md"]
    for key in PERMISSIONS:
        assert f"| `{key}` |" in generated["permissions.md"]
    for reason in load_reasons():
        assert f"| `{reason['key']}` |" in generated["items-and-reasons.md"]


def variables(*folders: str) -> set[str]:
    """The environment variables that the Python files of these folders name."""
    found: set[str] = set()
    for folder in folders:
        for file in (ROOT / folder).rglob("*.py"):
            if file.parent != Path(__file__).parent:
                text = file.read_text(encoding="utf-8")
                found |= set(re.findall(r"[\"'](WATCHFLOOR_[A-Z_]*[A-Z]|DATABASE_URL)[\"']", text))
    return found


def test_settings_are_those_that_the_code_reads() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"`(WATCHFLOOR_[A-Z_]+|DATABASE_URL)`", page))
    assert variables("src", "benchmarks", "examples") - listed == set()
    assert listed - variables("src", "benchmarks", "examples", "tests") == set()


def test_the_pages_do_not_name_this_machine(generated: dict[str, str]) -> None:
    for name, text in generated.items():
        assert str(ROOT) not in text, name
        assert os.environ["WATCHFLOOR_HOME"] not in text, name


def test_the_performance_page_names_benchmarks_that_exist() -> None:
    page = (ROOT / "docs/explanation/performance.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert named and named <= {
        path.stem for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_")
    }


def test_no_two_documented_structs_share_a_name() -> None:
    """OpenAPI keeps them by name: of two alike one would describe the other's calls."""
    from ninja import Schema

    import watchfloor.console.api  # noqa: F401  all routers are loaded

    found: dict[str, set[str]] = {}
    waiting = list(Schema.__subclasses__())
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        if each.__module__.startswith("watchfloor."):
            found.setdefault(each.__name__, set()).add(each.__module__)
    assert {name: where for name, where in found.items() if len(where) > 1} == {}
