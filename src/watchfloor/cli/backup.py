"""``watchfloor backup`` and ``watchfloor restore``: the whole installation as one file, and back."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import TracebackType

import click

from watchfloor.cli.output import emit, json_option
from watchfloor.cli.progress import Bar
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="Seal (or open) it with what this file's first line says.",
)


class Bars:
    """One progress bar after the other."""

    def __init__(self) -> None:
        self._bar: Bar | None = None

    def begin(self, what: str, total: int) -> None:
        """From now on it is about this."""
        self.__exit__(None, None, None)
        self._bar = Bar(what, total)
        self._bar.__enter__()

    def step(self, by: int = 1) -> None:
        """So much more of it is done."""
        if self._bar is not None:
            self._bar.step(by)

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__()
        self._bar = None


@click.command()
@click.argument("to", metavar="TO")
@click.option(
    "--without", multiple=True, type=click.Choice(["media", "lake", "keys"]), help="Leave this out; may be repeated."
)
@passphrase_option
@json_option
def backup(to: str, without: tuple[str, ...], passphrase_file: Path | None, as_json: bool) -> None:
    """Back up everything into a new file in the folder TO, or to standard output (-), while the floor serves.

    Example: watchfloor backup /backups --passphrase-file /root/backup.pass
    """
    secret = passphrase(passphrase_file)
    prepare.django()
    from watchfloor.upkeep import backups

    if to == "-":
        if sys.stdout.isatty():
            raise BadInput(
                "terminal", "A backup is no text.", where="TO", hint="Lead it into a file: watchfloor backup - > file"
            )
        with Bars() as bars:
            backups.take(sys.stdout.buffer, passphrase=secret, without=without, watch=bars)
        sys.stdout.buffer.flush()
        return
    with Bars() as bars:
        taken = backups.into(Path(to), passphrase=secret, without=without, watch=bars)
    lines = [
        f"{taken.path}: {taken.events:,} events, root {taken.root[:16]}…, {taken.files:,} files, {taken.bytes / 1e6:,.1f} MB.",
    ]
    if taken.keys and not taken.sealed:
        lines.append(
            "It holds the keys and is not sealed: keep it as safe as the data folder, or give --passphrase-file."
        )
    if not taken.keys:
        lines.append("It is without keys/: keep those yourself, or media and sealed secrets cannot be opened again.")
    emit(taken, as_json=as_json, text="\n".join(lines))


@click.command()
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path, allow_dash=True))
@passphrase_option
@json_option
def restore(source: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Bring a backup back into an empty data folder (WATCHFLOOR_HOME); checks the ledger against it. Exit code 1 if something is wrong.

    Example: WATCHFLOOR_HOME=/srv/watchfloor-new watchfloor restore /backups/watchfloor-20261123T020000Z.backup
    """
    secret = passphrase(passphrase_file)
    from watchfloor.upkeep import restoring

    with Bars() as bars:
        if str(source) == "-":
            with tempfile.NamedTemporaryFile(dir=config.home(), prefix="restore.", suffix=".tmp") as kept:
                while data := sys.stdin.buffer.read(1_000_000):
                    kept.write(data)
                kept.flush()
                found = restoring.restore(Path(kept.name), passphrase=secret, watch=bars)
        else:
            found = restoring.restore(source, passphrase=secret, watch=bars)
    lines = [
        f"Restored to {config.home()} as of {found.taken_at}: {found.events:,} events, root {found.root[:16]}…, {found.files:,} files."
    ]
    lines += found.problems or ["Nothing was changed, dropped, moved or cut off. Next: watchfloor serve"]
    emit(found, as_json=as_json, text="\n".join(lines))
    sys.exit(1 if found.problems else 0)


def passphrase(file: Path | None) -> str:
    """The first line of a file."""
    if file is None:
        return ""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadInput("no_passphrase", f"{file} cannot be read: {problem}", where="--passphrase-file") from None
    if not lines or len(lines[0]) < 12:
        raise BadInput("short_passphrase", "A passphrase has at least 12 characters.", where="--passphrase-file")
    return lines[0]
