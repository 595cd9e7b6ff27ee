"""``watchfloor case`` and ``watchfloor bulk``: what the pages of cases do, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def case() -> None:
    """Join, split and tag cases, and see what their items have in common with others."""


@case.command("join")
@click.argument("case_id")
@click.argument("into")
@click.option("--why", required=True, help="Stands in the ledger.")
@json_option
def join_(case_id: str, into: str, why: str, as_json: bool) -> None:
    """Put CASE_ID into the case INTO; it is closed as a duplicate."""
    actor, ids = _ready()
    from watchfloor.review import actions

    made = actions.join(actor, ids.decode("case", case_id), ids.decode("case", into), why)
    emit(
        _joining(made),
        as_json=as_json,
        text=f"{made.reports:,} reports moved. Take it back: watchfloor case undo {made.pk}",
    )


@case.command("split")
@click.argument("case_id")
@click.argument("reports", nargs=-1, required=True)
@click.option("--policy", default="", help="Of the case they go into; left out: the case's own.")
@click.option("--why", required=True)
@json_option
def split_(case_id: str, reports: tuple[str, ...], policy: str, why: str, as_json: bool) -> None:
    """Take REPORTS (receipts) out of a case into one of their own."""
    actor, ids = _ready()
    from watchfloor.review import actions

    wanted = [ids.decode("rpt", text) for text in reports]
    made = actions.split(actor, ids.decode("case", case_id), wanted, why, policy_key=policy)
    emit(_joining(made), as_json=as_json, text=f"They are in {ids.encode('case', made.target_id)} now.")


@case.command("undo")
@click.argument("joining", type=click.UUID)
@click.option("--why", default="")
def undo_(joining: UUID, why: str) -> None:
    """Take a joining or a split back."""
    actor, _ = _ready()
    from watchfloor.review import actions

    actions.undo_joining(actor, joining, why)
    click.echo("Everything is where it was.")


@case.command("tag")
@click.argument("case_id")
@click.option("--add", multiple=True)
@click.option("--remove", multiple=True)
@json_option
def tag_(case_id: str, add: tuple[str, ...], remove: tuple[str, ...], as_json: bool) -> None:
    """Put tags on a case and take others off."""
    actor, ids = _ready()
    from watchfloor.review import actions

    found = actions.tag(actor, ids.decode("case", case_id), add=add, remove=remove)
    emit(found, as_json=as_json, text=" ".join(found) or "No tags.")


@case.command("related")
@click.argument("case_id")
@json_option
def related_(case_id: str, as_json: bool) -> None:
    """What the case's item has in common with others."""
    actor, ids = _ready()
    from watchfloor.review import queries

    found = queries.related(actor, queries.case(actor, ids.decode("case", case_id), why="cli"))
    rows = [{"kind": group.kind, "count": f"{group.count:,}{'+' if group.more else ''}",
             "first": ", ".join(other.external_id for other in group.first)} for group in found.groups]  # fmt: skip
    emit(
        found.groups,
        as_json=as_json,
        text=table(rows, ["kind", "count", "first"], empty="Nothing in common with others."),
    )


@click.group()
def bulk() -> None:
    """Orders over many cases: preview, begin, show, reverse."""


