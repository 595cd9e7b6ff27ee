"""``watchfloor rules explain``: why a rule fires for one event, or why not."""

from __future__ import annotations

from pathlib import Path

import click

from watchfloor.cli.rules.files import DIRECTORY, FILE, as_json, load
from watchfloor.engines import sml
from watchfloor.kernel.errors import BadInput, NotFound


@click.command()
@click.argument("folder", metavar="DIR", type=DIRECTORY)
@click.argument("event_file", metavar="EVENT.json", type=FILE)
@click.argument("rule")
@click.option("--json", "json_wanted", is_flag=True, help="The explanation as JSON.")
def explain(folder: Path, event_file: Path, rule: str, json_wanted: bool) -> None:
    """Why RULE fires for one event, or why not, with the values met."""
    compiled = load(folder)
    try:
        with click.open_file(str(event_file), "rb") as file:
            event = sml.event_from_json(file.read(), default_id=1)
        explanation = compiled.explain(event, rule)
    except (BadInput, NotFound) as error:
        hint = getattr(error, "hint", "")
        raise click.ClickException(f"{error} {hint}".strip()) from None
    if json_wanted:
        click.echo(as_json(explanation))
        return
    state = {True: "fires", False: "does not fire", None: "cannot be decided"}[explanation.fired]
    click.echo(f"{explanation.rule} {state} ({explanation.file}:{explanation.line}). {explanation.because}")
    if explanation.description:
        click.echo(f"  {explanation.description}")
    for condition in explanation.conditions:
        _show(condition, 1)


def _show(condition: sml.Condition, depth: int) -> None:
    click.echo(f"{'  ' * depth}- {condition.words}")
    for part in condition.parts:
        _show(part, depth + 1)
