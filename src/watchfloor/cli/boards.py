"""``watchfloor boards``: boards as files, and the facts in SQL, without a browser."""

from __future__ import annotations

from pathlib import Path

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def boards() -> None:
    """Boards as files; ask the facts in SQL."""


@boards.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the shared boards."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.insight.boards import keeping, serving

    rows = [
        {"id": str(row.pk), "key": row.key, "name": serving.name_of(row), "panels": len(row.document.get("panels", ()))}
        for row in keeping.listed(system("cli"))
    ]
    emit(rows, as_json=as_json, text=table(rows, ["id", "key", "name", "panels"], empty="No boards."))


@boards.command()
@click.argument("board")
@click.option(
    "--format", "kind", default="csv", show_default=True, type=click.Choice(["csv", "parquet", "svg", "png", "pptx"])
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write (default: named after the board).",
)
@click.option(
    "--where",
    multiple=True,
    metavar="DIM=VALUE",
    help="Narrow it as the address does (span=28d, market=DE); may be repeated.",
)
@json_option
def export(board: str, kind: str, output: Path | None, where: tuple[str, ...], as_json: bool) -> None:
    """Write a shared board, by its key or id, as a file."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.insight.boards import exports, keeping, looking, serving
    from watchfloor.insight.boards.answers import answer
    from watchfloor.kernel.errors import NotFound

    actor = system("cli")
    row = next((each for each in keeping.listed(actor) if board in (each.key, str(each.pk))), None)
    if row is None:
        raise NotFound("no_board", f"There is no shared board {board!r}.", hint="watchfloor boards list")
    document = keeping.document_of(row)
    look = looking.read(document, dict(each.partition("=")[::2] for each in where))
    answers = [answer(actor, panel, look) for panel in document.panels]
    made = exports.make(serving.name_of(row), serving.purpose_of(row), answers, kind)
    path = output or Path(made.name)
    path.write_bytes(made.body)
    emit({"file": str(path), "bytes": len(made.body)}, as_json=as_json, text=f"Wrote {path}, {len(made.body):,} bytes.")


@boards.command()
@click.argument("text")
@click.option("--days", default=28, show_default=True, help="How far back the facts are read.")
@json_option
def sql(text: str, days: int, as_json: bool) -> None:
    """Ask the facts in SQL, read-only: one SELECT."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.insight.boards.sql import runs
    from watchfloor.kernel.errors import BadInput

    actor = system("cli")
    found = runs.wait(actor, runs.start(actor, text, days), runs.SECONDS + 5).answer
    if found is None or found.error:
        raise BadInput(found.code if found else "too_slow", found.error if found else "It took too long.", where="sql")
    names = [name for name, _kind in found.columns]
    rows = [
        {name: "" if value is None else value for name, value in zip(names, row, strict=True)} for row in found.rows
    ]
    emit(found, as_json=as_json, text=table(rows, names, empty="No rows."))


@boards.command()
@json_option
def send(as_json: bool) -> None:
    """Send the boards that are due now (a worker does it all the time)."""
    prepare.django()
    from watchfloor.insight.boards import sending

    done = 0
    while some := sending.send_due():
        done += some
    emit({"done": done}, as_json=as_json, text=f"{done:,} steps done.")
