"""``watchfloor bank`` and ``watchfloor exchange``: files of hashes in, out and from format to format; exchanges read from a shell."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.banks import bank
from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput

ACTOR = "command"
FORMATS = ("csv", "json", "jsonl", "misp", "stopncii-csv", "hma")
KINDS = ("pdq", "md5", "sha256", "video", "text", "url")
SHOWN = 20
_format = click.option(
    "--format", type=click.Choice(FORMATS), help="Told from the file's name and content when it is not given."
)
_kind = click.option("--kind", type=click.Choice(KINDS), help="Of rows that name none, as in a file of bare hashes.")


@bank.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--bank", "key", required=True, metavar="KEY", help="The bank that the good rows go into.")
@_format
@_kind
@click.option("--preview", is_flag=True, help="Only look: what is new, known and wrong.")
@json_option
def import_(file: Path, key: str, format: str | None, kind: str | None, preview: bool, as_json: bool) -> None:
    """Bring FILE into a bank. Bad rows are told by their line, the good ones go in; `bank undo` takes them out again.

    Example: watchfloor bank import partner.csv --bank known-terror
    """
    prepare.django()
    from watchfloor.detection.banks.queries import by_key
    from watchfloor.detection.exchanges import imports
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system(ACTOR)) as w:
        load = imports.prepare(w, by_key(key), file.name, _bytes(file), format=format or "", kind=kind or "")
    bad = imports.bad_rows(load)
    with writing(system(ACTOR)) as w:
        load = imports.drop(w, load) if preview else imports.take_in(w, load)
    _say_bad(file.name, [(row.line, row.at, row.problem) for row in bad])
    found = {
        "import": str(load.pk), "state": load.state, "format": load.format, "new": load.new, "known": load.known, "bad": load.bad,
        "doubles": load.doubles, "problems": [{"line": row.line, "at": row.at, "problem": row.problem} for row in bad],
    }  # fmt: skip
    done = "would come in" if preview else f"came in (take them out with: watchfloor bank undo {load.pk} --why ...)"
    emit(
        found,
        as_json=as_json,
        text=f"{load.new:,} {done}; {load.known:,} known, {load.bad:,} bad, {load.doubles:,} twice.",
    )


@bank.command()
@click.argument("identity", metavar="IMPORT", type=click.UUID)
@click.option("--why", required=True, help="The next one wants to know.")
@json_option
def undo(identity: Any, why: str, as_json: bool) -> None:
    """Take out what an import put in. What was in the bank before stays."""
    prepare.django()
    from watchfloor.detection.exchanges import imports
    from watchfloor.detection.exchanges.models import Import
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    load = Import.objects.filter(pk=identity).first()
    if load is None:
        raise BadInput("no_import", f"There is no import {identity}.")
    with writing(system(ACTOR)) as w:
        load = imports.take_back(w, load, why)
    emit(
        {"import": str(load.pk), "taken_out": load.taken_out},
        as_json=as_json,
        text=f"{load.taken_out:,} entries were taken out again.",
    )


@bank.command()
@click.argument("key", metavar="BANK")
@click.option("--format", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A file; without it to standard output.")
def export(key: str, format: str, out: Path | None) -> None:
    """The entries of BANK as a file. A bank that needs a clearance does not leave.

    Example: watchfloor bank export known-terror --format misp --out event.json
    """
    prepare.django()
    from watchfloor.detection.banks.queries import by_key
    from watchfloor.detection.exchanges import imports, queries
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    row = by_key(key)
    queries.may_leave(row)
    with writing(system(ACTOR)) as w:
        imports.note_export(w, row, format)
    _write(out, imports.exported(row, format))


@bank.command()
@click.argument("file", type=click.Path(path_type=Path))
@_format
@_kind
@click.option("--to", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A file; without it to standard output.")
def convert(file: Path, format: str | None, kind: str | None, to: str, out: Path | None) -> None:
    """FILE in another format; no server, no database. Bad rows are told, and the exit code is 1.

    Example: watchfloor bank convert event.json --to csv > hashes.csv
    """
    from watchfloor.detection.exchanges import formats

    data = _bytes(file)
    found = formats.read(data, format or formats.guess(file.name, data), kind=kind or "")
    _say_bad(file.name, [(row.line, row.at, row.problem) for row in found.bad])
    with Bar("Writing", len(found.rows)) as bar:
        rows = (bar.step() or row for row in found.rows)  # type: ignore[func-returns-value]
        _write(out, formats.written(rows, to, title=file.stem))
    if found.bad:
        sys.exit(1)


@click.group()
def exchange() -> None:
    """Exchanges of hashes that are followed."""


@exchange.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """All of them, and how the last reading went."""
    prepare.django()
    from watchfloor.detection.exchanges.models import Exchange, Run

    rows = []
    for row in Exchange.objects.filter(archived_at=None).select_related("bank").order_by("name"):
        last = Run.objects.filter(exchange=row).order_by("-began_at").first()
        rows.append({
            "name": row.name, "kind": row.kind, "bank": row.bank.key, "paused": row.paused_at is not None,
            "last": last.state if last else None, "came": last.added if last else None, "went": last.removed if last else None,
            "problem": last.problem if last else "",
        })  # fmt: skip
    columns = ["name", "kind", "bank", "paused", "last", "came", "went", "problem"]
    emit(rows, as_json=as_json, text=table(rows, columns, empty="No exchange is followed yet."))


@exchange.command()
@click.argument("name")
@click.option("--whole", is_flag=True, help="Read everything again, and take out what has gone.")
@json_option
def run(name: str, whole: bool, as_json: bool) -> None:
    """Read the exchange NAME now. Exit code 1 when it fails."""
    prepare.django()
    from watchfloor.detection.exchanges import fetching
    from watchfloor.detection.exchanges.models import Exchange
    from watchfloor.identity.domain import system

    row = Exchange.objects.filter(name=name, archived_at=None).first()
    if row is None:
        raise BadInput("no_exchange", f"There is no exchange {name!r}.")
    done = fetching.run(row.pk, by=system(ACTOR), whole=whole)
    if done is None:
        raise BadInput("busy", f"{name} is being read by another process.")
    found = {"state": done.state, "pages": done.pages, "came": done.added, "known": done.known, "went": done.removed,
             "kept_out": done.kept_out, "bad": done.bad, "problem": done.problem}  # fmt: skip
    text = f"{done.added:,} came, {done.known:,} known, {done.removed:,} went, {done.bad:,} not taken. {done.problem}"
    emit(found, as_json=as_json, text=text.strip())
    if done.state != "done":
        sys.exit(1)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput("unreadable", f"{file} cannot be read: {error.strerror}.") from error


def _write(out: Path | None, parts: Any) -> None:
    if out is None:
        for part in parts:
            click.echo(part, nl=False)
        return
    with out.open("w", encoding="utf-8", newline="") as target:
        target.writelines(parts)


def _say_bad(name: str, bad: list[tuple[int, str, str]]) -> None:
    for line, at, problem in bad[:SHOWN]:
        click.echo(f"{name}:{line or at}: left out: {problem}", err=True)
    if len(bad) > SHOWN:
        click.echo(f"... and {len(bad) - SHOWN:,} more rows left out", err=True)
