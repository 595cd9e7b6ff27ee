"""``watchfloor training build|check|diff``: a unit's source checked, made into its products, compared. Plain files, no server."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option
from watchfloor.cli.progress import Bar
from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import units
from watchfloor.training.domain.units import Mistake, Row, Unit

UNIT = click.Path(dir_okay=False, path_type=Path)
PRODUCTS = ("article", "deck", "guide", "items", "scorm")


@click.command("build")
@click.argument("source", metavar="UNIT.md", type=UNIT)
@click.argument("out", metavar="OUT", type=click.Path(file_okay=False, path_type=Path))
@click.option("--only", multiple=True, type=click.Choice(PRODUCTS), help="Make only this product; may be given again.")
@click.option(
    "--cut",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="Share of right answers that passes.",
)
@json_option
def build(source: Path, out: Path, only: tuple[str, ...], cut: float, as_json: bool) -> None:
    """Make of UNIT.md its article, deck, facilitator guide, items and SCORM package, in the folder OUT.

    Files of the same names are replaced, each as a whole. What each file was made from stands in it, and in OUT/products.json.

    \b
    Example:
      watchfloor training build spam.md out/
      watchfloor training build spam.md out/ --only deck --only guide
    """
    from watchfloor.training import products

    unit = _unit(source, as_json)
    made = products.make(unit, only, cut=cut)
    names = products.names(only)
    rows: list[dict[str, Any]] = []
    with Bar("Making", len(names)) as bar:
        for name, body in made:
            _write(out / name, body)
            rows.append({"file": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()})
            bar.step()
    whole = {"unit": unit.title, "language": unit.language, "stamp": unit.stamp, "files": rows}
    _write(out / "products.json", msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n")
    lines = [f"{out / row['file']}  {row['bytes']:,} bytes" for row in rows]
    emit({"out": str(out), **whole}, as_json=as_json, text="\n".join([*lines, f"Made from {unit.stamp.short}."]))


@click.command("check")
@click.argument("source", metavar="UNIT.md", type=UNIT)
@json_option
def check(source: Path, as_json: bool) -> None:
    """Say what is wrong with UNIT.md, line by line; exit status 1 if anything is."""
    unit = _unit(source, as_json)
    cases = len(unit.examples) + len(unit.edge_cases)
    told = {
        "unit": unit.title, "stamp": unit.stamp, "minutes": unit.minutes, "parts": len(unit.explanation), "cases": cases,
        "activities": len(unit.activities), "questions": len(unit.questions), "mistakes": [],
        "plan": [{"section": part.section, "from": part.start, "minutes": part.minutes} for part in units.timed(unit)],
    }  # fmt: skip
    text = (
        f"{unit.title}: {unit.minutes} minutes, {cases} cases, {len(unit.activities)} activities, "
        f"{len(unit.questions)} questions. No mistakes."
    )
    emit(told, as_json=as_json, text=text)


@click.command("diff")
@click.argument("old", metavar="OLD.md", type=UNIT)
@click.argument("new", metavar="NEW.md", type=UNIT)
@json_option
def diff(old: Path, new: Path, as_json: bool) -> None:
    """What NEW.md says otherwise than OLD.md, part by part: [-gone-] {+new+}."""
    rows = units.difference(_unit(old, as_json), _unit(new, as_json))
    changed = [row for row in rows if row.change != "same"]
    text = "\n\n".join(_told(row) for row in changed) or "They say the same."
    emit({"same": not changed, "parts": [msgspec.to_builtins(row) for row in rows]}, as_json=as_json, text=text)


def _told(row: Row) -> str:
    head = f"{row.section}: {row.title} ({row.change})" if row.title else f"{row.section} ({row.change})"
    if row.change != "changed":
        return head
    left = [piece for piece in row.left if piece.kind == "removed"]
    lines = [f"  [-{' '.join(piece.text.split())}-]" for piece in left if piece.text.strip()]
    lines += [
        f"  {{+{' '.join(piece.text.split())}+}}" for piece in row.right if piece.kind == "added" and piece.text.strip()
    ]
    return "\n".join([head, *lines])


def _unit(source: Path, as_json: bool) -> Unit:
    """The unit of a file; every mistake of it is printed, and the command ends with status 1."""
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput("unreadable", f"{source} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        line = source.read_bytes()[: error.start].count(b"\n") + 1
        raise BadInput("no_utf8", f"{source} is not written in UTF-8.", where=f"line {line}") from None
    unit, mistakes = units.look(text)
    if unit is not None:
        return unit
    if as_json:
        emit({"file": str(source), "mistakes": mistakes}, as_json=True)
    else:
        for mistake in mistakes:
            click.echo(_sentence(source, mistake), err=True)
    raise SystemExit(1)


def _sentence(source: Path, mistake: Mistake) -> str:
    hint = f" {mistake.hint}" if mistake.hint else ""
    return f"{source}:{mistake.line}: {mistake.message}{hint}"


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(body)
        unfinished.replace(path)
    except OSError as error:
        raise BadInput("unwritable", f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        unfinished.unlink(missing_ok=True) if unfinished.parent.is_dir() else None
