"""``watchfloor deliveries``: what the platform has not been told yet, and telling it again. Contents are not shown, only how it goes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

ACTOR = "command"
STATES = ("waiting", "failed", "dead")


@click.group()
def deliveries() -> None:
    """Messages on their way to the platform's endpoints."""


@deliveries.command("list")
@click.option("--state", type=click.Choice(STATES), help="Default: all that has not arrived.")
@click.option("--limit", default=50, show_default=True, help="Rows shown, newest first.")
@json_option
def listing(state: str | None, limit: int, as_json: bool) -> None:
    """What waits, what failed and will be tried again, and what was given up (dead)."""
    prepare.django()
    from watchfloor.ledger.models import Outbox

    stored = {"waiting": "pending", "failed": "failed", "dead": "dead"}
    named = {value: name for name, value in stored.items()}
    wanted = [stored[state]] if state else list(named)
    found = Outbox.objects.filter(state__in=wanted)
    rows = [_shown(row, named[row.state]) for row in found.order_by("-id")[: max(1, limit)]]
    counts = {name: Outbox.objects.filter(state=value).count() for name, value in stored.items()}
    summary = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    columns = ["id", "topic", "state", "attempts", "next", "error"]
    emit(
        {"counts": counts, "rows": rows},
        as_json=as_json,
        text=f"{table(rows, columns, empty='Everything has arrived.')}\n{summary}",
    )


@deliveries.command("replay")
@click.argument("ids", nargs=-1)
@click.option("--dead", "all_dead", is_flag=True, help="Every dead letter.")
@click.option("--failed", "all_failed", is_flag=True, help="Every failed one: try now instead of by the timetable.")
@json_option
def replay(ids: tuple[str, ...], all_dead: bool, all_failed: bool, as_json: bool) -> None:
    """Send again, with the same keys: the named messages, or all. What was undone since is left."""
    if bool(ids) == (all_dead or all_failed):
        raise click.UsageError("Name messages by their ids, or say --dead, --failed or both.")
    prepare.django()
    from watchfloor.enforcement import delivery
    from watchfloor.identity.domain import system

    named = [_decoded(each) for each in ids] if ids else None
    actor = system(ACTOR)
    dead = delivery.replay_dead(actor, named) if ids or all_dead else delivery.Replayed(sent=0, stale=0)
    tried = delivery.try_now(actor, named) if ids or all_failed else 0
    emit(
        {"replayed": dead.sent, "no_longer_wanted": dead.stale, "tried_now": tried},
        as_json=as_json,
        text=f"{dead.sent:,} dead letters go out again, {dead.stale:,} no longer hold, {tried:,} failed ones are tried now.",
    )


def _shown(row: Any, state: str) -> dict[str, Any]:
    from watchfloor.kernel.ids import encode

    return {
        "id": encode("msg", row.pk), "topic": row.topic, "state": state, "attempts": row.attempts,
        "created": row.created_at.isoformat(timespec="seconds"),
        "next": "-" if state == "dead" else row.next_at.isoformat(timespec="seconds"),
        "error": row.last_error[:80],
    }  # fmt: skip


def _decoded(text: str) -> UUID:
    from watchfloor.kernel.ids import decode

    return decode("msg", text)
