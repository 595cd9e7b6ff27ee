"""``watchfloor lists``: the lists and banks that rules ask, from a shell or a script."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

ACTOR = "command"
_KINDS = ("texts", "domains", "networks", "hashes", "accounts", "bank")
_NAME = click.argument("name")


@click.group()
def lists() -> None:
    """Lists and banks that rules ask by name."""


@lists.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """All lists with their kind, size and the rules that ask them."""
    prepare.django()
    from watchfloor.detection.lists import reading
    from watchfloor.detection.models import NamedList

    used = reading.used_by()
    rows: list[dict[str, Any]] = [
        {"name": row.name, "kind": row.kind, "entries": row.size, "version": row.version, "owner": row.owner,
         "asked_by": list(used.get(row.name, ()))}
        for row in NamedList.objects.filter(archived_at__isnull=True).order_by("name")
    ]  # fmt: skip
    shown = [{**row, "asked_by": ", ".join(row["asked_by"]) or None} for row in rows]
    text = table(shown, ["name", "kind", "entries", "version", "owner", "asked_by"], empty="There are no lists yet.")
    emit(rows, as_json=as_json, text=text)


@lists.command()
@_NAME
@click.option("--kind", type=click.Choice(_KINDS), required=True, help="What the list holds.")
@click.option("--description", default="", help="What it is for.")
@click.option("--owner", default="", help="Whom to ask about it.")
@click.option(
    "--distance", type=float, default=0.5, show_default=True, help="Of a bank: 0 the same, 1 nothing in common."
)
@json_option
def create(name: str, kind: str, description: str, owner: str, distance: float, as_json: bool) -> None:
    """Begin a list called NAME."""
    prepare.django()
    from watchfloor.detection import lists as kept
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system(ACTOR)) as w:
        row = kept.create(w, name, kind, description=description, owner=owner, distance=distance)
    emit({"name": row.name, "kind": row.kind, "version": row.version}, as_json=as_json, text=f"{name} is begun.")


@lists.command()
@_NAME
@click.option("--limit", default=50, show_default=True, help="How many entries at most, the newest first.")
@json_option
def show(name: str, limit: int, as_json: bool) -> None:
    """The newest entries of NAME."""
    prepare.django()
    from watchfloor.detection import lists as kept
    from watchfloor.detection.lists import reading

    row = kept.by_name(name)
    entries = reading.standing(row).order_by("-added_version", "-id")[:limit]
    shown = [
        {"value": each.value, "reason": each.reason, "expires": each.expires_at.isoformat() if each.expires_at else None,
         "added_by": each.added_by, "version": each.added_version}
        for each in entries
    ]  # fmt: skip
    value = {"name": row.name, "kind": row.kind, "version": row.version, "size": row.size, "entries": shown}
    head = f"{row.name}: {row.size:,} {row.kind}, version {row.version}\n"
    emit(
        value, as_json=as_json,
        text=head + table(shown, ["value", "reason", "expires", "added_by", "version"], empty="Nothing in it yet."),
    )  # fmt: skip


@lists.command()
@_NAME
@click.argument("values", nargs=-1, required=True)
@click.option("--reason", default="", help="Why, for whoever reads the history.")
@click.option("--expires", default="", help="A day or moment (ISO 8601) from which it no longer counts.")
@json_option
def add(name: str, values: tuple[str, ...], reason: str, expires: str, as_json: bool) -> None:
    """Put VALUES into NAME, as one version."""
    prepare.django()
    from watchfloor.detection import lists as kept
    from watchfloor.engines.sml.lists import moment
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    ends = moment(expires)
    with writing(system(ACTOR)) as w:
        change = kept.add_many(w, name, [kept.NewEntry(value, reason, ends) for value in values])
    said = f"{change.added:,} put in, {change.known:,} known already; {name} is at version {change.version}."
    emit(msgspec.to_builtins(change), as_json=as_json, text=said)


@lists.command()
@_NAME
@click.argument("values", nargs=-1, required=True)
@click.option("--why", required=True, help="Why, for whoever reads the history.")
@json_option
def remove(name: str, values: tuple[str, ...], why: str, as_json: bool) -> None:
    """Take VALUES out of NAME; they stay in the history."""
    prepare.django()
    from watchfloor.detection import lists as kept
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system(ACTOR)) as w:
        change = kept.remove(w, name, values, why=why)
    said = f"{change.removed:,} taken out; {name} is at version {change.version}."
    emit(msgspec.to_builtins(change), as_json=as_json, text=said)


@lists.command()
@_NAME
@click.argument("version", type=int)
@click.option("--why", required=True, help="Why, for whoever reads the history.")
@json_option
def restore(name: str, version: int, why: str, as_json: bool) -> None:
    """Make the entries of NAME what they were at VERSION, as a new version."""
    prepare.django()
    from watchfloor.detection import lists as kept
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system(ACTOR)) as w:
        change = kept.restore(w, name, version, why=why)
    said = f"{change.added:,} back, {change.removed:,} out; {name} is at version {change.version}."
    emit(msgspec.to_builtins(change), as_json=as_json, text=said)


@lists.command("import")
@_NAME
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--reason", default="", help="For rows without a reason of their own.")
@click.option("--expires", default="", help="For rows without an end of their own.")
@json_option
def import_(name: str, file: Path, reason: str, expires: str, as_json: bool) -> None:
    """Put the rows of FILE into NAME: one value a line, or CSV with the columns value, reason, expires.

    Good rows are taken, bad ones told on stderr, each in a sentence; exit status 1 if there were any.
    """
    prepare.django()
    from watchfloor.detection import lists as kept
    from watchfloor.detection.lists import files
    from watchfloor.engines.sml.lists import moment
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    row = kept.by_name(name)
    with click.open_file(str(file), "r", encoding="utf-8-sig", errors="replace") as stream:
        found = files.read(row, stream.read(), reason=reason, expires=moment(expires))
    with writing(system(ACTOR)) as w:
        change = files.put_in(w, name, found)
    if not as_json:
        for each in found.bad:
            click.echo(f"line {each.line}: {each.problem}", err=True)
        if found.bad_count > len(found.bad):
            click.echo(f"and {found.bad_count - len(found.bad):,} more", err=True)
    value = {**msgspec.to_builtins(change), "bad": msgspec.to_builtins(found.bad), "bad_count": found.bad_count}
    said = f"{change.added:,} put in, {change.known:,} known already, {found.bad_count:,} not taken; {name} is at version {change.version}."
    emit(value, as_json=as_json, text=said)
    if found.bad_count:
        sys.exit(1)


@lists.command()
@_NAME
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
@click.option("--version", type=int, help="As it stood at this version.")
@json_option
def export(name: str, file: Path, version: int | None, as_json: bool) -> None:
    """Write NAME as CSV to FILE (or to stdout); ``lists/NAME.csv`` beside rules on plain files reads it."""
    prepare.django()
    from watchfloor.detection import lists as kept
    from watchfloor.detection.lists import files

    row = kept.by_name(name)
    count = -1
    with click.open_file(str(file), "w", encoding="utf-8") as stream:
        for line in files.written(row, version=version):
            stream.write(line.replace("\r\n", "\n"))
            count += 1
    if str(file) != "-":
        emit({"name": name, "file": str(file), "entries": count}, as_json=as_json, text=f"{count:,} entries in {file}.")
