"""``watchfloor deliveries``: what the platform has not been told yet, telling it again, and what it says is in force. Contents are not
shown, only how it goes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
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


@deliveries.command("reconcile")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as-of", help="The moment the file is true for (RFC 3339). Default: when it was last changed.")
@json_option
def reconcile(file: Path | None, as_of: str | None, as_json: bool) -> None:
    """Compare what the platform says is in force with what we say.

    FILE is the platform's list, NDJSON or CSV (by its ending). Without one every endpoint that has an address for it is asked.
    """
    prepare.django()
    from watchfloor.enforcement import reconciling
    from watchfloor.enforcement.models import Endpoint
    from watchfloor.identity.domain import system

    actor = system(ACTOR)
    if file is not None:
        form: Literal["ndjson", "csv"] = "csv" if file.suffix.lower() == ".csv" else "ndjson"
        changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        moment = datetime.fromisoformat(as_of) if as_of else changed
        if moment.tzinfo is None:
            raise click.UsageError("--as-of needs a zone, like 2026-03-01T12:00:00Z.")
        with file.open("rb") as lines:
            runs = [reconciling.push(actor, lines, form, as_of=moment, how="file")]
    else:
        asked = Endpoint.objects.exclude(inventory_url="").order_by("created_at", "id")
        runs = [reconciling.pull(actor, endpoint) for endpoint in asked]
        if not runs:
            raise click.UsageError("No endpoint has an address that says what is in force: name a FILE.")
    names = ("theirs", "ours", "in_flight", "missing", "extra", "different")
    rows = [{"how": run.how, **{name: getattr(run, name) for name in names}} for run in runs]
    emit({"runs": rows}, as_json=as_json, text=table(rows, ["how", *names], empty=""))
    if any(run.missing + run.extra + run.different for run in runs):
        raise SystemExit(1)


@deliveries.command("test")
@click.argument("name")
@json_option
def test(name: str, as_json: bool) -> None:
    """Send a signed test message to the endpoint of this NAME and say what it answered."""
    prepare.django()
    from watchfloor.enforcement import health
    from watchfloor.enforcement.models import Endpoint
    from watchfloor.kernel.errors import NotFound

    endpoint = Endpoint.objects.filter(name=name).order_by("created_at").first()
    if endpoint is None:
        known = ", ".join(Endpoint.objects.values_list("name", flat=True)) or "none yet"
        raise NotFound("unknown_endpoint", f"There is no endpoint {name!r}.", hint=f"Known: {known}.")
    answer = health.test(endpoint)
    said = {"ok": answer.ok, "status": answer.status, "milliseconds": answer.milliseconds, "error": answer.error}
    emit(said, as_json=as_json, text=f"{answer.error or f'It answered {answer.status}.'} ({answer.milliseconds} ms)")
    if not answer.ok:
        raise SystemExit(1)


@deliveries.command("automation")
@click.argument("what", type=click.Choice(["stop", "resume", "show"]))
@click.option("--why", default="", help="For the ledger, and for the next one.")
@json_option
def switch(what: str, why: str, as_json: bool) -> None:
    """Stop sending what rules decide (it is held for people), or send it again."""
    prepare.django()
    from watchfloor.enforcement import automation
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    if what != "show":
        with writing(system(ACTOR)) as w:
            (automation.stop if what == "stop" else automation.resume)(w, why=why)
    row = automation.stopped()
    text = (
        f"Stopped since {row.since:%Y-%m-%d %H:%M} UTC: {row.why}" if row else "Automatic actions go to the platform."
    )
    emit({"stopped": row is not None, "why": row.why if row else ""}, as_json=as_json, text=text)


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
