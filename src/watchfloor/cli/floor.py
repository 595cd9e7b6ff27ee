"""``watchfloor floor``: the floor now, due times, surges, boosts and moves, from a shell or a script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

ACTOR = "command"
_FILTERS = click.option(
    "--where",
    multiple=True,
    metavar="NAME=VALUE",
    help="Which jobs: queue, policy, market, language, channel, severity.",
)


def _actor() -> Any:
    prepare.django()
    from watchfloor.identity.domain import system

    return system(ACTOR)


def _filters(where: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in where:
        name, sign, value = each.partition("=")
        if not sign:
            raise click.BadParameter(f"{each!r} is no NAME=VALUE", param_hint="--where")
        found[name] = value
    return found


@click.group()
def floor() -> None:
    """Run the day: the floor now, due times, surges, boosts, moves."""


@floor.command()
@click.option("--by", type=click.Choice(["queue", "market", "vendor", "site"]), default="queue", show_default=True)
@click.option("--market", default="", help="Only this market.")
@json_option
def now(by: str, market: str, as_json: bool) -> None:
    """The floor as it is."""
    actor = _actor()
    from watchfloor.insight import live

    found = live.floor(actor, by=by, market=market, trends=False)
    rows = [
        {by: row.key, "open": row.open, "in/h": row.in_hour, "solved/h": row.solved_hour, "at risk": row.at_risk, "late": row.late,
         "staffed": row.staffed, "needed": row.needed}
        for row in found.queues
    ]  # fmt: skip
    text = table(
        rows, [by, "open", "in/h", "solved/h", "at risk", "late", "staffed", "needed"], empty="Nothing is open."
    )
    emit(found, as_json=as_json, text=f"Backlog {found.backlog}, at risk {found.at_risk}, late {found.late}\n{text}")


@floor.group("due-times")
def due_times() -> None:
    """Targets, calendars and weights as one JSON document, with versions."""


@due_times.command()
@json_option
def show(as_json: bool) -> None:
    """The live document."""
    _actor()
    from watchfloor.review.models import ServicePlan

    row = ServicePlan.objects.filter(live=True).first()
    document = row.document if row else {}
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    emit({"number": row.number if row else 0, "document": document}, as_json=as_json, text=text)


@due_times.command()
@click.argument("file", type=click.File("rb"))
@click.option("--note", default="", help="Why.")
@click.option("--preview", is_flag=True, help="Only count what it would change.")
@json_option
def save(file: Any, note: str, preview: bool, as_json: bool) -> None:
    """Put the document in FILE live (``-`` for standard input); open jobs follow by the running program."""
    actor = _actor()
    from watchfloor.kernel.errors import BadInput
    from watchfloor.review import actions
    from watchfloor.review.queries import due_times as counting

    try:
        document = msgspec.json.decode(file.read(), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise BadInput("bad_json", f"The file is no JSON object: {error}.", where="file") from None
    if preview:
        said = counting.preview(document)
        text = f"{said.moved} of {said.open} open jobs: {said.sooner} sooner, {said.later} later, {said.other_hours} by other hours."
        emit(said, as_json=as_json, text=text)
        return
    row = actions.save_plan(actor, document, note=note)
    emit({"number": row.number}, as_json=as_json, text=f"Version {row.number} is live.")


@due_times.command()
@click.argument("number", type=int)
@json_option
def restore(number: int, as_json: bool) -> None:
    """Put version NUMBER live again (0: before there was any)."""
    actor = _actor()
    from watchfloor.review import actions

    row = actions.restore_plan(actor, number)
    emit({"number": row.number}, as_json=as_json, text=f"Version {row.number} is live: as {number} was.")


@floor.command()
@_FILTERS
@click.option("--points", type=float, required=True, help="-24 to 24; one is worth six hours as shipped.")
@click.option("--hours", type=float, required=True, help="For so long.")
@click.option("--why", required=True)
@json_option
def boost(where: tuple[str, ...], points: float, hours: float, why: str, as_json: bool) -> None:
    """Put work forward, or back, for a time."""
    actor = _actor()
    from watchfloor.review import actions

    row = actions.boost(actor, _filters(where), points, hours=hours, why=why)
    emit(
        {"id": str(row.pk), "until": row.until}, as_json=as_json, text=f"{row.pk} until {row.until:%Y-%m-%d %H:%M} UTC."
    )


@floor.command()
@_FILTERS
@click.option("--to", "to_queue", required=True, help="The queue.")
@click.option("--most", type=int, help="At most so many, the least urgent first.")
@click.option("--why", default="", help="Needed unless --preview.")
@click.option("--preview", is_flag=True, help="Only count.")
@json_option
def move(where: tuple[str, ...], to_queue: str, most: int | None, why: str, preview: bool, as_json: bool) -> None:
    """Move waiting jobs to another queue."""
    actor = _actor()
    from watchfloor.review import actions

    if preview:
        said = actions.preview_move(actor, _filters(where), to_queue, most=most)
        emit(said, as_json=as_json, text=f"{said.jobs} would move, {said.stay} may not wait there.")
        return
    row = actions.move(actor, _filters(where), to_queue, why=why, most=most)
    emit({"id": str(row.pk), "moved": row.moved}, as_json=as_json, text=f"{row.moved} moved; undo: {row.pk}.")


@floor.command("undo-move")
@click.argument("move_id", type=click.UUID)
@json_option
def undo_move(move_id: UUID, as_json: bool) -> None:
    """Put back what still waits of a move."""
    actor = _actor()
    from watchfloor.review import actions

    row = actions.undo_move(actor, move_id)
    emit({"put_back": row.put_back}, as_json=as_json, text=f"{row.put_back} are back.")


@floor.group()
def surge() -> None:
    """Surge playbooks."""


@surge.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Playbooks, and which are on."""
    _actor()
    from watchfloor.review.models import Playbook, Surge

    on = {row.playbook: row for row in Surge.objects.filter(ended_at__isnull=True)}
    rows = [
        {"playbook": row.key, "name": row.name, "steps": len(row.steps), "on until": on[row.key].until if row.key in on else None,
         "surge": str(on[row.key].pk) if row.key in on else None}
        for row in Playbook.objects.filter(archived_at__isnull=True).order_by("key")
    ]  # fmt: skip
    emit(
        rows,
        as_json=as_json,
        text=table(rows, ["playbook", "name", "steps", "on until", "surge"], empty="No playbooks."),
    )


