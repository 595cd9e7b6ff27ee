"""What the commands on rules share: reading a folder, compiling it with its lists, and writing JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from watchfloor.engines import sml
from watchfloor.kernel.errors import BadInput

MAX_LINE = 128 * 1024 * 1024
DIRECTORY = click.Path(exists=True, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def read_sources(folder: Path) -> dict[str, str]:
    """The rule files under a folder (or the one file), by path from the folder, with / between parts.

    Raises:
        BadInput: there are none, or one is not UTF-8.
    """
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.sml"))
    root = folder.parent if folder.is_file() else folder
    if not files:
        raise BadInput("no_rules", f"There are no *.sml files in {folder}.")
    sources: dict[str, str] = {}
    for file in files:
        try:
            sources[file.relative_to(root).as_posix()] = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise BadInput("not_utf8", f"{file} is not UTF-8 text.") from None
        except OSError as error:
            raise BadInput("unreadable", f"{file} cannot be read: {error.strerror}.") from None
    return sources


def load(folder: Path) -> sml.RuleSet:
    """The compiled rules with the lists beside them; or the problems on stderr and exit status 1."""
    try:
        return sml.compile_rules(read_sources(folder)).with_lists(sml.lists_from_folder(folder))
    except sml.RuleErrors as errors:
        click.echo(str(errors), err=True)
        click.echo(f"\n{counted(len(errors.problems), 'problem')}.", err=True)
        raise SystemExit(1) from None
    except BadInput as error:
        raise click.ClickException(" ".join(part for part in (str(error), error.hint) if part)) from None


def counted(number: int, word: str) -> str:
    """``1 rule``, ``2 rules``"""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


_encode: Callable[[Any], bytes] = msgspec.json.Encoder(enc_hook=str).encode


def as_json(value: Any) -> bytes:
    """One line of JSON, also for what strict JSON writers refuse."""
    try:
        return _encode(value)
    except (OverflowError, UnicodeEncodeError):
        # A number of more than 64 bits, or half a surrogate pair: rare, so slow is fine.
        return json.dumps(msgspec.to_builtins(value, enc_hook=str), default=str).encode()


def numbered_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines without empty ones; None for one that is too long to be held in memory."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while rest := file.readline(MAX_LINE):
                if rest.endswith(b"\n"):
                    break
            yield number, None
        elif line.strip():
            yield number, line
