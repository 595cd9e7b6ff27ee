"""``watchfloor ledger``: verify, rebuild, prove, checkpoint."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from watchfloor.cli.output import emit, json_option
from watchfloor.console import prepare


@click.group()
def ledger() -> None:
    """What happened, for ever: check it, derive from it, prove it."""


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


@ledger.command()
@json_option
def verify(as_json: bool) -> None:
    """Recompute the Merkle log from the events; exit code 1 if anything was changed, dropped, moved or cut off."""
    prepare.django()
    from watchfloor.ledger import sequencer, store
    from watchfloor.ledger.verify import verify as check

    sequencer.catch_up()
    with _bar() as bar:
        task = bar.add_task("Verifying", total=store.size())
        result = check(lambda done: bar.update(task, completed=done))
    lines = [f"{result.events:,} events, {result.checkpoints:,} checkpoints, root {result.root[:16]}…"]
    lines += result.problems or ["Nothing was changed, dropped, moved or cut off."]
    emit(result, as_json=as_json, text="\n".join(lines))
    sys.exit(1 if result.problems else 0)


@ledger.command()
@click.option("--check", "only_check", is_flag=True, help="Only compare; change nothing.")
@json_option
def rebuild(only_check: bool, as_json: bool) -> None:
    """Derive every row from the events and compare with the tables; without --check, put differing columns right."""
    prepare.django()
    from watchfloor.ledger import sequencer, store
    from watchfloor.ledger.rebuild import check

    sequencer.catch_up()
    with _bar() as bar:
        task = bar.add_task("Folding events", total=store.size())
        result = check(repair=not only_check, progress=lambda done: bar.update(task, completed=done))
    lines = [f"{result.events:,} events make {result.rows:,} rows."]
    for each in result.differences[:20]:
        detail = ", ".join(
            f"{name}: {right!r} in the events, {found!r} in the table" for name, (right, found) in each.columns.items()
        )
        lines.append(f"{each.table} {each.id} is {each.kind}{': ' + detail if detail else ''}")
    if len(result.differences) > 20:
        lines.append(f"... and {len(result.differences) - 20:,} more.")
    if not result.differences:
        lines.append("The tables hold exactly what the events say.")
    elif not only_check:
        lines.append(f"{result.repaired:,} rows were put right.")
    emit(result, as_json=as_json, text="\n".join(lines))
    sys.exit(1 if result.differences and (only_check or result.repaired < len(result.differences)) else 0)


@ledger.command()
@click.argument("subject")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Into a file; *.zip holds all a stranger needs.",
)
@click.option("--content", is_flag=True, help="Give out what the item said, too (of a decision).")
def prove(subject: str, output: Path | None, content: bool) -> None:
    """Prove a decision (dec_...) with all that followed from it, or what happened to SUBJECT (kind:uuid).

    Prints JSON for the stand-alone verifier; a *.zip holds the proof, a summary to read, and the verifier itself.
    """
    prepare.django()
    from watchfloor.kernel import ids
    from watchfloor.kernel.errors import BadInput
    from watchfloor.ledger import dossier, sequencer
    from watchfloor.ledger import prove as proofs

    sequencer.catch_up()
    if subject.startswith("dec_"):
        made = dossier.of_decision(ids.decode("dec", subject), content=content)
        body = msgspec.json.format(msgspec.json.encode(made), indent=2)
        if output is not None and output.suffix == ".zip":
            body = dossier.archive(made)
    else:
        if output is not None and output.suffix == ".zip":
            raise BadInput("no_archive", "Only a decision (dec_...) is proved as an archive.", where="-o")
        body = msgspec.json.format(msgspec.json.encode(proofs.prove(subject)), indent=2)
    if output is None:
        click.echo(body.decode())
    else:
        output.write_bytes(body)
        click.echo(f"Written to {output}.", err=True)


@ledger.command()
@click.option(
    "--witness", type=click.Path(dir_okay=False, path_type=Path),
    help="A file elsewhere that keeps the newest note: it is replaced only when the log has grown from what it holds.",
)  # fmt: skip
@json_option
def checkpoint(witness: Path | None, as_json: bool) -> None:
    """Sign how far the log has come and print the note (C2SP) and the public key; give the note to a witness."""
    prepare.django()
    from watchfloor.ledger import sequencer, store
    from watchfloor.ledger.models import Checkpoint
    from watchfloor.ledger.witness import keep

    sequencer.catch_up()
    last = Checkpoint.objects.order_by("-size").first()
    note = last.note if last else ""
    if witness is not None and last is not None:
        keep(witness, note)
    key = store.verifier().vkey
    emit({"size": last.size if last else 0, "note": note, "key": key}, as_json=as_json, text=f"{note}\nkey: {key}")
