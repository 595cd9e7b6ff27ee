"""``watchfloor media credentials``: what the content credentials (C2PA) of plain files, or of the store's media, are worth."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput


class Opened:
    """A plain file by ranges, as the cage asks for it."""

    def __init__(self, data: Any) -> None:
        self._data, self.size = data, len(data)

    def read_at(self, offset: int, count: int) -> bytes:
        """Some of its bytes."""
        return bytes(self._data[offset : offset + count])


@click.command("credentials")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    help="PEM file of trusted certificates; default: WATCHFLOOR_PROVENANCE_TRUST.",
)
@click.option(
    "--stored", is_flag=True, help="Check all media of the store that have credentials, anew: after the list changed."
)
@json_option
def credentials_command(files: tuple[Path, ...], trust: Path | None, stored: bool, as_json: bool) -> None:
    """Who signed FILES, and whether the signature holds and belongs to them (C2PA). Nothing is fetched. Exit code 1 if one cannot be read.

    \b
    watchfloor media credentials photo.jpg film.mp4 --trust signers.pem
    watchfloor media credentials --stored
    """
    if bool(files) == stored:
        raise click.UsageError("Name files, or say --stored.")
    if stored:
        if trust is not None:
            raise click.UsageError("--stored goes by the list of the house: set WATCHFLOOR_PROVENANCE_TRUST.")
        _stored(as_json)
        return
    rows, failed = [], 0
    for path in files:
        try:
            rows.append({"file": str(path)} | _found(path, trust))
        except BadInput as problem:
            if problem.code != "unreadable":
                raise
            failed += 1
            click.echo(f"{path}: left out: {problem.message}", err=True)
    shown = [row | {"problems": ", ".join(row["problems"])} for row in rows]
    columns = ["file", "standing", "signer", "by_ai", "problems"]
    emit({"files": rows}, as_json=as_json, text=table(shown, columns, empty="Nothing could be read."))
    if failed:
        sys.exit(1)


def _found(path: Path, trust: Path | None) -> dict[str, Any]:
    from watchfloor.items.media import credentials, decoding
    from watchfloor.items.media.decoding import Failed
    from watchfloor.items.media.sniff import HEAD, sniff

    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            source = Opened(data)
            kind = sniff(source.read_at(0, HEAD))
            if kind is None:
                raise BadInput("unreadable", "It is no picture, video or sound that is taken in.")
            if not credentials.available():
                credentials.check(source, kind)  # says what to install
            made = decoding.decode(source, kind)
            if isinstance(made, Failed):
                raise BadInput("unreadable", made.why)
            said = made.provenance
            checked = credentials.check(source, kind, trust) if said.manifests else None
    except (OSError, ValueError) as problem:  # an empty file cannot be mapped
        raise BadInput("unreadable", f"It cannot be read: {problem}.") from None
    whole: dict[str, Any] = {"standing": "absent", "signer": "", "by_ai": said.by_ai, "problems": []}
    return whole if checked is None else whole | msgspec.to_builtins(checked) | {"generator": said.generator}


def _stored(as_json: bool) -> None:
    prepare.django()
    from watchfloor.items.media import work
    from watchfloor.items.media.models import Media

    due = Media.objects.filter(state=Media.State.READY, provenance__manifests__gt=0).order_by("pk")
    counts: dict[str, int] = {}
    with Bar("Content credentials", due.count()) as bar:
        for row in due.iterator():
            checked = work.check_again(row)
            standing = checked.standing if checked else "gone"
            counts[standing] = counts.get(standing, 0) + 1
            bar.step()
    text = ", ".join(f"{count:,} {standing}" for standing, count in sorted(counts.items()))
    emit(counts, as_json=as_json, text=text or "No medium of the store has content credentials.")