_order_options = [
    click.argument("verb", type=click.Choice(["decide", "close", "duplicate", "transfer", "escalate", "tag", "untag"])),
    click.argument("ids", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    click.option("--verdict", default="", type=click.Choice(["", "violating", "clean"])),
    click.option("--violation", default=""),
    click.option("--policy", default="", help="Items without a case are decided under this one."),
    click.option("--into", default="", help="The case that duplicates go into."),
    click.option("--queue", default=""),
    click.option("--tag", default=""),
    click.option("--with-protected", is_flag=True),
]


def _with_order(command: Any) -> Any:
    for option in reversed(_order_options):
        command = option(command)
    return command


@bulk.command("preview")
@_with_order
@json_option
def preview_(as_json: bool, **given: Any) -> None:
    """What VERB would do to the cases and items of the file IDS (one a line: case_…, itm_…, or type,id). Nothing changes."""
    actor, _ = _ready()
    seen = _seen(actor, given)[0]
    emit(_counts(seen), as_json=as_json, text=_say(seen))


@bulk.command("begin")
@_with_order
@click.option("--why", required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def begin_(as_json: bool, why: str, yes: bool, **given: Any) -> None:
    """Preview, ask, and begin; workers (`watchfloor serve`) do it in the background."""
    actor, _ = _ready()
    from watchfloor.review import bulk as orders

    seen, chosen = _seen(actor, given)
    if not yes:
        click.echo(_say(seen), err=True)
        click.confirm("Do it?", abort=True, err=True)
    row = orders.begin(actor, seen, token=seen.token, why=why, source=chosen.source, about=chosen.about)
    emit({"batch": str(row.pk), "count": row.count}, as_json=as_json, text=f"Begun: watchfloor bulk show {row.pk}")


@bulk.command("show")
@click.argument("batch", type=click.UUID)
@json_option
def show_(batch: UUID, as_json: bool) -> None:
    """How far a batch is."""
    _ready()
    from watchfloor.kernel.errors import NotFound
    from watchfloor.review import bulk as orders
    from watchfloor.review.models import Batch

    row = Batch.objects.filter(pk=batch).first()
    if row is None:
        raise NotFound("unknown_batch", "There is no such batch.")
    far = orders.progress(row)
    said = {"state": row.state, "verb": row.verb, "count": row.count, **far.counts}
    emit(
        {**said, "reasons": dict(far.reasons)},
        as_json=as_json,
        text=", ".join(f"{key} {value}" for key, value in said.items()),
    )


@bulk.command("reverse")
@click.argument("batch", type=click.UUID)
@click.option("--why", required=True)
@json_option
def reverse_(batch: UUID, why: str, as_json: bool) -> None:
    """Take a whole batch back; workers do it in the background."""
    actor, _ = _ready()
    from watchfloor.review import bulk as orders

    row = orders.reverse(actor, batch, why)
    emit({"batch": str(row.pk), "state": row.state}, as_json=as_json, text="It is being taken back.")


def _ready() -> tuple[Any, Any]:
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.kernel import ids

    return system("cli"), ids


def _seen(actor: Any, given: dict[str, Any]) -> tuple[Any, Any]:
    from watchfloor.kernel import ids
    from watchfloor.review import bulk as orders
    from watchfloor.review.bulk.orders import Order

    chosen = orders.by_ids(actor, given["ids"].read_text(encoding="utf-8-sig"))
    order = Order(
        verb=given["verb"], verdict=given["verdict"], violation=given["violation"], policy=given["policy"],
        into=ids.decode("case", given["into"]) if given["into"] else None, queue=given["queue"], tag=given["tag"],
        with_protected=given["with_protected"],
    )  # fmt: skip
    return orders.preview(actor, order, chosen), chosen


def _counts(seen: Any) -> dict[str, Any]:
    return {
        "todo": len(seen.todo), "held_out": seen.held_out, "unknown": seen.unknown, "opened": seen.opened,
        "in_hand": seen.in_hand, "effects": {each.key: each.count for each in seen.effects}, "accounts": seen.accounts,
        "points": seen.points, "steps": {each.key: each.count for each in seen.steps}, "token": seen.token,
    }  # fmt: skip


def _say(seen: Any) -> str:
    lines = [f"It would be done to {len(seen.todo):,}."]
    lines += [f"  {each.name}: {each.count:,}" for each in (*seen.effects, *seen.steps)]
    lines += [f"Left out, {why.replace('_', ' ')}: {count:,}" for why, count in seen.held_out.items()]
    if seen.unknown:
        lines.append(f"Not known: {seen.unknown:,}")
    return "\n".join(lines)


def _joining(row: Any) -> dict[str, Any]:
    from watchfloor.kernel import ids

    return {
        "id": str(row.pk), "kind": row.kind, "source": ids.encode("case", row.source_id),
        "target": ids.encode("case", row.target_id), "reports": row.reports, "signals": row.signals, "notes": row.notes,
    }  # fmt: skip
