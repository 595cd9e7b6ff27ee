"""``watchfloor rules``: rule files on plain files, without a server or a database. A command's module is loaded when used."""

from __future__ import annotations

from importlib import import_module

import click

# command -> (module, line of help)
_COMMANDS = {
    "check": ("check", "Check rule files; exit status 1 if anything is wrong."),
    "lint": ("check", "Say what is allowed but probably not meant."),
    "format": ("shape", "Bring rule files into their one shape."),
    "test": ("testing", "Run the examples beside the rules."),
    "run": ("run", "Evaluate events, one JSON line in and one out."),
    "backtest": ("backtest", "What rules would have done to stored events."),
    "explain": ("explain", "Why a rule fires for one event, or why not."),
    "reference": ("reference", "The language and its functions."),
}
_ATTRIBUTE = {"format": "format_", "lint": "lint_"}


class _Lazy(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"watchfloor.cli.rules.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, _ATTRIBUTE.get(cmd_name, cmd_name))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(cls=_Lazy)
def rules() -> None:
    """Rules in the SML language, on plain files.

    DIR is a folder of *.sml files (evaluation begins at main.sml; without one every file runs), or one such file.
    Lists stand beside them as lists/NAME.txt or .csv. Events are JSON lines, each {"action_id": 1, "action_name": "post",
    "timestamp": "2026-03-01T12:00:00Z", "data": {...}} or a plain object.
    """


__all__ = ["rules"]
