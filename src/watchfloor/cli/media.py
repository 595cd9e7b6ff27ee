"""``watchfloor media``: what became of pictures and video in the store; and hashing and matching of plain files (``media_files``)."""

from __future__ import annotations

from typing import Any

import click

from watchfloor.cli.media_credentials import credentials_command
from watchfloor.cli.media_files import cluster_command, hash_command, match_command, watch_command
from watchfloor.cli.output import emit, json_option, table
from watchfloor.cli.progress import Bar
from watchfloor.console import prepare
from watchfloor.kernel.errors import NotFound

STATES = ("fetching", "decoding", "ready", "refused", "gone")


@click.group()
def media() -> None:
    """Hash and match plain files; see how the media store fares (its contents are not shown)."""


for _command in (hash_command, match_command, cluster_command, watch_command, credentials_command):
    media.add_command(_command)


@media.command("list")
@click.option("--state", type=click.Choice(STATES), help="Default: all that are not ready.")
@click.option("--limit", default=50, show_default=True, help="Rows shown, newest first.")
@json_option
def listing(state: str | None, limit: int, as_json: bool) -> None:
    """What waits, and what was refused with the reason."""
    prepare.django()
    from watchfloor.items.media.models import Media

    found = Media.objects.filter(state=state) if state else Media.objects.exclude(state__in=["ready", "gone"])
    rows = [_shown(row) for row in found.order_by("-id")[: max(1, limit)]]
    counts = {name: Media.objects.filter(state=name).count() for name in STATES}
    summary = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    columns = ["id", "state", "kind", "bytes", "why"]
    text = f"{table(rows, columns, empty='Nothing waits, nothing was refused.')}\n{summary}"
    emit({"counts": counts, "rows": rows}, as_json=as_json, text=text)


@media.command("prints")
@click.option("--missing", is_flag=True, help="Make those of media that became ready before fingerprints were kept.")
@json_option
def prints_command(missing: bool, as_json: bool) -> None:
    """How many media have fingerprints; with --missing, make those that are not there. Workers do so by themselves, slowly.

    \b
    watchfloor media prints --missing
    """
    prepare.django()
    from watchfloor.items.media import work
    from watchfloor.items.media.models import Media, MediaPrint

    ready = Media.objects.filter(state="ready")
    waiting, made = ready.filter(printed_at__isnull=True).count(), 0
    if missing:
        with Bar("Fingerprints", waiting) as bar:
            while found := work.print_missing():
                made += len(found)
                bar.step(len(found))
    counts = {
        "made": made, "media": ready.count(), "missing": ready.filter(printed_at__isnull=True).count(),
        "prints": MediaPrint.objects.count(),
    }  # fmt: skip
    words = (
        f"{counts['prints']:,} fingerprints of {counts['media']:,} media; {counts['missing']:,} media wait for theirs."
    )
    emit(
        counts,
        as_json=as_json,
        text=words + (" Make them with: watchfloor media prints --missing" if counts["missing"] else ""),
    )


@media.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every refused one.")
@json_option
def retry(ids: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Try refused media again: fetch what never came, open what is here."""
    if bool(ids) == everything:
        raise click.UsageError("Name media by their ids, or say --all.")
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.items.media import actions
    from watchfloor.items.media.models import Media
    from watchfloor.ledger.writer import writing

    rows = [_named(each) for each in ids] if ids else list(Media.objects.filter(state="refused"))
    for row in rows:
        with writing(system("command"), reason="retry") as w:
            actions.retry(w, row)
    emit({"retried": len(rows)}, as_json=as_json, text=f"{len(rows):,} are tried again.")


@media.command()
@click.argument("id")
@click.option("--why", required=True, help="The order or reason; kept in the ledger.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def erase(id: str, why: str, yes: bool, as_json: bool) -> None:
    """Erase one medium for good: its key is dropped, nobody can read it again. This cannot be undone."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.items.media import actions
    from watchfloor.items.media.models import MediaLink
    from watchfloor.ledger.writer import writing

    row = _named(id)
    shown = MediaLink.objects.filter(media=row).count()
    if not yes:
        click.confirm(f"{shown:,} item versions show it. Erase it for good?", abort=True)
    with writing(system("command"), reason="legal erase") as w:
        actions.erase(w, row, why=why)
    emit({"erased": id, "item_versions": shown}, as_json=as_json, text="Erased: its key is gone.")


def _named(text: str) -> Any:
    from watchfloor.items.media import actions
    from watchfloor.kernel.ids import decode

    row = actions.by_id(decode("med", text))
    if row is None:
        raise NotFound("no_medium", f"There is no medium {text}.")
    return row


def _shown(row: Any) -> dict[str, Any]:
    from watchfloor.kernel.ids import encode

    return {
        "id": encode("med", row.pk), "state": row.state, "kind": row.kind or None, "bytes": row.bytes, "why": row.why, "code": row.why_code,
    }  # fmt: skip
