"""``watchfloor law``: legal clocks, orders, requests of people, holds, retention and erasing."""

from __future__ import annotations

from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

ACTOR = "command"


@click.group()
def law() -> None:
    """What the law asks for: clocks that run, what must be kept, what must go."""


@law.command()
@click.option(
    "--state", type=click.Choice(["running", "paused", "met", "missed", "ended"]), help="Only clocks in this state."
)
@click.option("--rules", is_flag=True, help="The table in force instead: which periods there are.")
@json_option
def clocks(state: str | None, rules: bool, as_json: bool) -> None:
    """Which legal clocks run, stand still, were met, were missed; and the share that was met."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.law import queries

    actor = system(ACTOR)
    if rules:
        known = [queries.rule_row(rule) for rule in queries.rules()]
        columns = ["key", "name", "period", "start", "instrument", "source"]
        emit(known, as_json=as_json, text=table(known, columns, empty="No table is in force."))
        return
    found = queries.clock_rows(actor, state=state or "", limit=500)
    rows: list[dict[str, Any]] = [row.plain() for row in found]
    shares = [share._asdict() for share in queries.attainment(actor)]
    text = table(rows, ["state", "rule", "about", "started_at", "due_at", "stopped_by"], empty="No clock has run.")
    text += "\n\n" + table(shares, ["rule", "running", "paused", "met", "missed", "share"], empty="")
    emit({"clocks": rows, "attainment": shares}, as_json=as_json, text=text.rstrip())


@law.command()
@click.argument("account_type")
@click.argument("account_id")
@click.option("--why", default="", help="On what ground; needed unless it is a preview.")
@click.option("--preview", is_flag=True, help="Only say how much would be erased.")
@click.option(
    "--now",
    "at_once",
    is_flag=True,
    help="Erase and rewrite the database's files now. Whoever runs this agrees to it alone.",
)
@json_option
def erase(account_type: str, account_id: str, why: str, preview: bool, at_once: bool, as_json: bool) -> None:
    """Erase the person behind ACCOUNT_ID (the platform's id) from everything that is kept, except what is on hold."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.law.erasing import runs

    actor = system(ACTOR)
    account = runs.account(account_type, account_id)
    if preview:
        counts = runs.preview(actor, account)
        emit(counts, as_json=as_json, text="\n".join(f"{count:>8,}  {place}" for place, count in counts.items()))
        return
    row = runs.ask(actor, account, why)
    if at_once:
        runs.judge(actor, row.pk, agree=True)
        row = runs.run(row.pk)
        runs.scrub([row.pk])
        row.refresh_from_db()
    told = {"erasure": str(row.pk), "state": row.state, "counts": row.counts, "held": row.held, "left": row.left}
    emit(told, as_json=as_json, text=f"{row.state}: {sum(row.counts.values()):,} rows and files; {row.held} on hold." if at_once
         else "Asked for. A second person agrees on the page Law, Erasures.")  # fmt: skip


@law.command()
@click.option("--run", "really", is_flag=True, help="Do it. Without this it is a preview.")
@json_option
def retention(really: bool, as_json: bool) -> None:
    """What the retention rules in force would take away, or take it away."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.law import retention as kept

    row = kept.run(system(ACTOR), preview=not really)
    if row is None:
        emit(
            {"rules": 0},
            as_json=as_json,
            text="No retention rules are in force: two people agree on them on the page Law.",
        )
        return
    told = {"rules": row.number, "preview": row.preview, "counts": row.counts, "held": row.held}
    lines = [f"{count:>8,}  {kind}" for kind, count in row.counts.items()] or ["Nothing is due."]
    emit(told, as_json=as_json, text="\n".join(lines))


@law.command()
def scrub() -> None:
    """Rewrite the database's files after erasures now, instead of within the hour."""
    prepare.django()
    from watchfloor.law.erasing import runs

    click.echo(f"{runs.scrub()} erasures completed.")
