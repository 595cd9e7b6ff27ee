"""``watchfloor rules format``: rule files in their one shape."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from watchfloor.cli.rules.files import DIRECTORY, counted, read_sources
from watchfloor.engines.sml.errors import RuleErrors
from watchfloor.engines.sml.format import format_text
from watchfloor.kernel.errors import BadInput


@click.command("format")
@click.argument("folder", metavar="DIR", type=DIRECTORY)
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 if a file is not in shape.")
@click.option("--diff", is_flag=True, help="Change nothing; show what would be changed.")
def format_(folder: Path, check: bool, diff: bool) -> None:
    """Bring rule files into their one shape; what they mean stays. Files that cannot be read are left as they are."""
    try:
        sources = read_sources(folder)
    except BadInput as error:
        raise click.ClickException(str(error)) from None
    root = folder.parent if folder.is_file() else folder
    changed: list[str] = []
    unreadable = False
    for path, text in sources.items():
        try:
            shaped = format_text(text, path)
        except RuleErrors as errors:
            click.echo(f"{errors}\n", err=True)
            unreadable = True
            continue
        if shaped == text:
            continue
        changed.append(path)
        if diff:
            lines = difflib.unified_diff(text.splitlines(), shaped.splitlines(), path, path, lineterm="")
            click.echo("\n".join(lines))
        elif not check:
            (root / path).write_text(shaped, encoding="utf-8")
    if not diff:
        for path in changed:
            click.echo(f"{'Not in shape' if check else 'Formatted'}: {path}")
    same = len(sources) - len(changed)
    click.echo(
        f"{counted(len(changed), 'file')} {'to change' if check or diff else 'changed'}, {same:,} as they should be.",
        err=diff,
    )
    if unreadable or (check and changed):
        raise SystemExit(1)
