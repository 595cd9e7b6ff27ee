"""Writes docs/reference/commands.md (from the commands) and docs/reference/api.md (from OpenAPI and the intake's own description).

python -m docs_tools.reference docs/reference
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click


def commands() -> str:
    """Every command with its help, in the order of ``watchfloor --help``."""
    from watchfloor.cli.main import cli

    lines = [
        "# Commands",
        "",
        "Generated from the program. Every command takes `--help`; those marked so take `--json`.",
        "",
    ]
    for path, command in _walk(cli, "watchfloor"):
        context = click.Context(command, info_name=path)
        lines += [f"## `{path}`", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(lines)


def _walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _walk(child, f"{path} {name}")


def api() -> str:
    """The JSON API as a table of operations with their parameters and bodies."""
    from watchfloor.console.api import openapi

    document = openapi()
    lines = [
        "# API",
        "",
        "Generated from the OpenAPI document, which a running server gives at `/v1/openapi.json`.",
        "",
    ]
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            lines += [
                f"## `{method.upper()} {path}`",
                "",
                operation.get("description") or operation.get("summary", ""),
                "",
            ]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body:
                lines += ["```json", json.dumps(_resolved(document, body), indent=2), "```", ""]
            answers = ", ".join(
                f"`{code}` {answer.get('description', '')}" for code, answer in operation.get("responses", {}).items()
            )
            lines += [f"Answers: {answers}", ""]
    return "\n".join(lines)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def main(folder: Path) -> None:
    """Write both pages."""
    os.environ.setdefault("WATCHFLOOR_HOME", tempfile.mkdtemp())
    from watchfloor.platform.setup import setup

    setup()
    (folder / "commands.md").write_text(commands(), encoding="utf-8")
    (folder / "api.md").write_text(api(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
