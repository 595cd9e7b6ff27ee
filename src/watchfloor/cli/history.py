"""``watchfloor import-history FILE``: the history of cases in another system, from its export."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli import output
from watchfloor.console import prepare


@click.command("import-history")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="", help="What to call the system it comes from; the file's name by default.")
@click.option("--ready", default="", help="A ready mapping: servicenow, zendesk or salesforce.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column is which field; repeat.")
@click.option("--solved", multiple=True, help="A state in which a case counts as solved; repeat.")
@click.option("--missing", multiple=True, help="What stands for nothing in the file, like ?; repeat.")
@click.option("--dates", default=None, help="How times are written, like %d-%m-%Y %H:%M; ISO 8601 by default.")
@click.option("--zone", default=None, help="The zone of times that name none.  [default: UTC]")
@click.option("--dry-run", is_flag=True, help="Read everything, store nothing.")
@output.json_option
def import_history(
    file: Path, source: str, ready: str, pairs: tuple[str, ...], solved: tuple[str, ...], missing: tuple[str, ...],
    dates: str | None, zone: str | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Bring in the history of cases of another system: a CSV, JSONL or Parquet file with a row for each change, or each case.

    Each row is a case as it was at a moment. Rows that cannot be read are put aside with the reason; the same file brought in again adds
    nothing. The figures of the source are told at the end.
    """
    prepare.django()
    from watchfloor.intake import files
    from watchfloor.interop.history import figures, keeping
    from watchfloor.kernel.errors import BadInput
    from watchfloor.ledger.writer import writing

    plan = _plan(ready, pairs, solved=solved, missing=missing, dates=dates, zone=zone)
    columns = files.columns(file)
    for field, column in plan.fields.items():
        if column not in columns and column.partition(".")[0] not in columns:
            raise BadInput(
                "unknown_column", f"The file has no column {column!r} (for {field}).", where="--map",
                hint="Columns: " + ", ".join(columns[:40]),
            )  # fmt: skip
    shown = sys.stderr.isatty() and not as_json
    with click.progressbar(
        length=max(1, files.count(file)), label=f"Reading {file.name}", file=sys.stderr, hidden=not shown
    ) as bar:
        if dry_run:
            result = _tried(file, plan)
            bar.update(result.rows)
        else:
            with writing("system:import") as w:
                known = keeping.save_source(w, name=source or file.stem, kind="file", mapping=plan)
            result = keeping.take_in(
                "system:import", known, _rows(file), progress=lambda done: bar.update(done - bar.pos)
            )
    told: dict[str, Any] = msgspec.to_builtins(result)
    lines = [
        f"{result.accepted:,} of {result.rows:,} rows {'are good' if dry_run else 'taken in'}, {result.cases:,} cases"
    ]
    if not dry_run:
        told["figures"] = msgspec.to_builtins(figures.figures(known))
        lines[0] += f", {result.added:,} new steps"
        lines += [_sentence(each) for each in figures.figures(known)]
    if result.rejected:
        lines += [f"{result.rejected:,} cannot be read:", *(f"  {each}" for each in result.problems)]
    output.emit(told, as_json=as_json, text="\n".join(lines))
    if result.rows and not result.accepted:
        sys.exit(1)


def _rows(file: Path) -> Iterator[tuple[str, Any]]:
    from watchfloor.intake import files

    for place, row in enumerate(files.rows(file), start=1):
        yield f"row {place}", row


def _tried(file: Path, plan: Any) -> Any:
    from watchfloor.interop.history import keeping
    from watchfloor.interop.history import mapping as mappings
    from watchfloor.kernel.errors import WatchfloorError

    result, seen = keeping.Result(source=file.stem), set()
    for place, row in _rows(file):
        result.rows += 1
        try:
            if isinstance(row, WatchfloorError):
                raise row
            seen.add(mappings.read(row, plan).case)
            result.accepted += 1
        except WatchfloorError as wrong:
            result.rejected += 1
            if len(result.problems) < 20:
                result.problems.append(f"{place}: {wrong.message}")
    result.cases = len(seen)
    return result


def _plan(ready: str, pairs: tuple[str, ...], **more: Any) -> Any:
    """The mapping: a ready one, changed by what was given."""
    from watchfloor.interop.history import mapping as mappings
    from watchfloor.kernel.errors import BadInput

    if ready and ready not in mappings.READY:
        raise BadInput(
            "unknown_mapping", f"There is no ready mapping {ready!r}.", where="--ready", hint=", ".join(mappings.READY)
        )
    base = mappings.READY.get(ready, mappings.Mapping(fields={}))
    fields = dict(base.fields)
    for pair in pairs:
        field, sign, column = pair.partition("=")
        if not sign or not field or not column:
            raise BadInput("bad_pair", f"{pair!r} is not FIELD=COLUMN.", where="--map")
        fields[field] = column
    given = {name: value for name, value in more.items() if value}
    if "missing" in given:
        given["missing"] = ("", *given["missing"])
    return mappings.check(msgspec.structs.replace(base, fields=fields, **given))


def _sentence(each: Any) -> str:
    age = "-" if each.aas_seconds is None else f"{each.aas_seconds / 3600:,.1f} h"
    kept = "-" if each.sla is None else f"{each.sla:.1%}"
    return (
        f"Incoming {each.incoming:,}, solved {each.solved:,}, reopened {each.reopened:,}, reassigned {each.reassigned:,}, "
        f"average age at solving {age}, targets kept {kept}."
    )
