"""``watchfloor rules test``: the examples beside the rules."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from watchfloor.cli.rules.files import DIRECTORY, as_json, counted, load
from watchfloor.engines.sml.examples import ExampleResult, example_files, run_examples


@click.command()
@click.argument("folder", metavar="DIR", type=DIRECTORY)
@click.option("--json", "json_wanted", is_flag=True, help="Results as one JSON object.")
def test(folder: Path, json_wanted: bool) -> None:
    """Run the examples beside the rules (tests/*.toml, *.examples.jsonl); exit status 1 if one fails.

    For each that fails it says which condition was met with which values.
    """
    compiled = load(folder)
    root = folder.parent if folder.is_file() else folder
    results: list[tuple[str, ExampleResult]] = []
    for file in example_files(root):
        name, is_toml = file.relative_to(root).as_posix(), file.suffix == ".toml"
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise click.ClickException(f"{file} is not UTF-8 text.") from None
        results.extend((name, result) for result in run_examples(compiled, text, toml=is_toml))
    failed = [(name, result) for name, result in results if result.failures]
    if json_wanted:
        shown = [{"file": name, **msgspec.to_builtins(result)} for name, result in results]
        passed = len(results) - len(failed)
        click.echo(as_json({"ok": not failed, "passed": passed, "failed": len(failed), "results": shown}))
    else:
        for name, result in failed:
            place = "" if name.endswith(".toml") else f":{result.line}"
            click.echo(f"{name}{place}: {result.name}")
            for failure in result.failures:
                click.echo(f"    {failure}")
        if not results:
            click.echo("There are no examples; write some into tests/*.toml or *.examples.jsonl beside the rules.")
        else:
            click.echo(f"{len(results) - len(failed):,} of {counted(len(results), 'example')} passed.")
    if failed:
        raise SystemExit(1)
