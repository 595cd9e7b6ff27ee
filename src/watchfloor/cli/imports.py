"""``watchfloor import FILE``: reports or events from a CSV, JSON lines or Parquet file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from watchfloor.cli import output
from watchfloor.console import prepare


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind", type=click.Choice(["report", "event"]), default="report", show_default=True, help="What the rows are."
)
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column is which field; repeat.")
@click.option(
    "--set", "fixed", multiple=True, metavar="FIELD=VALUE", help="A field with the same value in every row; repeat."
)
@click.option("--source", default="import", show_default=True, help="Name of the system the rows come from.")
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing.")
@output.json_option
def import_(
    file: Path, kind: str, pairs: tuple[str, ...], fixed: tuple[str, ...], source: str, dry_run: bool, as_json: bool
) -> None:
    """Bring in reports or events from a CSV, JSONL or Parquet file.

    Columns are guessed from their names, then asked on a terminal; --map and --set decide without asking. Bad rows go to
    FILE.rejected.csv (or .jsonl) with the reason; good rows go in. The same file brought in again adds nothing.
    """
    prepare.django()
    from watchfloor.intake import files, importing, mapping

    columns = files.columns(file)
    constants = mapping.parse_pairs(fixed, kind, "--set")
    given = mapping.parse_pairs(pairs, kind, "--map")
    ready_made = not given and not constants and mapping.is_ready_made(columns) and files.format_of(file) != "csv"
    fields = None if ready_made else _fields(columns, kind, given, constants, ask=sys.stdin.isatty() and not as_json)
    shown = sys.stderr.isatty() and not as_json
    with click.progressbar(
        length=max(1, files.count(file)), label=f"Reading {file.name}", file=sys.stderr, hidden=not shown
    ) as bar:
        result = importing.run(
            file,
            kind,
            fields,
            constants,
            source=source,
            dry_run=dry_run,
            progress=lambda done: bar.update(done - bar.pos),
        )
    lines = [f"{result.accepted:,} of {result.rows:,} rows {'are good' if dry_run else 'taken in'}"]
    if result.duplicates:
        lines.append(f"{result.duplicates:,} of these were here already")
    if result.rejected:
        lines.append(f"{result.rejected:,} rejected; see {result.rejected_file}")
    output.emit(result, as_json=as_json, text="; ".join(lines) + ".")
    if result.rows and not result.accepted:
        sys.exit(1)


def _fields(
    columns: list[str], kind: str, given: dict[str, str], constants: dict[str, str], *, ask: bool
) -> dict[str, str]:
    """The mapping: what was given, else what names suggest, confirmed on a terminal."""
    from watchfloor.intake import mapping
    from watchfloor.kernel.errors import BadInput

    for field, column in given.items():
        if column not in columns:
            raise BadInput(
                "unknown_column", f"The file has no column {column!r} (for {field}).", where="--map",
                hint="Columns: " + ", ".join(columns[:40]),
            )  # fmt: skip
    guessed = {} if given else mapping.guess(columns, kind)
    fields = {field: column for field, column in {**guessed, **given}.items() if field not in constants}
    if ask and not given:
        click.echo("Columns: " + ", ".join(columns), err=True)
        for field in (*mapping.FIELDS[kind], "item.data.text"):
            if field in constants:
                continue
            choice = click.prompt(
                f"  {field} (column, =value, or - for none)", default=fields.get(field, "-"), err=True
            )
            fields.pop(field, None)
            if choice.startswith("="):
                constants[field] = choice[1:]
            elif choice in columns:
                fields[field] = choice
            elif choice != "-":
                raise BadInput(
                    "unknown_column", f"The file has no column {choice!r}.", hint="Columns: " + ", ".join(columns[:40])
                )
    if lacking := mapping.missing(fields, constants, kind):
        raise BadInput(
            "missing_mapping", f"Nothing says which column is {' and which is '.join(lacking)}.", where="--map",
            hint=f"Columns: {', '.join(columns[:40])}. Use --map {lacking[0]}=COLUMN or --set {lacking[0]}=VALUE.",
        )  # fmt: skip
    return fields
