"""Every command of the program with its help, in the order of ``watchfloor --help``."""

from __future__ import annotations

from collections.abc import Iterator

import click


def walk(command: click.Command, path: str = "watchfloor") -> Iterator[tuple[str, click.Command]]:
    """The command and all below it, with their full names. A command that cannot be imported raises."""
    yield path, command
    if not isinstance(command, click.Group):
        return
    context = click.Context(command, info_name=path)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        if child is None:
            raise LookupError(f"`{path}` lists {name!r} but does not have it")
        yield from walk(child, f"{path} {name}")


def page() -> str:
    """The page as Markdown."""
    from watchfloor.cli.main import cli

    lines = [
        "# Commands",
        "",
        "Written from the program. `watchfloor COMMAND --help` says the same. Commands with `--json` print one JSON document",
        "on standard output; an error is then `{\"error\": {\"code\", \"message\", \"where\", \"hint\"}}`. Exit status: 0 done,",
        "1 the answer is no (a check found something), 2 it could not be done.",
        "",
    ]  # fmt: skip
    for path, command in walk(cli):
        context = click.Context(command, info_name=path, max_content_width=110, terminal_width=110)
        lines += [f"## `{path}`", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(lines)
