"""``watchfloor bank``: banks of known content from a shell or a script: entries in and out, the index, searches of the last days."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

ACTOR = "command"
_KEY = click.argument("key")
_KINDS = ("pdq", "md5", "sha256", "video", "text", "url")
_PART = 2_000  # entries of one transaction


@click.group()
def bank() -> None:
    """Banks of known content: hashes, addresses and texts that were judged before."""


@bank.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """All banks with what they hold, what a match does, and their last four weeks."""
    prepare.django()
    from watchfloor.detection.banks import figures
    from watchfloor.detection.banks.models import Bank

    found = list(Bank.objects.filter(archived_at__isnull=True).order_by("key"))
    seen = figures.of(row.pk for row in found)
    rows: list[dict[str, Any]] = [
        {"key": row.key, "policy": row.policy_key or None, "action": "known good" if row.negative else row.action,
         "entries": row.size, "radius": row.radius, "hits": seen[row.pk].hits, "judged": seen[row.pk].judged,
         "right": seen[row.pk].right, "views_avoided": seen[row.pk].views_avoided}
        for row in found
    ]  # fmt: skip
    columns = ["key", "policy", "action", "entries", "radius", "hits", "judged", "right", "views_avoided"]
    emit(rows, as_json=as_json, text=table(rows, columns, empty="There are no banks yet."))


@bank.command()
@_KEY
@click.option("--limit", default=50, show_default=True, help="How many entries at most, the newest first.")
@json_option
def show(key: str, limit: int, as_json: bool) -> None:
    """The newest entries of the bank KEY."""
    prepare.django()
    from watchfloor.detection.banks import queries
    from watchfloor.detection.banks.models import Entry

    found = (
        Entry.objects.filter(bank=queries.by_key(key)).exclude(state=Entry.State.REMOVED).order_by("-added_at", "-pk")
    )
    rows = [
        {"id": str(row.pk), "kind": row.kind, "value": row.value, "state": row.state, "hits": row.hits, "confirmed": row.confirmed,
         "rejected": row.rejected, "source": row.source or None}
        for row in found[:limit]
    ]  # fmt: skip
    shown = [{**row, "value": str(row["value"])[:40]} for row in rows]
    columns = ["id", "kind", "value", "state", "hits", "confirmed", "rejected", "source"]
    emit(rows, as_json=as_json, text=table(shown, columns, empty="Nothing is in it yet."))


@bank.command()
@_KEY
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(_KINDS), default="pdq", show_default=True, help="Of rows that name none.")
@click.option("--source", default="", help="Where they come from.")
@click.option("--evidence", default="", help="Why they are known.")
@json_option
def add(key: str, file: Path, kind: str, source: str, evidence: str, as_json: bool) -> None:
    """Put the values of FILE into the bank KEY: one a line, or CSV with the columns value, kind, ref and tags.

    Good rows are taken, bad ones told by their line. Example: watchfloor bank add known-terror hashes.csv --source partner
    """
    prepare.django()
    from watchfloor.detection.banks import actions, queries
    from watchfloor.detection.banks.contracts import EntryIn
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    row = queries.by_key(key)
    given = [
        (line, EntryIn(kind=each.get("kind") or kind, value=each["value"], source=source, evidence=evidence, source_ref=each.get("ref", ""),
                       tags=tuple((each.get("tags") or "").split())))
        for line, each in _rows(file)
    ]  # fmt: skip
    new = known = 0
    bad: list[tuple[int, str]] = []
    for start in range(0, len(given), _PART):
        part = given[start : start + _PART]
        with writing(system(ACTOR), reason=evidence) as w:
            added = actions.add_entries(w, row, [each for _, each in part])
        new, known = new + added.new, known + added.known
        bad += [(part[problem.index][0], problem.message) for problem in added.bad]
    for line, message in bad:
        click.echo(f"{file}: line {line}: {message}", err=True)
    result = {"new": new, "known": known, "bad": [{"line": line, "message": message} for line, message in bad]}
    emit(result, as_json=as_json, text=f"{new:,} came in, {known:,} were there, {len(bad):,} were not taken.")
    if bad:
        sys.exit(1)


@bank.command()
@_KEY
@click.argument("values", nargs=-1, required=True)
@click.option("--why", required=True, help="Why they go.")
@json_option
def remove(key: str, values: tuple[str, ...], why: str, as_json: bool) -> None:
    """Take entries out of the bank KEY, by their values or ids."""
    prepare.django()
    from watchfloor.detection.banks import actions, queries
    from watchfloor.detection.banks.models import Entry
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    row = queries.by_key(key)
    found = [
        pk for pk, value in Entry.objects.filter(bank=row).exclude(state=Entry.State.REMOVED).values_list("pk", "value")
        if value in values or str(pk) in values
    ]  # fmt: skip
    with writing(system(ACTOR), reason=why) as w:
        count = actions.remove_entries(w, row, found, why)
    emit({"count": count}, as_json=as_json, text=f"{count:,} went.")
    if count < len(set(values)):
        click.echo(f"{len(set(values)) - count:,} are not in {key}.", err=True)
        sys.exit(1)


@bank.command()
@click.option("--rebuild", is_flag=True, help="Make it anew from the database, beside the one that serves.")
@click.option("--check", is_flag=True, help="Compare every hash with the database; exit 1 where they differ.")
@json_option
def index(rebuild: bool, check: bool, as_json: bool) -> None:
    """How the index of hashes stands; make it anew, or check it."""
    prepare.django()
    from watchfloor.detection.banks import indexes

    if rebuild:
        count = indexes.rebuild()
        emit({"hashes": count}, as_json=as_json, text=f"The index was made anew: {count:,} hashes.")
        return
    if check:
        found = indexes.check()
        facts = {
            "hashes": found.hashes,
            "missing": found.missing,
            "extra": found.extra,
            "other": found.other,
            "sound": found.sound,
        }
        words = (
            "as in the database"
            if found.sound
            else f"{found.missing:,} missing, {found.extra:,} too many, {found.other:,} other"
        )
        emit(facts, as_json=as_json, text=f"{found.hashes:,} hashes: {words}.")
        sys.exit(0 if found.sound else 1)
    status = indexes.status()
    behind = status.last - status.followed
    emit(
        {"hashes": status.hashes, "followed": status.followed, "last": status.last, "behind": behind}, as_json=as_json,
        text=f"{status.hashes:,} hashes; {behind:,} changes are not taken in yet and are compared one by one.",
    )  # fmt: skip


@bank.command()
@_KEY
@click.argument("ids", nargs=-1, required=True)
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 90), help="How far back.")
@click.option("--why", required=True, help="What for.")
@click.option("--yes", is_flag=True, help="Do what was found; without it, it is only counted.")
@json_option
def retro(key: str, ids: tuple[str, ...], days: int, why: str, yes: bool, as_json: bool) -> None:
    """Hold entries of the bank KEY against the media of the last days: count what they find, and with --yes do it.

    Example: watchfloor bank retro known-terror 0199… --days 14 --why "shared by a partner today"
    """
    prepare.django()
    from uuid import UUID

    from watchfloor.detection.banks import queries, retro_work
    from watchfloor.detection.banks import retro as searching
    from watchfloor.identity.domain import system
    from watchfloor.kernel.errors import BadInput

    try:
        wanted = [UUID(text) for text in ids]
    except ValueError:
        raise BadInput("bad_id", "An id of an entry is a UUID.", where="ids", hint="watchfloor bank show KEY") from None
    actor = system(ACTOR)
    row = searching.ask(actor, queries.by_key(key), wanted, days=days, why=why)
    while row.state in ("counting", "running"):
        retro_work.work()
        row.refresh_from_db()
        if row.state == "ready" and yes:
            row = searching.confirm(actor, row.pk)
    found = searching.found_of(row)
    facts = {"id": str(row.pk), "state": row.state, "items": found.items, "media": found.media, "known": found.known,
             "cleared": found.cleared, "days": {day.day: day.items for day in found.days}}  # fmt: skip
    text = f"{found.items:,} items show {found.media:,} media near these entries; {found.known:,} were decided before."
    emit(facts, as_json=as_json, text=text + (" It is done." if row.state == "done" else " Nothing was done."))


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    """(line, columns) of each row that is not empty; a file without a header is one value a line."""
    text = file.read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    head = [name.strip().lower() for name in next(csv.reader(lines[:1]), [])]
    if "value" not in head:
        return [(number, {"value": line}) for number, line in enumerate(lines, 1) if line.strip()]
    reader = csv.DictReader(lines[1:], fieldnames=head)
    return [
        (reader.line_num + 1, {name: value or "" for name, value in row.items() if name})
        for row in reader
        if any(row.values())
    ]