@surge.command()
@click.argument("playbook")
@click.option("--why", default="", help="Needed unless --preview.")
@click.option("--hours", type=float, help="For so long (default: the playbook's own).")
@click.option("--preview", is_flag=True, help="Only count.")
@json_option
def start(playbook: str, why: str, hours: float | None, preview: bool, as_json: bool) -> None:
    """Start PLAYBOOK."""
    actor = _actor()
    from watchfloor.review import surge as running

    if preview:
        found = running.preview(actor, playbook)
        rows = [msgspec.to_builtins(each) for each in found]
        emit(found, as_json=as_json, text=table(rows, ["kind", "what", "count", "problem"], empty="No steps."))
        return
    row = running.start_surge(actor, playbook, why=why, hours=hours)
    emit(
        {"id": str(row.pk), "until": row.until},
        as_json=as_json,
        text=f"On until {row.until:%Y-%m-%d %H:%M} UTC: {row.pk}.",
    )


@surge.command()
@click.argument("surge_id", type=click.UUID)
@json_option
def end(surge_id: UUID, as_json: bool) -> None:
    """End a surge; everything is put back."""
    actor = _actor()
    from watchfloor.review import surge as running

    row = running.end_surge(actor, surge_id)
    emit({"id": str(row.pk)}, as_json=as_json, text=f"{row.name} has ended.")
