"""``watchfloor rules check`` and ``lint``: what is wrong with rule files, and what is probably not meant."""

from __future__ import annotations

from pathlib import Path

import click

from watchfloor.cli.rules.files import DIRECTORY, as_json, counted, read_sources
from watchfloor.engines import sml
from watchfloor.kernel.errors import BadInput


@click.command()
@click.argument("folder", metavar="DIR", type=DIRECTORY)
@click.option("--json", "json_wanted", is_flag=True, help="Problems as one JSON object.")
def check(folder: Path, json_wanted: bool) -> None:
    """Check rule files; exit status 1 if anything is wrong. Warnings alone are no failure."""
    _report(folder, None, json_wanted)


@click.command("lint")
@click.argument("folder", metavar="DIR", type=DIRECTORY)
@click.option(
    "--data", metavar="LAKE", type=DIRECTORY, help="Parquet files: also warn of thresholds outside the values in them."
)
@click.option("--strict", is_flag=True, help="Exit status 1 if there is a warning.")
@click.option("--json", "json_wanted", is_flag=True, help="Warnings as one JSON object.")
def lint_(folder: Path, data: Path | None, strict: bool, json_wanted: bool) -> None:
    """Say what is allowed but probably not meant: conditions that cannot hold, patterns that match everything, doubles."""
    if _report(folder, data, json_wanted) and strict:
        raise SystemExit(1)


def _report(folder: Path, data: Path | None, json_wanted: bool) -> int:
    """Print problems and warnings; the number of warnings. Exits where there are problems."""
    from watchfloor.engines.sml.lint import lint

    problems: tuple[sml.Problem, ...] = ()
    warnings: tuple[sml.Problem, ...] = ()
    names: tuple[str, ...] = ()
    try:
        sources = read_sources(folder)
        compiled = sml.compile_rules(sources)
        lists = sml.lists_from_folder(folder)
        names = compiled.rules
        warnings = lint(compiled, sources, ranges=_ranges(data), lists=lists.tables)
    except sml.RuleErrors as errors:
        problems = errors.problems
    except BadInput as error:
        raise click.ClickException(" ".join(part for part in (str(error), error.hint) if part)) from None
    if json_wanted:
        click.echo(as_json({"ok": not problems, "rules": names, "problems": problems, "warnings": warnings}))
    else:
        for problem in (*problems, *warnings):
            click.echo(problem.rendered + "\n", err=True)
        if problems:
            click.echo(f"{counted(len(problems), 'problem')}.", err=True)
        else:
            also = f", {counted(len(warnings), 'warning')}" if warnings else ""
            click.echo(f"{counted(len(names), 'rule')}, no problems{also}.")
    if problems:
        raise SystemExit(1)
    return len(warnings)


def _ranges(data: Path | None) -> dict[str, tuple[float, float]] | None:
    """The smallest and largest number of each ``$`` column in Parquet files."""
    if data is None:
        return None
    import polars as pl

    files = [data] if data.is_file() else sorted(data.rglob("*.parquet"))
    if not files:
        raise BadInput("no_data", f"There are no *.parquet files in {data}.")
    found: dict[str, tuple[float, float]] = {}
    for file in files:
        try:
            frame = pl.scan_parquet(file)
            numeric = [
                name for name, kind in frame.collect_schema().items() if name.startswith("$") and kind.is_numeric()
            ]
            if not numeric:
                continue
            both = [pl.col(name).min().alias(f"<{name}") for name in numeric]
            both += [pl.col(name).max().alias(f">{name}") for name in numeric]
            row = frame.select(both).collect().row(0, named=True)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise BadInput("bad_data", f"{file} cannot be read as Parquet: {error}.") from None
        for name in numeric:
            low, high = row[f"<{name}"], row[f">{name}"]
            if low is not None:
                before = found.get(name, (low, high))
                found[name] = (min(low, before[0]), max(high, before[1]))
    return found
