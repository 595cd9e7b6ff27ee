"""``watchfloor text fingerprint``: fingerprints of texts in files, and which of them are near-duplicates. No server, no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.progress import Bar
from watchfloor.engines.nearby import tlsh


@click.command("fingerprint")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--pairs", is_flag=True, help="Then a line for each two files that are near-duplicates.")
def fingerprint_command(files: tuple[Path, ...], pairs: bool) -> None:
    """A JSON line for the text of each of FILES (UTF-8): its exact fingerprint, and its TLSH if it is long.

    Read in the normal form, so disguises make no difference. Texts under 1,000 characters have no TLSH (null): compare them with --pairs,
    which tells the share of their pieces that is not common (0 to 1), and of long ones how far their TLSH are apart (near: up to 70).

    \b
    Example:
      watchfloor text fingerprint letters/*.txt --pairs
    """
    from watchfloor.engines.matching import texts

    said: list[str] = []
    prints: list[dict[str, Any]] = []
    bad = 0
    with Bar("Reading", len(files)) as bar:
        for path in files:
            bar.step()
            try:
                text = path.read_text("utf-8", errors="replace")
            except OSError as error:
                click.echo(f"{path}: it cannot be read ({error.strerror}).", err=True)
                bad += 1
                continue
            said.append(text)
            prints.append({"file": str(path), "exact": texts.exact(text), "tlsh": tlsh.of_text(text)})
            click.echo(json.dumps(prints[-1], ensure_ascii=False))
    if pairs:
        _tell_pairs(said, prints)
    if bad:
        raise SystemExit(1)


def _tell_pairs(said: list[str], prints: list[dict[str, Any]]) -> None:
    from watchfloor.engines.matching import texts

    near = {(left, right): distance for left, right, distance in texts.pairs(said)}
    long = [place for place, each in enumerate(prints) if each["tlsh"]]
    far: dict[tuple[int, int], int | None] = {}
    with Bar("Comparing", len(long)) as bar:
        for number, right in enumerate(long):
            bar.step()
            for left in long[:number]:
                apart = tlsh.apart(prints[left]["tlsh"], prints[right]["tlsh"])
                if (left, right) in near or (apart is not None and apart <= tlsh.NEAR):
                    far[left, right] = apart
    for left, right in sorted({*near, *far}):
        pair = {"left": prints[left]["file"], "right": prints[right]["file"]}
        click.echo(
            json.dumps(
                {**pair, "distance": near.get((left, right)), "tlsh": far.get((left, right))}, ensure_ascii=False
            )
        )
